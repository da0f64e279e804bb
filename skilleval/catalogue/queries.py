"""Reading the catalogue: the working-day calendar, and the directory's figures and lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from skilleval.catalogue.models import Holiday, Offering, Provider, WorkType
from skilleval.core.workdays import WorkCalendar, calendar_from


def work_calendar() -> WorkCalendar:
    """Working days by the stored holiday schedule, known to the end of its last year (SPEC 3.6); one query."""
    return calendar_from(Holiday.objects.values_list("day", "is_workday"))


def holidays_from(new_year: date) -> QuerySet[Holiday]:
    """The schedule from the first day of a year on: enough to count working days forward from any later day."""
    return Holiday.objects.filter(day__gte=new_year).only("day", "is_workday").order_by("day")


@dataclass(frozen=True)
class DirectoryFigures:
    """How much a year's directory lists."""

    year: int
    providers: int
    codes: int
    work_types: int
    offerings: int


def directory_figures() -> DirectoryFigures | None:
    """The counts of the latest directory: what a city's notice lists, not what providers announce themselves.

    None before any directory is loaded.
    """
    listed = Offering.objects.exclude(notice=F("announcement"))
    year = listed.aggregate(year=Max("year"))["year"]
    if year is None:
        return None
    counted = listed.filter(year=year).aggregate(
        providers=Count("provider", distinct=True),
        codes=Count("work_type__occupation", distinct=True),
        work_types=Count("work_type", distinct=True),
        offerings=Count("pk"),
    )
    return DirectoryFigures(year=year, **counted)


def providers_listed() -> QuerySet[Provider]:
    """Providers with the names of their occupations and the number of different offerings, whatever their year."""
    item = Concat(Cast("offerings__work_type_id", CharField()), Value("/"), "offerings__level")
    any_offering = Q(offerings__isnull=False)
    names = "offerings__work_type__occupation__name"
    return Provider.objects.annotate(
        occupation_names=ArrayAgg(names, distinct=True, filter=any_offering, default=Value([])),
        items=Count(item, distinct=True, filter=any_offering),
    ).order_by(F("directory_no").asc(nulls_last=True), "filing_number")


def work_types_listed() -> QuerySet[WorkType]:
    """Work types by occupation code, with the levels offered and how many providers offer them."""
    return (
        WorkType.objects.annotate(
            levels=ArrayAgg("offerings__level", distinct=True, filter=Q(offerings__isnull=False), default=Value([])),
            providers=Count("offerings__provider", distinct=True),
        )
        .select_related("occupation")
        .order_by("occupation__code", "name")
    )


def latest_offerings(on: date) -> QuerySet[Offering]:
    """Each provider's offerings once: of several years the latest that has begun by a day."""
    latest = (
        Offering.objects.filter(valid_from__lte=on)
        .order_by("provider_id", "work_type_id", "level", "-year")
        .distinct("provider_id", "work_type_id", "level")
    )
    return Offering.objects.filter(pk__in=latest.values("pk")).with_names()


def provider_by_number(filing_number: str) -> Provider | None:
    """The provider with a filing number."""
    return Provider.objects.select_related("notice").filter(filing_number=filing_number).first()
