"""审核理由 in the admin: everybody's, which the administrator keeps, and a provider's own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from registration.models import ReviewReason
from skilleval.accounts.policy import CATALOGUE_REFERENCE, CATALOGUE_VIEW
from skilleval.catalogue.admin import ManagedByProvider
from skilleval.core import scoping


@admin.register(ReviewReason)
class ReviewReasonAdmin(ManagedByProvider):
    """Reasons aren't deleted but retired; a reviewer's decision keeps the text it was made with."""

    view_action = CATALOGUE_VIEW
    list_display = ("text", "kind", "whose", "position", "retired_on")
    list_filter = ("kind",)
    list_select_related = ("provider",)
    search_fields = ("text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A provider's own, and those that everybody has."""
        user: Any = request.user
        rows = ReviewReason.objects.order_by("kind", "provider", "position", "pk")
        if scoping.everywhere(user, self.view_action):
            return rows
        return rows.filter(Q(provider=None) | Q(provider__in=scoping.scope_ids(user, self.view_action)))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        shared = obj is not None and obj.provider_id is None
        return super().has_view_permission(request, None if shared else obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only the administrator enters what everybody has."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and db_field.name == "provider":
            user: Any = request.user
            field.required = not scoping.everywhere(user, CATALOGUE_REFERENCE)
            field.empty_label = "所有评价机构"
        return field

    @admin.display(description="适用", ordering="provider")
    def whose(self, reason: ReviewReason) -> str:
        return str(reason.provider or "所有评价机构")
