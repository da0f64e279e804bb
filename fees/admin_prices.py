"""收费标准 in the admin: the prices of one's provider, and what they would mean before they are saved (SPEC 6, 13)."""

from __future__ import annotations

from datetime import date
from functools import partial, update_wrapper
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fees import policy
from fees.models import FeeItem
from fees.price_forms import FeeItemForm
from fees.pricing import Fee, Schedule
from fees.queries.prices import schedule_of, schedule_with
from skilleval.catalogue.admin import AuditedAdmin
from skilleval.catalogue.models import Offering
from skilleval.core import clock
from skilleval.core.admin import visible
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import yuan

LIST = "admin:fees_feeitem_changelist"


class DayForm(forms.Form):
    """For which day a preview is."""

    on = forms.DateField(label="预览日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))


@admin.register(FeeItem)
class FeeItemAdmin(AuditedAdmin, QueuedModelAdmin):
    """收费标准: orders keep the price they were drawn with, so a new price is a new row from its first day on."""

    scope = "offering__provider"
    view_action = policy.VIEW
    add_action = policy.PRICES
    change_action = policy.PRICES
    form = FeeItemForm
    fields = FeeItemForm.Meta.fields
    change_form_template = "fees/price_form.html"
    change_list_template = "fees/price_list.html"
    list_display = ("offering", "what", "price", "validity", "tag", "sums")
    list_select_related = ("offering__work_type__occupation",)
    search_fields = ("offering__work_type__occupation__name", "offering__work_type__name", "title")
    search_help_text = "按职业、工种或费用名称查找"

    @property
    def queues(self) -> tuple[Queue, ...]:  # type: ignore[override]
        """Prices in force today, to come, and over."""
        on, order = clock.today(), ("offering", "kind", "subject", "title", "-valid_from")
        begun, over = Q(valid_from__lte=on), Q(valid_until__lt=on)
        return (
            Queue("now", "现行", begun & (Q(valid_until=None) | ~over), order, empty="今天有效的价格列在这里。"),
            Queue("later", "尚未生效", Q(valid_from__gt=on), order, empty="以后才生效的价格列在这里。"),
            Queue("over", "已截止", over, order, empty="有效期已过的价格列在这里。"),
            Queue("everything", "全部", Q(), order, mixed=True),
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(preview, self))
        return [
            path("preview/", update_wrapper(view, preview), name="fees_price_preview"),
            *super().get_urls(),
        ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The preview is for those who set prices; others read the public page."""
        columns = super().get_list_display(request)
        return [one for one in columns if one != "sums" or self.has_add_permission(request)]

    @admin.display(description="费用，适用于")
    def what(self, item: FeeItem) -> SafeString:
        return _two_lines(item.what, item.get_applies_to_display())

    @admin.display(description="金额", ordering="amount")
    def price(self, item: FeeItem) -> str:
        return yuan(item.amount)

    @admin.display(description="有效期", ordering="valid_from")
    def validity(self, item: FeeItem) -> SafeString:
        until = f"至 {item.valid_until:%Y-%m-%d}" if item.valid_until else "长期有效"
        return _two_lines(f"{item.valid_from:%Y-%m-%d} 起", until)

    @admin.display(description="现在")
    def tag(self, item: FeeItem) -> SafeString:
        on = clock.today()
        if item.valid_from > on:
            return state_tag("尚未生效", "info")
        over = item.valid_until is not None and item.valid_until < on
        return state_tag("已截止", "neutral") if over else state_tag("现行", "success")

    @admin.display(description="各收多少")
    def sums(self, item: FeeItem) -> SafeString:
        address = f"{reverse('admin:fees_price_preview')}?offering={item.offering_id}"
        return format_html('<a href="{}">预览<span class="visually-hidden">{}</span></a>', address, item.offering)


def _two_lines(first: str, second: str) -> SafeString:
    return format_html('<span class="cell-line">{}</span><span class="cell-line">{}</span>', first, second)


def preview(model_admin: FeeItemAdmin, request: HttpRequest) -> HttpResponse:
    """What a new candidate and each resit pay on a day: as published, and with the price in the form, unsaved."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return _published(model_admin, request)
    item = _item(model_admin, request)
    if item and not model_admin.has_change_permission(request, item):
        raise PermissionDenied
    form: Any = model_admin.get_form(request, item, change=item is not None)(request.POST, instance=item)
    context: dict[str, Any] = {"form": form, "item": item, "title": "收费标准预览"}
    status = 400
    if form.is_valid():
        shown = form.item(form.cleaned_data)
        on, status = _day(request.POST, max(clock.today(), shown.valid_from)), 200
        before, after = schedule_of(shown.offering, on), schedule_with(shown, on)
        context |= {"offering": shown.offering, "on": on, "rows": _compared(before, after)}
    return _render(model_admin, request, context, status)


def _published(model_admin: FeeItemAdmin, request: HttpRequest) -> HttpResponse:
    named = request.GET.get("offering", "")
    if not named:
        return redirect(LIST)
    seen = visible(model_admin.admin_site, Offering, request)
    offering = seen.filter(pk=named).first() if named.isascii() and named.isdecimal() and len(named) < 18 else None
    if offering is None:
        raise Http404
    on = _day(request.GET, clock.today())
    items = (
        FeeItem.objects.filter(offering=offering)
        .select_related("notice")
        .order_by("kind", "subject", "title", "-valid_from")
    )
    context = {
        "title": "收费标准预览",
        "offering": offering,
        "on": on,
        "schedule": schedule_of(offering, on),
        "items": items,
    }
    return _render(model_admin, request, context, 200)


def _compared(before: Schedule, after: Schedule) -> list[tuple[str, Fee, Fee]]:
    """Who pays: as published, and once the price is saved."""
    resits = zip(before.resits, after.resits, strict=True)
    return [("正考", before.new, after.new)] + [(f"只补考{one.name}", one.fee, other.fee) for one, other in resits]


def _item(model_admin: FeeItemAdmin, request: HttpRequest) -> FeeItem | None:
    """The price that the form changes; None for a new one."""
    key = request.POST.get("item", "")
    if not key:
        return None
    found: FeeItem | None = model_admin.get_object(request, key)
    if found is None:
        raise Http404
    return found


def _day(sent: Any, otherwise: date) -> date:
    form = DayForm(sent)
    return (form.cleaned_data["on"] if form.is_valid() else None) or otherwise


def _render(model_admin: Any, request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    page = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    return TemplateResponse(request, "fees/price_preview.html", page, status=status)
