"""The roll of a sitting in the admin: everybody by seat, noted as present or absent, saved in one go (SPEC 8)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from scheduling import policy, services
from scheduling.door import excused
from scheduling.models import Batch, Sitting
from scheduling.queries.attendance import counted, roll_of
from skilleval.core import clock
from skilleval.core.errors import Refused

NOTED = {"1": True, "0": False}


def roll_page(modeladmin: Any, request: HttpRequest, pk: int, sitting_pk: int) -> HttpResponse:
    """Who sits where and whether they came; what is posted is written line by line."""
    batch = modeladmin.get_object(request, str(pk))
    if batch is None:
        raise Http404
    if not modeladmin.may(request, batch, policy.ATTEND):
        raise PermissionDenied
    sitting = _sitting(batch, sitting_pk)
    if request.method == "POST":
        _save(request, sitting)
        return redirect("admin:scheduling_batch_roll", pk=batch.pk, sitting_pk=sitting.pk)
    roll, now = roll_of(sitting), clock.now()
    context = {
        "title": f"{sitting.get_subject_display()}签到表",
        "opts": Batch._meta,
        "batch": batch,
        "sitting": sitting,
        "roll": roll,
        "counts": counted(roll),
        "excused": excused(sitting.session.tickets_from, timezone.localdate(now)),
        "has_come": timezone.localdate(now) >= timezone.localdate(sitting.starts),
        "has_begun": now >= sitting.starts,
    }
    shared = modeladmin.admin_site.each_context(request)
    return TemplateResponse(request, "scheduling/admin_roll.html", shared | context)


def _sitting(batch: Batch, pk: int) -> Sitting:
    rows = Sitting.objects.select_related("session__batch__offering__provider", "room__venue")
    found = rows.filter(session__batch=batch, pk=pk, live=True).first()
    if found is None:
        raise Http404
    return found


def _save(request: HttpRequest, sitting: Sitting) -> None:
    by: Any = request.user
    try:
        rest = NOTED.get(request.POST.get("rest", ""))
        done = services.note_roll(sitting, _marks(request.POST), rest=rest, by=by, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return
    for place, why in done.refused:
        messages.error(request, f"{place.seat.number} 号 {place.seat.candidate.name}：{why}")
    if done.written or not done.refused:
        messages.success(request, f"已登记 {done.written} 人" if done.written else "没有变动")


def _marks(sent: QueryDict) -> dict[int, bool]:
    """What was changed on the page: a line left as it was shown doesn't undo what a colleague noted meanwhile."""
    marks = {}
    for name, value in sent.items():
        key = name.removeprefix("seat-")
        if key != name and key.isdecimal() and value in NOTED and value != sent.get(f"shown-{key}"):
            marks[int(key)] = NOTED[str(value)]
    return marks
