"""The admission ticket: as a page, as a PDF, in the calendar."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from registration.enums import ApplicationState
from registration.services import notify
from scheduling import papers, services
from scheduling.enums import FetchedAs
from scheduling.models import AdmissionTicket
from scheduling.queries.tickets import ticket_of
from skilleval.accounts.models import User
from skilleval.core import clock
from skilleval.core.errors import Refused

#: In which whoever's ticket was withdrawn gets another one; in others the application has ended.
AWAITING_A_SEAT = (ApplicationState.CONFIRMED, ApplicationState.SCHEDULED)


@login_required
@require_safe
def ticket_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The ticket as a page: every field, the QR code, the calendar, and then the PDF."""
    ticket = visible_ticket(request, uuid)
    newer = ticket_of(ticket.application) if ticket.withdrawn_at else None
    if _is_own(request, ticket) and ticket.withdrawn_at is None:
        _note(request, ticket, FetchedAs.PAGE)
    context = papers.ticket_context(ticket)
    days = [timezone.localdate(seat.starts) for seat in context["seats"]] or [ticket.session.held_on]
    awaited = ticket.application.state in AWAITING_A_SEAT
    context |= {"newer": newer, "awaited": awaited, "over": max(days) < clock.today()}
    context["own_page"] = notify.page_of(ticket.application) if _is_own(request, ticket) else ""
    context["replaced"] = AdmissionTicket.objects.filter(application=ticket.application).exclude(withdrawn_at=None)
    return private(render(request, "scheduling/ticket.html", context))


@login_required
@require_safe
def ticket_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The ticket as a PDF; refused once it was withdrawn, so that nobody prints it, and after the last day for it."""
    ticket = _in_force(request, uuid)
    if _is_own(request, ticket):
        services.require_downloadable([ticket], on=clock.today())
    _note(request, ticket, FetchedAs.PDF)
    response = HttpResponse(papers.ticket_pdf(ticket), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="ticket-{ticket.number}.pdf"'
    return private(response)


@login_required
@require_safe
def ticket_calendar(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The sittings as a calendar file."""
    ticket = _in_force(request, uuid)
    response = HttpResponse(papers.ticket_calendar(ticket, at=clock.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="exam-{ticket.number}.ics"'
    return private(response)


def visible_ticket(request: HttpRequest, uuid: UUID) -> AdmissionTicket:
    """A ticket with everything that stands on it, for whom it is; 404 for others."""
    ticket: AdmissionTicket = get_object_or_404(
        papers.load(AdmissionTicket.objects.visible_to(request.user)), uuid=uuid
    )
    return ticket


def _in_force(request: HttpRequest, uuid: UUID) -> AdmissionTicket:
    ticket = visible_ticket(request, uuid)
    if ticket.withdrawn_at:
        raise Refused("这张准考证已收回，请到报名进度页领取新的准考证")
    return ticket


def _note(request: HttpRequest, ticket: AdmissionTicket, how: str) -> None:
    own, by = _is_own(request, ticket), signed_in(request)
    services.note_fetched([ticket], how=how, by=by, at=clock.now(), handed=own)


def _is_own(request: HttpRequest, ticket: AdmissionTicket) -> bool:
    return ticket.application.candidate.user_id == signed_in(request).pk


def signed_in(request: HttpRequest) -> User:
    """Who asks, behind `login_required`."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def private(response: HttpResponse) -> HttpResponse:
    """An answer that nobody keeps."""
    response["Cache-Control"] = "private, no-store"
    return response
