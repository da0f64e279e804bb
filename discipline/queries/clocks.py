"""Which cases have waited too long for staff (SPEC 10): marked in lists, by the clock that reminders go by."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from discipline.due import REMINDED_AFTER
from discipline.models import Case
from discipline.queries.cases import FOR_PROVIDER, FOR_SUPERVISORS, workdays_waited
from skilleval.catalogue.queries import work_calendar
from skilleval.core.workdays import ONE_DAY

WAITING = (*FOR_PROVIDER, *FOR_SUPERVISORS)


def late_since(on: date) -> date:
    """What has waited since this day or an earlier one has waited too long."""
    calendar, day = work_calendar(), on
    while workdays_waited(day, on, calendar) <= REMINDED_AFTER:
        day -= ONE_DAY
    return day


def is_late(case: Case, limit: date) -> bool:
    """Whether a case has waited for staff since `late_since` or longer."""
    return case.state in WAITING and case.waiting_since <= limit


def late(limit: date) -> Q:
    """The cases that have."""
    return Q(state__in=WAITING, waiting_since__lte=limit)
