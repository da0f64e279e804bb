"""The panel 准考证 of a session's page: how many are out, who hasn't fetched theirs, and all of them as one file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from scheduling.enums import BundleKind
from scheduling.models import AdmissionTicket, ExamSession
from scheduling.queries.bundles import Scope, made_of
from scheduling.services import bundles
from scheduling.services.reminding import unfetched
from skilleval.accounts.models import User
from skilleval.core import clock
from skilleval.core.errors import Refused

TEMPLATE = "scheduling/_admin_tickets.html"


def facts(session: ExamSession, user: User, at: datetime) -> dict[str, Any]:
    """What the panel shows."""
    tickets = AdmissionTicket.objects.in_force().filter(session=session)
    made = made_of(_scope(session))
    address = reverse("admin:scheduling_admissionticket_changelist")
    return {
        "out": tickets.count(),
        "unfetched": unfetched(session).count(),
        "unfetched_url": f"{address}?{urlencode({'session__id__exact': str(session.pk), 'fetched': 'no'})}",
        "made": made,
        "waiting": any(one.waiting for one in made),
    }


def tickets_page(modeladmin: Any, request: HttpRequest, session: ExamSession) -> HttpResponse:
    """Have the session's tickets made into one file (POST only)."""
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        try:
            bundles.ask(_scope(session), kind=_known(kind), by=request.user, at=clock.now())  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, refusal.message)
    return redirect(reverse("admin:scheduling_examsession_change", args=[session.pk]) + "#tickets")


def _known(kind: str) -> str:
    if kind not in BundleKind.values:
        raise Refused("请选择合并 PDF 或压缩包")
    return kind


def _scope(session: ExamSession) -> Scope:
    return Scope(session.batch.offering.provider, session=session)
