"""The ledger in the admin, and what is read off it: 财务总览 and 月结单, for finance staff and managers."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header

from fees import policy
from fees.models import LedgerEntry
from fees.queries.finance import Overview, overview, years_of
from fees.queries.months import Month, month_of, months_of
from fees.services import finance_books
from registration.models import Window
from skilleval.catalogue.models import Offering, Provider
from skilleval.core import clock
from skilleval.core.admin import ScopedModelAdmin
from skilleval.core.scoping import reaches, scope_ids
from skilleval.core.wording import cn_month, yuan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
ROWS_SHOWN = 100


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ScopedModelAdmin):
    """收支流水: what was booked, never changed."""

    scope = "receipt__provider"
    view_action = policy.BOOKS
    change_list_template = "fees/ledger.html"
    list_display = ("value_on", "kind", "sum", "order", "payer", "booked_by_label", "booked_at", "note")
    list_select_related = ("order", "receipt")
    list_filter = ("kind", "value_on")
    search_fields = ("order__number", "receipt__payer", "refund__number")
    search_help_text = "按订单编号、退费编号或付款人查找"
    ordering = ("-id",)
    show_full_result_count = False
    fields = ("value_on", "kind", "amount", "order", "receipt", "refund", "booked_by_label", "booked_at", "note")

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "overview": overview_page,
            "overview_xlsx": overview_xlsx,
            "month": month_page,
            "month_xlsx": month_xlsx,
            "month_pdf": month_pdf,
        }
        own = [
            path(f"{tail.replace('_', '/')}/", self._page(view), name=f"fees_{tail}") for tail, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="金额", ordering="amount")
    def sum(self, entry: LedgerEntry) -> str:
        return yuan(entry.amount)

    @admin.display(description="付款人")
    def payer(self, entry: LedgerEntry) -> str:
        return entry.receipt.payer


def overview_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """What is due, paid, refunded and doubtful, narrowed by what the address says."""
    on, provider = clock.today(), _provider(request)
    asked = _Asked(request, provider, on)
    found = asked.found()
    context = {
        "title": "财务总览",
        "found": found,
        "page": Paginator(found.rows, ROWS_SHOWN).get_page(request.GET.get("page")),
        "asked": asked,
        "years": years_of(provider, on),
        "windows": Window.objects.filter(provider=provider).order_by("-opens_on"),
        "offerings": _offerings(provider),
    }
    return _render(model_admin, request, "fees/overview.html", provider, context)


def overview_xlsx(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    provider, at = _provider(request), clock.now()
    found = _Asked(request, provider, clock.today()).found()
    content = finance_books.overview_book(provider, found, by=_user(request), at=at)
    return _file(content, f"财务总览-{provider.short_name or provider.name}-{clock.today():%Y%m%d}.xlsx", XLSX)


def month_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """A month's statement."""
    provider, on = _provider(request), clock.today()
    month = _month(request, provider, on)
    context = {
        "title": f"月结单：{cn_month(month.statement.first)}",
        "month": month,
        "statement": month.statement,
        "over": month.statement.last < on,
        "months": months_of(provider, on),
    }
    return _render(model_admin, request, "fees/month.html", provider, context)


def month_xlsx(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    month = _month(request, _provider(request), clock.today())
    content = finance_books.month_book(month, by=_user(request), at=clock.now())
    return _file(content, f"月结单-{month.number}.xlsx", XLSX)


def month_pdf(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The same to sign and seal."""
    month = _month(request, _provider(request), clock.today())
    content = finance_books.month_pdf(month, by=_user(request), at=clock.now())
    return _file(content, f"月结单-{month.number}.pdf", PDF, attachment=False)


class _Asked:
    """What an address narrows the overview to; what isn't there narrows nothing."""

    def __init__(self, request: HttpRequest, provider: Provider, on: date) -> None:
        self.provider = provider
        self.window = _one(Window.objects.filter(provider=provider), request.GET.get("window"))
        self.offering = _one(Offering.objects.filter(provider=provider), request.GET.get("offering"))
        year = request.GET.get("year", str(on.year))
        self.year = int(year) if len(year) == 4 and year.isascii() and year.isdecimal() else None
        if self.window:
            self.year = self.window.opens_on.year

    def found(self) -> Overview:
        return overview(self.provider, year=self.year, window=self.window, offering=self.offering)


def _one(rows: Any, key: str | None) -> Any:
    return rows.filter(pk=key).first() if key and key.isascii() and key.isdecimal() and len(key) < 18 else None


def _offerings(provider: Provider) -> Any:
    rows = Offering.objects.with_names().filter(provider=provider)
    return rows.order_by("-year", "work_type__occupation__code", "work_type__name", "-level")


def _provider(request: HttpRequest) -> Provider:
    """The provider an address names, of those whose books the user may read; else the first. 404 for another's."""
    user = _user(request)
    if not reaches(user, policy.BOOKS):
        raise PermissionDenied
    own = _own(user)
    named = request.GET.get("provider")
    found = _one(own, named) if named else own.first()
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


def _own(user: Any) -> Any:
    return Provider.objects.filter(pk__in=scope_ids(user, policy.BOOKS)).order_by("name")


def _month(request: HttpRequest, provider: Provider, on: date) -> Month:
    """The month an address names (2026-03), else the one before this; 404 for one to come, or none at all."""
    first = on.replace(day=1)
    named = request.GET.get("month", "")
    if not named:
        return month_of(provider, (first - timedelta(days=1)).replace(day=1))
    try:
        asked = date.fromisoformat(f"{named}-01")
    except ValueError as error:
        raise Http404 from error
    if asked > first:
        raise Http404
    return month_of(provider, asked)


def _user(request: HttpRequest) -> Any:
    return request.user


def _render(
    model_admin: Any, request: HttpRequest, template: str, provider: Provider, context: dict[str, Any]
) -> HttpResponse:
    common = {"opts": model_admin.opts, "provider": provider, "providers": _own(_user(request))}
    return TemplateResponse(request, template, model_admin.admin_site.each_context(request) | common | context)


def _file(content: bytes, name: str, content_type: str, *, attachment: bool = True) -> HttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(attachment, name) or "",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
