"""A provider's rooms as proposals see them, and when they are taken (SPEC 7.5)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q

from scheduling.enums import PlaceKind, SessionState
from scheduling.models import Room, Sitting, Station, VenueClosure, VenueHours
from scheduling.opening import Closure, Hours
from scheduling.proposing import Agenda, Hall
from scheduling.timetable import Span
from skilleval.catalogue.models import Provider
from skilleval.core.clock import SHANGHAI


def agenda_of(provider: Provider, first: date, last: date, *, but: int | None = None) -> Agenda:
    """The provider's rooms with all that proposed and published sessions (but one) have of them in these days."""
    halls = _halls(provider)
    return Agenda(halls, _taken(halls, first, last, but) if halls else {})


def _halls(provider: Provider) -> list[Hall]:
    usable = Count("places", filter=~Q(places__kind=PlaceKind.BLOCKED))
    rooms = Room.objects.filter(venue__provider=provider).annotate(planned=Count("places"), usable=usable)
    rows = list(rooms.order_by("pk"))
    if not rows:
        return []
    venues = {room.venue_id for room in rows}
    hours: dict[int, list[Hours]] = defaultdict(list)
    for row in VenueHours.objects.filter(venue__in=venues):
        hours[row.venue_id].append(Hours(row.weekday, row.opens, row.closes))
    closures: dict[int, list[Closure]] = defaultdict(list)
    for shut in VenueClosure.objects.filter(venue__in=venues):
        closures[shut.venue_id].append(Closure(shut.first, shut.last, shut.reason))
    stations: dict[int, dict[int, int]] = defaultdict(dict)
    for room, occupation, count in Station.objects.filter(room__in=rows).values_list("room", "occupation", "count"):
        stations[room][occupation] = count
    return [
        Hall(
            room.pk,
            room.usable if room.planned else room.capacity,
            stations[room.pk],
            tuple(hours[room.venue_id]),
            tuple(closures[room.venue_id]),
        )
        for room in rows
    ]


def _taken(halls: list[Hall], first: date, last: date, but: int | None) -> dict[int, list[Span]]:
    during = (_midnight(first), _midnight(last + timedelta(days=1)))
    rows = Sitting.objects.filter(room__in=[hall.id for hall in halls], during__overlap=during)
    rows = rows.exclude(session__state=SessionState.CANCELLED).exclude(session=but)
    taken: dict[int, list[Span]] = defaultdict(list)
    for sitting in rows:
        taken[sitting.room_id or 0].append((sitting.starts, sitting.ends))
    return taken


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)
