"""The desk's pages of an appointment inside the admin: it is looked at, noted in one press, or cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from registration import policy
from registration.enums import AppointmentState
from registration.models import Appointment
from registration.services import appointments as services
from registration.slots import is_over
from skilleval.core import clock
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import can, require

LIST = "admin:registration_appointment_changelist"
PAGE = "admin:registration_appointment_change"
_A = AppointmentState
Press = tuple[str, str, str, bool]  # page, whether the original is here, label, the one that is meant


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="取消原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="参评人员会看到，如：窗口当日停电。",
        error_messages={"required": "请写明取消的原因", "max_length": "取消原因不超过 200 个字"},
    )


def presses_of(row: Appointment, now: datetime) -> Iterator[Press]:
    """What can be noted of an appointment at a moment, by the buttons of its row."""
    moment = now.astimezone(SHANGHAI)
    if row.state not in (_A.BOOKED, _A.MISSED) or row.day > moment.date():
        return
    received = row.application.original_received_on is not None
    yield "appointment_arrive", "1", "已到" if received else "已到，收原件", True
    if row.state == _A.BOOKED and is_over(row.day, row.ends, moment):
        yield "appointment_miss", "", "未到", False


def appointment_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes, for what, and what can be noted."""
    row = _seen(model_admin, request, pk)
    user: Any = request.user
    own = row.application.candidate.user_id == user.pk
    may = can(user, policy.REVIEW, row.contact.provider) and not own
    context = {
        "appointment": row,
        "application": row.application,
        "when": services.when(row),
        "own": own,
        "presses": [
            {"url": reverse(f"admin:desk_{name}", args=[row.pk]), "received": received, "label": label, "primary": main}
            for name, received, label, main in (presses_of(row, clock.now()) if may else ())
        ],
        "without_papers": may and row.state == _A.BOOKED and row.day <= clock.today(),
        "may_cancel": may and row.state == _A.BOOKED,
        "to_bring": [line.strip() for line in row.contact.provider.individual_papers.splitlines() if line.strip()],
        "title": f"预约 {services.when(row)}",
    }
    return render(model_admin, request, "desk/appointment.html", context)


def appointment_arrive(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """One press: they came, and with `received` the signed original is recorded."""
    row, received = _to_note(model_admin, request, pk), request.POST.get("received") == "1"
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    done = f"{row.application.number}：已登记到窗口" + ("，原件已收" if received else "，原件未收")
    return _noted(request, lambda: services.arrive(row, received=received, by=_user(request), at=clock.now()), done)


def appointment_miss(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """One press: they didn't come."""
    row = _to_note(model_admin, request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    done = f"{row.application.number}：已登记未到，并通知本人重新预约"
    return _noted(request, lambda: services.miss(row, by=_user(request), at=clock.now()), done)


def appointment_cancel(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The desk cancels, with a reason that the person reads."""
    row = _to_note(model_admin, request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel(row, by=_user(request), at=clock.now(), reason=form.cleaned_data["reason"])
        except Conflict:
            raise
        except Refused as refused:
            form.add_error("reason", refused.message)
        else:
            messages.success(request, f"{row.application.number}：预约已取消，已通知本人")
            return redirect(LIST)
    context = {
        "title": f"取消预约 {services.when(row)}",
        "lead": f"{row.application.candidate.name}，{row.application.offering}",
        "consequences": ["该时段的位置空出，参评人员收到通知和取消原因，可以重新预约"],
        "form": form,
        "button": "取消预约",
        "danger": True,
        "back": reverse(PAGE, args=[row.pk]),
        "crumbs": [(reverse(LIST), "预约")],
    }
    return render(model_admin, request, "desk/step.html", context, status=400 if form.errors else 200)


def render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page inside the admin."""
    page = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    return TemplateResponse(request, template, page, status=status)


def _noted(request: HttpRequest, note: Any, done: str) -> HttpResponse:
    """Note it and go back to the list, which says why not where it can't be."""
    try:
        note()
    except Refused as refused:
        if refused.status not in (Refused.status, Conflict.status):
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, done)
    return redirect(LIST)


def _seen(model_admin: Any, request: HttpRequest, pk: int) -> Appointment:
    names = ("contact__provider", "application__candidate", "application__offering__work_type__occupation")
    found: Appointment | None = model_admin.get_queryset(request).select_related(*names).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _to_note(model_admin: Any, request: HttpRequest, pk: int) -> Appointment:
    row = _seen(model_admin, request, pk)
    require(_user(request), policy.REVIEW, row.contact.provider)
    return row


def _user(request: HttpRequest) -> Any:
    return request.user
