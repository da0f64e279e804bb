"""The public site: what can be applied for, by whom it is assessed, and everything a notice says about it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from registration.queries.windows import open_windows, windows_of
from skilleval.catalogue.enums import Level
from skilleval.catalogue.models import Contact, Occupation, Offering, Provider, WorkType
from skilleval.catalogue.queries import directory_figures, latest_offerings, providers_listed, work_types_listed
from skilleval.core import clock
from skilleval.journeys.public.cards import cards_for, open_cards
from skilleval.journeys.public.filters import ProviderFilter, WorkTypeFilter, any_of
from skilleval.journeys.public.kept import kept
from skilleval.journeys.public.offering_page import calendar_context, offering_context

SHOWN_ON_HOME = 12
FOUND_AT_MOST = 10


@require_safe
@kept
def home(request: HttpRequest) -> HttpResponse:
    """What can be applied for now and until when."""
    cards, more, waiting = open_cards(clock.today(), SHOWN_ON_HOME)
    context = {"cards": cards, "more": more, "waiting": waiting, "figures": directory_figures()}
    return render(request, "public/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Occupations and providers by name, code or filing number; a fragment for HTMX, else a page."""
    words = request.GET.get("q", "").split()[:5]
    context: dict[str, Any] = {"q": " ".join(words), "work_types": [], "providers": []}
    if words:
        work_types, providers = work_types_listed(), providers_listed()
        for word in words:
            work_types = work_types.filter(any_of(word, "name", "occupation__name", "occupation__code"))
            providers = providers.filter(any_of(word, "name", "short_name", "filing_number"))
        context |= {
            "work_types": _work_type_rows(work_types[:FOUND_AT_MOST]),
            "providers": list(providers[:FOUND_AT_MOST]),
            "most": FOUND_AT_MOST,
        }
    fragment = bool(getattr(request, "htmx", False))
    return render(request, "public/_found.html" if fragment else "public/search.html", context)


@require_safe
@kept
def provider_list(request: HttpRequest) -> HttpResponse:
    """The directory of providers."""
    on = clock.today()
    asked = ProviderFilter(request.GET, queryset=providers_listed(), on=on)
    windows = open_windows(on)
    rows = [(provider, windows.get(provider.pk)) for provider in asked.qs]
    return render(request, "public/provider_list.html", {"filter": asked, "rows": rows, "figures": directory_figures()})


@require_safe
@kept
def occupation_list(request: HttpRequest) -> HttpResponse:
    """The directory of occupations and work types."""
    asked = WorkTypeFilter(request.GET, queryset=work_types_listed(), on=clock.today())
    rows = _work_type_rows(asked.qs)
    groups = [(occupation, list(found)) for occupation, found in groupby(rows, key=lambda row: row["occupation"])]
    context = {"filter": asked, "groups": groups, "found": len(rows), "figures": directory_figures()}
    return render(request, "public/occupation_list.html", context)


@require_safe
@kept
def provider_detail(request: HttpRequest, filing_number: str) -> HttpResponse:
    """A provider: its offerings, windows of the year, contacts and terms."""
    on = clock.today()
    contacts = Prefetch("contacts", Contact.objects.select_related("notice").prefetch_related("hours"))
    providers = Provider.objects.select_related("notice").prefetch_related(contacts)
    provider = get_object_or_404(providers, filing_number=filing_number)
    context = {
        "provider": provider,
        "cards": cards_for(latest_offerings(on).filter(provider=provider), on),
        **calendar_context(windows_of(provider, on.year), on),
    }
    return render(request, "public/provider_detail.html", context)


@require_safe
@kept
def occupation_detail(request: HttpRequest, code: str) -> HttpResponse:
    """An occupation: who assesses it at which level, and whether one can apply now."""
    on = clock.today()
    occupation = get_object_or_404(Occupation.objects.select_related("notice"), code=code)
    offerings = latest_offerings(on).filter(work_type__occupation=occupation)
    cards = cards_for(offerings.order_by("work_type__name", "-level", "provider__filing_number"), on)
    cards.sort(key=lambda card: (card.offering.work_type.name, not card.can_apply, not card.current))
    return render(request, "public/occupation_detail.html", {"occupation": occupation, "cards": cards})


@require_safe
@kept
def offering_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """An offering with everything its notice says, and the one button to apply."""
    contacts = Prefetch("provider__contacts", Contact.objects.prefetch_related("hours"))
    offerings = Offering.objects.with_names().select_related("rule_set").prefetch_related("subjects", contacts)
    offering = get_object_or_404(offerings, pk=pk)
    return render(request, "public/offering_detail.html", offering_context(offering, clock.today(), request.user))


def _work_type_rows(rows: Any) -> list[dict[str, Any]]:
    """Work types with their levels in words, highest number first as the directory has it."""
    order = list(Level)
    return [_work_type_row(row, sorted((Level(level) for level in row.levels), key=order.index)) for row in rows]


def _work_type_row(row: WorkType, levels: list[Level]) -> dict[str, Any]:
    words = [str(level.label).split("/")[0] for level in levels]
    return {"work_type": row, "occupation": row.occupation, "levels": words, "providers": row.providers}  # type: ignore[attr-defined]
