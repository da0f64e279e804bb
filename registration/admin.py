"""A provider's calendar in the admin: windows by hand, and a year of them from the pattern (SPEC 3.3)."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from registration.enums import WindowShape
from registration.models import CalendarPattern, Window
from registration.services.calendars import generate_year
from skilleval.accounts.policy import CATALOGUE_MANAGE, CATALOGUE_VIEW
from skilleval.catalogue.admin import ManagedByProvider
from skilleval.core import clock
from skilleval.core.admin import confirm_action, scoped_action
from skilleval.core.policy import Actor


@admin.register(Window)
class WindowAdmin(ManagedByProvider):
    """Windows of notices and of staff; what is entered here counts as the provider's own."""

    view_action = CATALOGUE_VIEW
    list_display = ("label", "opens_on", "closes_on", "exam_from", "exam_by", "tentative", "shape", "provider")
    list_filter = ("provider", "shape", "tentative")
    list_select_related = ("provider",)
    search_fields = ("provider__name", "label")
    date_hierarchy = "opens_on"
    readonly_fields = ("shape",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.shape = WindowShape.STAFF
        super().save_model(request, obj, form, change)


def _generate(model_admin: Any, request: HttpRequest, queryset: Any, year: int) -> HttpResponse | None:
    by = cast(Actor, request.user)
    return confirm_action(
        model_admin,
        request,
        queryset.select_related("provider"),
        title=f"生成 {year} 年批次",
        consequences=[f"按所填规律建立 {year} 年的申报批次", "已有批次占用的日期不变，不会重复建立"],
        perform=lambda pattern, reason: generate_year(pattern.provider, year=year, by=by),
    )


@scoped_action(CATALOGUE_MANAGE, description="按规律生成本年批次")
def generate_this_year(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    return _generate(model_admin, request, queryset, clock.today().year)


@scoped_action(CATALOGUE_MANAGE, description="按规律生成明年批次")
def generate_next_year(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    return _generate(model_admin, request, queryset, clock.today().year + 1)


@admin.register(CalendarPattern)
class CalendarPatternAdmin(ManagedByProvider):
    list_display = ("provider", "opens_day", "closes_day", "exam_months_after", "exam_from_day", "december_tentative")
    list_select_related = ("provider",)
    actions = (generate_this_year, generate_next_year)
