"""准考证 of a group: who has a ticket, who took it, and all of the institution's as one file (SPEC 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registration.enums import ApplicationState
from registration.models import Application, Group, Window
from scheduling.enums import BundleKind
from scheduling.models import AdmissionTicket
from scheduling.queries.bundles import Made, Scope, made_of
from scheduling.services import bundles
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.journeys.groups.own import group_or_404, officer_page, private
from skilleval.journeys.groups.page import context_of


@dataclass(frozen=True)
class Line:
    """Somebody of the group with the ticket in force, None before it is out."""

    application: Application
    ticket: AdmissionTicket | None


@dataclass(frozen=True)
class Part:
    """The institution's tickets at the provider in one window, and the files made of them."""

    window: Window
    total: int
    made: list[Made]

    @property
    def waiting(self) -> bool:
        return any(one.waiting for one in self.made)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_tickets(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The group's tickets; a POST has a file made, and the page asks again by itself while it is."""
    group, at = group_or_404(request, uuid), clock.now()
    lines = _lines(group)
    windows = {line.ticket.session.batch.window: None for line in lines if line.ticket}
    if request.method == "POST":
        _ask(request, group, list(windows))
        return redirect("group_tickets", uuid=uuid)
    parts = [_part(group, window) for window in windows]
    context = context_of(group, timezone.localdate(at)) | {
        "lines": lines,
        "parts": parts,
        "out": sum(line.ticket is not None for line in lines),
        "unfetched": sum(line.ticket is not None and not line.ticket.first_fetched_at for line in lines),
        "taken_back": _taken_back(group),
        "waiting": any(part.waiting for part in parts),
        "here": "准考证",
    }
    return private(render(request, "groups/tickets.html", context))


def _ask(request: HttpRequest, group: Group, windows: list[Window]) -> None:
    kind, chosen = request.POST.get("kind", ""), request.POST.get("window", "")
    window = next((one for one in windows if str(one.pk) == chosen), None)
    if window is None or kind not in BundleKind.values:
        messages.error(request, "没有可以生成的准考证，发放后再下载")
        return
    try:
        bundles.ask(_scope(group, window), kind=kind, by=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)


def _lines(group: Group) -> list[Line]:
    people = Application.objects.filter(group=group, state__in=[ApplicationState.SCHEDULED, ApplicationState.COMPLETED])
    tickets: dict[int, Any] = {
        ticket.application_id: ticket
        for ticket in AdmissionTicket.objects.in_force()
        .filter(application__group=group)
        .select_related("session__batch__window")
    }
    return [Line(one, tickets.get(one.pk)) for one in people.select_related("candidate").order_by("number")]


def _taken_back(group: Group) -> list[AdmissionTicket]:
    """The last ticket of each who had one and has no seat now: why it was withdrawn, until they get another one."""
    rows = AdmissionTicket.objects.filter(application__group=group, application__state=ApplicationState.CONFIRMED)
    return list(
        rows.select_related("application__candidate").order_by("application_id", "-pk").distinct("application_id")
    )


def _part(group: Group, window: Window) -> Part:
    scope = _scope(group, window)
    return Part(window, scope.tickets().count(), made_of(scope))


def _scope(group: Group, window: Window) -> Scope:
    return Scope(group.offering.provider, institution=group.institution, window=window)
