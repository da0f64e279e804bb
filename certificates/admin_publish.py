"""The page that publishes: what will happen to how many, and what still stands in the way."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from certificates.admin_session import found_session, held_of, render, require_marker
from certificates.models import ResultSession
from certificates.queries.readings import SheetRow, faults_of, lines_of, waiting_in
from certificates.queries.results import publication_of
from certificates.queries.sessions import dues
from certificates.services import publishing
from certificates.services.versions import Draft
from skilleval.core import clock
from skilleval.core.errors import Refused

SESSION = "admin:certificates_resultsession_change"
OFFERING = "admin:catalogue_offering_change"


def publish_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a session's results once it is confirmed how many they are."""
    session = found_session(model_admin, request, pk)
    require_marker(request, session)
    if request.method == "POST":
        return _publish(request, session)
    lines = lines_of(session)
    faults = faults_of(session, lines)
    drafts, ungraded = ([], "") if faults else _drafts(session, lines)
    context = {
        "title": "公布成绩",
        "session": session,
        "due": dues([session], clock.today())[session.pk],
        "publication": publication_of(session),
        "faults": [*faults, *([ungraded] if ungraded else [])],
        "weights_url": reverse(OFFERING, args=[session.batch.offering_id]) if ungraded else "",
        "held": held_of(session),
        "figures": _figures(drafts),
        "people": len(drafts),
    }
    return render(model_admin, request, "certificates/marks_publish.html", context)


def _publish(request: HttpRequest, session: ResultSession) -> HttpResponse:
    user: Any = request.user
    try:
        publishing.publish(session, by=user, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("admin:marks_publish_page", session.pk)
    messages.success(request, "成绩已公布，参评人员已收到通知")
    return redirect(SESSION, session.pk)


def _drafts(session: ResultSession, lines: dict[str, list[SheetRow]]) -> tuple[list[Draft], str]:
    """What would be published, or why it can't be graded."""
    try:
        return publishing.drafts_of(session, publishing.free(list(waiting_in(session))), lines), ""
    except Refused as refusal:
        return [], refusal.message


def _figures(drafts: list[Draft]) -> list[tuple[str, int]]:
    """How many pass, keep something for a resit, missed or lost a subject."""
    counts = Counter(word for draft in drafts for word in _words(draft))
    order = ("合格", "不合格", "保留合格科目，可以补考", "有科目缺考", "有科目成绩取消")
    return [(word, counts[word]) for word in order if counts[word]]


def _words(draft: Draft) -> list[str]:
    statuses = {mark.status for mark in draft.marks}
    told = ["合格" if draft.outcome.passed else "不合格"]
    told += ["保留合格科目，可以补考"] if draft.outcome.credits else []
    told += ["有科目缺考"] if "absent" in statuses else []
    return [*told, *(["有科目成绩取消"] if "cancelled" in statuses else [])]
