"""Windows in the admin: a provider's managers enter and move them, everybody of the provider reads them (SPEC 3.3)."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from registration.models import Window
from registration.window_changes import assessed
from skilleval.accounts.policy import CATALOGUE_VIEW
from skilleval.catalogue.admin import ManagedByProvider
from skilleval.core import clock
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_period
from skilleval.journeys.desk import window_year, windows


@admin.register(Window)
class WindowAdmin(ManagedByProvider):
    """Windows of notices and of staff. What follows from a change is the verbs', so there is no form that saves."""

    view_action = CATALOGUE_VIEW
    change_list_template = "windows/list.html"
    list_display = ("label", "applying", "assessment", "tag", "shape", "provider")
    list_filter = ("provider", "shape", "tentative")
    list_select_related = ("provider",)
    search_fields = ("provider__name", "label")
    date_hierarchy = "opens_on"
    actions = None

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "year/": window_year.window_year,
            "<int:pk>/adjust/": windows.window_adjust,
            "<int:pk>/confirm/": windows.window_confirm,
            "<int:pk>/take-back/": windows.window_take_back,
        }
        own = [path(route, self._page(view), name=view.__name__) for route, view in pages.items()]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return windows.window_add(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The window's page in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        return windows.window_page(self, request, object_id)

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="申报时间", ordering="opens_on")
    def applying(self, window: Window) -> str:
        return cn_period(window.opens_on, window.closes_on)

    @admin.display(description="评价时间", ordering="exam_by")
    def assessment(self, window: Window) -> str:
        return assessed(window)

    @admin.display(description="现在")
    def tag(self, window: Window) -> SafeString:
        return state_tag(*windows.standing_word(window, clock.today()))
