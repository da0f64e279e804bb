"""Windows made from a provider's pattern: a year of them by staff, or (demonstration only) beyond the notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from registration.enums import WindowShape
from registration.models import CalendarPattern, Window
from registration.queries.windows import calendars_of
from registration.services.windows import facts_of, note
from registration.windows import Planned, Window as PlannedWindow, WindowPattern, extend, plan_year
from skilleval.catalogue.models import Offering, Provider
from skilleval.core import audit, clock
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor


def preview_year(provider: Provider, *, year: int, on: date) -> list[Planned]:
    """What `generate_year` would make on a day, month by month, and what it leaves alone and why (SPEC 3.3).

    Raises Refused where the provider has no pattern.
    """
    return _planned(provider, _pattern(provider), year, on)


@transaction.atomic
def generate_year(provider: Provider, *, year: int, by: Actor | None, at: datetime) -> int:
    """Enter a year's windows by the provider's pattern; days already taken by a window are left alone (SPEC 3.3).

    Returns how many were made. Raises Refused where the provider has no pattern.
    """
    pattern = _pattern(provider)
    provider = Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    planned = _planned(provider, pattern, year, timezone.localdate(at))
    made = _store(provider, [one.window for one in planned if not one.why_not], WindowShape.STAFF, pattern)
    for window in made:
        note(window, before={}, after=facts_of(window), reason=f"按规律生成{year}年批次", by=by, at=at)
    audit.record("windows.generated", by=by, obj=provider, year=year, made=len(made))
    return len(made)


@transaction.atomic
def extend_calendars(on: date) -> int:
    """In the demonstration, carry calendars that ended before a day on by their own pattern to the end of its year.

    The new windows are marked as extended (演示推算), and so are the offerings they belong to. Windows of notices and
    of staff are never touched. Doing it twice changes nothing. Returns how many windows were made; raises Refused
    outside the demonstration.
    """
    if not clock.is_demo():
        raise Refused("只有演示环境可以推算批次；正式环境请由机构按公告设置")
    made = 0
    patterns = CalendarPattern.objects.select_related("provider").order_by("provider_id")
    calendars = calendars_of([pattern.provider for pattern in patterns])
    for pattern in patterns:
        windows = calendars.get(pattern.provider_id, [])
        if not windows or windows[-1].closes_on >= on:
            continue
        Provider.objects.select_for_update().get(pk=pattern.provider_id)
        fresh = extend(windows, as_rule(pattern), date(on.year, 12, 31))
        made += len(_store(pattern.provider, list(fresh), WindowShape.EXTENDED, pattern))
    _extend_offerings(on)
    return made


def as_rule(pattern: CalendarPattern) -> WindowPattern:
    """A stored pattern as the rule reads it."""
    return WindowPattern(
        opens_day=pattern.opens_day,
        closes_day=pattern.closes_day,
        exam_months_after=pattern.exam_months_after,
        exam_from_day=pattern.exam_from_day,
        skipped_exam_months=frozenset(pattern.skipped_exam_months),
        december_tentative=pattern.december_tentative,
        papers_days_after=pattern.papers_days_after,
        pay_days_after=pattern.pay_days_after,
    )


def _pattern(provider: Provider) -> CalendarPattern:
    pattern = CalendarPattern.objects.filter(provider=provider).first()
    if pattern is None:
        raise Refused("该机构还没有登记批次规律，请先在“批次规律”中填写", field="provider")
    return pattern


def _planned(provider: Provider, pattern: CalendarPattern, year: int, on: date) -> list[Planned]:
    """A year by the pattern; what is over already, or past a known end of the filing (SPEC 2.3), isn't made either."""
    taken = Window.objects.filter(provider=provider, closes_on__gte=date(year - 1, 1, 1), opens_on__year__lte=year)
    rows = plan_year(as_rule(pattern), year, list(taken.order_by("opens_on")))
    return [one if one.why_not else replace(one, why_not=_out_of_time(one.window, provider, on)) for one in rows]


def _out_of_time(window: PlannedWindow, provider: Provider, on: date) -> str:
    if window.closes_on < on:
        return "申报时间已经过去"
    if provider.filing_until and window.opens_on > provider.filing_until:
        return "晚于本机构备案的截止日期"
    return ""


def _store(
    provider: Provider, windows: list[PlannedWindow], shape: WindowShape, pattern: CalendarPattern
) -> list[Window]:
    return Window.objects.bulk_create(
        Window(
            provider=provider,
            label=window.label,
            opens_on=window.opens_on,
            closes_on=window.closes_on,
            exam_from=window.exam_from,
            exam_by=window.exam_by,
            tentative=window.tentative,
            papers_by=window.papers_by,
            pay_by=window.pay_by,
            shape=shape,
            notice=pattern.notice if shape == WindowShape.EXTENDED else None,
        )
        for window in windows
    )


def _extend_offerings(on: date) -> None:
    """Offerings of each provider's latest announced year stay in force as long as its extended windows are open."""
    ends = dict(
        Window.objects.filter(shape=WindowShape.EXTENDED)
        .values_list("provider_id")
        .annotate(last=Max("closes_on"))
        .filter(last__gte=on)
    )
    for provider_id, last in ends.items():
        announced = Offering.objects.filter(provider_id=provider_id, announcement__isnull=False)
        year = announced.aggregate(year=Max("year"))["year"]
        announced.filter(year=year, valid_until__lt=last).update(extended_until=last)
