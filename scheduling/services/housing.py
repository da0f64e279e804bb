"""Staff give the subjects of a proposed session their rooms, in turns where stations are few (SPEC 7.4, 7.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from scheduling.models import ExamSession, Room, Seat, Sitting, Station
from scheduling.queries.rooms import places_for_all
from scheduling.services import seating
from scheduling.services.guard import check_now, refusing
from scheduling.services.planning import locked, parts_of, retime, times_of, timing_of
from scheduling.services.staffing import dismiss
from scheduling.timetable import turns
from skilleval.accounts.models import User
from skilleval.catalogue.enums import SubjectKind
from skilleval.core import audit
from skilleval.core.errors import Refused


@refusing
@transaction.atomic
def assign_rooms(session: ExamSession, *, subject: str, rooms: Sequence[Room], by: User, at: datetime) -> ExamSession:
    """Give a subject of a proposed session its rooms; everybody's place is drawn among theirs (SPEC 7.6).

    Where the rooms' practical stations are fewer than the people, they sit in turns, back to back, and what follows
    moves on. Raises Refused when the rooms don't hold everybody, belong to another provider, or the turns don't end on
    the day.
    """
    session = locked(session, by=by)
    house(session, subject=subject, rooms=rooms, by=by, at=at)
    audit.record("session.rooms_assigned", by=by, obj=session, subject=subject, rooms=[room.pk for room in rooms])
    check_now()
    return session


def assign_room(session: ExamSession, *, room: Room, by: User, at: datetime) -> ExamSession:
    """One room for all subjects of a proposed session; see assign_rooms."""
    subjects = list(session.sittings.order_by("during").values_list("subject", flat=True).distinct())
    for subject in dict.fromkeys(subjects):
        assign_rooms(session, subject=subject, rooms=[room], by=by, at=at)
    return session


def house(session: ExamSession, *, subject: str, rooms: Sequence[Room], by: User, at: datetime) -> None:
    """What assign_rooms does to a locked proposal, for other verbs on plans."""
    people = Seat.objects.filter(sitting__session=session, subject=subject).count()
    needed = turns_in(session, subject, rooms, people)
    timing = timing_of(session)
    times_of(timing, parts_of(session, {subject: needed}))  # refused before anything is written
    before = list(session.sittings.filter(subject=subject).order_by("rotation", "pk"))
    sittings = _sittings(session, subject, rooms, needed, before)
    retime(session, timing)
    seating.deal(session, subject=subject, sittings=sittings, by=by, at=at)
    drop(set(before) - set(sittings))


def turns_in(session: ExamSession, subject: str, rooms: Sequence[Room], people: int) -> int:
    """In how many turns so many people sit a subject in some rooms; more than one only where stations are the reason.

    Raises Refused for no room, one chosen twice or of another provider, and for too few places.
    """
    name, offering = SubjectKind(subject).label, session.batch.offering
    if not rooms or len({room.pk for room in rooms}) < len(rooms):
        raise Refused(f"请为{name}选择考场，同一考场只选一次", field="rooms")
    if any(room.venue.provider_id != offering.provider_id for room in rooms):
        raise Refused("只能选择本机构的考场", field="rooms")
    occupation = offering.work_type.occupation
    places = {pk: len(found) for pk, found in places_for_all(rooms, subject, occupation).items()}
    held = sum(places.values())
    staged = subject == SubjectKind.PRACTICAL and Station.objects.filter(room__in=rooms, occupation=occupation).exists()
    if held < people and not (staged and held):
        names = "、".join(f"{room.name}（{places[room.pk]} 座）" for room in rooms)
        raise Refused(
            f"{name}：{names}共 {held} 座，本场有 {people} 人，还差 {people - held} 座，请换更大的考场或再加一个考场",
            field="rooms",
        )
    return turns(people, held)


def unhouse(session: ExamSession, subject: str) -> None:
    """Take a subject's rooms away again: one sitting without a room, everybody in it, numbered in their order."""
    before = list(session.sittings.filter(subject=subject).order_by("rotation", "pk"))
    timing, kept = timing_of(session), before[0]
    Sitting.objects.filter(pk=kept.pk).update(room=None, rotation=1)
    seats = list(Seat.objects.filter(sitting__in=before).order_by("sitting__rotation", "sitting_id", "number"))
    for number, seat in enumerate(seats, start=1):
        seat.sitting, seat.number, seat.during = kept, number, kept.during
    Seat.objects.bulk_update(seats, ["sitting", "number", "during"])
    drop(set(before) - {kept})
    retime(session, timing)


def _sittings(
    session: ExamSession, subject: str, rooms: Sequence[Room], needed: int, before: Sequence[Sitting]
) -> list[Sitting]:
    """A sitting for each turn and room, each with the room it shall have: who works where stays where that stays."""
    free = {(one.rotation, one.room_id): one for one in reversed(before)}
    wanted = [(turn, room) for turn in range(1, needed + 1) for room in rooms]
    kept = {(turn, room.pk): free.pop((turn, room.pk)) for turn, room in wanted if (turn, room.pk) in free}
    spare = [one for one in before if one in free.values()]
    sittings = []
    for turn, room in wanted:
        sitting = kept.get((turn, room.pk)) or (spare.pop(0) if spare else _new(session, subject, before[0]))
        Sitting.objects.filter(pk=sitting.pk).update(rotation=turn, room=None)
        sitting.rotation, sitting.room = turn, room
        sittings.append(sitting)
    return sittings


def _new(session: ExamSession, subject: str, like: Sitting) -> Sitting:
    return Sitting.objects.create(session=session, subject=subject, during=like.during)


def drop(sittings: Iterable[Sitting]) -> None:
    """Take sittings away in which nobody sits any more, and who was to work there."""
    sittings = list(sittings)
    dismiss(sittings)
    Sitting.objects.filter(pk__in=[sitting.pk for sitting in sittings]).delete()
