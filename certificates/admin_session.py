"""A session's page: its sheets, what is still missing, until when, and the publication."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from certificates import policy
from certificates.enums import SHEET_TONES, SheetState
from certificates.models import MarkSheet, ResultHold, ResultSession
from certificates.models.marks import FIRST, SECOND
from certificates.queries.readings import SheetRow, faults_of, left_behind, lines_of, missing, waiting_in
from certificates.queries.results import publication_of
from certificates.queries.sessions import dues
from scheduling.models import ExamSession
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.policy import can


def session_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about a session's results on one page."""
    session = found_session(model_admin, request, pk)
    lines = lines_of(session)
    publication = publication_of(session)
    context = {
        "title": f"成绩：{session.batch.offering}　{session.batch.window.label} 第 {session.number} 场",
        "session": session,
        "due": dues([session], clock.today())[session.pk],
        "publication": publication,
        "panels": _panels(session, lines),
        "faults": [] if publication else faults_of(session, lines),
        "held": held_of(session),
        "behind": _behind(session, lines),
        "may_mark": may_mark(request, session),
        "history": _history(session),
    }
    return render(model_admin, request, "certificates/marks_session.html", context)


def found_session(model_admin: Any, request: HttpRequest, pk: int) -> ResultSession:
    """The session, where the admin's own queryset has it; otherwise 403 for colleagues, 404 for everybody else."""
    rows = model_admin.get_queryset(request).select_related(*model_admin.list_select_related)
    session: ResultSession | None = rows.filter(pk=pk).first()
    return session or turn_away(request, Provider.objects.filter(offerings__in=_offering_of(pk)))


def turn_away(request: HttpRequest, owners: QuerySet[Provider]) -> NoReturn:
    """403 for those who work for the owner in another role, who know of it anyway; 404 for everybody else."""
    user: Any = request.user
    if any(user.roles_in(provider) for provider in owners):
        raise PermissionDenied
    raise Http404


def _offering_of(session_id: int) -> QuerySet[Any]:
    return ExamSession.objects.filter(pk=session_id).values("batch__offering")


def may_mark(request: HttpRequest, session: ResultSession) -> bool:
    """Whether the user enters marks at the session's provider."""
    user: Any = request.user
    return can(user, policy.MARK, session.batch.offering.provider)


def require_marker(request: HttpRequest, session: ResultSession) -> None:
    """403 for everybody else."""
    if not may_mark(request, session):
        raise PermissionDenied


def held_of(session: ResultSession) -> int:
    """How many of those without a result an open case holds back."""
    held = ResultHold.objects.live().filter(application__in=waiting_in(session).values("pk"))
    return held.values("application").distinct().count()


def render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the admin."""
    page = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    return TemplateResponse(request, template, page, status=status)


def _panels(session: ResultSession, lines: dict[str, list[SheetRow]]) -> list[dict[str, Any]]:
    """A line for each subject: how many of how many are read, by whom, and whether it may begin yet."""
    sheets = {sheet.subject: sheet for sheet in MarkSheet.objects.filter(session=session)}
    over = {sitting.subject: sitting.ends for sitting in session.sittings.order_by("during")}
    now = clock.now()
    return [
        {
            "subject": subject,
            "label": MarkSheet(subject=subject).get_subject_display(),
            "sheet": sheets.get(subject),
            "tone": SHEET_TONES[sheets[subject].state] if subject in sheets else SHEET_TONES[SheetState.OPEN],
            "people": len(rows),
            "absent": sum(row.absent and not row.cancelled for row in rows),
            "cancelled": sum(row.cancelled for row in rows),
            "needed": sum(row.needs_mark for row in rows),
            "first": sum(row.needs_mark for row in rows) - len(missing(rows, FIRST)),
            "second": sum(row.needs_mark for row in rows) - len(missing(rows, SECOND)),
            "ends": over[subject],
            "over": over[subject] <= now,
        }
        for subject, rows in lines.items()
    ]


def _behind(session: ResultSession, lines: dict[str, list[SheetRow]]) -> list[tuple[str, str]]:
    """Where those sit whom the publication left behind, and what they lack."""
    keys, found = left_behind(session), dict[int, tuple[str, list[str]]]()
    for subject, rows in lines.items():
        for row in rows:
            if row.application_id in keys:
                _, lacking = found.setdefault(row.application_id, (row.place, []))
                lacking += [] if row.settled else [MarkSheet(subject=subject).get_subject_display()]
    return [
        (place, f"{'、'.join(lacking)}没有经两人录入的成绩" if lacking else "成绩册还没有复核")
        for place, lacking in found.values()
    ]


def _history(session: ResultSession) -> list[tuple[MarkSheet, Any]]:
    sheets = MarkSheet.objects.filter(session=session).prefetch_related("log")
    entries = [(sheet, entry) for sheet in sheets for entry in sheet.log.all() if entry.from_state]
    return sorted(entries, key=lambda pair: pair[1].pk, reverse=True)
