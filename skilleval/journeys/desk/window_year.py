"""A year of a provider's windows on one page: which months each is for what, and what was changed (SPEC 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from registration.models import CalendarPattern, Window, WindowChange
from registration.queries.windows import history_of, windows_of
from registration.window_changes import changes, sentence
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.admin import visible
from skilleval.core.dates import last_of_month
from skilleval.journeys.desk.windows import standing_word

MONTHS = range(1, 13)
YEARS = 2  # shown before and after the one that is open


@dataclass(frozen=True)
class Row:
    """A window with the letters of its stages, month by month of the year, and in the next one."""

    window: Window
    word: str
    tone: str
    cells: tuple[str, ...]


def window_year(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The calendar of one provider's year, for whoever may see windows."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    providers = list(visible(model_admin.admin_site, Provider, request).order_by("name"))
    on = clock.today()
    year = _number(request.GET.get("year", ""), on.year)
    provider = next((one for one in providers if str(one.pk) == request.GET.get("provider")), None)
    if provider is None and providers:
        provider = providers[0]
    rows = [_row(window, year, on) for window in windows_of(provider, year)] if provider else []
    context = model_admin.admin_site.each_context(request) | {
        "title": f"{year} 年申报批次",
        "opts": Window._meta,
        "providers": providers,
        "provider": provider,
        "year": year,
        "years": range(year - YEARS, year + YEARS + 1),
        "months": [*MONTHS, "次年"],
        "rows": rows,
        "pattern": CalendarPattern.objects.filter(provider=provider).first() if provider else None,
        "history": [(one, _said(one)) for one in history_of(provider, year)] if provider else [],
        "may_add": bool(provider) and model_admin.has_add_permission(request),
    }
    return TemplateResponse(request, "windows/year.html", context)


def cells_of(window: Window, year: int) -> tuple[str, ...]:
    """The letters of a window's stages in each month of a year, and at last in the next year."""
    spans = [(date(year, month, 1), last_of_month(year, month)) for month in MONTHS]
    spans.append((date(year + 1, 1, 1), date(year + 1, 12, 31)))
    found = list(_stages(window))
    return tuple(
        "".join(letter for letter, first, last in found if first <= end and start <= last) for start, end in spans
    )


def _stages(window: Window) -> Iterator[tuple[str, date, date]]:
    yield "申", window.opens_on, window.closes_on
    if window.papers_by:
        yield "材", window.papers_by, window.papers_by
    if window.pay_by:
        yield "缴", window.pay_by, window.pay_by
    if window.tickets_from:
        yield "证", window.tickets_from, window.tickets_until or window.tickets_from
    yield "评", window.exam_from or window.exam_by, window.exam_by


def _row(window: Window, year: int, on: date) -> Row:
    return Row(window, *standing_word(window, on), cells_of(window, year))


def _said(change: WindowChange) -> str:
    if change.before and change.after:
        return sentence(changes(change.before, change.after))
    return "登记" if change.after else "收回"


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and 2000 <= int(text[:5]) <= 2100 else default
