"""The person's own page of a case: what is intended, what they may say, what was decided, how to appeal (SPEC 10).

Nothing of witnesses, of the provider's opinion, or of others' evidence.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from certificates.queries.results import is_held
from discipline.enums import UNDECIDED, CaseState, How
from discipline.forms import AppealForm, DefenceForm
from discipline.models import Case, Decision
from discipline.queries import standing
from discipline.queries.cases import decision_of
from discipline.queries.measures import returned_lines
from discipline.queries.own import own_case
from discipline.services import appeals, hearing, reporting, serving, staging
from discipline.views.frame import sent
from discipline.wording import decided_effects
from registration.forms import add_refusal
from registration.models import Application
from skilleval.accounts.requests import person
from skilleval.catalogue.enums import ContactKind
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.core.wording import cn_deadline

LINES = (ContactKind.DESK, ContactKind.ENQUIRY, ContactKind.SUPERVISION)


@login_required
@require_safe
def my_case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where it stands, what to do, by when; then everything the person may read."""
    case = _own(request, uuid)
    on, decision = clock.today(), decision_of(case)
    context = {
        "case": case,
        "standing": standing.for_person(case, decision, on),
        "clauses": case.clause_rows(),
        "may_defend": _may_defend(case, on),
        "may_appeal": _may_appeal(case, decision, on),
        "undecided": case.state in UNDECIDED,
        "held": is_held(case.application),
        "defences": case.defences.all(),
        "papers": case.evidence.filter(from_candidate=True).select_related("file"),
        "decisions": [_shown(one) for one in case.decisions.order_by("-id")],
        "appeal": getattr(case, "appeal", None),
        "contacts": case.provider.contacts.filter(kind__in=LINES).prefetch_related("hours"),
    }
    return render(request, "discipline/my_case.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_case_defence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """State a defence, with files; those that were accepted wait while something else is mended."""
    case = _own(request, uuid)
    form = DefenceForm(*sent(request))
    if request.method == "POST" and _stated(request, case, form):
        messages.success(request, "陈述申辩已收到。期限内还可以补充。")
        return redirect("my_case", uuid=uuid)
    waiting = staging.staged(case.uuid, by=person(request))
    context = {
        "case": case,
        "form": form,
        "waiting": waiting,
        "may_defend": _may_defend(case, clock.today()),
        "clauses": case.clause_rows(),
    }
    return render(request, "discipline/my_defence.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_case_receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """签收: what it means, and the button."""
    case = _own(request, uuid)
    decision = decision_of(case)
    if decision is None:
        raise Http404
    if request.method == "POST":
        served = serving.acknowledge(decision, by=person(request), at=clock.now())
        until = served.appeal_until
        more = f"不服的，可以在 {cn_deadline(until, year=True)}申诉。" if until else ""
        messages.success(request, f"已签收。{more}")
        return redirect("my_case", uuid=uuid)
    return render(request, "discipline/my_receipt.html", {"case": case, "decision": decision})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_case_appeal(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """申诉, once."""
    case = _own(request, uuid)
    decision = decision_of(case)
    if decision is None:
        raise Http404
    form = AppealForm(*sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            appeals.appeal(case, text=form.cleaned_data["text"], how=How.PORTAL, by=person(request), at=clock.now())
        except Conflict:
            raise
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "申诉已提交，由原决定人以外的监管人员复核，结果会通知您。")
            return redirect("my_case", uuid=uuid)
    context = {
        "case": case,
        "form": form,
        "decision": decision,
        "may_appeal": _may_appeal(case, decision, clock.today()),
    }
    return render(request, "discipline/my_appeal.html", context, status=400 if form.errors else 200)


def _shown(decision: Decision) -> dict[str, Any]:
    """A decision in plain words; lifted, what came back and which applications may go on."""
    offered = Application.objects.filter(pk__in=decision.returned.get("offered", ()))
    lifted = decision.lifted_at is not None
    return {
        "decision": decision,
        "effects": decided_effects(decision),
        "given_back": returned_lines(decision) if lifted else (),
        "offered": offered.select_related("offering__work_type__occupation"),
    }


def _own(request: HttpRequest, uuid: UUID) -> Case:
    case = own_case(person(request), uuid)
    if case is None:
        raise Http404
    return case


def _may_defend(case: Case, on: Any) -> bool:
    open_still = case.defence_until is not None and on <= case.defence_until
    return open_still and case.state in (CaseState.NOTIFIED, CaseState.HEARD)


def _may_appeal(case: Case, decision: Decision | None, on: Any) -> bool:
    until = decision.appeal_until if decision else None
    return case.state == CaseState.SERVED and until is not None and on <= until and not hasattr(case, "appeal")


def _stated(request: HttpRequest, case: Case, form: DefenceForm) -> bool:
    valid, by = form.is_valid(), person(request)
    for fault in staging.stage(form.cleaned_data.get("upload") or (), key=case.uuid, by=by):
        form.add_error("upload", fault)
    if not valid or form.errors:
        return False
    if case.defences.filter(by_id=by.pk, text=form.cleaned_data["text"]).exclude(text="").exists():
        return True  # the same words twice: the form was sent again on a slow line
    try:
        _save(case, form, by)
    except Conflict:
        raise
    except Refused as refused:
        add_refusal(form, refused)
        return False
    return True


@transaction.atomic
def _save(case: Case, form: DefenceForm, by: Any) -> None:
    waiting = list(staging.staged(case.uuid, by=by))
    text, waived, at = form.cleaned_data["text"], form.cleaned_data["waived"], clock.now()
    hearing.state_defence(case, text=text, waived=waived, by=by, at=at)
    with ExitStack() as opened:
        for one in staging.shown(waiting, opened):
            reporting.add_evidence(case, title=one.title, upload=one.upload, by=by, at=at)
    staging.unstage(waiting)
