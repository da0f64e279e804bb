"""The times one can come to a desk at, within its hours on working days (SPEC 5.1). Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from skilleval.core.workdays import WorkCalendar

Stretch = tuple[time, time]


@dataclass(frozen=True, order=True)
class Slot:
    """One stretch of time at a desk on a day, and how many can still come then."""

    day: date
    starts: time
    ends: time
    left: int = 0

    @property
    def key(self) -> str:
        """As a page sends it back: 2026-03-10T09:30."""
        return f"{self.day}T{self.starts:%H:%M}"


@dataclass(frozen=True)
class Taken:
    """A place that somebody holds."""

    day: date
    starts: time
    ends: time
    place: int


def times(hours: Iterable[Stretch], minutes: int) -> list[Stretch]:
    """The slots of a day: each stretch of the hours cut from its beginning; a rest too short for one is left out."""
    found = []
    for opens, closes in sorted(hours):
        start, last = _minute(opens), _minute(closes) - minutes
        found += [(_time(at), _time(at + minutes)) for at in range(start, last + 1, minutes)]
    return found


def open_days(first: date, last: date, calendar: WorkCalendar, closed: Iterable[tuple[date, date]]) -> list[date]:
    """The working days from `first` to `last` on which the desk isn't closed; closures include both their days."""
    ranges = list(closed)
    return [
        day
        for day in _days(first, last)
        if calendar.is_workday(day) and not any(begin <= day <= end for begin, end in ranges)
    ]


def slots_of(days: Iterable[date], day_times: Collection[Stretch], capacity: int, taken: Iterable[Taken]) -> list[Slot]:
    """Every slot of the days with what is left of its capacity; a place held takes one of each slot it overlaps."""
    held: dict[date, list[Taken]] = {}
    for one in taken:
        held.setdefault(one.day, []).append(one)
    return [
        Slot(day, starts, ends, max(capacity - len(_overlapping(held.get(day, ()), starts, ends)), 0))
        for day in days
        for starts, ends in day_times
    ]


def free_place(slot: Slot, capacity: int, taken: Iterable[Taken]) -> int | None:
    """The lowest place of a slot that nobody holds, counted from 1; None where all are taken."""
    places = {one.place for one in _overlapping([one for one in taken if one.day == slot.day], slot.starts, slot.ends)}
    if len(places) >= capacity:
        return None
    return next((place for place in range(1, capacity + 1) if place not in places), None)


def is_over(day: date, starts: time, now: datetime) -> bool:
    """Whether a slot has begun, `now` being a moment in Shanghai."""
    return (day, starts) <= (now.date(), now.time().replace(tzinfo=None))


def _overlapping(taken: Iterable[Taken], starts: time, ends: time) -> list[Taken]:
    return [one for one in taken if one.starts < ends and starts < one.ends]


def _days(first: date, last: date) -> Iterator[date]:
    for ahead in range((last - first).days + 1):
        yield first + timedelta(days=ahead)


def _minute(value: time) -> int:
    return value.hour * 60 + value.minute


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)
