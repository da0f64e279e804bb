"""撤销: what a decision took comes back, what can't is offered anew, whoever was told is told again (SPEC 10)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from discipline.enums import CaseState
from discipline.models import Decision
from discipline.services import effects, telling
from discipline.services.drafting import LIFTED, next_number
from discipline.services.people import check_reviews, locked
from discipline.services.reporting import read_text
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.transitions import move


@retrying
@transaction.atomic
def lift(decision: Decision, *, reason: str, by: User, at: datetime) -> Decision:
    """Lift a decision in force: the ban as if never, marks, credits and certificate (same number) restored.

    `decision.returned` names what came back and what is offered anew, for the letter of lifting. Raises NotAllowed for
    the decider, Conflict when it was lifted meanwhile, Refused without a reason, and while an appeal waits.
    """
    case = locked(decision.case)
    rows = Decision.objects.select_for_update(of=("self",)).select_related("case__candidate", "case__provider")
    decision = rows.get(pk=decision.pk)
    check_reviews(decision, by=by)
    if not decision.in_force:
        raise Conflict(f"该决定已撤销（{decision.lift_number}）")
    if case.state == CaseState.APPEALED:
        raise Refused("该案件正在申诉中，请在申诉复核中撤销")
    effects.lock(case)
    mark_lifted(decision, reason=read_text(reason, "撤销的理由", field="reason"), by=by, at=at)
    effects.undo(decision, by=by, at=at)
    move(case, CaseState.LIFTED, by=by, at=at, reason=decision.lift_number or "", waiting_since=timezone.localdate(at))
    telling.lifted(decision, at=at)
    return decision


def mark_lifted(decision: Decision, *, reason: str, by: User, at: datetime) -> None:
    """Record that a decision is lifted, with a 文号 of its own; the caller undoes it (effects.undo)."""
    today = timezone.localdate(at)
    decision.lifted_on, decision.lifted_at, decision.lift_reason = today, at, reason
    decision.lift_number = next_number(LIFTED, today.year)
    decision.lifted_by_id, decision.lifted_by_label = by.pk, by.label
    decision.save(update_fields=["lifted_on", "lifted_at", "lift_reason", "lift_number", "lifted_by_id",
                                 "lifted_by_label"])  # fmt: skip
    audit.record("decision.lifted", by=by, obj=decision)
