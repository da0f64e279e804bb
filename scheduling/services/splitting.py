"""Staff split and merge proposed sessions of a batch, and move people between them (SPEC 7.3, 7.5).

Rooms that still hold everybody stay and their places are drawn anew; rooms that don't are given up, for staff to choose
others.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from scheduling.enums import SessionState
from scheduling.models import ExamSession, Room, Seat, Sitting
from scheduling.services.guard import check_now, refusing
from scheduling.services.housing import drop, house, unhouse
from scheduling.services.planning import proposals
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.transitions import begin, move


@refusing
@transaction.atomic
def split(session: ExamSession, *, people: int, by: User, at: datetime) -> ExamSession:
    """Take so many people out of a proposed session, the last of its draw, into a new one; returns the new session.

    It begins on the same day at the same time, without rooms. Raises Refused when nobody would be left in either.
    """
    (session,) = _movable([session], by=by)
    if not 0 < people < session.size:
        raise Refused(f"请填写 1 至 {session.size - 1} 之间的人数：两场都要有人", field="people")
    new = _beside(session, by=by, at=at)
    leaving = _in_order(session)[-people:]
    _shift(session, new, leaving, by=by, at=at)
    audit.record("session.split", by=by, obj=session, into=new.pk, people=people)
    check_now()
    return new


@refusing
@transaction.atomic
def merge(session: ExamSession, *, into: ExamSession, by: User, at: datetime) -> ExamSession:
    """Put everybody of a proposed session into another of the same batch; the emptied one is cancelled.

    Returns the session they are in. Raises Refused when it would be larger than the provider's sessions may be.
    """
    _check_pair(session, into)
    found = {one.pk: one for one in _movable([session, into], by=by)}
    source, target = found[session.pk], found[into.pk]
    _check_size(target, source.size)
    _shift(source, target, _in_order(source), by=by, at=at)
    _close(source, target, by=by, at=at)
    audit.record("session.merged", by=by, obj=source, into=target.pk)
    check_now()
    return target


@refusing
@transaction.atomic
def move_people(
    session: ExamSession, *, to: ExamSession, applications: Collection[int], by: User, at: datetime
) -> ExamSession:
    """Move some people (their applications' ids) from one proposed session to another of the same batch.

    Returns the session they are in now. Raises Refused for people who aren't there, for everybody at once, and when
    the other would be larger than the provider's sessions may be.
    """
    _check_pair(session, to)
    found = {one.pk: one for one in _movable([session, to], by=by)}
    source, target = found[session.pk], found[to.pk]
    leaving = [application for application in _in_order(source) if application in set(applications)]
    if not leaving or len(leaving) < len(set(applications)):
        raise Refused("请选择要移动的人员；所选人员已不在本场的，请刷新后重选", field="people")
    if len(leaving) == source.size:
        raise Refused(f"第 {source.number} 场的人员全部移走时，请用“合并场次”", field="people")
    _check_size(target, len(leaving))
    _shift(source, target, leaving, by=by, at=at)
    audit.record("session.people_moved", by=by, obj=source, to=target.pk, applications=leaving)
    check_now()
    return target


def _check_pair(session: ExamSession, other: ExamSession) -> None:
    if session.pk == other.pk or session.batch_id != other.batch_id:
        raise Refused("请选择同一批次的另一场", field="other")


def _movable(sessions: list[ExamSession], *, by: User) -> list[ExamSession]:
    """Proposals that never were published: what people were once told changes by a verb of its own."""
    fresh = proposals(sessions, by=by)
    for session in fresh:
        if session.versions.exists():
            raise Refused(f"第 {session.number} 场曾经发布，参评人员已收到安排；请重新发布后再调整个别人员")
    return fresh


def _check_size(target: ExamSession, more: int) -> None:
    most = target.batch.offering.provider.session_capacity
    if target.size + more > most:
        raise Refused(
            f"第 {target.number} 场现有 {target.size} 人，再加 {more} 人超过每场容量 {most} 人；"
            "请减少人数，或由机构负责人调整每场容量",
            field="other",
        )


def _beside(session: ExamSession, *, by: User, at: datetime) -> ExamSession:
    last = ExamSession.objects.filter(batch=session.batch_id).aggregate(last=Max("number"))["last"]
    new = ExamSession.objects.create(
        batch=session.batch,
        number=last + 1,
        size=0,
        held_on=session.held_on,
        period_override_reason=session.period_override_reason,
    )
    begin(new, by=by, at=at, reason=f"由第 {session.number} 场拆分")
    return new


def _in_order(session: ExamSession) -> list[int]:
    """Its people in the order of the draw, by their applications' ids."""
    seats = Seat.objects.filter(sitting__session=session)
    rows = seats.order_by("sitting__during", "sitting_id", "number").values_list("application", flat=True)
    return list(dict.fromkeys(rows))


def _shift(source: ExamSession, target: ExamSession, people: list[int], *, by: User, at: datetime) -> None:
    """Seat people in the other session, and everybody of both anew where their rooms hold them."""
    subjects = list(source.sittings.order_by("during").values_list("subject", flat=True))
    for subject in dict.fromkeys(subjects):
        _carry(source, target, subject, people)
    for session in (source, target):
        _count(session)
    for session in (source, target):
        _settle(session, by=by, at=at)


def _carry(source: ExamSession, target: ExamSession, subject: str, people: list[int]) -> None:
    """Move the seats of one subject into a sitting made for the moment, which has no room to be full."""
    like = _first(target, subject) or _first(source, subject)
    if like is None:
        return
    waiting = Sitting.objects.create(session=target, subject=subject, during=like.during)
    place = {application: number for number, application in enumerate(people, start=1)}
    seats = list(Seat.objects.filter(sitting__session=source, subject=subject, application__in=people))
    for seat in seats:
        seat.sitting, seat.number, seat.during = waiting, place[seat.application_id], waiting.during
    Seat.objects.bulk_update(seats, ["sitting", "number", "during"])


def _first(session: ExamSession, subject: str) -> Sitting | None:
    found: Sitting | None = session.sittings.filter(subject=subject).order_by("rotation", "pk").first()
    return found


def _count(session: ExamSession) -> None:
    session.size = Seat.objects.filter(sitting__session=session).values("application").distinct().count()
    session.save(update_fields=["size"])


def _settle(session: ExamSession, *, by: User, at: datetime) -> None:
    """Draw each subject's places anew in the rooms it has; rooms that no longer hold everybody are given up."""
    sittings = session.sittings.select_related("room__venue").order_by("during", "pk")
    rooms: dict[str, dict[int, Room]] = {}
    for sitting in sittings:
        own = rooms.setdefault(sitting.subject, {})
        if sitting.room:
            own[sitting.room.pk] = sitting.room
    for subject, own in rooms.items():
        if not (own and session.size and _housed(session, subject, list(own.values()), by=by, at=at)):
            unhouse(session, subject)


def _housed(session: ExamSession, subject: str, rooms: list[Room], *, by: User, at: datetime) -> bool:
    with suppress(Refused), transaction.atomic():
        house(session, subject=subject, rooms=rooms, by=by, at=at)
        return True
    return False


def _close(source: ExamSession, target: ExamSession, *, by: User, at: datetime) -> None:
    drop(source.sittings.all())
    move(source, SessionState.CANCELLED, by=by, at=at, reason=f"已并入第 {target.number} 场")
