"""What a session's plan would come to, answered while staff edit it; nothing is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from scheduling import admin_plan, services
from scheduling.enums import SessionState
from scheduling.models import ExamSession
from skilleval.core import clock


def check_page(modeladmin: Any, request: HttpRequest, session: ExamSession) -> HttpResponse:
    """The timetable and the conflicts of the values in the form."""
    form, rehearsal = admin_plan.form_of(session, request.GET), None
    if session.state == SessionState.PROPOSED and form.is_valid():
        rehearsal = services.rehearse(
            session, timing=form.timing, rooms=form.rooms, reason=form.cleaned_data["reason"], at=clock.now()
        )
    context = {"session": session, "form": form, "rehearsal": rehearsal}
    return TemplateResponse(request, "scheduling/_admin_check.html", context)
