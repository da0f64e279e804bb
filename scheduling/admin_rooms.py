"""Pages of rooms and venues in the admin: a room's plan and stations, a venue's hours and closures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from scheduling import layouts
from scheduling.forms_rooms import CapacityForm, ClosureForm, HoursForm, PlanForm, SizeForm, StationsForm, hours_of
from scheduling.models import Room, Venue
from scheduling.queries.rooms import outside, spots_of
from scheduling.services import rooms
from skilleval.accounts.models import User
from skilleval.catalogue.models import Occupation, Offering
from skilleval.core import clock
from skilleval.core.errors import Refused


def plan_page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A room's plan, clicked or typed; begun from rows and columns; or taken away."""
    room: Room = modeladmin.scheduled_row(request, pk)
    spots, step = spots_of(room), request.POST.get("step", "") if request.method == "POST" else ""
    drawn = layouts.write(spots) or layouts.block(room.capacity, layouts.COMMON_COLUMNS)
    plan = PlanForm(request.POST if step == "save" else None, initial={"plan": drawn})
    size = SizeForm(request.POST if step == "size" else None)
    capacity = CapacityForm(request.POST if step == "remove" else None, initial={"capacity": room.capacity})
    if step == "save" and _saved(plan, request, lambda by, at: _lay_out(room, plan, by, at)):
        return _done(request, room, f"座位图已保存，可用 {_capacity(room)} 座")
    if step == "remove" and _saved(capacity, request, lambda by, at: _remove(room, capacity, by, at)):
        return _done(request, room, f"已不用座位图，容量 {_capacity(room)} 座")
    if step == "size" and size.is_valid():
        rows, columns = size.cleaned_data["rows"], size.cleaned_data["columns"]
        plan = PlanForm(initial={"plan": layouts.block(rows * columns, columns)})
    context = {
        "title": f"{room.name}座位图",
        "room": room,
        "grid": layouts.grid(spots),
        "form": plan,
        "size": size,
        "capacity": capacity,
    }
    return _page(modeladmin, request, "scheduling/admin_room_plan.html", context)


def stations_page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """How many practical stations a room has, for each occupation that the provider assesses."""
    room: Room = modeladmin.scheduled_row(request, pk)
    counts = dict(room.stations.values_list("occupation", "count"))
    occupations = _occupations(room, counts)
    form = StationsForm(request.POST or None, occupations=occupations, counts=counts)
    if request.method == "POST" and _saved(
        form, request, lambda by, at: rooms.set_stations(room, counts=form.counts, by=by, at=at)
    ):
        return _done(request, room, "操作工位已保存")
    context = {"title": f"{room.name}操作工位", "room": room, "form": form}
    return _page(modeladmin, request, "scheduling/admin_room_stations.html", context)


def hours_page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """When a venue is open, day by day."""
    venue: Venue = modeladmin.scheduled_row(request, pk)
    form = HoursForm(request.POST if request.method == "POST" else None, hours=hours_of(venue))
    if request.method == "POST" and _saved(
        form, request, lambda by, at: rooms.set_hours(venue, hours=form.hours, by=by, at=at)
    ):
        return _to_venue(request, venue, "开放时间已保存")
    context = {"title": f"{venue.name}开放时间", "venue": venue, "form": form}
    return _page(modeladmin, request, "scheduling/admin_venue_hours.html", context)


def closures_page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Days on which a venue can't be used: entered, and taken back."""
    venue: Venue = modeladmin.scheduled_row(request, pk)
    step = request.POST.get("reopen", "")
    form = ClosureForm(request.POST if request.method == "POST" and not step else None)
    if step.isdecimal():
        rooms.reopen(venue, closure=int(step), by=_user(request), at=clock.now())
        return _to_venue(request, venue, "停用已取消")
    if form.is_bound and _saved(form, request, lambda by, at: rooms.shut(venue, **form.cleaned_data, by=by, at=at)):
        return _to_venue(request, venue, "停用日期已登记")
    context = {"title": f"{venue.name}停用日期", "venue": venue, "form": form, "closures": list(venue.closures.all())}
    return _page(modeladmin, request, "scheduling/admin_venue_closures.html", context)


def _lay_out(room: Room, form: PlanForm, by: User, at: Any) -> Room:
    return rooms.lay_out(room, plan=form.cleaned_data["plan"], renumber=form.cleaned_data["renumber"], by=by, at=at)


def _remove(room: Room, form: CapacityForm, by: User, at: Any) -> Room:
    return rooms.remove_plan(room, capacity=form.cleaned_data["capacity"], by=by, at=at)


def _saved(form: forms.Form, request: HttpRequest, save: Callable[[Any, Any], object]) -> bool:
    """Whether a form was in order and its service took it; a refusal is shown at its field."""
    if not form.is_valid():
        return False
    try:
        save(request.user, clock.now())
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    return True


def _capacity(room: Room) -> int:
    room.refresh_from_db()
    return room.capacity


def _occupations(room: Room, counts: dict[int, int]) -> list[Occupation]:
    """What the provider assesses, and what the room has stations for already."""
    offered = Offering.objects.filter(provider=room.venue.provider_id).values("work_type__occupation")
    return list(Occupation.objects.filter(Q(pk__in=offered) | Q(pk__in=counts)).order_by("code"))


def _user(request: HttpRequest) -> Any:
    return request.user


def _done(request: HttpRequest, room: Room, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("admin:scheduling_room_change", room.pk)


def _to_venue(request: HttpRequest, venue: Venue, said: str) -> HttpResponse:
    messages.success(request, said)
    if found := outside(venue, clock.now()):
        messages.warning(request, f"有 {len(found)} 个场次不在开放时间内，已列在本页，请改期或换考场")
    return redirect("admin:scheduling_venue_change", venue.pk)


def _page(modeladmin: Any, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = modeladmin.admin_site.each_context(request) | {"opts": modeladmin.opts}
    return TemplateResponse(request, template, shared | context)
