"""考务材料 on a session's page: what there is to print of each sitting and of the whole day (SPEC 8, 14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from scheduling import policy
from scheduling.enums import BundleState, SessionState, SheetKind
from scheduling.models import ExamSession, SheetBundle
from scheduling.queries.bundles import is_stuck
from scheduling.queries.rolls import groups_of
from scheduling.services import printing
from scheduling.views import private
from skilleval.accounts.models import User
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.files import file_response
from skilleval.core.policy import can

TEMPLATE = "scheduling/_admin_sheets.html"


def facts(session: ExamSession, user: User, at: datetime) -> dict[str, Any]:
    """What the panel shows: a line for each sitting with its papers, the institutions, and the file of all of it."""
    sittings = session.sittings.exclude(room=None).select_related("room__venue").annotate(people=Count("seats"))
    turns = dict(session.sittings.order_by().values_list("subject").annotate(Max("rotation")))
    rows = [
        {"sitting": sitting, "turns": turns[sitting.subject]}
        for sitting in sittings.order_by("during", "room__name", "pk")
    ]
    published = session.state == SessionState.PUBLISHED
    people = sum(row["sitting"].people for row in rows)
    bundle = SheetBundle.objects.filter(session=session).first()
    return {
        "rows": rows,
        "people": people,
        "kinds": SheetKind.choices,
        "groups": groups_of(session) if published else [],
        "bundle": bundle,
        "stuck": bundle is not None and bundle.state == BundleState.WAITING and is_stuck(bundle),
        "large": people > printing.MOST_AT_ONCE,
        "one_by_one": people > printing.MOST_OF_A_KIND,
        "draft": not published,
        "cancelled": session.state == SessionState.CANCELLED,
        "may_print": can(user, policy.ATTEND, session.batch.offering.provider),
    }


@require_safe
def kind_page(request: HttpRequest, session: ExamSession, kind: str) -> HttpResponse:
    """One kind of paper for all sittings, or everything in one file."""
    if kind == "all":
        return _shown(request, session, lambda: printing.print_session(session, by=_user(request), at=clock.now()))
    if kind not in SheetKind.values:
        raise Http404
    return _shown(request, session, lambda: printing.print_sheets(session, kind, by=_user(request), at=clock.now()))


@require_safe
def sitting_page(request: HttpRequest, session: ExamSession, kind: str, sitting_pk: int) -> HttpResponse:
    """One kind of paper for one sitting."""
    sitting = session.sittings.filter(pk=sitting_pk).first()
    if sitting is None or kind not in SheetKind.values:
        raise Http404
    return _shown(
        request,
        session,
        lambda: printing.print_sheets(session, kind, sitting=sitting, by=_user(request), at=clock.now()),
    )


@require_safe
def group_page(request: HttpRequest, session: ExamSession, group_pk: int) -> HttpResponse:
    """团体考生名单 of an institution that has people in the session."""
    group = next((group for group in groups_of(session) if group.pk == group_pk), None)
    if group is None or session.state != SessionState.PUBLISHED:
        raise Http404
    return _shown(request, session, lambda: printing.print_group(group, by=_user(request), at=clock.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def ask_page(request: HttpRequest, session: ExamSession) -> HttpResponse:
    """Have a large session's papers made in the background (POST only)."""
    if request.method != "POST":
        return _back(session)
    try:
        printing.ask_for_all(session, by=_user(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "正在生成全部材料，可以离开本页，稍后回来下载")
    return _back(session)


@require_safe
def file_page(request: HttpRequest, session: ExamSession) -> FileResponse:
    """The file that was made."""
    bundle = SheetBundle.objects.filter(session=session, state=BundleState.READY).select_related("file").first()
    if bundle is None or bundle.file is None:
        raise Http404
    bundle.session = session
    printing.note_taken(bundle, by=_user(request))
    return file_response(bundle.file, as_attachment=False)


def _for_session(view: Any) -> Any:
    """The view as the admin calls it; whether somebody may is the session's, and the service's, to say."""
    return lambda modeladmin, *arguments, **keys: view(*arguments, **keys)


#: The panel's addresses below a session's own: name, view, and what follows in the address.
PAGES = (
    ("sheets", _for_session(kind_page), "<slug:kind>/"),
    ("sheet", _for_session(sitting_page), "<slug:kind>/<int:sitting_pk>/"),
    ("group_list", _for_session(group_page), "<int:group_pk>/"),
    ("sheets_ask", _for_session(ask_page)),
    ("sheets_file", _for_session(file_page)),
)


def _shown(request: HttpRequest, session: ExamSession, make: Any) -> HttpResponse:
    """The paper; where it is refused, the session's page with the reason."""
    try:
        printed: printing.Printed = make()
    except Refused as refusal:
        messages.error(request, refusal.message)
        return _back(session)
    response = HttpResponse(printed.content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{printed.name}"'
    return private(response)


def _back(session: ExamSession) -> HttpResponse:
    return redirect(reverse("admin:scheduling_examsession_change", args=[session.pk]) + "#sheets")


def _user(request: HttpRequest) -> Any:
    return request.user
