"""Seats by lot once the rooms are known, and a place for whoever comes later (SPEC 7.6)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F

from registration.models import Application
from scheduling import seating
from scheduling.layouts import Place
from scheduling.models import AdmissionTicket, ExamSession, Room, Seat, SeatDraw, Sitting
from scheduling.queries.rooms import places_for_all
from scheduling.queries.seating import people_of, seats_of
from scheduling.seating import Arrangement, Person
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Subject
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor

# The time comes from the sitting: in another turn it is another one.
SIT_DOWN = """
UPDATE scheduling_seat seat SET sitting_id = s.id, number = plan.number, during = s.during
FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS plan (sitting_id, application_id, number)
JOIN scheduling_sitting s ON s.id = plan.sitting_id
WHERE seat.application_id = plan.application_id AND seat.subject = s.subject
"""


def deal(
    session: ExamSession,
    *,
    subject: str,
    sittings: Sequence[Sitting],
    by: Actor | None,
    at: datetime,
    seed: str = "",
    reason: str = "",
) -> SeatDraw:
    """Draw the places of everybody who sits a subject of a session, in sittings whose rooms are chosen (SPEC 7.3, 7.6).

    Call it for a locked session. `sittings` are saved, in the order in which people are dealt out, each with the room
    it shall have, which is written here, after the seats; nobody is left in another sitting of the subject. In the
    rooms that it was for, a draw stands, so that late additions don't reshuffle. `seed` asks for another one, for a
    `reason`; without it the last one's counts, or the batch's. Raises Refused when the rooms don't hold everybody, and
    once tickets are out.
    """
    assert_in_transaction()
    _check_open(session)
    people, rooms = people_of(session, subject), _rooms(sittings)
    found = places_for_all(rooms, subject, session.batch.offering.work_type.occupation)
    places = [found[room.pk] for room in rooms]
    if not seed and (drawn := _standing(session, subject, sittings, places)):
        _house(sittings)
        return drawn
    seed = seed or _seed(session, subject)
    arrangements = _arrange(places, people, seed, subject)
    Sitting.objects.filter(session=session, subject=subject).update(room=None)
    _sit_down(sittings, arrangements)
    _house(sittings)
    facts = _facts(sittings, places, people, arrangements)
    return _record(session, subject, facts, arrangements, seed=seed, by=by, at=at, reason=reason)


def deal_alone(
    session: ExamSession, *, sitting: Sitting, room: Room, by: Actor | None, at: datetime, reason: str
) -> SeatDraw:
    """Draw the places of one sitting's people among a room's, for whom that room is new; the subject's others stay.

    Call it for a locked session, and give the sitting its room afterwards. In a published session everybody of the
    sitting gets another ticket anyhow (SPEC 7.8). Raises Refused when the room doesn't hold them.
    """
    assert_in_transaction()
    subject, here = sitting.subject, seats_of(session, sitting.subject).get(sitting.pk, {})
    people = [person for person in people_of(session, subject) if person.id in here]
    places = places_for_all([room], subject, session.batch.offering.work_type.occupation)[room.pk]
    if len(people) > len(places):
        held = f"{sitting.get_subject_display()}：{room.name}可用 {len(places)} 座，本场有 {len(people)} 人"
        raise Refused(f"{held}，请换更大的考场", field="rooms")
    seed = f"{session.batch.seed}-{session.number}-{session.version + 1}-{sitting.pk}"
    arrangements = _arrange([places], people, seed, subject)
    _sit_down([sitting], arrangements)
    sitting.room = room
    facts = _facts([sitting], [places], people, arrangements) | {"alone": True}
    return _record(session, subject, facts, arrangements, seed=seed, by=by, at=at, reason=reason)


def _record(
    session: ExamSession,
    subject: str,
    facts: dict[str, object],
    arrangements: Sequence[Arrangement],
    *,
    seed: str,
    by: Actor | None,
    at: datetime,
    reason: str,
) -> SeatDraw:
    return SeatDraw.objects.create(
        session=session,
        subject=subject,
        seed=seed,
        at=at,
        by_id=by.id if by else None,
        by_label=by.label if by else audit.SYSTEM,
        reason=reason,
        facts=facts,
        neighbours=sum(arrangement.neighbours for arrangement in arrangements),
    )


def add(session: ExamSession, application: Application) -> bool:
    """Seat somebody who comes late to a locked session, in every subject they sit; nobody else moves (SPEC 7.6).

    False, and nothing written, where a subject has no place left, or isn't held, as nobody sat it. Raises Refused once
    tickets are out.
    """
    assert_in_transaction()
    _check_open(session)
    offered = Subject.objects.filter(offering=session.batch.offering_id).order_by("position")
    kinds = offered.values_list("kind", flat=True)
    subjects = [kind for kind in kinds if kind in application.subjects or not application.subjects]
    places = [free_place(session, subject, application) for subject in subjects]
    if not all(places):
        return False
    Seat.objects.bulk_create(_seat(application, *place) for place in places if place)
    ExamSession.objects.filter(pk=session.pk).update(size=F("size") + 1)
    return True


def free_place(session: ExamSession, subject: str, application: Application) -> tuple[Sitting, int] | None:
    """The best free place for one person: accessible where needed, then beside fewest of their institution.

    Among equals, in the emptiest sitting. A sitting without a room yet has the lowest free number to give.
    """
    sittings = list(session.sittings.filter(subject=subject).select_related("room").order_by("pk"))
    rooms = [sitting.room for sitting in sittings if sitting.room]
    places = places_for_all(rooms, subject, session.batch.offering.work_type.occupation)
    newcomer, people, taken = _person(application), people_of(session, subject), seats_of(session, subject)
    ranked = []
    for sitting in sittings:
        seats = taken.get(sitting.pk, {})
        here = [person for person in people if person.id in seats]
        offered = places[sitting.room_id] if sitting.room_id else _unknown(seats)
        free = seating.best_free(offered, here, seats, newcomer, _seed(session, subject))
        if free:
            ranked.append((free.unfit, free.neighbours, len(seats), sitting.pk, sitting, free.number))
    return min(ranked)[-2:] if ranked else None


def _check_open(session: ExamSession) -> None:
    if AdmissionTicket.objects.in_force().filter(session=session).exists():
        raise Refused(f"第 {session.number} 场的准考证已发放，座位不再重抽；个别人员请用“考生换座位”并说明原因")


def _standing(
    session: ExamSession, subject: str, sittings: Sequence[Sitting], places: Sequence[Sequence[Place]]
) -> SeatDraw | None:
    """The last draw, if it was for the same rooms and everybody sits in them."""
    last = _last(session, subject)
    if last is None or [_room_facts(*pair) for pair in zip(sittings, places, strict=True)] != [
        {key: room[key] for key in ("sitting", "room", "places")} for room in last.facts["sittings"]
    ]:
        return None
    numbers = {
        sitting.pk: {place.number for place in offered} for sitting, offered in zip(sittings, places, strict=True)
    }
    for sitting, seats in seats_of(session, subject).items():
        if not set(seats.values()) <= numbers.get(sitting, set()):
            return None
    return last


def _last(session: ExamSession, subject: str) -> SeatDraw | None:
    return SeatDraw.objects.filter(session=session, subject=subject).order_by("-pk").first()


def _house(sittings: Sequence[Sitting]) -> None:
    for sitting in sittings:
        Sitting.objects.filter(pk=sitting.pk).update(room=sitting.room)


def _seed(session: ExamSession, subject: str) -> str:
    if last := _last(session, subject):
        return last.seed
    seed = session.batch.seed
    return f"{seed}-{session.number}" if seed is not None else secrets.token_hex(8)


def _rooms(sittings: Sequence[Sitting]) -> list[Room]:
    rooms = [sitting.room for sitting in sittings if sitting.room]
    if len(rooms) < len(sittings):
        raise ValueError("seats are drawn once every sitting has its room")
    return rooms


def _arrange(places: Sequence[Sequence[Place]], people: Sequence[Person], seed: str, subject: str) -> list[Arrangement]:
    held = sum(map(len, places))
    if held < len(people):
        lacking = f"所选考场共 {held} 座，本场有 {len(people)} 人，还差 {len(people) - held} 座"
        raise Refused(f"{SubjectKind(subject).label}：{lacking}，请换更大的考场或再加一个考场", field="rooms")
    return seating.deal(places, people, seed)


def _sit_down(sittings: Sequence[Sitting], arrangements: Sequence[Arrangement]) -> None:
    rows = [
        (sitting.pk, application, number)
        for sitting, arrangement in zip(sittings, arrangements, strict=True)
        for application, number in arrangement.seats.items()
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(SIT_DOWN, [list(column) for column in zip(*rows, strict=True)])


def _facts(
    sittings: Sequence[Sitting],
    places: Sequence[Sequence[Place]],
    people: Sequence[Person],
    arrangements: Sequence[Arrangement],
) -> dict[str, object]:
    """All that the draw was made of and what came of it, as `seating.repeats` reads it: ids and numbers alone."""
    return {
        "people": [[person.id, person.institution, person.accessible] for person in people],
        "sittings": [
            {**_room_facts(sitting, offered), "seats": sorted(arrangement.seats.items())}
            for sitting, offered, arrangement in zip(sittings, places, arrangements, strict=True)
        ],
    }


def _room_facts(sitting: Sitting, offered: Sequence[Place]) -> dict[str, object]:
    return {
        "sitting": sitting.pk,
        "room": sitting.room_id,
        "places": [[place.number, place.row, place.column, place.accessible] for place in offered],
    }


def _person(application: Application) -> Person:
    return Person(application.pk, application.institution_id, application.accessible_seat)


def _unknown(seats: dict[int, int]) -> list[Place]:
    """One more number than are taken, none beside another: where the room isn't known."""
    numbers = next(number for number in range(1, len(seats) + 2) if number not in seats.values())
    return [Place(numbers, 1, 2 * numbers)]


def _seat(application: Application, sitting: Sitting, number: int) -> Seat:
    return Seat(
        sitting=sitting,
        application=application,
        candidate_id=application.candidate_id,
        subject=sitting.subject,
        number=number,
        during=sitting.during,
    )
