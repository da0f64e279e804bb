"""Working days by the State Council's holiday schedule, make-up workdays included (SPEC 3.6).

The published schedule ends with a known year. Beyond it only weekends are known: a count that touches such a day is
marked provisional (暂定) instead of failing, and is computed anew once the schedule is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkdayResult:
    """A day found by counting working days; provisional if any day counted lies beyond the published schedule."""

    date: date
    provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """Days off, make-up workdays, and the last day the published schedule covers (None: nothing is published)."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    known_until: date | None = None

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`: make-up days count, holidays and plain weekends don't."""
        if day in self.workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def is_known(self, day: date) -> bool:
        """Whether the published schedule covers `day`."""
        return self.known_until is not None and day <= self.known_until

    def add(self, day: date, count: int) -> WorkdayResult:
        """The `count`-th working day after `day`; `day` itself isn't counted (SPEC 3.5, 11). Zero gives `day`."""
        return self._count(day, count, ONE_DAY)

    def subtract(self, day: date, count: int) -> WorkdayResult:
        """The `count`-th working day before `day`; `day` itself isn't counted (SPEC 3.4). Zero gives `day`."""
        return self._count(day, count, -ONE_DAY)

    def between(self, day: date, until: date) -> int:
        """How many working days lie after `day` up to `until`, that day included; none if it isn't later."""
        return sum(self.is_workday(day + ONE_DAY * number) for number in range(1, (until - day).days + 1))

    def _count(self, day: date, count: int, step: timedelta) -> WorkdayResult:
        if count < 0:
            raise ValueError("a number of working days can't be negative")
        provisional = False
        while count:
            day += step
            provisional = provisional or not self.is_known(day)
            count -= self.is_workday(day)
        return WorkdayResult(day, provisional)


def calendar_from(schedule: Iterable[tuple[date, bool]]) -> WorkCalendar:
    """A calendar of stored rows (day, is it a make-up workday?), known to the end of the last year with a row."""
    rows = list(schedule)
    last_year = max((day.year for day, _ in rows), default=None)
    return WorkCalendar(
        holidays=frozenset(day for day, makeup in rows if not makeup),
        workdays=frozenset(day for day, makeup in rows if makeup),
        known_until=date(last_year, 12, 31) if last_year else None,
    )


def published_calendar() -> WorkCalendar:
    """The schedule that the chinesecalendar package carries (2004 to 2026 in version 1.11)."""
    return calendar_from([(day, makeup) for day, makeup, _ in published_days()])


def published_days() -> list[tuple[date, bool, str]]:
    """The package's days off and make-up workdays in order: (day, is it a make-up workday?, the holiday's name)."""
    from chinese_calendar import constants

    days = [(day, False, name) for day, name in constants.holidays.items()]
    days += [(day, True, name) for day, name in constants.workdays.items()]
    return [(day, makeup, CHINESE_NAMES.get(name, name)) for day, makeup, name in sorted(days)]


CHINESE_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
