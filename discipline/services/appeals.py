"""申诉 and what becomes of it (SPEC 10). There is one for each case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from discipline import policy, sanctions
from discipline.enums import RECORDED_BY_STAFF, CaseState, How, Outcome
from discipline.models import Appeal, Case, Decision
from discipline.queries.clauses import read_clauses
from discipline.queries.consequences import check_clauses, consequences_of
from discipline.services import effects, telling
from discipline.services.drafting import draw_up
from discipline.services.lifting import mark_lifted
from discipline.services.people import check_handles, check_own, check_reviews, locked
from discipline.services.reporting import read_text
from registration.services import bans
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.transitions import move
from skilleval.core.wording import cn_date

TEXT_LENGTH = 3000


@transaction.atomic
def appeal(case: Case, *, text: str, how: str = How.PORTAL, by: User, at: datetime) -> Appeal:
    """The person appeals, or staff record it as handed in: served → appealed, up to the last day's end.

    Raises NotAllowed for anybody else, Refused when the period is over or before the decision was served.
    """
    case = locked(case)
    if how in RECORDED_BY_STAFF:
        check_handles(case, policy.PROPOSE, by=by)
    else:
        check_own(case, by=by)
    if case.state == CaseState.DECIDED:
        raise Refused("请先确认收到决定书，再提出申诉")
    if case.state != CaseState.SERVED:
        raise Refused(f"案件{case.get_state_display()}，不能申诉")
    decision = in_force_of(case)
    today = timezone.localdate(at)
    if decision.appeal_until is None or today > decision.appeal_until:
        until = cn_date(decision.appeal_until) if decision.appeal_until else ""
        raise Refused(f"申诉期已于{until}届满；如有新的证据，请联系市职业技能鉴定中心")
    made = Appeal.objects.create(
        case=case,
        decision=decision,
        text=read_text(text, "申诉的理由", field="text", length=TEXT_LENGTH),
        how=how,
        made_at=at,
        by_id=by.pk,
        by_label=by.label,
        decision_by_id=decision.decided_by_id,
    )
    move(case, CaseState.APPEALED, by=by, at=at, reason=made.get_how_display(), waiting_since=today)
    audit.record("case.appealed", by=by, obj=case, appeal=made.pk, how=how)
    telling.appealed(case)
    return made


@transaction.atomic
def suspend_ban(case: Case, *, reason: str, by: User, at: datetime) -> Decision:
    """While an appeal runs the supervisor lets the ban rest; nothing else of the decision changes.

    Upheld, the ban is in force again with the days it had. Raises NotAllowed, Refused without a ban or an appeal.
    """
    case = locked(case)
    decision = in_force_of(case)
    check_reviews(decision, by=by)
    today = timezone.localdate(at)
    if case.state != CaseState.APPEALED:
        raise Refused("只有申诉期间可以暂停禁考")
    if decision.ban_until is None or decision.ban_until < today:
        raise Refused("该决定没有仍在执行的禁考")
    if decision.ban_suspended_on:
        raise Conflict("禁考已暂停")
    read_text(reason, "暂停的理由", field="reason")
    bans.lift(decision.number, on=today, by=by, at=at)
    decision.ban_suspended_on = today
    decision.save(update_fields=["ban_suspended_on"])
    audit.record("ban.suspended", by=by, obj=decision)
    telling.ban_suspended(case, at=at)
    return decision


@retrying
@transaction.atomic
def decide_appeal(
    case: Case,
    *,
    outcome: str,
    reasons: str,
    clauses: Sequence[str] = (),
    severity: str = "",
    by: User,
    at: datetime,
) -> Appeal:
    """Another supervisor than the decider: upheld → final; lifted → lifted; changed → the first decision is lifted
    and a lighter one, by `clauses` and `severity`, made in its place, to be served and then final.

    Raises NotAllowed, Conflict when it was decided meanwhile, Refused for a "lighter" one that isn't.
    """
    case = locked(case)
    decision = in_force_of(case)
    check_reviews(decision, by=by)
    if case.state != CaseState.APPEALED:
        raise Conflict(f"案件已是“{case.get_state_display()}”，不在申诉中，请刷新后查看")
    words = read_text(reasons, "复核的理由", field="reasons")
    {Outcome.UPHELD: _uphold, Outcome.LIFTED: _lift, Outcome.CHANGED: _change}[Outcome(outcome)](
        case, decision, words, clauses, severity, by, at
    )
    made = Appeal.objects.get(case=case)
    made.outcome, made.reasons, made.decided_at = outcome, words, at
    made.decided_by_id, made.decided_by_label = by.pk, by.label
    made.save(update_fields=["outcome", "reasons", "decided_at", "decided_by_id", "decided_by_label"])
    audit.record("appeal.decided", by=by, obj=case, appeal=made.pk, outcome=outcome)
    return made


@transaction.atomic
def finalise(case: Case, *, at: datetime) -> bool:
    """The appeal period passed: served → final; False while it runs, or when an appeal was made meanwhile."""
    case = locked(case)
    if case.state != CaseState.SERVED:
        return False
    decision = in_force_of(case)
    if decision.appeal_until is None or timezone.localdate(at) <= decision.appeal_until:
        return False
    move(case, CaseState.FINAL, by=None, at=at, reason="申诉期满，未申诉", waiting_since=timezone.localdate(at))
    telling.finalised(case, at=at)
    return True


def in_force_of(case: Case) -> Decision:
    """The case's decision in force, locked; raises Refused where there is none."""
    rows = Decision.objects.select_for_update(of=("self",)).select_related("case__candidate", "case__provider")
    decision = rows.filter(case=case, lifted_at=None).first()
    if decision is None:
        raise Refused(f"案件{case.get_state_display()}，没有生效的决定")
    return decision


def _uphold(
    case: Case, decision: Decision, reasons: str, clauses: Sequence[str], severity: str, by: User, at: datetime
) -> None:
    if decision.ban_suspended_on and decision.ban_from and decision.ban_until:
        effects.ban(decision, by=by, at=at)
        decision.ban_suspended_on = None
        decision.save(update_fields=["ban_suspended_on"])
    move(case, CaseState.FINAL, by=by, at=at, reason="维持原决定", waiting_since=timezone.localdate(at))
    telling.upheld(case, at=at)


def _lift(
    case: Case, decision: Decision, reasons: str, clauses: Sequence[str], severity: str, by: User, at: datetime
) -> None:
    effects.lock(case)
    mark_lifted(decision, reason=reasons, by=by, at=at)
    effects.undo(decision, by=by, at=at)
    move(case, CaseState.LIFTED, by=by, at=at, reason=decision.lift_number or "", waiting_since=timezone.localdate(at))
    telling.lifted(decision, at=at)


def _change(
    case: Case, decision: Decision, reasons: str, clauses: Sequence[str], severity: str, by: User, at: datetime
) -> None:
    """A lighter decision in the first one's place; its ban counts from the first one's day, so never ends later."""
    codes = read_clauses(clauses, case.edition)
    check_lighter(decision, codes, severity)
    effects.lock(case)
    mark_lifted(decision, reason=reasons, by=by, at=at)
    effects.undo(decision, by=by, at=at, offering=False)
    found = consequences_of(case, codes, severity, on=decision.decided_on, at=at)
    lighter = draw_up(found, reasons=reasons, on_defence=decision.on_defence, by=by, at=at, replaces=decision)
    effects.apply(lighter, found, by=by, at=at)
    effects.settle_between(decision, lighter, at=at)
    audit.record("case.decided", by=by, obj=case, decision=lighter.pk, clauses=codes, severity=lighter.severity)
    today = timezone.localdate(at)
    move(case, CaseState.DECIDED, by=by, at=at, reason=lighter.number, waiting_since=today)
    telling.changed(decision, lighter, at=at)


def check_lighter(decision: Decision, clauses: Sequence[str], severity: str) -> None:
    """Raise Refused unless clauses lead to less than a decision did: an appeal makes nothing worse."""
    case, on = decision.case, decision.decided_on
    before = check_clauses(case, decision.clauses, decision.severity, on=on)
    if sanctions.weight(check_clauses(case, clauses, severity, on=on)) >= sanctions.weight(before):
        raise Refused("改后的处理须轻于原决定；不改变的，请选择维持原决定", field="clauses")
