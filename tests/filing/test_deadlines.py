"""The pilot's dates, at both ends of each period (SPEC 11)."""

from datetime import date

import pytest

from skilleval.core.workdays import WorkdayResult, published_calendar
from skilleval.filing.deadlines import (
    filing_valid_until,
    provider_application_open,
    publicity_ends,
    recommendation_open,
    specification_due,
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 19), False),
        (date(2026, 2, 20), True),
        (date(2026, 2, 28), True),
        (date(2028, 2, 29), True),
        (date(2026, 3, 1), False),
        (date(2026, 5, 30), True),
        (date(2026, 5, 31), False),
        (date(2026, 8, 31), False),
        (date(2026, 11, 20), True),
        (date(2026, 6, 25), False),
    ],
)
def test_recommendation_open(day: date, expected: bool) -> None:
    assert recommendation_open(day) is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 19), False),
        (date(2026, 3, 20), True),
        (date(2026, 3, 30), True),
        (date(2026, 3, 31), False),
        (date(2026, 6, 30), True),
        (date(2026, 12, 31), False),
        (date(2026, 5, 25), False),
    ],
)
def test_provider_application_open(day: date, expected: bool) -> None:
    assert provider_application_open(day) is expected


@pytest.mark.parametrize(
    ("passed_on", "due_on"),
    [
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 4, 15), date(2026, 7, 15)),
    ],
)
def test_specification_due(passed_on: date, due_on: date) -> None:
    assert specification_due(passed_on) == due_on


@pytest.mark.parametrize(
    ("posted_on", "expected"),
    [
        (date(2026, 2, 12), WorkdayResult(date(2026, 2, 26), False)),
        (date(2026, 3, 7), WorkdayResult(date(2026, 3, 13), False)),  # posted on a Saturday
        (date(2026, 12, 28), WorkdayResult(date(2027, 1, 4), True)),
    ],
)
def test_publicity_ends(posted_on: date, expected: WorkdayResult) -> None:
    assert publicity_ends(posted_on, published_calendar()) == expected


@pytest.mark.parametrize(
    ("filed_on", "until"),
    [
        (date(2025, 7, 1), date(2028, 6, 30)),
        (date(2026, 3, 1), date(2029, 2, 28)),
        (date(2024, 2, 29), date(2027, 2, 27)),
        (date(2025, 3, 1), date(2028, 2, 29)),
    ],
)
def test_filing_valid_until(filed_on: date, until: date) -> None:
    assert filing_valid_until(filed_on) == until


def test_the_months_in_which_each_may_hand_in() -> None:
    days = [date(2026, month, 25) for month in range(1, 13)]
    assert [day.month for day in days if recommendation_open(day)] == [2, 5, 8, 11]
    assert [day.month for day in days if provider_application_open(day)] == [3, 6, 9, 12]
