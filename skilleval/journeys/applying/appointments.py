"""预约: the candidate books, moves and cancels their place at the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date, parse_time
from django.views.decorators.http import require_safe

from registration.models import Application, Appointment
from registration.queries import slots as queries
from registration.services import appointments as services
from registration.slots import Slot
from scheduling.icalendar import Appointment as Entry, calendar
from scheduling.queries.tickets import session_of
from skilleval.accounts.requests import person
from skilleval.catalogue.models import Contact
from skilleval.core import clock
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Refused
from skilleval.journeys.applying.originals import originals_of
from skilleval.journeys.applying.own import own_or_404
from skilleval.journeys.applying.steps import number_of, step_page


@login_required
@step_page
def application_appointment(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The appointment there is, and the slots of each day, to book or to move it to."""
    application, now = own_or_404(request, uuid), clock.now()
    standing = queries.own(person(request), application)
    if standing is None and not queries.waits_for_original(application):
        messages.info(request, "这项申报现在不需到窗口交原件。")
        return redirect("application_detail", uuid=uuid)
    refused = _changed(request, application, standing, now) if request.method == "POST" else None
    if request.method == "POST" and refused is None:
        return redirect("application_detail", uuid=uuid)
    standing = queries.own(person(request), application)  # in another tab it may have changed meanwhile
    desks = queries.desks_of(application.offering.provider)
    desk = _desk(request, desks, standing)
    context = {
        "application": application,
        "appointment": standing,
        "when": services.when(standing) if standing else "",
        "original": originals_of([application], {application.pk: _exam_day(application)}, clock.today()).get(
            application.pk
        ),
        "desks": desks,
        "desk": desk,
        **_days(request, queries.slots_at(desk, now) if desk else []),
        "refused": refused,
    }
    return render(request, "applying/appointment.html", context, status=refused.status if refused else 200)


@login_required
@require_safe
def appointment_calendar(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The standing appointment as a calendar file; fetched again after a change it replaces the entry."""
    application = own_or_404(request, uuid)
    standing = queries.own(person(request), application)
    if standing is None:
        raise Http404
    starts, ends = (datetime.combine(standing.day, at, tzinfo=SHANGHAI) for at in (standing.starts, standing.ends))
    entry = Entry(
        uid=f"{standing.uuid}@appointment",
        start=starts,
        end=ends,
        title="到窗口交报名表原件",
        place=standing.contact.value,
        description=f"申报 {application.number}，{application.offering}",
    )
    response = HttpResponse(calendar([entry], stamp=clock.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="appointment-{application.number}.ics"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _changed(
    request: HttpRequest, application: Application, standing: Appointment | None, now: datetime
) -> Refused | None:
    """Book, move or cancel as asked; why not, where it can't be."""
    by = person(request)
    try:
        if "cancel" in request.POST:
            if standing is None:
                raise Refused("预约已经取消，不需再取消")
            services.cancel(standing, by=by, at=now)
            messages.success(request, "预约已取消。原件仍须交到窗口，请另选时间。")
            return None
        desk, day, starts = _chosen(request, application)
        if standing:
            services.move(standing, contact=desk, day=day, starts=starts, by=by, at=now)
            messages.success(request, "已改约，前一天会提醒您。")
        else:
            services.book(application, contact=desk, day=day, starts=starts, by=by, at=now)
            messages.success(request, "已预约，前一天会提醒您。")
    except Refused as refused:
        return refused
    return None


def _chosen(request: HttpRequest, application: Application) -> tuple[Contact, Any, Any]:
    desk = queries.desk(application.offering.provider, number_of(request.POST.get("desk", "")))
    day_text, _, time_text = request.POST.get("slot", "").partition("T")
    try:
        day, starts = parse_date(day_text), parse_time(time_text)
    except ValueError:  # a day or an hour that doesn't exist
        day = starts = None
    if desk is None or day is None or starts is None:
        raise Refused("请选择一个时段", field="slot")
    return desk, day, starts


def _desk(request: HttpRequest, desks: list[Contact], standing: Appointment | None) -> Contact | None:
    """The desk asked for, else that of the appointment, else the first."""
    wanted = number_of(request.GET.get("desk") or request.POST.get("desk", "")) or (standing and standing.contact_id)
    return next((one for one in desks if one.pk == wanted), desks[0] if desks else None)


def _days(request: HttpRequest, slots: list[Slot]) -> dict[str, Any]:
    """The days there are, with how many places are left on each, and the slots of the one looked at."""
    days: dict[Any, list[Slot]] = {}
    for slot in slots:
        days.setdefault(slot.day, []).append(slot)
    try:
        wanted = parse_date(request.GET.get("day") or request.POST.get("slot", "").partition("T")[0])
    except ValueError:
        wanted = None
    free = [day for day, found in days.items() if any(slot.left for slot in found)]
    shown = wanted if wanted in days else free[0] if free else next(iter(days), None)
    return {
        "days": [{"day": day, "left": sum(slot.left for slot in found)} for day, found in days.items()],
        "shown": shown,
        "slots": days.get(shown, []),
    }


def _exam_day(application: Application) -> Any:
    session = session_of(application)
    return session.held_on if session else None
