"""A provider's month at a glance: every sitting by day and room, and what clashes (SPEC 7.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from scheduling.enums import BATCH_TONES, SessionState
from scheduling.models import Room, Sitting, VenueClosure
from scheduling.queries.plans import conflicts
from skilleval.catalogue.models import Provider
from skilleval.core.clock import SHANGHAI
from skilleval.core.dates import add_months, last_of_month


@dataclass(frozen=True)
class Asked:
    """What of the month is wanted: one venue, one offering, one state; empty for all."""

    venue: int | None = None
    offering: int | None = None
    state: str = ""


@dataclass(frozen=True)
class Entry:
    """A sitting on the board, with how many conflicts its session has."""

    sitting: Sitting
    people: int
    turns: int
    conflicts: int

    @property
    def tone(self) -> str:
        return BATCH_TONES.get(self.sitting.session.state, "neutral")


@dataclass
class Day:
    """A day of the month: its entries in each column, those without a room in the first, and who is shut."""

    on: date
    cells: list[list[Entry]]
    shut: list[str] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        return any(self.cells)


@dataclass(frozen=True)
class Board:
    """A month: its rooms as columns, its days as rows, and every conflict in words."""

    rooms: list[Room]
    days: list[Day]
    conflicts: list[str]
    sessions: int
    homeless: bool  # whether somebody's room isn't chosen yet

    @property
    def busy(self) -> bool:
        return any(day.busy for day in self.days)


def board(provider: Provider, first: date, asked: Asked) -> Board:
    """The month that begins on `first`: as many queries for a thousand sittings as for one."""
    sittings = list(_sittings(provider, first, asked))
    said = conflicts(sittings)
    rooms = _rooms(provider, asked)
    days = _days(first, len(rooms))
    _place(days, rooms, sittings, {pk: len(words) for pk, words in said.items()})
    _shut(days, rooms)
    return Board(
        rooms=rooms,
        days=days,
        conflicts=[words for pk in dict.fromkeys(one.session_id for one in sittings) for words in said.get(pk, ())],
        sessions=len({one.session_id for one in sittings}),
        homeless=any(one.room_id is None for one in sittings),
    )


def _sittings(provider: Provider, first: date, asked: Asked) -> QuerySet[Sitting]:
    month = (_midnight(first), _midnight(add_months(first, 1)))
    rows = Sitting.objects.filter(session__batch__offering__provider=provider, during__overlap=month)
    rows = rows.exclude(session__state=SessionState.CANCELLED)
    if asked.venue:
        rows = rows.filter(room__venue=asked.venue)
    if asked.offering:
        rows = rows.filter(session__batch__offering=asked.offering)
    if asked.state:
        rows = rows.filter(session__state=asked.state)
    named = ("room__venue", "session__batch__window", "session__batch__offering__work_type__occupation")
    return rows.select_related(*named).annotate(people=Count("seats")).order_by("during", "pk")


def _rooms(provider: Provider, asked: Asked) -> list[Room]:
    rooms = Room.objects.filter(venue__provider=provider).select_related("venue")
    rooms = rooms.filter(venue=asked.venue) if asked.venue else rooms
    return list(rooms.order_by("venue__name", "name"))


def _days(first: date, rooms: int) -> list[Day]:
    last = last_of_month(first.year, first.month)
    return [Day(first + timedelta(days=offset), [[] for _ in range(rooms + 1)]) for offset in range(last.day)]


def _place(days: Sequence[Day], rooms: Sequence[Room], sittings: Sequence[Sitting], clashing: dict[int, int]) -> None:
    column = {None: 0} | {room.pk: place for place, room in enumerate(rooms, start=1)}
    turns: dict[tuple[int, str], int] = {}
    for one in sittings:
        turns[one.session_id, one.subject] = max(one.rotation, turns.get((one.session_id, one.subject), 1))
    for one in sittings:
        day = days[timezone.localdate(one.starts).day - 1]
        entry = Entry(one, one.people, turns[one.session_id, one.subject], clashing.get(one.session_id, 0))  # type: ignore[attr-defined]
        day.cells[column[one.room_id]].append(entry)


def _shut(days: Sequence[Day], rooms: Sequence[Room]) -> None:
    venues = {room.venue_id: room.venue for room in rooms}
    closures = VenueClosure.objects.filter(venue__in=venues, first__lte=days[-1].on, last__gte=days[0].on)
    for closure in closures.order_by("venue__name", "first"):
        for day in days:
            if closure.first <= day.on <= closure.last:
                day.shut.append(f"{venues[closure.venue_id].name}停用（{closure.reason}）")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)
