"""A session's rooms as plans with everybody on their place, by institution; and what became of a draw since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from scheduling.enums import PlaceKind
from scheduling.layouts import Place
from scheduling.models import ExamSession, RoomSeat, Seat, SeatDraw, Sitting
from scheduling.queries.rooms import places_for_all
from scheduling.seating import Person, neighbours
from skilleval.accounts.models import Institution

ALONE = "个人"
#: How many colours tell institutions apart beside their letters.
TONES = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """An institution on a session's plans: a letter and a colour that mean the same in every room."""

    letter: str
    tone: int
    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a plan: who sits on it, or why nobody does."""

    place: Place
    blocked: bool = False
    seat: Seat | None = None
    mark: Mark | None = None

    @property
    def unserved(self) -> bool:
        """Whether somebody who needs an accessible place sits on another."""
        return self.seat is not None and self.seat.application.accessible_seat and not self.place.accessible


@dataclass(frozen=True, slots=True)
class Chart:
    """A sitting's room: rows from the front, None where nobody sits; without a plan, its places in one row."""

    sitting: Sitting
    rows: tuple[tuple[Spot | None, ...], ...]
    people: int
    places: int
    neighbours: int
    unserved: tuple[Spot, ...]

    @property
    def drawn_up(self) -> bool:
        """Whether the room has a plan, or only numbers."""
        return len(self.rows) > 1


@dataclass(frozen=True, slots=True)
class Charts:
    """All of a session's rooms, and the institutions in them, the largest first."""

    rooms: tuple[Chart, ...]
    marks: tuple[Mark, ...]
    alone: int


def charts_of(session: ExamSession) -> Charts:
    """Every sitting of a session that has its room, in the order of the day; the same few queries for any number."""
    rows = session.sittings.exclude(room=None).select_related("room__venue")
    sittings = list(rows.order_by("during", "rotation", "room__name"))
    seats = list(Seat.objects.filter(sitting__session=session).select_related("application__institution", "candidate"))
    marks = marks_of(seat.application.institution for seat in {seat.application_id: seat for seat in seats}.values())
    places, blocked = _places(session, sittings), _blocked({sitting.room_id for sitting in sittings})
    rooms = [
        _chart(
            sitting,
            places[sitting.subject, sitting.room_id],
            blocked,
            {seat.number: seat for seat in seats if seat.sitting_id == sitting.pk},
            marks,
        )
        for sitting in sittings
    ]
    people = len({seat.application_id for seat in seats})
    return Charts(tuple(rooms), tuple(marks.values()), people - sum(mark.people for mark in marks.values()))


def marks_of(institutions: Iterable[Institution | None]) -> dict[int, Mark]:
    """A mark for each institution among so many people, by its id: the one that sent most is A."""
    named = [institution for institution in institutions if institution]
    sizes, names = Counter(one.pk for one in named), {one.pk: one.name for one in named}
    by_size = sorted(sizes, key=lambda pk: (-sizes[pk], pk))
    return {
        pk: Mark(letters(number), number % TONES + 1, names[pk], sizes[pk])
        for number, pk in zip(count(), by_size, strict=False)
    }


def letters(number: int) -> str:
    """A, B, … Z, AA, AB, … for 0, 1, …"""
    rest, last = divmod(number, 26)
    return (letters(rest - 1) if rest else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Somebody's place as it was drawn, and as it is now: sitting's id and number; None if there is none."""

    application: int
    then: tuple[int, int] | None
    now: tuple[int, int] | None


def standing_of(draw: SeatDraw) -> set[int]:
    """The sittings, by their ids, whose places a draw still gives: that were drawn neither by themselves nor with their
    whole subject since."""
    later = SeatDraw.objects.filter(session=draw.session_id, subject=draw.subject, pk__gt=draw.pk)
    own = _sittings_of(draw.facts["sittings"])
    for alone, sittings in later.values_list("facts__alone", "facts__sittings"):
        own -= _sittings_of(sittings) if alone else own
    return own


def places_then_and_now(draw: SeatDraw) -> list[Drawn]:
    """What became of a draw's places, by application; of one in force, in the sittings alone where it is."""
    own = standing_of(draw) or _sittings_of(draw.facts["sittings"])
    rooms = [room for room in draw.facts["sittings"] if room["sitting"] in own]
    then = {one: (room["sitting"], number) for room in rooms for one, number in room["seats"]}
    rows = Seat.objects.filter(sitting__session=draw.session_id, subject=draw.subject)
    seats = rows.values_list("application", "sitting", "number")
    now = {one: (sitting, number) for one, sitting, number in seats if one in then or sitting in own}
    return [Drawn(one, then.get(one), now.get(one)) for one in sorted(then.keys() | now.keys())]


def _sittings_of(facts: Iterable[Mapping[str, Any]]) -> set[int]:
    return {room["sitting"] for room in facts}


def last_draws(session: ExamSession) -> list[SeatDraw]:
    """The draw in force of each subject, in the order of the day; without the facts."""
    rows = SeatDraw.objects.filter(session=session).order_by("subject", "-pk").distinct("subject")
    order = list(session.sittings.order_by("during").values_list("subject", flat=True))
    return sorted(rows.defer("facts"), key=lambda draw: order.index(draw.subject) if draw.subject in order else 99)


def _places(session: ExamSession, sittings: Sequence[Sitting]) -> dict[tuple[str, int | None], Sequence[Place]]:
    occupation = session.batch.offering.work_type.occupation
    found: dict[tuple[str, int | None], Sequence[Place]] = {}
    for subject in {sitting.subject for sitting in sittings}:
        rooms = {sitting.room_id: sitting.room for sitting in sittings if sitting.subject == subject and sitting.room}
        for pk, places in places_for_all(rooms.values(), subject, occupation).items():
            found[subject, pk] = places
    return found


def _blocked(rooms: set[int | None]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for seat in RoomSeat.objects.filter(room__in=rooms, kind=PlaceKind.BLOCKED):
        found.setdefault(seat.room_id, []).append(Place(seat.number, seat.row, seat.column))
    return found


def _chart(
    sitting: Sitting,
    places: Sequence[Place],
    blocked: Mapping[int, Sequence[Place]],
    seats: Mapping[int, Seat],
    marks: Mapping[int, Mark],
) -> Chart:
    spots = [_spot(place, seats.get(place.number), marks) for place in places]
    plan = max((place.row for place in places), default=1) > 1
    out_of_use = [Spot(place, blocked=True) for place in blocked.get(sitting.room_id or 0, ())] if plan else []
    people = [Person(number, seat.application.institution_id) for number, seat in seats.items()]
    return Chart(
        sitting,
        _rows([*spots, *out_of_use]),
        len(seats),
        len(places),
        neighbours(places, people, {number: number for number in seats}),
        tuple(spot for spot in spots if spot.unserved),
    )


def _spot(place: Place, seat: Seat | None, marks: Mapping[int, Mark]) -> Spot:
    return Spot(place, seat=seat, mark=marks.get(seat.application.institution_id or 0) if seat else None)


def _rows(spots: Sequence[Spot]) -> tuple[tuple[Spot | None, ...], ...]:
    at = {(spot.place.row, spot.place.column): spot for spot in spots}
    rows, columns = (max((where[side] for where in at), default=0) for side in (0, 1))
    return tuple(tuple(at.get((row, column)) for column in range(1, columns + 1)) for row in range(1, rows + 1))
