"""How a provider's windows repeat, and a year of them made from it after a look at what there will be (SPEC 3.3)."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registration.models import CalendarPattern
from registration.services.calendars import generate_year, preview_year
from skilleval.accounts.policy import CATALOGUE_VIEW
from skilleval.catalogue.admin import ManagedByProvider
from skilleval.core import clock

#: A pattern is good for this year and the next: later notices may say otherwise.
AHEAD = 1


@admin.register(CalendarPattern)
class CalendarPatternAdmin(ManagedByProvider):
    view_action = CATALOGUE_VIEW
    list_display = ("provider", "applying", "assessed", "skipped", "years")
    list_select_related = ("provider",)
    actions = None

    def get_urls(self) -> list[URLPattern]:
        page = update_wrapper(self.admin_site.admin_view(partial(pattern_year, self)), pattern_year)
        return [path("<int:pk>/year/<int:year>/", page, name="pattern_year"), *super().get_urls()]

    @admin.display(description="申报时间")
    def applying(self, pattern: CalendarPattern) -> str:
        if (pattern.opens_day, pattern.closes_day) == (1, 31):
            return "每个自然月"
        over = "次月 " if pattern.opens_day > pattern.closes_day else " "
        return f"{pattern.opens_day} 日至{over}{pattern.closes_day} 日"

    @admin.display(description="评价时间")
    def assessed(self, pattern: CalendarPattern) -> str:
        after = {0: "当月", 1: "次月"}.get(pattern.exam_months_after, f"第 {pattern.exam_months_after} 个月")
        return f"截止后{after} {pattern.exam_from_day} 日起"

    @admin.display(description="不安排评价的月份")
    def skipped(self, pattern: CalendarPattern) -> str:
        return "、".join(f"{month} 月" for month in sorted(pattern.skipped_exam_months)) or "无"

    @admin.display(description="生成批次")
    def years(self, pattern: CalendarPattern) -> SafeString:
        year = clock.today().year
        links = [(reverse("admin:pattern_year", args=[pattern.pk, one]), one) for one in (year, year + AHEAD)]
        return format_html('<a href="{}">{} 年</a>　<a href="{}">{} 年</a>', *links[0], *links[1])


def pattern_year(model_admin: Any, request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """Which windows of a year will be made and which won't, and why; made once confirmed."""
    found = model_admin.get_object(request, str(pk))
    on = clock.today()
    if found is None or not on.year <= year <= on.year + AHEAD:
        raise Http404
    if not model_admin.has_change_permission(request, found):
        raise PermissionDenied
    if request.method == "POST":
        by: Any = request.user
        made = generate_year(found.provider, year=year, by=by, at=clock.now())
        messages.success(request, f"已生成 {made} 个批次" if made else "没有需要生成的批次")
        return redirect(reverse("admin:registration_window_changelist") + f"?provider__id__exact={found.provider_id}")
    rows = preview_year(found.provider, year=year, on=on)
    context = model_admin.admin_site.each_context(request) | {
        "title": f"生成 {year} 年批次",
        "opts": CalendarPattern._meta,
        "pattern": found,
        "year": year,
        "rows": rows,
        "fresh": sum(not row.why_not for row in rows),
    }
    return TemplateResponse(request, "windows/pattern_year.html", context)
