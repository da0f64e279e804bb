"""Reporting an incident: from the room on a telephone, from the review, or afterwards (SPEC 10)."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from discipline import policy
from discipline.models import Case
from discipline.queries import reporting as queries
from discipline.queries.clauses import edition_on
from discipline.report_forms import FindForm, ReportForm
from discipline.services import reporting as services, staging
from registration.forms import add_refusal
from registration.models import Application
from skilleval.accounts.requests import person
from skilleval.core import clock, scoping
from skilleval.core.errors import Conflict, NotAllowed, Refused


@login_required
@require_safe
def case_report(request: HttpRequest) -> HttpResponse:
    """Whom it is about, by the number on the ticket; then the form."""
    if not scoping.reaches(person(request), policy.REPORT):
        raise NotAllowed()
    form = FindForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        found = queries.found_by_number(person(request), form.cleaned_data["number"])
        if found:
            return redirect("case_report_on", uuid=found.uuid)
        form.add_error("number", "没有查到：请核对号码，并确认是本机构已提交的申报")
    return render(request, "discipline/report_find.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_report_on(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What happened. Files that were accepted stay with the form while another field is mended."""
    application = queries.reportable_by(person(request)).filter(uuid=uuid).first()
    if application is None:
        raise Http404
    form = _form(request, application)
    if request.method == "POST":
        case = _reported(request, application, form)
        if case:
            return _done(request, case)
    key = _key(form)
    context = {
        "application": application,
        "form": form,
        "seats": queries.seats_for(application),
        "waiting": staging.staged(key, by=person(request)) if key else (),
    }
    return render(request, "discipline/report.html", context, status=400 if form.errors else 200)


def _form(request: HttpRequest, application: Application) -> ReportForm:
    now = clock.now()
    seats = queries.seats_for(application)
    seat = queries.seat_now(seats, now)
    found = queries.found_where(application, seat)
    wanted = request.GET.get("found", "")
    return ReportForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        initial={
            "key": uuid4(),
            "found": wanted if wanted in type(found).values else found,
            "subject": seat.subject if seat else "",
            "happened_at": timezone.localtime(now) if seat or not seats else None,  # of a day gone by they have to say
        },
        edition=edition_on(timezone.localdate(now)),
        subjects=application.subjects,
        colleagues=queries.colleagues_of(application.offering.provider, person(request)),
    )


def _reported(request: HttpRequest, application: Application, form: ReportForm) -> Case | None:
    """The case, once nothing is left to mend."""
    valid = form.is_valid()
    key, by = _key(form), person(request)
    if key is None:
        return None
    if standing := Case.objects.filter(uuid=key, reported_by_id=by.pk).first():
        return standing
    faults = staging.stage(form.cleaned_data.get("upload") or (), key=key, by=by)
    for fault in faults:
        form.add_error("upload", fault)
    _take_off(request, key)
    if not valid or faults or "take_off" in request.POST:
        return None
    try:
        return _saved(application, form, by=by)
    except (Conflict, NotAllowed):
        raise
    except Refused as refused:
        if refused.field == "witnesses":
            refused.field = "witness_1_user"
        add_refusal(form, refused)
        return None


@transaction.atomic
def _saved(application: Application, form: ReportForm, *, by: Any) -> Case:
    sent = form.cleaned_data
    waiting = list(staging.staged(sent["key"], by=by))
    with ExitStack() as opened:
        case = services.report(
            application,
            found=sent["found"],
            clauses=sent["clauses"],
            severity=sent["severity"],
            facts=sent["facts"],
            subject=sent["subject"],
            place=sent["place"],
            happened_at=sent["happened_at"],
            witnesses=form.witnesses(),
            refused_to_sign=sent["refused_to_sign"],
            evidence=staging.shown(waiting, opened),
            key=sent["key"],
            by=by,
            at=clock.now(),
        )
    staging.unstage(waiting)
    return case


def _take_off(request: HttpRequest, key: UUID) -> None:
    """A file that was chosen by mistake."""
    wanted = request.POST.get("take_off", "")
    if wanted.isdecimal() and len(wanted) < 18:
        staging.unstage(list(staging.staged(key, by=person(request)).filter(pk=int(wanted))))


def _key(form: ReportForm) -> UUID | None:
    """The form's own name; None where it was tampered with."""
    if not form.is_bound:
        key: UUID = form.initial["key"]
        return key
    sent: UUID | None = getattr(form, "cleaned_data", {}).get("key")
    return sent


def _done(request: HttpRequest, case: Case) -> HttpResponse:
    """To the case, as far as the reporter may read it."""
    messages.success(request, f"已报告，案件编号 {case.number}。评价机构将告知当事人并听取陈述申辩。")
    return redirect("case_page", uuid=case.uuid)
