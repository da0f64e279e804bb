"""The decision as a row: its number, its clauses and days, as the consequences were found (SPEC 10)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from discipline.models import Decision
from discipline.models.clauses import PREFIX
from discipline.queries.consequences import Consequences
from skilleval.accounts.models import User
from skilleval.core import counters

DECIDED, LIFTED = "违处", "违撤"


def next_number(kind: str, year: int) -> str:
    """The next 文号 of a year, from a locked counter: 违处〔2026〕12号."""
    (serial,) = counters.take(f"{kind}:{year}")
    return f"{kind}〔{year}〕{serial}号"


def draw_up(
    found: Consequences,
    *,
    reasons: str,
    on_defence: str,
    by: User,
    at: datetime,
    replaces: Decision | None = None,
) -> Decision:
    """The row of a decision; the caller has checked who decides and holds the case's lock."""
    case, today = found.case, timezone.localdate(at)
    proposal = case.proposals.last()
    return Decision.objects.create(
        case=case,
        number=next_number(DECIDED, today.year),
        edition=case.edition,
        clauses=list(found.clauses),
        heaviest=f"{PREFIX}{found.sanction.clause}",
        severity=found.severity,
        subject=found.subject,
        decided_on=today,
        decided_at=at,
        decided_by_id=by.pk,
        decided_by_label=by.label,
        reported_by_id=case.reported_by_id,
        proposed_by_id=proposal.by_id if proposal else case.reported_by_id,
        reasons=reasons,
        on_defence=on_defence,
        ban_from=found.ban_from,
        ban_until=found.ban_until,
        voids_qualification=found.sanction.qualification_cancelled,
        refer_to_authority=found.refers,
        replaces=replaces,
    )
