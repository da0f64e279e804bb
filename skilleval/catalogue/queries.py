"""Reading the catalogue: the working-day calendar, and the directory's figures and lists."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from skilleval.catalogue.models import Holiday, Offering, Provider
from skilleval.core.workdays import WorkCalendar, calendar_from


def work_calendar() -> WorkCalendar:
    """Working days by the stored holiday schedule, known to the end of its last year (SPEC 3.6); one query."""
    return calendar_from(Holiday.objects.values_list("day", "is_workday"))


@dataclass(frozen=True)
class DirectoryFigures:
    """How much a year's directory lists."""

    year: int
    providers: int
    codes: int
    work_types: int
    offerings: int


def directory_figures(year: int) -> DirectoryFigures:
    """The counts of a year's directory: providers, occupation codes, code × work-type pairs and offerings."""
    counted = Offering.objects.filter(year=year).aggregate(
        providers=Count("provider", distinct=True),
        codes=Count("work_type__occupation", distinct=True),
        work_types=Count("work_type", distinct=True),
        offerings=Count("pk"),
    )
    return DirectoryFigures(year=year, **counted)


def provider_by_number(filing_number: str) -> Provider | None:
    """The provider with a filing number."""
    return Provider.objects.select_related("notice").filter(filing_number=filing_number).first()
