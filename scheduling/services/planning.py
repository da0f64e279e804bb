"""Staff move a proposed session in time and give it rooms (SPEC 7.5). Published sessions aren't moved here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from scheduling import policy
from scheduling.enums import SessionState
from scheduling.models import Batch, ExamSession, Room, Seat, Sitting
from scheduling.queries.dates import period_of
from scheduling.services.guard import check_now, refusing
from scheduling.services.seating import deal
from scheduling.services.staffing import dismiss
from scheduling.timetable import sitting_times
from skilleval.accounts.models import User
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Subject
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_date, cn_period


@refusing
@transaction.atomic
def set_time(
    session: ExamSession, *, held_on: date, starts_at: time, by: User, at: datetime, reason: str = ""
) -> ExamSession:
    """Date a proposed session and start its first subject at `starts_at`; the others follow (SPEC 7.4).

    `reason` is required, and only kept, for a day outside the window's assessment period. Raises Refused otherwise, and
    for days gone by and starts so late that the last subject wouldn't end that day.
    """
    session = locked(session, by=by)
    _check_day(session, held_on, reason.strip(), at)
    period = period_of(session.batch.window)
    session.held_on = held_on
    session.period_override_reason = "" if held_on in period else reason.strip()
    session.save(update_fields=["held_on", "period_override_reason"])
    _retime(session, starts_at)
    audit.record("session.timed", by=by, obj=session, held_on=held_on.isoformat(), starts_at=f"{starts_at:%H:%M}")
    check_now()
    return session


@refusing
@transaction.atomic
def assign_rooms(session: ExamSession, *, subject: str, rooms: Sequence[Room], by: User, at: datetime) -> ExamSession:
    """Give a subject of a proposed session its rooms; people are dealt out to them by lot.

    Raises Refused when the rooms don't hold everybody or belong to another provider.
    """
    session = locked(session, by=by)
    seats = Seat.objects.filter(sitting__session=session, subject=subject)
    _check_rooms(session, subject, rooms, seats.count())
    sittings = _one_for_each(list(session.sittings.filter(subject=subject).order_by("pk")), rooms)
    deal(session, subject=subject, sittings=sittings, by=by, at=at)
    gone = session.sittings.filter(subject=subject).exclude(pk__in=[sitting.pk for sitting in sittings])
    dismiss(gone)
    gone.delete()
    audit.record("session.rooms_assigned", by=by, obj=session, subject=subject, rooms=[room.pk for room in rooms])
    check_now()
    return session


def assign_room(session: ExamSession, *, room: Room, by: User, at: datetime) -> ExamSession:
    """One room for all subjects of a proposed session; see assign_rooms."""
    subjects = list(session.sittings.order_by("during").values_list("subject", flat=True).distinct())
    for subject in subjects:
        assign_rooms(session, subject=subject, rooms=[room], by=by, at=at)
    return session


def locked(session: ExamSession, *, by: User) -> ExamSession:
    """A session that is still a proposal, locked after its batch, for somebody who plans at its provider."""
    (fresh,) = locked_all([session], by=by)
    if fresh.state != SessionState.PROPOSED:
        raise Refused(f"第 {fresh.number} 场{fresh.get_state_display()}，不能再修改，请刷新后查看")
    return fresh


def locked_all(sessions: Iterable[ExamSession], *, by: User) -> list[ExamSession]:
    """Sessions as they stand, in whatever state, by their ids: locked after all their batches, for who plans them.

    Raises NotAllowed where `by` isn't a scheduler of the provider of each.
    """
    sessions = list(sessions)
    batches = Batch.objects.filter(pk__in={session.batch_id for session in sessions})
    list(batches.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    rows = ExamSession.objects.select_for_update(of=("self",), no_key=True).select_related(
        "batch__window__provider", "batch__offering__provider", "batch__offering__work_type__occupation"
    )
    fresh = list(rows.filter(pk__in={session.pk for session in sessions}).order_by("pk"))
    for session in fresh:
        require(by, policy.SCHEDULE, session.batch.offering.provider)
    return fresh


def _check_day(session: ExamSession, held_on: date, reason: str, at: datetime) -> None:
    period = period_of(session.batch.window)
    if held_on < timezone.localdate(at):
        raise Refused(f"评价日期 {cn_date(held_on)}已过，请改为今天或以后的日期", field="held_on")
    if held_on not in period and not reason:
        raise Refused(
            f"评价日期须在本批次评价期内（{cn_period(period.first, period.last)}）；确需超出的，请填写原因",
            field="held_on",
            source="公告二（三）时间安排",
        )


def _retime(session: ExamSession, starts_at: time) -> None:
    sittings = {kind: list(rows) for kind, rows in groupby(session.sittings.order_by("subject"), lambda s: s.subject)}
    subjects = [
        subject
        for subject in Subject.objects.filter(offering=session.batch.offering_id).order_by("position")
        if subject.kind in sittings
    ]
    try:
        times = sitting_times(session.held_on, starts_at, [subject.minutes for subject in subjects])
    except ValueError as error:
        raise Refused("开始时间太晚，最后一个科目不能在当天结束，请提前开始时间", field="starts_at") from error
    for subject, during in zip(subjects, times, strict=True):
        for sitting in sittings[subject.kind]:
            Sitting.objects.filter(pk=sitting.pk).update(during=during)


def _check_rooms(session: ExamSession, subject: str, rooms: Sequence[Room], people: int) -> None:
    name = SubjectKind(subject).label
    if not rooms or len({room.pk for room in rooms}) < len(rooms):
        raise Refused(f"请为{name}选择考场，同一考场只选一次", field="rooms")
    if any(room.venue.provider_id != session.batch.offering.provider_id for room in rooms):
        raise Refused("只能选择本机构的考场", field="rooms")
    held = sum(room.capacity for room in rooms)
    if held < people:
        names = "、".join(f"{room.name}（{room.capacity} 座）" for room in rooms)
        raise Refused(
            f"{name}：{names}共 {held} 座，本场有 {people} 人，还差 {people - held} 座，请换更大的考场或再加一个考场",
            field="rooms",
        )


def _one_for_each(sittings: list[Sitting], rooms: Sequence[Room]) -> list[Sitting]:
    """As many sittings as rooms, each with its room, which isn't written yet."""
    first = sittings[0]
    added = [
        Sitting(session_id=first.session_id, subject=first.subject, during=first.during)
        for _ in range(len(rooms) - len(sittings))
    ]
    chosen = sittings[: len(rooms)] + Sitting.objects.bulk_create(added)
    for sitting, room in zip(chosen, rooms, strict=True):
        sitting.room = room
    return chosen
