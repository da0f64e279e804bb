"""Working days by the published schedule and beyond it."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from skilleval.core.workdays import WorkCalendar, WorkdayResult, calendar_from, published_calendar, published_days

PUBLISHED = published_calendar()
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 20), True),  # Friday
        (date(2026, 3, 21), False),  # Saturday
        (date(2026, 2, 14), True),  # Saturday made up for the Spring Festival
        (date(2026, 2, 17), False),  # Spring Festival on a Tuesday
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # Saturday made up for the National Day
        (date(2027, 1, 1), True),  # unknown yet: a plain Friday
    ],
)
def test_published_days(day: date, expected: bool) -> None:
    assert PUBLISHED.is_workday(day) is expected


@pytest.mark.parametrize(
    ("day", "count", "expected", "provisional"),
    [
        (date(2026, 3, 20), 1, date(2026, 3, 23), False),
        (date(2026, 2, 12), 5, date(2026, 2, 26), False),  # over the Spring Festival and its make-up Saturday
        (date(2026, 9, 24), 5, date(2026, 10, 9), False),
        (date(2026, 12, 30), 1, date(2026, 12, 31), False),
        (date(2026, 12, 30), 2, date(2027, 1, 1), True),
        (date(2026, 12, 14), 20, date(2027, 1, 11), True),
        (date(2040, 6, 1), 5, date(2040, 6, 8), True),
        (date(2026, 3, 21), 0, date(2026, 3, 21), False),
    ],
)
def test_add(day: date, count: int, expected: date, provisional: bool) -> None:
    assert PUBLISHED.add(day, count) == WorkdayResult(expected, provisional)


@pytest.mark.parametrize(
    ("day", "count", "expected", "provisional"),
    [
        (date(2026, 3, 21), 5, date(2026, 3, 16), False),
        (date(2026, 10, 10), 5, date(2026, 9, 28), False),
        (date(2026, 2, 28), 5, date(2026, 2, 14), False),
        (date(2027, 1, 4), 1, date(2027, 1, 1), True),
        (date(2027, 1, 4), 2, date(2026, 12, 31), True),
        (date(2027, 1, 1), 1, date(2026, 12, 31), False),  # the day itself isn't counted
    ],
)
def test_subtract(day: date, count: int, expected: date, provisional: bool) -> None:
    assert PUBLISHED.subtract(day, count) == WorkdayResult(expected, provisional)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        PUBLISHED.add(date(2026, 3, 2), -1)


def test_without_a_schedule_everything_is_provisional() -> None:
    assert WorkCalendar().add(date(2026, 9, 30), 1) == WorkdayResult(date(2026, 10, 1), True)


def test_rows_entered_by_staff_extend_what_is_known() -> None:
    calendar = calendar_from([(date(2027, 1, 1), False), (date(2027, 1, 3), True)])
    assert calendar.known_until == date(2027, 12, 31)
    assert calendar.add(date(2026, 12, 31), 1) == WorkdayResult(date(2027, 1, 3), False)


def test_an_empty_schedule_knows_nothing() -> None:
    assert calendar_from([]) == WorkCalendar()


def test_published_days_are_named_in_chinese() -> None:
    days = published_days()
    assert (date(2026, 10, 1), False, "国庆节") in days
    assert (date(2026, 10, 10), True, "国庆节") in days
    assert [name for _, _, name in days if name.isascii()] == []
    assert len({day for day, _, _ in days}) == len(days)


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_counting_reaches_a_workday_with_as_many_on_the_way(day: date, count: int) -> None:
    found = PUBLISHED.add(day, count).date
    way = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    assert PUBLISHED.is_workday(found)
    assert sum(map(PUBLISHED.is_workday, way)) == count


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_subtracting_undoes_adding_from_a_workday(day: date, count: int) -> None:
    start = PUBLISHED.add(day, 1).date
    assert PUBLISHED.subtract(PUBLISHED.add(start, count).date, count).date == start
