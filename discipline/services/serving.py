"""送达: the decision reaches the person, and from that day on they may appeal (SPEC 10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from discipline import policy
from discipline.enums import RECORDED_BY_STAFF, CaseState, How
from discipline.models import Case, Decision
from discipline.services import telling
from discipline.services.people import check_handles, check_own, locked
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.errors import Conflict, Refused
from skilleval.core.transitions import move
from skilleval.core.wording import cn_date


@transaction.atomic
def acknowledge(decision: Decision, *, by: User, at: datetime) -> Decision:
    """The person confirms on the page that they received it: decided → served. Done twice it changes nothing.

    Raises NotAllowed for anybody else, Refused for a decision that was lifted.
    """
    case = locked(decision.case)
    check_own(case, by=by)
    decision = _fresh(decision)
    if decision.served_on:
        return decision
    return _serve(case, decision, How.PORTAL, timezone.localdate(at), "", by=by, at=at)


@transaction.atomic
def record_service(decision: Decision, *, how: str, on: date, note: str = "", by: User, at: datetime) -> Decision:
    """Staff of the provider record how and when it was served (desk, post, left): decided → served.

    Raises NotAllowed, Conflict where it is served already, Refused for a day before the decision or after today.
    """
    case = locked(decision.case)
    check_handles(case, policy.PROPOSE, by=by)
    decision = _fresh(decision)
    if decision.served_on:
        raise Conflict(f"该决定已于 {cn_date(decision.served_on)}送达（{decision.get_served_how_display()}）")
    if how not in RECORDED_BY_STAFF:
        raise Refused("请选择送达方式", field="how")
    if not decision.decided_on <= on <= timezone.localdate(at):
        raise Refused(f"送达日期须在 {cn_date(decision.decided_on)}至今天之间", field="on")
    note = note.strip()
    if how == How.LEFT and not note:
        raise Refused("留置送达须写明地点和见证人", field="note")
    return _serve(case, decision, how, on, note[:200], by=by, at=at)


def _serve(case: Case, decision: Decision, how: str, on: date, note: str, *, by: User, at: datetime) -> Decision:
    """Record the receipt and open the appeal; a decision that an appeal led to has none, and is final."""
    last = decision.replaces_id is not None
    decision.served_on, decision.served_how, decision.receipt_note = on, how, note
    decision.receipt_by_id, decision.receipt_by_label, decision.receipt_at = by.pk, by.label, at
    decision.appeal_until = on if last else on + timedelta(days=case.provider.appeal_days)
    decision.save(update_fields=["served_on", "served_how", "receipt_note", "receipt_by_id", "receipt_by_label",
                                 "receipt_at", "appeal_until"])  # fmt: skip
    today = timezone.localdate(at)
    move(case, CaseState.SERVED, by=by, at=at, reason=decision.get_served_how_display(), waiting_since=today)
    audit.record("decision.served", by=by, obj=decision, how=how, on=on.isoformat())
    if last:
        move(case, CaseState.FINAL, by=None, at=at, reason="复核后的决定不再申诉")
    else:
        telling.served(decision)
    return decision


def _fresh(decision: Decision) -> Decision:
    decision = Decision.objects.select_related("case__candidate").select_for_update(of=("self",)).get(pk=decision.pk)
    if not decision.in_force:
        raise Refused(f"该决定已撤销（{decision.lift_number}），不需送达")
    return decision
