"""A session's page in the admin: one panel for each thing that staff do with it, each from a module of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from scheduling import policy
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
PANELS: tuple[Panel, ...] = ()


def session_page(modeladmin: Any, request: HttpRequest, pk: str) -> HttpResponse:
    """Everything about one session, for the staff of its provider."""
    found = modeladmin.get_object(request, pk)
    if found is None:
        raise Http404
    rows = ExamSession.objects.select_related(
        "batch__window__provider", "batch__offering__provider", "batch__offering__work_type__occupation"
    )
    session, at = rows.get(pk=found.pk), clock.now()
    context = modeladmin.admin_site.each_context(request) | {
        "title": f"{session.batch.offering}　{session.batch.window.label}　第 {session.number} 场",
        "session": session,
        "batch": session.batch,
        "opts": ExamSession._meta,
        "tone": BATCH_TONES[session.state],
        "may_schedule": modeladmin.may(request, session, policy.SCHEDULE),
        "panels": [
            {"template": panel.template} | panel.facts(session, request.user, at)  # type: ignore[arg-type]
            for panel in PANELS
        ],
    }
    return TemplateResponse(request, "scheduling/admin_session.html", context)
