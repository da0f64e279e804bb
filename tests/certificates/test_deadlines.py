"""Results are due in working days, provisional beyond the published schedule (SPEC 3.5)."""

from datetime import date

import pytest

from certificates.deadlines import results_due
from skilleval.core.workdays import WorkdayResult, published_calendar

PUBLISHED = published_calendar()


@pytest.mark.parametrize(
    ("completed_on", "inspection", "expected", "provisional"),
    [
        (date(2026, 3, 21), False, date(2026, 4, 20), False),
        (date(2026, 3, 21), True, date(2026, 5, 7), False),
        (date(2026, 1, 24), False, date(2026, 2, 27), False),
        (date(2026, 12, 3), False, date(2026, 12, 31), False),
        (date(2026, 12, 4), False, date(2027, 1, 1), True),
    ],
)
def test_results_due(completed_on: date, inspection: bool, expected: date, provisional: bool) -> None:
    due = results_due(completed_on, inspection=inspection, calendar=PUBLISHED)
    assert due == WorkdayResult(expected, provisional)


def test_the_number_of_days_is_the_providers() -> None:
    day = date(2026, 3, 2)
    assert results_due(day, inspection=False, calendar=PUBLISHED, days=1).date == date(2026, 3, 3)
    assert results_due(day, inspection=True, calendar=PUBLISHED, inspection_days=2).date == date(2026, 3, 4)
