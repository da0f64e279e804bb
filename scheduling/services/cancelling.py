"""Postponing and cancelling what was announced or published (SPEC 7.2, 7.8): nobody is lost, everybody is told why.

The provider's row is locked first: whoever rolls over is counted in another batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from registration.enums import ApplicationState
from registration.models import Application
from registration.services import progress
from scheduling import policy
from scheduling.enums import AFTER_BATCH, AfterCancelling, BatchState, SessionState
from scheduling.models import AdmissionTicket, Batch, Duty, ExamSession, Seat, Sitting
from scheduling.services import replanning, telling_moves, tickets, versions, waiting
from scheduling.services.changing import Seen, check_open, one_transaction, opened, people_of, stated
from scheduling.services.planning import locked_all
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.transitions import move
from skilleval.core.wording import cn_day

#: How the reason begins that somebody's application keeps of it.
PUT_OFF, CALLED_OFF = "评价延期", "场次取消"
CANCELLABLE = (BatchState.GOING_AHEAD, BatchState.PLANNED, BatchState.PUBLISHED)


@one_transaction
def postpone(session: ExamSession, *, reason: str, by: User, at: datetime, seen: Seen = None) -> list[ExamSession]:
    """延期待定: a published session is taken back to be planned anew; its people keep their seats and wait (SPEC 7.8).

    They are confirmed again, their tickets withdrawn, and may withdraw free of charge. Publishing it again is its next
    version. Raises what `opened` raises, and Refused without a reason.
    """
    reason = stated(reason)
    (fresh,) = opened([session], by=by, at=at, seen=seen)
    versions.keep([fresh])
    people = _scheduled(people_of(fresh))
    _take_back(fresh, people, reason=f"{PUT_OFF}：{reason}", by=by, at=at)
    move(fresh, SessionState.PROPOSED, by=by, at=at, reason=reason, published_at=None, tickets_from=None)
    telling_moves.taken_back(fresh, _named(people), "延期", reason)
    telling_moves.colleagues(fresh, "延期待定", reason, by)
    _follow(fresh.batch, by=by, at=at)
    audit.record("session.postponed", by=by, obj=fresh, people=people.count())
    return [fresh]


@one_transaction
def cancel_session(
    session: ExamSession, *, then: str, reason: str, by: User, at: datetime, seen: Seen = None
) -> list[ExamSession]:
    """取消场次: a session, published or proposed, isn't held; `then` says what becomes of its people (SPEC 7.8).

    They join the batch's other sessions not yet published, or a new one; or roll over, their money untouched; or their
    applications are cancelled and their fees owed back. Whoever was told of the session may in any case withdraw free
    of charge; of a proposal that is replaced nobody knows. Raises what `opened` raises, and Refused without a reason.
    """
    reason = stated(reason)
    _lock_provider(session.batch.offering.provider_id)
    proposed = session.batch.sessions.filter(state=SessionState.PROPOSED)
    locked_all([session, *proposed], by=by)
    (fresh,) = opened([session], by=by, at=at, seen=seen, proposals=True)
    published = fresh.state == SessionState.PUBLISHED
    people = dissolve(fresh, reason=reason, by=by, at=at)
    day = f"（{cn_day(fresh.held_on)}）" if published else ""
    _go_on(fresh.batch, people, then, f"第 {fresh.number} 场{day}已取消：{reason}", by=by, at=at)
    if then == AfterCancelling.REPLAN:
        replanning.join(fresh.batch, people, at=at)
    if published and then == AfterCancelling.REPLAN:
        telling_moves.taken_back(fresh, _named(people), "取消", reason)
    if fresh.versions.exists():  # put off, it was told of too
        _tell(fresh, people, AfterCancelling(then), reason, by)
    _follow(fresh.batch, by=by, at=at)
    audit.record("session.cancelled", by=by, obj=fresh, then=then, people=people.count())
    return [fresh]


@one_transaction
def cancel_sessions(batch: Batch, *, then: str, reason: str, by: User, at: datetime) -> list[ExamSession]:
    """Cancel a batch that goes ahead, with its published sessions, of which none has begun (SPEC 7.2, 7.8).

    Its people roll over, their money untouched, or their applications are cancelled and their fees owed back, as `then`
    says. Raises Refused without a reason, for batches that aren't announced, and for what `check_open` refuses.
    """
    require(by, policy.SCHEDULE, batch.offering.provider)
    if then not in AFTER_BATCH:
        raise Refused("整批取消时，请选择顺延或退费", field="then")
    reason = stated(reason)
    _lock_provider(batch.offering.provider_id)
    batch = _locked_batch(batch)
    sessions = locked_all(ExamSession.objects.live().filter(batch=batch), by=by)
    check_open([one for one in sessions if one.state == SessionState.PUBLISHED], at)
    for session in sessions:
        left = dissolve(session, reason=reason, by=by, at=at)
        if session.versions.exists():
            telling_moves.tell_groups(session, _named(left), "取消", reason, AfterCancelling(then))
    move(batch, BatchState.CANCELLED, by=by, at=at, reason=reason, judged_at=batch.judged_at or at)
    people = Application.objects.filter(offering=batch.offering, window=batch.window, state=ApplicationState.CONFIRMED)
    people = Application.objects.filter(pk__in=list(people.values_list("pk", flat=True)))
    _go_on(batch, people, then, f"所在{batch.window.label}已取消：{reason}", by=by, at=at)
    audit.record("batch.cancelled", by=by, obj=batch, then=then, people=people.count())
    return sessions


def cancel(batch: Batch, *, reason: str, by: User, at: datetime, then: str = AfterCancelling.NEXT_WINDOW) -> Batch:
    """Cancel a batch; its people move to the next window unless `then` says otherwise: see `cancel_sessions`."""
    cancel_sessions(batch, then=then, reason=reason, by=by, at=at)
    return Batch.objects.get(pk=batch.pk)


def dissolve(session: ExamSession, *, reason: str, by: User, at: datetime) -> QuerySet[Application]:
    """End a locked session: nobody has a seat, a ticket or a duty in it any more. Returns whoever sat in it."""
    people = Application.objects.filter(pk__in=people_of(session))
    published = session.state == SessionState.PUBLISHED
    if published:
        versions.keep([session])
        _take_back(session, people, reason=f"{CALLED_OFF}：{reason}", by=by, at=at)
    Seat.objects.filter(sitting__session=session).delete()
    Duty.objects.filter(sitting__session=session).delete()
    move(session, SessionState.CANCELLED, by=by, at=at, reason=reason)
    return people


def _tell(session: ExamSession, people: QuerySet[Application], then: AfterCancelling, reason: str, by: User) -> None:
    """Officers, of people who aren't planned anew here, and colleagues; candidates are told where they go on."""
    if then != AfterCancelling.REPLAN:
        telling_moves.tell_groups(session, _named(people), "取消", reason, then)
    telling_moves.colleagues(session, "取消", reason, by)


def _take_back(session: ExamSession, people: QuerySet[Application], *, reason: str, by: User, at: datetime) -> None:
    """What was published holds no more: rooms, people and staff are free, tickets withdrawn, people confirmed."""
    Sitting.objects.filter(session=session).update(live=False)
    Seat.objects.filter(sitting__session=session).update(live=False)
    Duty.objects.filter(sitting__session=session).update(live=False)
    tickets.withdraw(AdmissionTicket.objects.filter(session=session), reason=reason, at=at)
    progress.unschedule(people, by=by, at=at, reason=reason)


def _go_on(batch: Batch, people: QuerySet[Application], then: str, why: str, *, by: User, at: datetime) -> None:
    if then == AfterCancelling.NEXT_WINDOW:
        waiting.pass_on(people, batch.offering, batch.window, reason=why, at=at)
    if then == AfterCancelling.REFUND:
        ended = progress.cancel_all(people, by=by, at=at, reason=f"{why}。已缴费用列入待退费，由评价机构退回付款账户")
        telling_moves.refunds_due(batch, ended, why)


def _follow(batch: Batch, *, by: User, at: datetime) -> None:
    """A batch's state follows its sessions: one to be published again, all of them out, or none left."""
    states = set(batch.sessions.values_list("state", flat=True)) - {SessionState.CANCELLED}
    if not states and batch.state in CANCELLABLE:
        move(batch, BatchState.CANCELLED, by=by, at=at, reason="场次已全部取消")
    elif SessionState.PROPOSED in states and batch.state == BatchState.PUBLISHED:
        move(batch, BatchState.PLANNED, by=by, at=at, reason="有场次重新安排")
    elif states == {SessionState.PUBLISHED} and batch.state == BatchState.PLANNED:
        move(batch, BatchState.PUBLISHED, by=by, at=at, reason="场次已全部发布")


def _locked_batch(batch: Batch) -> Batch:
    rows = Batch.objects.select_related("offering__provider", "offering__work_type__occupation", "window")
    fresh = rows.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    if fresh.state not in CANCELLABLE:
        raise Refused(f"批次{fresh.get_state_display()}，不能取消，请刷新后查看")
    return fresh


def _lock_provider(provider_id: int) -> None:
    Provider.objects.select_for_update(no_key=True).get(pk=provider_id)


def _scheduled(keys: Iterable[int]) -> QuerySet[Application]:
    return Application.objects.filter(pk__in=list(keys))


def _named(people: QuerySet[Application]) -> Sequence[Application]:
    names = ("candidate__user", "group__institution", "offering__provider", "offering__work_type__occupation")
    return list(people.select_related(*names).order_by("pk"))
