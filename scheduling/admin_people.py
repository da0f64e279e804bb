"""Splitting and merging proposed sessions, and moving people between them: a page beside the session's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from scheduling import services
from scheduling.enums import SessionState
from scheduling.forms import MergeForm, MoveForm, SplitForm
from scheduling.models import ExamSession
from scheduling.queries.plans import seating_of
from skilleval.core import clock
from skilleval.core.errors import Refused


def people_page(modeladmin: Any, request: HttpRequest, session: ExamSession) -> HttpResponse:
    """Three forms, one verb each; what is refused is said at its field."""
    others = session.batch.sessions.filter(state=SessionState.PROPOSED, versions=None).exclude(pk=session.pk)
    verb = request.POST.get("verb", "")
    forms = _forms(request, session, others.order_by("number"), verb)
    if verb in VERBS and forms[verb].is_valid():
        try:
            seated_in = VERBS[verb](session, forms[verb].cleaned_data, {"by": request.user, "at": clock.now()})
        except Refused as refusal:
            forms[verb].add_error(refusal.field if refusal.field in forms[verb].fields else None, refusal.message)
        else:
            messages.success(request, f"已调整，第 {seated_in.number} 场现有 {seated_in.size} 人；请核对考场和座位")
            return redirect("admin:scheduling_examsession_change", seated_in.pk)
    context = modeladmin.admin_site.each_context(request) | {
        "title": f"第 {session.number} 场：拆分、合并、调整人员",
        "opts": ExamSession._meta,
        "batch": session.batch,
        "session": session,
        "others": others,
        "forms": forms,
        "most": session.batch.offering.provider.session_capacity,
        "open": session.state == SessionState.PROPOSED and not session.versions.exists(),
    }
    return TemplateResponse(request, "scheduling/admin_people.html", context)


def _split(session: ExamSession, data: dict[str, Any], who: dict[str, Any]) -> ExamSession:
    return services.split(session, people=data["people"], **who)


def _merge(session: ExamSession, data: dict[str, Any], who: dict[str, Any]) -> ExamSession:
    return services.merge(session, into=data["other"], **who)


def _move(session: ExamSession, data: dict[str, Any], who: dict[str, Any]) -> ExamSession:
    return services.move_people(session, to=data["other"], applications=data["people"], **who)


VERBS: dict[str, Callable[[ExamSession, dict[str, Any], dict[str, Any]], ExamSession]] = {
    "split": _split,
    "merge": _merge,
    "move": _move,
}


def _forms(request: HttpRequest, session: ExamSession, others: Any, verb: str) -> dict[str, Any]:
    """Each form, bound if it is the one that was sent."""
    people = [(row["application"].pk, f"{row['name']}（{row['application'].number}）") for row in seating_of(session)]
    sent = {verb: request.POST}
    return {
        "split": SplitForm(sent.get("split"), auto_id="split_%s", initial={"people": session.size // 2}),
        "merge": MergeForm(sent.get("merge"), auto_id="merge_%s", others=others),
        "move": MoveForm(sent.get("move"), auto_id="move_%s", others=others, people=people),
    }
