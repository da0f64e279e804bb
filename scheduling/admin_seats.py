"""The panel 座位 of a session's page, its rooms as plans, and the draws behind them: to be checked, or drawn anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from registration.models import Application
from scheduling import seating
from scheduling.enums import SessionState
from scheduling.forms import RedrawForm
from scheduling.models import ExamSession, SeatDraw, Sitting
from scheduling.queries.charts import charts_of, last_draws, places_then_and_now, standing_of
from scheduling.services.redrawing import redraw
from skilleval.accounts.models import User
from skilleval.core import clock
from skilleval.core.errors import Refused

TEMPLATE = "scheduling/_admin_seats.html"


def facts(session: ExamSession, user: User, at: datetime) -> dict[str, Any]:
    """What the panel shows: the draw in force of every subject, and each room's plan."""
    return {
        "charts": charts_of(session),
        "draws": last_draws(session),
        "may_redraw": session.state == SessionState.PROPOSED,
    }


def seats_page(modeladmin: Any, request: HttpRequest, session: ExamSession) -> HttpResponse:
    """Every room's plan on a page of its own, to print."""
    context = {"title": f"第 {session.number} 场座位图", "charts": charts_of(session)}
    return _page(modeladmin, request, session, "scheduling/admin_seats.html", context)


def redraw_page(modeladmin: Any, request: HttpRequest, session: ExamSession, subject: str) -> HttpResponse:
    """Say what another draw changes; draw once a reason is given. The caller let in schedulers only."""
    last = next((draw for draw in last_draws(session) if draw.subject == subject), None)
    if last is None:
        raise Http404
    form = RedrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by: Any = request.user
        try:
            drawn = redraw(session, subject=subject, reason=form.cleaned_data["reason"], by=by, at=clock.now())
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"{drawn.get_subject_display()}的座位已重新抽签")
        return redirect(f"{reverse('admin:scheduling_examsession_change', args=[session.pk])}#seats")
    people = session.sittings.filter(subject=subject).values("seats").exclude(seats=None).count()
    context = {"title": f"{last.get_subject_display()}重新抽签", "form": form, "draw": last, "people": people}
    return _page(modeladmin, request, session, "scheduling/admin_redraw.html", context)


def draw_page(modeladmin: Any, request: HttpRequest, session: ExamSession, draw_pk: int) -> HttpResponse:
    """A draw repeated from what was recorded, whether it comes out alike, and what became of its places since."""
    draw = get_object_or_404(SeatDraw.objects.filter(session=session), pk=draw_pk)
    drawn = places_then_and_now(draw)
    numbers = dict(Application.objects.filter(pk__in=[one.application for one in drawn]).values_list("pk", "number"))
    rooms = {sitting.pk: sitting for sitting in session.sittings.select_related("room__venue")}
    context = {
        "title": f"核对{draw.get_subject_display()}抽签",
        "draw": draw,
        "matches": seating.repeats(draw.facts, draw.seed),
        "in_force": bool(standing_of(draw)),
        "moved": sum(one.now != one.then for one in drawn if one.now and one.then),
        "came": sum(one.then is None for one in drawn),
        "left": sum(one.now is None for one in drawn),
        "earlier": SeatDraw.objects.filter(session=session, subject=draw.subject).exclude(pk=draw.pk).defer("facts"),
        "rows": [(numbers[one.application], _place(one.then, rooms), _place(one.now, rooms)) for one in drawn],
    }
    return _page(modeladmin, request, session, "scheduling/admin_draw.html", context)


def _place(place: tuple[int, int] | None, sittings: Mapping[int, Sitting]) -> str:
    """A place in words; of a sitting that was given up since, the number alone."""
    if place is None:
        return ""
    sitting = sittings.get(place[0])
    room = f"{sitting.room.name} " if sitting and sitting.room else ""
    turn = f"第 {sitting.rotation} 轮 " if sitting and sitting.rotation > 1 else ""
    return f"{turn}{room}{place[1]} 号"


def _page(
    modeladmin: Any, request: HttpRequest, session: ExamSession, template: str, context: dict[str, Any]
) -> HttpResponse:
    shared = modeladmin.admin_site.each_context(request)
    named = {"session": session, "batch": session.batch, "opts": ExamSession._meta}
    return TemplateResponse(request, template, shared | named | context)
