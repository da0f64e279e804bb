"""The steps of an application, a page each; every saved step is safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fees.queries import fee_of
from registration.eligibility import Finding
from registration.forms import add_refusal
from registration.models import Application
from registration.queries import applications as queries, backgrounds
from registration.queries.credits import forfeited_by
from registration.services import applications as services, conditions
from registration.services.applying_again import names_of
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.core.wording import cn_date
from skilleval.journeys.applying.form_pdf import printed_rows
from skilleval.journeys.applying.forms import AcceptForm, DeclareForm, EvidenceForm
from skilleval.journeys.applying.own import closed, fee_published, is_draft, is_editable, own_or_404
from skilleval.journeys.applying.proofs import Proof, proofs_of

SAVED = "已保存。"
step_page = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Choice:
    """A clause as the page offers it: selectable where it is met, otherwise with what is missing."""

    code: str
    condition: str
    evidence: tuple[str, ...]
    met: bool
    missing: str
    chosen: bool


@login_required
@step_page
def application_clause(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Which clause the person relies on: the check says which are met, the rest what they lack and from when not."""
    application = own_or_404(request, uuid)
    if not is_editable(application):
        return closed(request, application)
    if application.earlier_id:
        return _as_before(request, application)
    on, at = clock.today(), clock.now()
    declare = DeclareForm(request.POST if "declare" in request.POST else None, application=application, label_suffix="")
    error = ""
    if request.method == "POST":
        try:
            if "declare" in request.POST:
                if declare.is_valid():
                    services.declare(application, declared=declare.declared(), by=person(request), at=at)
                    messages.success(request, "已保存，判断结果已更新。")
                    return redirect("application_clause", uuid=uuid)
            else:
                services.choose_clause(
                    application,
                    clause=request.POST.get("clause", ""),
                    declared=application.declared,
                    by=person(request),
                    at=at,
                )
                messages.success(request, SAVED)
                return redirect("application_detail", uuid=uuid)
        except Conflict:
            raise
        except Refused as refused:
            error = refused.message
    try:
        outcome = backgrounds.check(application.candidate, application.offering, on=on, declared=application.declared)
    except LookupError:
        raise Http404 from None
    row = backgrounds.rule_set_row(application.offering)
    context = {
        "application": application,
        "declare": declare if declare.fields else None,
        "choices": [_choice(finding, application, outcome.clauses) for finding in outcome.findings],
        "outcome": outcome,
        "source": backgrounds.rules_of(row).source.split("；")[0] if row else "",
        "error": error,
    }
    return render(request, "applying/clause.html", context, status=400 if error else 200)


@login_required
@step_page
def application_evidence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The papers the clause asks for, a place for each, and one for others."""
    application = own_or_404(request, uuid)
    if not is_editable(application):
        return closed(request, application)
    failed: EvidenceForm | None = None
    if request.method == "POST" and "remove" in request.POST:
        evidence = application.evidence.filter(pk=number_of(request.POST["remove"])).first()
        if evidence is None:
            raise Http404
        services.detach(evidence, by=person(request), at=clock.now())
        messages.success(request, "已删除。")
        return redirect("application_evidence", uuid=uuid)
    if request.method == "POST":
        failed = EvidenceForm(request.POST, request.FILES, paper=_paper(application, request.POST.get("title", "")))
        if failed.is_valid() and _attached(request, application, failed):
            return redirect("application_evidence", uuid=uuid)
    context = {
        "application": application,
        "slots": _slots(application, failed),
        "asked": services.papers(application),
        "clause": _condition(application),
        "form": failed,
        "lacking": services.papers_lacking(application),
    }
    return render(request, "applying/evidence.html", context, status=400 if failed else 200)


@login_required
@step_page
def application_rules(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The candidate rules in the version in force; accepted they are kept with the application."""
    application = own_or_404(request, uuid)
    if not is_editable(application):
        return closed(request, application)
    current = queries.current_rules(application.offering, clock.today())
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and current and form.is_valid():
        try:
            shown = request.POST.get("edition") == current.edition
            if not shown:
                raise Refused("参评人员须知已更新，请阅读新版本后再确认", field="accepted")
            services.accept_rules(application, rules=current, by=person(request), at=clock.now())
        except Conflict:
            raise
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, SAVED)
            return redirect("application_detail", uuid=uuid)
    accepted = current is not None and application.rules_id == current.pk
    context = {"application": application, "rules": current, "form": form, "accepted": accepted}
    return render(request, "applying/rules.html", context)


@login_required
@step_page
def application_submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Everything once more, then hand it in; what stands in the way is told with the day on which it would work."""
    on, refused = clock.today(), None
    if request.method == "POST":
        try:
            _submit(request, uuid, on)
        except Refused as error:
            refused = error
        else:
            messages.success(request, "已提交。进度有变化时会通知您。")
            return redirect("application_detail", uuid=uuid)
    application = own_or_404(request, uuid)
    if not is_editable(application):
        return closed(request, application)
    window = application.window
    context = {
        "application": application,
        "rows": printed_rows(application, on),
        "papers": list(application.evidence.select_related("file")),
        "missing": services.missing(application, on),
        "warnings": queries.warnings(application.candidate, application.offering, window, but=application)
        if window
        else [],
        "fee": fee_of(application, on=on),
        "forfeited": _forfeited(application, on),
        "refused": refused,
        "is_draft": is_draft(application),
    }
    return render(request, "applying/submit.html", context, status=refused.status if refused else 200)


def _submit(request: HttpRequest, uuid: UUID, on: date) -> None:
    """Hand in one's own, as its row says; raises what the service raises."""
    application = queries.own_row(person(request), uuid)
    if application is None:
        raise Http404
    services.submit(
        application,
        fee_published=fee_published(application, on),
        by=person(request),
        at=clock.now(),
        seen=request.POST["sits"].split(",") if "sits" in request.POST else None,
    )


def _forfeited(application: Application, on: date) -> str:
    """What handing in a new application gives up, in words."""
    if application.forfeits_accepted_at is None:
        return ""
    names = names_of(forfeited_by(application, on))
    return f"{names}的合格成绩将作废，不能再用于补考。" if names else ""


def _as_before(request: HttpRequest, application: Application) -> HttpResponse:
    """A resit goes on with the clause an earlier application was approved by."""
    messages.info(request, f"补考沿用申报 {application.earlier} 的申报条件和材料，不需另选。")
    return redirect("application_detail", uuid=application.uuid)


def _choice(finding: Finding, application: Application, met: tuple[str, ...]) -> Choice:
    clause = finding.clause
    missing = "；".join(finding.missing)
    if missing and finding.from_on:
        missing += f"。可于 {cn_date(finding.from_on)} 起申报"
    return Choice(
        clause.code, clause.condition, clause.evidence, clause.code in met, missing, clause.code == application.clause
    )


def _condition(application: Application) -> str:
    """The words of the clause chosen; empty before one is chosen."""
    row = backgrounds.rule_set_row(application.offering)
    if row is None or not application.clause:
        return ""
    try:
        return backgrounds.rules_of(row).clause(application.clause).condition
    except LookupError:
        return ""


def _paper(application: Application, title: str) -> str:
    return next((paper for paper in services.papers(application) if paper[:60] == title), "")


def _slots(application: Application, failed: EvidenceForm | None) -> list[dict[str, Any]]:
    """Each paper with its files and a form to add one; the form that failed keeps its place and its errors."""
    files = list(application.evidence.select_related("file"))
    papers = services.papers(application)
    proofs = proofs_of(application, papers, clock.today())
    titles = {paper[:60] for paper in papers}
    elsewhere = {paper[:60] for paper in conditions.papers(application, clock.today())} - titles
    files = [file for file in files if file.title not in elsewhere]  # the page of those conditions shows them
    wrong = failed.data.get("title", "") if failed else None
    slots: list[dict[str, Any]] = []
    for number, paper in enumerate((*papers, ""), start=1):
        mine = [file for file in files if (file.title == paper[:60] if paper else file.title not in titles)]
        here = failed is not None and (wrong == paper[:60] if paper else wrong not in titles)
        form = failed if here else EvidenceForm(paper=paper, auto_id=f"paper{number}_%s")
        proof = proofs.get(paper, Proof())
        slots.append({"paper": paper, "files": mine, "form": form, "number": number, "proof": proof})
    return slots


def _attached(request: HttpRequest, application: Application, form: EvidenceForm) -> bool:
    try:
        services.attach(
            application,
            title=form.cleaned_data["title"],
            upload=form.cleaned_data["upload"],
            by=person(request),
            at=clock.now(),
        )
    except Conflict:
        raise
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, "已上传。")
    return True


def number_of(text: str) -> int:
    """A key that a form sends back; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
