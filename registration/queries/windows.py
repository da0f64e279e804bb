"""Which window is open, and which comes next: the stored windows, judged by `registration.windows`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from registration.models import Application, Window, WindowChange
from registration.window_changes import puts_off
from registration.windows import next_after, open_on
from skilleval.catalogue.models import Provider


def window_open_on(provider: Provider | str, on: date) -> Window | None:
    """The window one may apply in on a day, at a provider or at the holder of a filing number (SPEC 3.1–3.3).

    None for an unknown provider, and past a known end of its filing (SPEC 2.3).
    """
    windows = _usable(on).select_related("provider", "notice")
    if isinstance(provider, Provider):
        windows = windows.filter(provider=provider)
    else:
        windows = windows.filter(provider__filing_number=provider)
    return open_on(windows, on)


def open_windows(on: date) -> dict[int, Window]:
    """Every provider's open window on a day, by the provider's id; one query."""
    chosen = ((provider_id, open_on(windows, on)) for provider_id, windows in _by_provider(_usable(on)).items())
    return {provider_id: window for provider_id, window in chosen if window}


def providers_open_on(on: date) -> QuerySet[Window, int]:
    """The ids of providers with an open window, as a subquery for filters."""
    return _usable(on).values_list("provider_id", flat=True)


def windows_of(provider: Provider, year: int) -> list[Window]:
    """A provider's windows that open or close in a year, in order."""
    in_year = Q(opens_on__year=year) | Q(closes_on__year=year)
    return list(Window.objects.filter(in_year, provider=provider).select_related("notice").order_by("opens_on"))


def next_window(provider: Provider, after: Window) -> Window | None:
    """The first window after another one: where a batch rolls over to (SPEC 7.1).

    One that was prolonged may overlap the next, which has opened then and still comes after it.
    """
    later = _later(after.opens_on).filter(provider=provider, closes_on__gt=after.closes_on)
    return next_after(later, after.opens_on)


def window_from(provider: Provider, on: date) -> Window | None:
    """The window one can enter from a day on: the open one, else the next to open; None past the last known one."""
    return window_open_on(provider, on) or next_after(_later(on).filter(provider=provider), on)


def upcoming_windows(on: date) -> dict[int, Window]:
    """Every provider's first window that opens after a day, by the provider's id; one query."""
    chosen = ((provider_id, next_after(windows, on)) for provider_id, windows in _by_provider(_later(on)).items())
    return {provider_id: window for provider_id, window in chosen if window}


def in_use(window: Window) -> list[str]:
    """What refers to a window, of every app, in words; its own history aside."""
    relations: list[Any] = [found for found in Window._meta.get_fields(include_hidden=True) if _points_here(found)]
    return [
        str(relation.related_model._meta.verbose_name)
        for relation in relations
        if relation.related_model._base_manager.filter(**{relation.field.name: window}).exists()
    ]


def history_of(provider: Provider, year: int) -> list[WindowChange]:
    """What was entered, changed and taken back of a provider's windows that open or close in a year, latest first."""
    own = WindowChange.objects.filter(provider=provider)
    in_year = Q(before__opens_on__startswith=f"{year}-") | Q(before__closes_on__startswith=f"{year}-")
    gone = own.filter(in_year, window=None).values("label")
    return list(own.filter(Q(window__in=windows_of(provider, year)) | Q(window=None, label__in=gone)))


def changes_for(application: Application) -> list[WindowChange]:
    """What was changed of the window somebody is in since they came into it, in order."""
    if application.window_id is None:
        return []
    entered = application.roll_overs.filter(to_window=application.window_id).order_by("-pk").first()
    begun = entered or application.log.order_by("pk").first()
    found = WindowChange.objects.filter(window=application.window_id).exclude(before={}).order_by("pk")
    return list(found.filter(at__gte=begun.at) if begun else found)


def put_off(application: Application) -> bool:
    """Whether the provider moved the assessment period of somebody's window later: they may leave free (SPEC 6)."""
    return any(puts_off(change.before, change.after) for change in changes_for(application))


def calendars_of(providers: Iterable[Provider]) -> dict[int, list[Window]]:
    """All windows of some providers, by the provider's id: what a calendar is extended from; one query."""
    return _by_provider(Window.objects.filter(provider__in=list(providers)).order_by("opens_on"))


def _points_here(found: Any) -> bool:
    """Whether a field of Window is the other end of a foreign key."""
    return found.is_relation and found.auto_created and found.related_model is not WindowChange


def _usable(on: date) -> QuerySet[Window]:
    """Windows open on a day at providers whose filing hasn't ended."""
    filed = Q(provider__filing_until=None) | Q(provider__filing_until__gte=on)
    return Window.objects.open_on(on).filter(filed)


def _later(day: date) -> QuerySet[Window]:
    """Windows that open after a day, and not past a known end of the filing."""
    filed = Q(provider__filing_until=None) | Q(provider__filing_until__gte=F("opens_on"))
    return Window.objects.filter(filed, opens_on__gt=day)


def _by_provider(windows: Iterable[Window]) -> dict[int, list[Window]]:
    found: dict[int, list[Window]] = {}
    for window in windows:
        found.setdefault(window.provider_id, []).append(window)
    return found
