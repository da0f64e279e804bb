"""A batch's page in the admin, and the confirm pages of what can be done from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from scheduling import policy, services
from scheduling.enums import BATCH_TONES, BatchState, SessionState
from scheduling.forms import CancelBatchForm
from scheduling.models import Batch, ExamSession
from scheduling.queries import awaiting_original, fill_of
from scheduling.queries.dates import first_tickets, period_of
from scheduling.queries.fills import rolled_over
from scheduling.queries.obstacles import obstacles_of
from scheduling.queries.plans import Plan, missing_of, plans_of
from scheduling.queries.staff import shortages_of
from scheduling.services.cancelling import CANCELLABLE
from scheduling.services.changing import why_closed
from scheduling.services.suggesting import Housed
from skilleval.catalogue.queries import work_calendar
from skilleval.core import clock
from skilleval.core.errors import Refused


def batch_page(modeladmin: Any, request: HttpRequest, pk: str | int) -> HttpResponse:
    """The batch: how it fills up, its sessions with what stands in their way, its history."""
    batch = _batch(modeladmin, request, pk)
    if request.method == "POST":  # nothing is saved here; each session has a page of its own
        _require_scheduler(modeladmin, request, batch)
        return _to(batch)
    plans = plans_of(batch)
    context = {
        "title": f"{batch.offering}　{batch.window.label}",
        "batch": batch,
        "tone": BATCH_TONES[batch.state],
        "fill": fill_of(batch.offering, batch.window),
        "passed_on": rolled_over([batch]).get(batch.pk, 0),
        "period": period_of(batch.window),
        "plans": plans,
        "waiting": _waiting(batch),
        "history": list(batch.log.order_by("-pk")),
        "may_schedule": modeladmin.may(request, batch, policy.SCHEDULE),
        "may_publish": any(plan.session.state == SessionState.PROPOSED for plan in plans),
        "may_cancel": batch.state in CANCELLABLE and not why_closed(_published(plans), clock.now()),
        "may_house": any(plan.missing and plan.session.state == SessionState.PROPOSED for plan in plans),
        "may_form": batch.state == BatchState.GOING_AHEAD and batch.window.tentative,
    }
    return _page(modeladmin, request, "scheduling/admin_batch.html", context)


def publish_page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Say what publishing will do to how many; do it session by session once confirmed."""
    batch = _batch(modeladmin, request, pk)
    _require_scheduler(modeladmin, request, batch)
    proposed = [session for session in _sessions(batch) if session.state == SessionState.PROPOSED]
    if request.method == "POST":
        chosen = request.POST.getlist("sessions")
        for session in proposed:
            if str(session.pk) in chosen:
                _publish(session, request)
        if not chosen:
            messages.error(request, "没有选择场次，请勾选要发布的场次")
            return redirect("admin:scheduling_batch_publish", pk=batch.pk)
        return _to(batch)
    provider, calendar = batch.offering.provider, work_calendar()
    missing, barred, shortages = missing_of(proposed), obstacles_of(proposed), shortages_of(proposed)
    rows = [
        {
            "session": session,
            "missing": missing[session.pk],
            "conflicts": barred[session.pk],
            "shortages": shortages[session.pk],
            "tickets_from": first_tickets(provider, session.held_on, calendar, window=batch.window),
        }
        for session in proposed
    ]
    may_publish = any(not row["missing"] and not row["conflicts"] for row in rows)
    context = {"title": "发布场次", "batch": batch, "rows": rows, "may_publish": may_publish, "today": clock.today()}
    return _page(modeladmin, request, "scheduling/admin_publish.html", context)


def cancel_page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an announced batch, with a reason; everybody rolls over, or has their fee back."""
    batch = _batch(modeladmin, request, pk)
    _require_scheduler(modeladmin, request, batch)
    form = CancelBatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel(batch, **form.cleaned_data, by=_user(request), at=clock.now())
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "批次已取消，参评人员已收到通知")
        return _to(batch)
    context = {"title": "取消批次", "batch": batch, "form": form, "fill": fill_of(batch.offering, batch.window)}
    return _page(modeladmin, request, "scheduling/admin_cancel.html", context)


def _published(plans: Sequence[Plan]) -> list[ExamSession]:
    return [plan.session for plan in plans if plan.session.state == SessionState.PUBLISHED]


def form_page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Form the sessions of a December batch early (POST only)."""
    batch = _batch(modeladmin, request, pk)
    _require_scheduler(modeladmin, request, batch)
    if request.method == "POST":
        try:
            services.form_early(batch, by=_user(request), at=clock.now())
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "场次已编排，请核对日期、安排考场后发布")
    return _to(batch)


def rooms_page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Give free rooms to the batch's sessions that lack some (POST only)."""
    batch = _batch(modeladmin, request, pk)
    _require_scheduler(modeladmin, request, batch)
    if request.method == "POST":
        try:
            housed = services.suggest_rooms(batch, by=_user(request), at=clock.now())
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            _tell_housed(request, housed)
    return _to(batch)


def _tell_housed(request: HttpRequest, housed: Housed) -> None:
    if housed.done:
        messages.success(request, f"已为 {len(housed.done)} 场安排考场，请逐场核对")
    for session in housed.without:
        messages.warning(request, f"第 {session.number} 场的时间没有合适的空闲考场，请改期、拆分或手工安排")


def ticket_of(modeladmin: Any, request: HttpRequest, pk: str) -> HttpResponse:
    """A ticket's page in the list is the one staff reach by its QR code."""
    ticket = _found(modeladmin, request, pk)
    return redirect("ticket_check", uuid=ticket.uuid)


def _batch(modeladmin: Any, request: HttpRequest, pk: str | int) -> Batch:
    batch: Batch = _found(modeladmin, request, pk)
    return batch


def _found(modeladmin: Any, request: HttpRequest, pk: str | int) -> Any:
    found = modeladmin.get_object(request, str(pk))
    if found is None:
        raise Http404
    return found


def _require_scheduler(modeladmin: Any, request: HttpRequest, batch: Batch) -> None:
    if not modeladmin.may(request, batch, policy.SCHEDULE):
        raise PermissionDenied


def _user(request: HttpRequest) -> Any:
    return request.user


def _sessions(batch: Batch) -> list[ExamSession]:
    rows = batch.sessions.select_related("batch__window", "batch__offering__provider")
    return list(rows.order_by("number"))


def _publish(session: ExamSession, request: HttpRequest) -> None:
    try:
        published = services.publish(session, by=_user(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, f"第 {session.number} 场没有发布：{refusal.message}")
    else:
        messages.success(request, f"第 {published.number} 场已发布，{published.size} 人已收到通知")


def _waiting(batch: Batch) -> list[Any]:
    """Whose ticket waits for the signed original, of this batch."""
    waiting = awaiting_original(batch.offering.provider, clock.today())
    return list(waiting.filter(offering=batch.offering, window=batch.window).order_by("number"))


def _to(batch: Batch) -> HttpResponseRedirect:
    return redirect("admin:scheduling_batch_change", batch.pk)


def _page(modeladmin: Any, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = modeladmin.admin_site.each_context(request) | {"opts": Batch._meta}
    return TemplateResponse(request, template, shared | context)
