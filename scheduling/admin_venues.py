"""考点 and 考场 in the admin: where they are, how many they hold, when they are open."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from scheduling import admin_rooms, layouts, policy
from scheduling.admin_base import Scheduled
from scheduling.enums import Weekday
from scheduling.forms_rooms import RoomForm, hours_of
from scheduling.models import Room, Venue
from scheduling.opening import joined
from scheduling.queries.rooms import outside, spots_of
from skilleval.catalogue.admin import AuditedAdmin
from skilleval.core import clock
from skilleval.core.admin import ScopedInline


class RoomInline(ScopedInline, admin.TabularInline):  # type: ignore[type-arg]
    model = Room
    form = RoomForm
    extra = 1
    view_action = policy.VIEW
    add_action = policy.SCHEDULE
    change_action = policy.SCHEDULE


@admin.register(Venue)
class VenueAdmin(Scheduled, AuditedAdmin):
    """考点 with their rooms, hours and closures."""

    scope = "provider"
    add_action = policy.SCHEDULE
    list_display = ("name", "address", "places", "provider")
    list_select_related = ("provider",)
    ordering = ("provider", "name")  # counting rooms drops the model's own
    search_fields = ("name", "address")
    inlines: ClassVar[Any] = [RoomInline]
    change_form_template = "scheduling/admin_venue.html"

    class Media:
        css: ClassVar[Any] = {"all": ("portal/planning.css", "portal/rooms.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Venue]:
        rows: QuerySet[Venue] = super().get_queryset(request).annotate(room_count=Count("rooms"))
        return rows

    @admin.display(description="考场")
    def places(self, venue: Any) -> str:
        return f"{venue.room_count} 个"

    def get_urls(self) -> list[URLPattern]:
        pages = [self.page("hours", admin_rooms.hours_page), self.page("closures", admin_rooms.closures_page)]
        return pages + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        venue = self.get_object(request, object_id)
        facts = _venue_facts(venue) | {"may_schedule": self.may(request, venue, policy.SCHEDULE)} if venue else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | facts)


@admin.register(Room)
class RoomAdmin(Scheduled, AuditedAdmin):
    """A room's page: name and capacity, its plan, its stations. Reached from its venue's."""

    scope = "venue__provider"
    form = RoomForm
    list_display = ("name", "venue", "capacity")
    list_filter = ("venue",)
    list_select_related = ("venue",)
    change_form_template = "scheduling/admin_room.html"

    class Media:
        css: ClassVar[Any] = {"all": ("portal/planning.css", "portal/rooms.css")}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        pages = [self.page("plan", admin_rooms.plan_page), self.page("stations", admin_rooms.stations_page)]
        return pages + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        room = self.get_object(request, object_id)
        facts = _room_facts(room) | {"may_schedule": self.may(request, room, policy.SCHEDULE)} if room else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | facts)


def _venue_facts(venue: Venue) -> dict[str, Any]:
    hours = hours_of(venue)
    rooms = venue.rooms.annotate(spots=Count("places")).prefetch_related("stations__occupation")
    return {
        "week": [(day.label, joined(hours, day.value)) for day in Weekday] if hours else [],
        "closures": list(venue.closures.filter(last__gte=clock.today())),
        "outside": outside(venue, clock.now()),
        "rooms": list(rooms.order_by("name")),
    }


def _room_facts(room: Room) -> dict[str, Any]:
    return {
        "room": room,
        "grid": layouts.grid(spots_of(room)),
        "stations": list(room.stations.select_related("occupation").order_by("occupation__code")),
    }
