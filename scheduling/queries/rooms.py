"""Which places a room offers for a subject, and whether its venue is open (SPEC 7.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from registration.enums import ApplicationState
from scheduling import opening
from scheduling.enums import PlaceKind, SessionState
from scheduling.layouts import Place, Spot, in_a_row
from scheduling.models import ExamSession, Room, RoomSeat, Seat, Sitting, Station, Venue, VenueClosure, VenueHours
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Occupation
from skilleval.core.clock import SHANGHAI
from skilleval.core.wording import cn_day, cn_period, cn_time

MOST_NAMED = 5
STILL_TO_SIT = (ApplicationState.CONFIRMED, ApplicationState.SCHEDULED)


def places_for(room: Room, subject: str, occupation: Occupation) -> tuple[Place, ...]:
    """The places that people of an occupation can sit on for a subject, by number; see places_for_all."""
    return places_for_all([room], subject, occupation)[room.pk]


def places_for_all(rooms: Iterable[Room], subject: str, occupation: Occupation) -> dict[int, tuple[Place, ...]]:
    """The same for many rooms, by their ids, in two queries.

    Practical: the room's stations for the occupation, where it has any. Else the places of its plan that are not out of
    use; without a plan, 1 up to its capacity, in one row. The database refuses people anywhere else (migration 0005).
    """
    rooms = list(rooms)
    stations = _stations(rooms, occupation) if subject == SubjectKind.PRACTICAL else {}
    plans = _plans([room for room in rooms if room.pk not in stations])
    return {room.pk: plans.get(room.pk) or in_a_row(stations.get(room.pk, room.capacity)) for room in rooms}


def sizes_of(session: ExamSession, subject: str, rooms: Iterable[Room]) -> dict[int, str]:
    """How much each room holds for a subject of a session, in words: seats, or stations."""
    rooms, occupation = list(rooms), session.batch.offering.work_type.occupation
    places = places_for_all(rooms, subject, occupation)
    staged = _stations(rooms, occupation) if subject == SubjectKind.PRACTICAL else {}
    return {pk: f"{len(found)} {'个工位' if pk in staged else '座'}" for pk, found in places.items()}


def spots_of(room: Room) -> tuple[Spot, ...]:
    """A room's plan, with the places that are out of use; empty without one."""
    rows = RoomSeat.objects.filter(room=room).order_by("row", "column")
    return tuple(Spot(seat.row, seat.column, seat.kind, seat.number) for seat in rows)


def closed(rooms: Iterable[Room], during: Any) -> str:
    """Why rooms can't be used during a range of time, naming each venue's hours or closure; empty if they can.

    Takes rooms with their venue; two queries for all of them.
    """
    venues = {room.venue_id: room.venue for room in rooms}
    hours, closures = _hours(venues), _closures(venues)
    reasons = []
    for pk, venue in sorted(venues.items()):
        why = next(_reasons(hours[pk], closures[pk], during), "")
        if why:
            reasons.append(f"{venue.name}{why}")
    return "；".join(reasons)


def closed_each(wanted: Iterable[tuple[Room, Any]]) -> list[str]:
    """The same for each room and range of time, in order: as many queries for all of them as for one."""
    wanted = list(wanted)
    venues = {room.venue_id for room, _ in wanted}
    hours, closures = _hours(venues), _closures(venues)
    found = []
    for room, during in wanted:
        why = next(_reasons(hours[room.venue_id], closures[room.venue_id], during), "")
        found.append(f"{room.venue.name}{why}" if why else "")
    return found


def outside(venue: Venue, at: datetime) -> list[tuple[ExamSession, str]]:
    """Sessions still to come in a venue at times when it isn't open, each once with the reason."""
    rows = Sitting.objects.filter(room__venue=venue, during__startswith__gt=at)
    rows = rows.exclude(session__state=SessionState.CANCELLED).order_by("during", "pk")
    hours, closures = _hours([venue.pk])[venue.pk], _closures([venue.pk])[venue.pk]
    found: dict[int, tuple[ExamSession, str]] = {}
    for sitting in rows.select_related("session__batch__offering__work_type__occupation", "session__batch__window"):
        if why := next(_reasons(hours, closures, sitting.during), ""):
            found.setdefault(sitting.session_id, (sitting.session, why))
    return list(found.values())


def seated_elsewhere(room: Room, numbers: set[int], *, at: datetime, published: bool = False) -> list[str]:
    """Who is still to sit in a room on another place than these, as "5 号座已有人：…"; stations are numbered apart.

    What was published and is over counts no more; a proposal does whatever its time, it will get another. `published`
    leaves proposals out.
    """
    at_stations = Q(
        subject=SubjectKind.PRACTICAL,
        sitting__session__batch__offering__work_type__occupation__in=room.stations.values("occupation"),
    )
    seats = Seat.objects.filter(sitting__room=room, application__state__in=STILL_TO_SIT)
    if published:
        seats = seats.filter(live=True)
    seats = seats.exclude(live=True, during__endswith__lte=at)
    seats = (
        seats.exclude(number__in=numbers)
        .exclude(at_stations)
        .select_related("sitting__session__batch__offering__work_type__occupation", "sitting__session__batch__window")
    )
    return [
        f"{seat.number} 号座已有人：{seat.sitting.session}，{cn_day(seat.starts)} {cn_time(seat.starts)}"
        for seat in seats.order_by("during", "number")[:MOST_NAMED]
    ]


def _stations(rooms: Iterable[Room], occupation: Occupation) -> dict[int, int]:
    rows = Station.objects.filter(room__in=rooms, occupation=occupation)
    return dict(rows.values_list("room", "count"))


def _plans(rooms: Iterable[Room]) -> dict[int, tuple[Place, ...]]:
    found: dict[int, list[Place]] = defaultdict(list)
    rows = RoomSeat.objects.filter(room__in=rooms).exclude(kind=PlaceKind.BLOCKED).order_by("room", "number")
    for seat in rows:
        place = Place(seat.number, seat.row, seat.column, seat.kind == PlaceKind.ACCESSIBLE)
        found[seat.room_id].append(place)
    return {pk: tuple(places) for pk, places in found.items()}


def _hours(venues: Iterable[int]) -> dict[int, list[opening.Hours]]:
    found = defaultdict(list)
    for row in VenueHours.objects.filter(venue__in=venues):
        found[row.venue_id].append(opening.Hours(row.weekday, row.opens, row.closes))
    return found


def _closures(venues: Iterable[int]) -> dict[int, list[opening.Closure]]:
    found = defaultdict(list)
    for row in VenueClosure.objects.filter(venue__in=venues):
        found[row.venue_id].append(opening.Closure(row.first, row.last, row.reason))
    return found


def _reasons(hours: list[opening.Hours], closures: list[opening.Closure], during: Any) -> Iterator[str]:
    starts, ends = during.lower, during.upper
    if closure := opening.closure_of(closures, starts, ends):
        yield f"{cn_period(closure.first, closure.last)}停用（{closure.reason}），请换考场或改时间"
    if not opening.is_open(hours, starts, ends):
        yield f"{_open_on(hours, starts)}，不能安排 {cn_time(starts)}–{cn_time(ends)}，请换考场或改时间"


def _open_on(hours: list[opening.Hours], starts: Any) -> str:
    day = starts.astimezone(SHANGHAI)
    stretches = opening.joined(hours, day.weekday())
    if not stretches:
        return f"{cn_day(starts)}不开放"
    return f"{cn_day(starts)}开放 " + "、".join(f"{cn_time(opens)}–{cn_time(closes)}" for opens, closes in stretches)
