"""Where and when a session could be held: the first day and start at which rooms are free for all its subjects.

Pure. What is proposed keeps the rules of SPEC 7.3–7.5: the period's days, subjects one after the other, turns where
stations are few, opening times, rooms and people that other sessions have. Staff change it as they like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from scheduling.opening import Closure, Hours, closure_of, is_open
from scheduling.timetable import FIRST_START, Part, Span, Timing, timetable, turns
from skilleval.catalogue.enums import SubjectKind

#: The starts that are tried, one after the other: every half hour from 09:00 to 17:30.
STARTS = tuple(time(9 + half // 2, 30 * (half % 2)) for half in range(18))
MOST_TURNS = 8
SUNDAY = 6


@dataclass(frozen=True)
class Hall:
    """A room as proposals see it: its places, its stations by occupation, when its venue is open."""

    id: int
    seats: int
    stations: Mapping[int, int] = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()
    closures: tuple[Closure, ...] = ()

    def open(self, starts: datetime, ends: datetime) -> bool:
        return is_open(self.hours, starts, ends) and closure_of(self.closures, starts, ends) is None


@dataclass(frozen=True)
class Wish:
    """A session to be placed: how many people, of which occupation, in which subjects."""

    people: int
    occupation: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Slot:
    """A place for a session: day, start, the rooms of each subject (by their ids), and the times of its subjects."""

    held_on: date
    starts_at: time
    rooms: Mapping[str, tuple[int, ...]]
    times: Mapping[str, tuple[Span, ...]]

    @property
    def spans(self) -> list[Span]:
        return [(spans[0][0], spans[-1][1]) for spans in self.times.values()]


class Agenda:
    """Rooms and what has them already; without any rooms known, only people stand in the way."""

    def __init__(self, halls: Sequence[Hall], taken: Mapping[int, Sequence[Span]] | None = None) -> None:
        self.halls = halls
        self.taken = {hall.id: list((taken or {}).get(hall.id, ())) for hall in halls}

    def place(self, wish: Wish, choices: Iterable[tuple[date, time]], busy: Sequence[Span] = ()) -> Slot | None:
        """The first of the choices at which rooms are free and none of `busy` overlaps; its rooms are taken then."""
        if self.halls and not self._could(wish):
            return None
        for held_on, starts_at in choices:
            if slot := self.fit(wish, held_on, starts_at, busy):
                for subject, rooms in slot.rooms.items():
                    for room in rooms:
                        self.taken[room].append((slot.times[subject][0][0], slot.times[subject][-1][1]))
                return slot
        return None

    def fit(self, wish: Wish, held_on: date, starts_at: time, busy: Sequence[Span] = ()) -> Slot | None:
        """The session at this day and start, if rooms are free for all its subjects and its people are."""
        rooms: dict[str, tuple[int, ...]] = {}
        parts: list[Part] = []
        for part in wish.parts:
            chosen = self._subject(wish, part, parts, Timing(held_on, starts_at))
            if chosen is None:
                return None
            parts.append(chosen[0])
            rooms[part.subject] = chosen[1]
        slot = Slot(held_on, starts_at, rooms, timetable(Timing(held_on, starts_at), parts))
        return None if any(_overlap(span, other) for span in slot.spans for other in busy) else slot

    def _subject(
        self, wish: Wish, part: Part, before: Sequence[Part], timing: Timing
    ) -> tuple[Part, tuple[int, ...]] | None:
        """A subject after those before it: in as few turns as its free rooms allow, with these rooms."""
        sizes = self._sizes(wish, part.subject)
        most = MOST_TURNS if self._staged(wish, part.subject) else 1
        first = turns(wish.people, sum(sizes.values())) if sizes else 1
        for number in range(first, most + 1):
            turned = replace(part, turns=number)
            try:
                spans = timetable(timing, [*before, turned])[part.subject]
            except ValueError:
                return None
            if not self.halls:
                return turned, ()
            if rooms := self._rooms(sizes, wish.people, number, (spans[0][0], spans[-1][1])):
                return turned, rooms
        return None

    def _rooms(self, sizes: Mapping[int, int], people: int, number: int, span: Span) -> tuple[int, ...]:
        """The smallest free room that holds everybody, else the largest ones together; none if they don't either."""
        free = [hall for hall in self.halls if hall.id in sizes and self._free(hall, span)]
        enough = [hall for hall in free if sizes[hall.id] * number >= people]
        if enough:
            return (min(enough, key=lambda hall: (sizes[hall.id], hall.id)).id,)
        chosen, held = [], 0
        for hall in sorted(free, key=lambda hall: (-sizes[hall.id], hall.id)):
            chosen.append(hall.id)
            held += sizes[hall.id] * number
            if held >= people:
                return tuple(chosen)
        return ()

    def _free(self, hall: Hall, span: Span) -> bool:
        return not any(_overlap(span, other) for other in self.taken[hall.id]) and hall.open(*span)

    def _sizes(self, wish: Wish, subject: str) -> dict[int, int]:
        """How many each room that comes into question holds at a time: stations, where any room has them."""
        if self._staged(wish, subject):
            return {h.id: h.stations[wish.occupation] for h in self.halls if h.stations.get(wish.occupation)}
        return {hall.id: hall.seats for hall in self.halls if hall.seats}

    def _staged(self, wish: Wish, subject: str) -> bool:
        return subject == SubjectKind.PRACTICAL and any(hall.stations.get(wish.occupation) for hall in self.halls)

    def _could(self, wish: Wish) -> bool:
        """Whether all the rooms together hold the people, whenever that may be."""
        most = {part.subject: MOST_TURNS if self._staged(wish, part.subject) else 1 for part in wish.parts}
        return all(sum(self._sizes(wish, subject).values()) * number >= wish.people for subject, number in most.items())


def choices(days: Sequence[date], spare: Sequence[date], number: int) -> Iterator[tuple[date, time]]:
    """What is tried for the session of this number (from 0): the proposed days from its own on, then the spare ones.

    An early start on another day comes before a late one on its own.
    """
    turned = [*days[number % len(days) :], *days[: number % len(days)]]
    for row in (turned, spare):
        yield from ((day, start) for start in STARTS for day in row)


def spare_days(first: date, last: date, days: Sequence[date], days_off: frozenset[date]) -> list[date]:
    """The period's other days: Sundays, then working days; holidays aren't any."""
    every = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    others = [day for day in every if day not in days and day not in days_off]
    return sorted(others, key=lambda day: (day.weekday() != SUNDAY, day))


def first_choice(days: Sequence[date], number: int) -> tuple[date, time]:
    """Where a session goes for which nothing fits: staff see what stands in the way."""
    return days[number % len(days)], FIRST_START


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
