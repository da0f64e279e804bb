"""What the admins of scheduling share: who may see and write, and pages of a row's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from scheduling import policy
from skilleval.core.admin import ScopedModelAdmin


class Scheduled(ScopedModelAdmin):
    """Seen by the provider's staff, written by its schedulers."""

    view_action = policy.VIEW
    change_action = policy.SCHEDULE

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": self.opts.verbose_name_plural} | (extra_context or {}))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Whoever schedules for one provider needn't choose it."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and db_field.name == "provider":
            mine = list(field.queryset[:2])
            field.initial = mine[0] if len(mine) == 1 else None
        return field

    def page(self, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        """The address of a page of one row; `view` takes this admin, the request and the row's key."""
        wrapped = self.admin_site.admin_view(lambda request, pk: view(self, request, pk))
        return path(f"<int:pk>/{name}/", wrapped, name=f"scheduling_{self.opts.model_name}_{name}")

    def scheduled_row(self, request: HttpRequest, pk: int) -> Any:
        """A row for somebody who schedules there: 404 for strangers, 403 for the provider's other roles."""
        found = self.get_object(request, str(pk))
        if found is None:
            raise Http404
        if not self.may(request, found, policy.SCHEDULE):
            raise PermissionDenied
        return found
