"""A session's page in the admin: one panel for each thing that staff do with it, each from a module of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from scheduling import admin_moves, admin_plan, admin_seats, admin_sheets, admin_staff, admin_tickets, policy
from scheduling.enums import BATCH_TONES
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from skilleval.core import clock


@dataclass(frozen=True)
class Panel:
    """A part of the page: its template, and the facts that it needs, asked for once."""

    template: str
    facts: Callable[[ExamSession, User, datetime], dict[str, Any]]


#: In the order in which they stand on the page.
PANELS: tuple[Panel, ...] = (
    Panel(admin_plan.TEMPLATE, admin_plan.facts),
    Panel(admin_seats.TEMPLATE, admin_seats.facts),
    Panel(admin_staff.TEMPLATE, admin_staff.facts),
    Panel(admin_tickets.TEMPLATE, admin_tickets.facts),
    Panel(admin_moves.TEMPLATE, admin_moves.facts),
    Panel(admin_sheets.TEMPLATE, admin_sheets.facts),
)


def session_page(modeladmin: Any, request: HttpRequest, pk: str) -> HttpResponse:
    """Everything about one session, for the staff of its provider; what is posted is its plan."""
    session, at = session_of(modeladmin, request, pk), clock.now()
    instead: dict[str, dict[str, Any]] = {}
    if request.method == "POST":
        require_scheduler(modeladmin, request, session)
        form = admin_plan.form_of(session, request.POST)
        if admin_plan.save(form, request, at):
            messages.success(request, f"第 {session.number} 场已保存")
            return redirect("admin:scheduling_examsession_change", session.pk)
        instead[admin_plan.TEMPLATE] = {"form": form}
    context = modeladmin.admin_site.each_context(request) | {
        "title": f"{session.batch.offering}　{session.batch.window.label}　第 {session.number} 场",
        "session": session,
        "batch": session.batch,
        "opts": ExamSession._meta,
        "tone": BATCH_TONES[session.state],
        "may_schedule": modeladmin.may(request, session, policy.SCHEDULE),
        "panels": [
            {"template": panel.template}
            | panel.facts(session, request.user, at)  # type: ignore[arg-type]
            | instead.get(panel.template, {})
            for panel in PANELS
        ],
    }
    return TemplateResponse(request, "scheduling/admin_session.html", context)


def session_of(modeladmin: Any, request: HttpRequest, pk: str | int) -> ExamSession:
    """The session somebody may see, with what its name needs; whoever may not gets 404."""
    found = modeladmin.get_object(request, str(pk))
    if found is None:
        raise Http404
    rows = ExamSession.objects.select_related(
        "batch__window__provider", "batch__offering__provider", "batch__offering__work_type__occupation"
    )
    return rows.get(pk=found.pk)


def require_scheduler(modeladmin: Any, request: HttpRequest, session: ExamSession) -> None:
    """403 for colleagues who look but don't plan."""
    if not modeladmin.may(request, session, policy.SCHEDULE):
        raise PermissionDenied
