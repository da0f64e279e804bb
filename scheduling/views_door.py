"""The door on the day: who comes up, whether they are let in, who came (SPEC 8). Made for a phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from scheduling import papers, policy, services
from scheduling.door_links import links_for
from scheduling.forms import TicketNumberForm
from scheduling.models import AdmissionTicket
from scheduling.queries.attendance import barred, places_of, sittings_on
from scheduling.queries.tickets import ticket_of
from scheduling.views import private, signed_in, visible_ticket
from skilleval.core import clock
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.policy import can
from skilleval.core.scoping import reaches, scope_ids


@login_required
@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Find somebody by the number on their ticket, and the sittings of today with their rolls."""
    user = signed_in(request)
    if not reaches(user, policy.ATTEND):
        raise NotAllowed()
    form = TicketNumberForm(request.GET or None)
    if form.is_valid():
        found = AdmissionTicket.objects.visible_to(user).filter(number=form.cleaned_data["number"]).first()
        if found:
            return redirect("ticket_check", uuid=found.uuid)
        form.add_error("number", "没有找到这张准考证，请核对 14 位准考证号")
    today = clock.today()
    context = {"form": form, "today": today, "sittings": sittings_on(today, scope_ids(user, policy.ATTEND))}
    return private(render(request, "scheduling/door.html", context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where the QR code leads: staff see whether its holder is let in, and note them; the holder sees the ticket."""
    ticket, user = visible_ticket(request, uuid), signed_in(request)
    if not can(user, policy.VIEW, ticket.application.offering.provider):
        return redirect("ticket_page", uuid=uuid)
    if request.method == "POST":
        _note(request, ticket)
        return redirect("ticket_check", uuid=uuid)
    return private(render(request, "scheduling/ticket_check.html", _context(request, ticket)))


def _context(request: HttpRequest, ticket: AdmissionTicket) -> dict[str, Any]:
    now, today = clock.now(), clock.today()
    places = places_of(ticket.application)
    next_up = next((place for place in places if place.seat.ends > now), places[-1] if places else None)
    day = next_up.day if next_up else ticket.session.held_on
    return papers.ticket_context(ticket) | {
        "today": today,
        "newer": ticket_of(ticket.application) if ticket.withdrawn_at else None,
        "valid_places": places if ticket.withdrawn_at else [],
        "day": day,
        "barred": barred(ticket, day),
        "next_up": next_up,
        "others": [place for place in places if place is not next_up],
        "links": links_for(ticket, signed_in(request)),
    }


def _note(request: HttpRequest, ticket: AdmissionTicket) -> None:
    subject, present = request.POST.get("subject", ""), request.POST.get("present") == "1"
    try:
        noted = services.note_ticket(ticket, subject=subject, present=present, by=signed_in(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{noted.seat.candidate.name}：{noted.seat.get_subject_display()}{noted.word}")
