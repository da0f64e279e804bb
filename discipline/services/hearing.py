"""The person is told what is intended, on which facts and clause, and may state a defence (SPEC 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from discipline import policy
from discipline.enums import RECORDED_BY_STAFF, CaseState, How
from discipline.models import Case, Defence
from discipline.queries.clauses import read_clauses
from discipline.queries.consequences import check_clauses
from discipline.services import telling
from discipline.services.people import check_handles, check_own, locked
from discipline.services.reporting import FACTS_LENGTH, read_text
from skilleval.accounts.models import User
from skilleval.catalogue.queries import work_calendar
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.transitions import move

DEFENCE_LENGTH = 3000


@transaction.atomic
def notify(case: Case, *, clauses: Sequence[str], severity: str, facts: str, by: User, at: datetime) -> Case:
    """告知: tell the person what is intended, on which facts and clauses; reported or heard → notified.

    The defence is open for the provider's `defence_days` working days, the last one to its end. A case that was heard
    is told anew where clauses or facts became heavier; the period begins again. Raises NotAllowed, and Refused for
    clauses that don't fit the case.
    """
    case = locked(case)
    check_handles(case, policy.PROPOSE, by=by)
    codes = read_clauses(clauses, case.edition)
    today = timezone.localdate(at)
    check_clauses(case, codes, severity, on=today)
    until = work_calendar().add(today, case.provider.defence_days).date
    move(
        case,
        CaseState.NOTIFIED,
        by=by,
        at=at,
        clauses=codes,
        severity=severity,
        facts=read_text(facts, "事实经过", field="facts", length=FACTS_LENGTH),
        notified_at=at,
        defence_until=until,
        waiting_since=today,
    )
    audit.record("case.notified", by=by, obj=case, clauses=codes, until=until.isoformat())
    telling.notified(case, at=at)
    return case


@transaction.atomic
def state_defence(
    case: Case, *, text: str = "", waived: bool = False, how: str = How.PORTAL, by: User, at: datetime
) -> Defence:
    """陈述申辩: by the person on the page, or recorded by staff as handed in (`how`); notified → heard.

    Further statements are possible to the end of the period, until a decision is proposed. `waived`: the person gives
    the rest of the period up. Raises NotAllowed for anybody else, Refused when it is over, with its last day.
    """
    case = locked(case)
    if how in RECORDED_BY_STAFF:
        check_handles(case, policy.PROPOSE, by=by)
    else:
        check_own(case, by=by)
    if case.state not in (CaseState.NOTIFIED, CaseState.HEARD):
        raise Refused(f"案件{case.get_state_display()}，不能再提交陈述申辩")
    if case.defence_until is None or timezone.localdate(at) > case.defence_until:
        raise Refused(f"陈述申辩已于 {case.defence_until} 截止；决定送达后，您还可以申诉")
    words = (
        text.strip()
        if waived and not text.strip()
        else read_text(text, "陈述申辩", field="text", length=DEFENCE_LENGTH)
    )
    given = Defence.objects.create(
        case=case, text=words, waived=waived, how=how, given_at=at, by_id=by.pk, by_label=by.label
    )
    if case.state == CaseState.NOTIFIED:
        move(case, CaseState.HEARD, by=by, at=at, reason=given.get_how_display(), waiting_since=timezone.localdate(at))
    audit.record("case.heard", by=by, obj=case, defence=given.pk, waived=waived, how=how)
    telling.heard(case, given)
    return given


@transaction.atomic
def close_hearing(case: Case, *, at: datetime) -> bool:
    """The period passed in silence: notified → heard; False while it runs, or when it was heard meanwhile."""
    case = locked(case)
    today: date = timezone.localdate(at)
    if case.state != CaseState.NOTIFIED or case.defence_until is None or today <= case.defence_until:
        return False
    move(case, CaseState.HEARD, by=None, at=at, reason="陈述申辩期满，未提交", waiting_since=today)
    telling.unheard(case)
    return True
