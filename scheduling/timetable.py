"""When proposed sessions are held (SPEC 7.4, 7.5): Saturdays of the assessment period, subjects one after the other.

The notices fix only the period and that theory and practical are on the same day (SICT and AIA 二（三）, notes). The
Saturday, the start and the pause are our proposal, which staff change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from skilleval.core.clock import SHANGHAI

SATURDAY = 5
FIRST_START = time(9, 0)
PAUSE = timedelta(minutes=30)


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


def sitting_times(
    held_on: date, starts_at: time, minutes: Sequence[int], pause: timedelta = PAUSE
) -> tuple[tuple[datetime, datetime], ...]:
    """Start and end of each subject, back to back with a pause, in Shanghai's time.

    Raises ValueError when the last one would not end on the same day.
    """
    start = datetime.combine(held_on, starts_at, tzinfo=SHANGHAI)
    times = []
    for length in minutes:
        end = start + timedelta(minutes=length)
        times.append((start, end))
        start = end + pause
    if times and times[-1][1].date() != held_on:
        raise ValueError(f"subjects of {sum(minutes)} minutes from {starts_at} don't end on the same day")
    return tuple(times)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _next_saturday(day: date, days_off: frozenset[date]) -> date:
    while day.weekday() != SATURDAY or day in days_off:
        day += timedelta(days=1)
    return day
