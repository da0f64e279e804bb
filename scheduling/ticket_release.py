"""When admission tickets come out (SPEC 3.4; KUPAS, SICT and AIA 二（五））.

KUPAS 3 days before the assessment, SICT 7 days, AIA 5 working days to institutions and 7 days to individuals: the
numbers and units are the provider's, the counting is here.
"""

from datetime import date, timedelta

from skilleval.catalogue.enums import DayUnit
from skilleval.core.workdays import WorkCalendar, WorkdayResult


def tickets_from(exam_date: date, lead: int, unit: str, calendar: WorkCalendar) -> WorkdayResult:
    """The first day on which tickets for an assessment day may be had, `lead` calendar or working days before it.

    Raises ValueError for an unknown unit or a negative lead.
    """
    if unit == DayUnit.WORKING:
        return calendar.subtract(exam_date, lead)
    if unit != DayUnit.CALENDAR or lead < 0:
        raise ValueError(f"no such ticket lead: {lead} {unit}")
    return WorkdayResult(exam_date - timedelta(days=lead), provisional=False)


def released_on(tickets_from: date, published_on: date) -> date:
    """The day tickets really come out: a session published after its release day releases at once (SPEC 3.4)."""
    return max(tickets_from, published_on)
