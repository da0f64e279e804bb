"""Calendar arithmetic in years and months (SPEC 4): a day that a month lacks is that month's last day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


def last_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def day_in_month(year: int, month: int, day: int) -> date:
    """Day `day` of a month, or the month's last day where it is shorter."""
    return date(year, month, day if day <= 28 else min(day, monthrange(year, month)[1]))


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later (earlier if negative)."""
    index = day.year * 12 + day.month - 1 + months
    return day_in_month(index // 12, index % 12 + 1, day.day)


def anniversary(day: date, years: int) -> date:
    """The `years`-th anniversary of a day; that of 29 February in a common year is 28 February (SPEC 4)."""
    return add_months(day, 12 * years)


@dataclass(frozen=True, order=True)
class Span:
    """A length of time in whole calendar years, months and days."""

    years: int = 0
    months: int = 0
    days: int = 0


def elapsed(start: date, end: date) -> Span:
    """Calendar time from `start` up to, not including, `end`; nothing if `end` isn't later (SPEC 4)."""
    if end <= start:
        return Span()
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return Span(months // 12, months % 12, (end - add_months(start, months)).days)
