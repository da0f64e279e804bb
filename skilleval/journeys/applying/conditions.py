"""The step in which a candidate confirms what the provider asks beyond the level's rules (SPEC 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from registration.conditions import Condition, last_day
from registration.models import Application, Evidence
from registration.queries.conditions import asked_in
from registration.services import applications as services, conditions
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import Actor
from skilleval.journeys.applying.forms import ACCEPT_PAPERS
from skilleval.journeys.applying.own import closed, is_editable, own_or_404
from skilleval.journeys.applying.steps import SAVED, number_of, step_page


class ConditionsForm(forms.Form):
    """A tick for each condition, and a file for each that has a paper; both are saved together."""

    def __init__(self, *args: Any, asked: Sequence[Condition], confirmed: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [one for one in asked if not one.computed]
        for one in self.asked:
            self.fields[f"ok-{one.key}"] = forms.BooleanField(
                label="我符合这一条" + ("，所交材料真实" if one.paper else ""),
                required=False,
                initial=one.key in confirmed,
            )
            if one.paper:
                self.fields[f"file-{one.key}"] = forms.FileField(
                    label=f"上传{one.paper}",
                    required=False,
                    help_text="JPG、PNG 或 PDF，不超过 10 MB；PDF 不超过 10 页",
                    widget=forms.FileInput(attrs={"accept": ACCEPT_PAPERS, "data-file-name": ""}),
                    error_messages={
                        "empty": "文件是空的，请重新选择",
                        "invalid": "文件没有传上来，请重新选择",
                        "max_length": "文件名太长，请改短后再上传",
                    },
                )

    def keys(self) -> list[str]:
        """Those that are ticked."""
        return [one.key for one in self.asked if self.cleaned_data.get(f"ok-{one.key}")]

    def save(self, application: Application, *, by: Actor, at: Any) -> bool:
        """Save the ticks, then each file by itself: one that is refused costs nothing else. Whether all went well."""
        conditions.confirm(application, keys=self.keys(), by=by, at=at)
        for one in self.asked:
            upload = self.cleaned_data.get(f"file-{one.key}")
            if not upload:
                continue
            try:
                services.attach(application, title=one.paper[:60], upload=upload, by=by, at=at)
            except Conflict:
                raise
            except Refused as refused:
                self.add_error(f"file-{one.key}", refused.message)
        return not self.errors


@login_required
@step_page
def application_conditions(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Each condition with its tick, its paper and the files that are there."""
    application = own_or_404(request, uuid)
    if not is_editable(application):
        return closed(request, application)
    on = clock.today()
    form = form_of(request, application, on)
    if not form.asked:
        return redirect("application_detail", uuid=uuid)
    if request.method == "POST" and form.is_valid() and _saved(request, application, form):
        messages.success(request, SAVED)
        rest = conditions.missing(own_or_404(request, uuid), on)
        return redirect("application_conditions" if rest else "application_detail", uuid=uuid)
    context = {
        "application": application,
        "form": form,
        "slots": slots_of(application, form),
        "ages": ages_of(application, on),
        "missing": conditions.missing(application, on),
    }
    return render(request, "applying/conditions.html", context, status=400 if form.errors else 200)


def form_of(request: HttpRequest, application: Application, on: date) -> ConditionsForm:
    """The form with what was confirmed so far."""
    asked = asked_in(application, on)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return ConditionsForm(*sent, asked=asked, confirmed=list(application.conditions), label_suffix="")


def slots_of(application: Application, form: ConditionsForm) -> list[dict[str, Any]]:
    """Each condition with its fields and the files that are there."""
    files: dict[str, list[Evidence]] = {}
    for file in application.evidence.select_related("file"):
        files.setdefault(file.title, []).append(file)
    return [
        {
            "condition": one,
            "tick": form[f"ok-{one.key}"],
            "upload": form[f"file-{one.key}"] if one.paper else None,
            "files": files.get(one.paper[:60], []) if one.paper else [],
        }
        for one in form.asked
    ]


def ages_of(application: Application, on: date) -> list[tuple[str, date]]:
    """Upper ages, each with the last day for this person."""
    limits = [(one.text, one.limit) for one in asked_in(application, on) if one.computed and one.limit is not None]
    return [(text, last_day(application.candidate.born, limit)) for text, limit in limits]


def _saved(request: HttpRequest, application: Application, form: ConditionsForm) -> bool:
    """Whether everything was saved; a file that is to go goes after the ticks were."""
    try:
        went_well = form.save(application, by=person(request), at=clock.now())
    except Conflict:
        raise
    except Refused as refused:
        form.add_error(None, refused.message)
        return False
    if "remove" in request.POST:
        evidence = application.evidence.filter(pk=number_of(request.POST["remove"])).first()
        if evidence is None:
            raise Http404
        services.detach(evidence, by=person(request), at=clock.now())
    return went_well
