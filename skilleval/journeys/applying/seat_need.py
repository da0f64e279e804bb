"""The one question about the seat: whether somebody needs an accessible one (SPEC 7.6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from registration.forms import add_refusal
from registration.models import Application
from registration.services.needs import BEFORE_SEATED, ask_for_access
from skilleval.accounts.requests import person
from skilleval.catalogue.enums import Channel
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.applying.own import closed, own_or_404
from skilleval.journeys.applying.steps import SAVED, step_page

NEEDED = "yes"
CHOICES = (("no", "不需要"), (NEEDED, "需要无障碍座位（乘坐轮椅、行动不便等）"))


class SeatNeedForm(forms.Form):
    """Yes or no, with what is on record."""

    needed = forms.ChoiceField(
        label="考试当天需要无障碍座位吗？",
        choices=CHOICES,
        widget=forms.RadioSelect,
        help_text="安排座位时先满足。需要其他便利的，请提前联系评价机构。",
        error_messages={"required": "请选择是否需要无障碍座位", "invalid_choice": "请选择是否需要无障碍座位"},
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        said = NEEDED if application.accessible_seat else "no"
        super().__init__(*args, initial={"needed": said}, label_suffix="", **kwargs)

    @property
    def wanted(self) -> bool:
        """What was chosen."""
        return bool(self.cleaned_data["needed"] == NEEDED)


@login_required
@step_page
def application_seat(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What an individual needs; those of a group tell their institution."""
    application = own_or_404(request, uuid)
    if application.channel != Channel.INDIVIDUAL or application.state not in BEFORE_SEATED:
        return closed(request, application)
    form = SeatNeedForm(request.POST if request.method == "POST" else None, application=application)
    if request.method == "POST" and form.is_valid() and saved(request, application, form):
        messages.success(request, SAVED)
        return redirect("application_detail", uuid=uuid)
    context = {"application": application, "form": form}
    return render(request, "applying/seat_need.html", context, status=400 if form.errors else 200)


def saved(request: HttpRequest, application: Application, form: SeatNeedForm) -> bool:
    """Whether it was written; a refusal is shown at the question."""
    try:
        ask_for_access(application, needed=form.wanted, by=person(request), at=clock.now())
    except Conflict:
        raise
    except Refused as refused:
        add_refusal(form, refused)
        return False
    return True
