"""Calendar arithmetic, held against dateutil, which SPEC 4 names as the measure."""

from datetime import date

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, strategies as st

from skilleval.core.dates import Span, add_months, anniversary, day_in_month, elapsed, last_of_month

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 12, 31)),
        (date(2028, 2, 29), 5, date(2033, 2, 28)),
    ],
)
def test_anniversary(day: date, years: int, expected: date) -> None:
    assert anniversary(day, years) == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
    ],
)
def test_add_months(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2021, 3, 10), date(2026, 3, 10), Span(5, 0, 0)),
        (date(2021, 4, 11), date(2026, 4, 10), Span(4, 11, 30)),
        (date(2026, 1, 31), date(2026, 2, 28), Span(0, 1, 0)),
        (date(2026, 1, 31), date(2026, 3, 1), Span(0, 1, 1)),
        (date(2024, 2, 29), date(2025, 2, 28), Span(1, 0, 0)),
        (date(2026, 3, 10), date(2026, 3, 10), Span()),
        (date(2026, 3, 11), date(2026, 3, 10), Span()),
    ],
)
def test_elapsed(start: date, end: date, expected: Span) -> None:
    assert elapsed(start, end) == expected


def test_days_that_a_month_lacks_are_its_last() -> None:
    assert day_in_month(2026, 2, 30) == last_of_month(2026, 2) == date(2026, 2, 28)
    assert day_in_month(2028, 2, 31) == last_of_month(2028, 2) == date(2028, 2, 29)
    assert day_in_month(2026, 4, 30) == date(2026, 4, 30)


@given(DAYS, st.integers(min_value=-600, max_value=600))
def test_add_months_is_relativedelta(day: date, months: int) -> None:
    assert add_months(day, months) == day + relativedelta(months=months)


@given(DAYS, DAYS)
def test_elapsed_is_relativedelta(one: date, other: date) -> None:
    start, end = sorted((one, other))
    delta = relativedelta(end, start)
    assert elapsed(start, end) == Span(delta.years, delta.months, delta.days)
