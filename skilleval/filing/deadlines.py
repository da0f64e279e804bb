"""The dates of filing special-capability items and providers (SPEC 11; PILOT 三（一）, （二））."""

from datetime import date, timedelta

from skilleval.core.dates import add_months, anniversary
from skilleval.core.workdays import WorkCalendar, WorkdayResult

FIRST_DAY, LAST_DAY = 20, 30
RECOMMENDATION_MONTHS = (2, 5, 8, 11)
APPLICATION_MONTHS = (3, 6, 9, 12)
SPECIFICATION_MONTHS = 3
PUBLICITY_DAYS = 5
FILING_YEARS = 3


def recommendation_open(day: date) -> bool:
    """Whether authorities may recommend items: 20th to 30th of February (to its end), May, August, November."""
    return day.month in RECOMMENDATION_MONTHS and FIRST_DAY <= day.day <= LAST_DAY


def provider_application_open(day: date) -> bool:
    """Whether providers may apply: 20th to 30th of March, June, September, December."""
    return day.month in APPLICATION_MONTHS and FIRST_DAY <= day.day <= LAST_DAY


def specification_due(passed_on: date) -> date:
    """The last day to develop specification and question bank after passing 机构评估: 3 months, else abandoned."""
    return add_months(passed_on, SPECIFICATION_MONTHS)


def publicity_ends(posted_on: date, calendar: WorkCalendar) -> WorkdayResult:
    """The last day of the public notice: 5 working days, counted from the day after it was posted."""
    return calendar.add(posted_on, PUBLICITY_DAYS)


def filing_valid_until(filed_on: date) -> date:
    """The last day of a filing: the day before its third anniversary."""
    return anniversary(filed_on, FILING_YEARS) - timedelta(days=1)
