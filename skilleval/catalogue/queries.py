"""Reads of the catalogue."""

from __future__ import annotations

from skilleval.catalogue.models import Holiday
from skilleval.core.workdays import WorkCalendar, calendar_from


def work_calendar() -> WorkCalendar:
    """Working days by the stored holiday schedule (SPEC 3.6)."""
    return calendar_from(Holiday.objects.values_list("day", "is_workday"))
