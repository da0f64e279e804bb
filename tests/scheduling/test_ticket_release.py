"""Tickets come out calendar or working days ahead; late sessions at once (SPEC 3.4)."""

from datetime import date

import pytest

from scheduling.ticket_release import released_on, tickets_from
from skilleval.core.workdays import WorkdayResult, published_calendar

PUBLISHED = published_calendar()


@pytest.mark.parametrize(
    ("exam_date", "lead", "unit", "expected", "provisional"),
    [
        (date(2026, 3, 21), 3, "calendar", date(2026, 3, 18), False),
        (date(2026, 3, 21), 7, "calendar", date(2026, 3, 14), False),
        (date(2026, 3, 21), 5, "working", date(2026, 3, 16), False),
        (date(2026, 10, 10), 5, "working", date(2026, 9, 28), False),
        (date(2026, 2, 28), 5, "working", date(2026, 2, 14), False),
        (date(2026, 3, 2), 3, "calendar", date(2026, 2, 27), False),
        (date(2026, 3, 21), 0, "calendar", date(2026, 3, 21), False),
        (date(2026, 3, 21), 0, "working", date(2026, 3, 21), False),
        (date(2027, 1, 23), 5, "working", date(2027, 1, 18), True),
        (date(2027, 1, 23), 7, "calendar", date(2027, 1, 16), False),
    ],
)
def test_tickets_from(exam_date: date, lead: int, unit: str, expected: date, provisional: bool) -> None:
    assert tickets_from(exam_date, lead, unit, PUBLISHED) == WorkdayResult(expected, provisional)


@pytest.mark.parametrize(("lead", "unit"), [(3, "weeks"), (-1, "calendar"), (-1, "working")])
def test_an_impossible_lead_is_refused(lead: int, unit: str) -> None:
    with pytest.raises(ValueError, match=r"lead|negative"):
        tickets_from(date(2026, 3, 21), lead, unit, PUBLISHED)


@pytest.mark.parametrize(
    ("published_on", "expected"),
    [
        (date(2026, 3, 1), date(2026, 3, 18)),
        (date(2026, 3, 18), date(2026, 3, 18)),
        (date(2026, 3, 20), date(2026, 3, 20)),
    ],
)
def test_a_late_session_releases_at_once(published_on: date, expected: date) -> None:
    assert released_on(date(2026, 3, 18), published_on) == expected
