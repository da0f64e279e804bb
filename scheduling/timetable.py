"""When proposed sessions are held (SPEC 7.4, 7.5): Saturdays of the assessment period, subjects one after the other.

The notices fix only the period and that theory and practical are on the same day (SICT and AIA 二（三）, notes). The
Saturday, the start and the pause are our proposal, which staff change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from skilleval.core.clock import SHANGHAI

SATURDAY = 5
FIRST_START = time(9, 0)
PAUSE = timedelta(minutes=30)

#: A start and an end.
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Period:
    """The days on which a window's candidates are assessed, both included; `tentative` if the year's end is open."""

    first: date
    last: date
    tentative: bool = False

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def propose_days(
    period: Period, *, not_before: date, count: int, days_off: frozenset[date] = frozenset()
) -> tuple[date, ...]:
    """A day for each of `count` sessions: the period's Saturdays in turn, from `not_before` on.

    `days_off` are public holidays, which are passed over. Where no Saturday is left, the period's last day; where the
    period is over, the next Saturday, which staff have to justify or move.
    """
    first = max(period.first, not_before)
    saturdays = [day for day in _days(first, period.last) if day.weekday() == SATURDAY and day not in days_off]
    days = saturdays or ([period.last] if period.last >= first else [_next_saturday(first, days_off)])
    return tuple(days[index % len(days)] for index in range(count))


@dataclass(frozen=True)
class Part:
    """A subject in a session's timetable: how many minutes one turn of it takes, and in how many turns it is sat."""

    subject: str
    minutes: int
    turns: int = 1


@dataclass(frozen=True)
class Timing:
    """When a session is held: from `starts_at` on `held_on`, but for the subjects that are on a day of their own."""

    held_on: date
    starts_at: time
    elsewhen: Mapping[str, date] = field(default_factory=dict)

    @property
    def starts(self) -> datetime:
        return datetime.combine(self.held_on, self.starts_at, tzinfo=SHANGHAI)

    def day_of(self, subject: str) -> date:
        return self.elsewhen.get(subject, self.held_on)


def turns(people: int, places: int) -> int:
    """In how many turns (轮次) so many people sit where there are so many places; at least one (SPEC 7.4)."""
    return max(1, -(-people // places))


def timetable(timing: Timing, parts: Sequence[Part], pause: timedelta = PAUSE) -> dict[str, tuple[Span, ...]]:
    """Start and end of each turn of each subject, in Shanghai's time (SPEC 7.4).

    Subjects of one day follow one another with a pause; the turns of a subject are back to back. Raises ValueError when
    a subject would not end on its day.
    """
    next_start: dict[date, datetime] = {}
    times: dict[str, tuple[Span, ...]] = {}
    for part in parts:
        day, length = timing.day_of(part.subject), timedelta(minutes=part.minutes)
        start = next_start.get(day) or datetime.combine(day, timing.starts_at, tzinfo=SHANGHAI)
        spans = tuple((start + length * turn, start + length * (turn + 1)) for turn in range(part.turns))
        if spans[-1][1].date() != day:
            raise ValueError(f"{part.subject} in {part.turns} turns from {start} doesn't end on the same day")
        times[part.subject], next_start[day] = spans, spans[-1][1] + pause
    return times


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _next_saturday(day: date, days_off: frozenset[date]) -> date:
    while day.weekday() != SATURDAY or day in days_off:
        day += timedelta(days=1)
    return day
