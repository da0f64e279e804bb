"""Publishing a session: its rooms and people are taken from now on, candidates are scheduled and told (SPEC 7.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from registration.enums import ApplicationState
from registration.models import Application
from registration.services import progress
from scheduling.enums import BatchState, SessionState
from scheduling.models import Duty, ExamSession, Seat, Sitting
from scheduling.queries.dates import first_tickets, inside_period, period_of
from scheduling.queries.obstacles import obstacles
from scheduling.queries.plans import missing_rooms
from scheduling.services import telling, tickets, versions
from scheduling.services.guard import check_now, refusing
from scheduling.services.housing import drop
from scheduling.services.planning import SOURCE, locked
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, Refused
from skilleval.core.transitions import move
from skilleval.core.wording import cn_date, cn_period, cn_time

GROUP_NAMED = ("group__institution", "group__window", "group__offering__work_type__occupation")


def publish(session: ExamSession, *, by: User, at: datetime) -> ExamSession:
    """Publish a proposed session, and release its tickets at once where their day has come already (SPEC 3.4).

    Raises Refused while rooms are missing, once it would have begun, and without a reason for days outside the period;
    Conflict for a room, candidate or member of staff
    taken at the time and a venue that is shut, and when somebody else took them, or published it, a moment ago.
    """
    published = _publish(session, by=by, at=at)
    tickets.release_at_once(published, at=at)
    return published


@refusing
@transaction.atomic
def _publish(session: ExamSession, *, by: User, at: datetime) -> ExamSession:
    session = locked(session, by=by)
    _drop_leavers(session)
    _drop_unsat(session)
    _check_ready(session, at)
    move(
        session,
        SessionState.PUBLISHED,
        by=by,
        at=at,
        published_at=at,
        tickets_from=first_tickets(session.batch.offering.provider, session.held_on, window=session.batch.window),
    )
    people = Application.objects.filter(pk__in=Seat.objects.filter(sitting__session=session).values("application"))
    Sitting.objects.filter(session=session).update(live=True)
    Seat.objects.filter(sitting__session=session).update(live=True)
    Duty.objects.filter(sitting__session=session).update(live=True)
    check_now()
    versions.write([session], reason=_why_again(session), by=by, at=at)
    progress.mark_scheduled(people, by=by, at=at)
    named = people.select_related("candidate__user", "offering__work_type__occupation", *GROUP_NAMED)
    telling.published(session, named, where(session))
    _close_batch(session, by=by, at=at)
    return session


def _drop_leavers(session: ExamSession) -> None:
    """Nobody is published who is no longer confirmed, should whatever ended their application have kept the seat."""
    left = Seat.objects.filter(sitting__session=session).exclude(application__state=ApplicationState.CONFIRMED)
    people = left.values("application").distinct().count()
    if people:
        left.delete()
        session.size -= people
        session.save(update_fields=["size"])


def _drop_unsat(session: ExamSession) -> None:
    """A subject that nobody sits takes no room and no staff: where all resit others, its sittings go."""
    sat = Sitting.objects.filter(session=session, seats__isnull=False)
    unsat = list(session.sittings.exclude(subject__in=sat.values("subject")))
    if not unsat or len(unsat) == session.sittings.count():
        return
    drop(unsat)
    session.held_on = timezone.localdate(min(sitting.starts for sitting in session.sittings.all()))
    session.save(update_fields=["held_on"])


def _why_again(session: ExamSession) -> str:
    """Of a session that was published before, why it was taken back; empty the first time."""
    back = session.log.filter(to_state=SessionState.PROPOSED).exclude(from_state="").last()
    return f"延期后重新安排：{back.reason}" if back else ""


def where(session: ExamSession) -> str:
    """Times and places of a session's subjects, in one line."""
    sittings = session.sittings.select_related("room__venue").order_by("during", "room__name")
    return "；".join(
        f"{sitting.get_subject_display()} {cn_time(sitting.starts)}"
        + (f"（{sitting.room.venue.name}，{sitting.room.venue.address}）" if sitting.room else "")
        for sitting in _first_of_each_subject(sittings)
    )


def _first_of_each_subject(sittings: Iterable[Sitting]) -> Iterable[Sitting]:
    firsts: dict[str, Sitting] = {}
    for sitting in sittings:
        firsts.setdefault(sitting.subject, sitting)
    return firsts.values()


def _check_ready(session: ExamSession, at: datetime) -> None:
    if missing := missing_rooms(session):
        raise Refused(f"第 {session.number} 场还没有安排{'、'.join(missing)}的考场，请先安排考场再发布")
    _check_days(session, at)
    if not Seat.objects.filter(sitting__session=session).exists():
        raise Refused(f"第 {session.number} 场没有参评人员，不能发布")
    if found := obstacles(session):
        raise Conflict("；".join(found))


def _check_days(session: ExamSession, at: datetime) -> None:
    """They were right when they were chosen; since then time went by, or the window was moved."""
    starts = sorted(sitting.starts for sitting in session.sittings.all())
    if starts[0] <= at:
        raise Refused(
            f"第 {session.number} 场的开考时间 {cn_date(session.held_on)} {cn_time(starts[0])} 已过，请先改期"
        )
    period = period_of(session.batch.window)
    if session.period_override_reason or inside_period(session, session.batch.window):
        return
    raise Refused(
        f"第 {session.number} 场的评价日期不在本批次评价期内（{cn_period(period.first, period.last)}），"
        "请先改期，或填写超出评价期的原因",
        source=SOURCE,
    )


def _close_batch(session: ExamSession, *, by: User, at: datetime) -> None:
    batch = session.batch
    if batch.state == BatchState.PLANNED and not batch.sessions.filter(state=SessionState.PROPOSED).exists():
        move(batch, BatchState.PUBLISHED, by=by, at=at, reason="场次已全部发布")
