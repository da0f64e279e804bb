"""The steps of what is keyed in at the desk, a page each; every saved step is safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from fees.queries import price_of
from registration.forms import ROW_FORMS, add_refusal
from registration.models import Application
from registration.queries import applications as queries, backgrounds
from registration.services import applications as services, applying_again, conditions, profile_rows, walk_ins
from registration.services.needs import ask_for_access
from registration.views import KINDS
from skilleval.core import audit, clock, files
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.wording import cn_date, yuan
from skilleval.journeys.applying.conditions import ages_of, form_of, slots_of
from skilleval.journeys.applying.form_pdf import application_form
from skilleval.journeys.applying.forms import DeclareForm
from skilleval.journeys.applying.seat_need import SeatNeedForm
from skilleval.journeys.applying.steps import number_of
from skilleval.journeys.desk.appointments import render
from skilleval.journeys.desk.views import picture
from skilleval.journeys.desk.walk_in import LIST, PAGE, SENT, seen
from skilleval.journeys.desk.walk_in_forms import (
    ClauseForm,
    HandInForm,
    KindForm,
    PapersForm,
    PortraitForm,
    SignedForm,
)

SAVED = "已保存。"


def walk_in_photo(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The portrait, taken or scanned here."""
    application = _at_work(model_admin, request, pk)
    form = PortraitForm(*_sent(request), label_suffix="")
    return _step(
        model_admin,
        request,
        application,
        form,
        title="证件照",
        lead="照片会印在报名表、准考证和证书上。",
        save=lambda by, at: walk_ins.set_photo(application, upload=form.cleaned_data["upload"], by=by, at=at),
    )


def walk_in_row_add(model_admin: Any, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """One more row of the background."""
    return _row_page(model_admin, request, pk, kind, None)


def walk_in_row(model_admin: Any, request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Change a row, or take it out."""
    return _row_page(model_admin, request, pk, kind, row)


def _row_page(model_admin: Any, request: HttpRequest, pk: int, kind: str, number: int | None) -> HttpResponse:
    application = _at_work(model_admin, request, pk)
    if kind not in ROW_FORMS:
        raise Http404
    rows: Any = profile_rows.MODELS[kind]._default_manager
    row = rows.filter(candidate=application.candidate, pk=number).first() if number else None
    if number and row is None:
        raise Http404
    form: Any = ROW_FORMS[kind](*_sent(request), instance=row, label_suffix="")
    if row and request.method == "POST" and "remove" in request.POST:
        walk_ins.remove_row(application, kind=kind, row=row, by=_user(request), at=clock.now())
        messages.success(request, "已删除。")
        return redirect(PAGE, pk)
    return _step(
        model_admin,
        request,
        application,
        form,
        title=KINDS[kind],
        removable=row is not None,
        save=lambda by, at: walk_ins.save_row(application, kind=kind, row=row, values=form.cleaned_data, by=by, at=at),
    )


def walk_in_clause(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What corresponds to the target, which clauses are met by it, and what the others lack."""
    application = _at_work(model_admin, request, pk)
    on, declaring = clock.today(), request.method == "POST" and "declare" in request.POST
    declare = DeclareForm(request.POST if declaring else None, application=application, label_suffix="")
    if declaring and declare.is_valid():
        services.declare(application, declared=declare.declared(), by=_user(request), at=clock.now())
        messages.success(request, "已保存，判断结果已更新。")
        return redirect("admin:desk_walk_in_clause", pk)
    try:
        outcome = backgrounds.check(application.candidate, application.offering, on=on, declared=application.declared)
    except LookupError:
        raise Http404 from None
    met = [found for found in outcome.findings if found.clause.code in outcome.clauses]
    sent = request.POST if request.method == "POST" and not declaring else None
    form = ClauseForm(sent, met=met, initial={"clause": application.clause}, label_suffix="")
    return _step(
        model_admin,
        request,
        application,
        form,
        title="申报条件",
        template="desk/walk_in_clause.html",
        save=lambda by, at: services.choose_clause(
            application, clause=form.cleaned_data["clause"], declared=application.declared, by=by, at=at
        ),
        declare=declare if declare.fields else None,
        outcome=outcome,
        lacking=[_lacking(found) for found in outcome.findings if found.clause.code not in outcome.clauses],
    )


def walk_in_papers(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A scan of each paper; one that is refused costs the others nothing."""
    application = _at_work(model_admin, request, pk)
    if request.method == "POST" and "remove" in request.POST:
        return _removed(request, application, "papers")
    form = PapersForm(*_sent(request), papers=services.papers(application), label_suffix="")
    return _step(
        model_admin,
        request,
        application,
        form,
        title="证明材料扫描件",
        template="desk/walk_in_papers.html",
        save=lambda by, at: _attach(application, form, by, at),
        files=list(application.evidence.select_related("file")),
    )


def walk_in_seat(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the person needs an accessible seat."""
    application = _at_work(model_admin, request, pk)
    form = SeatNeedForm(request.POST if request.method == "POST" else None, application=application)
    return _step(
        model_admin,
        request,
        application,
        form,
        title="考场座位",
        save=lambda by, at: ask_for_access(application, needed=form.wanted, by=by, at=at),
    )


def walk_in_conditions(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What the provider asks beyond the level's rules, with the scans that prove it."""
    application, on = _at_work(model_admin, request, pk), clock.today()
    form = form_of(request, application, on)
    if request.method == "POST" and "remove" in request.POST:
        return _removed(request, application, "conditions")
    return _step(
        model_admin,
        request,
        application,
        form,
        title="附加条件",
        template="desk/walk_in_conditions.html",
        save=lambda by, at: form.save(application, by=by, at=at),
        slots=slots_of(application, form),
        ages=ages_of(application, on),
        missing=conditions.missing(application, on),
    )


def walk_in_credits(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A resit of what is left, or everything anew."""
    application = _at_work(model_admin, request, pk)
    form = KindForm(_sent(request)[0], initial={"kind": application.kind}, label_suffix="")
    return _step(
        model_admin,
        request,
        application,
        form,
        title="补考还是重新申报",
        lead="按本人意愿选择。",
        save=lambda by, at: applying_again.choose(application, **form.cleaned_data, by=by, at=at),
    )


def walk_in_rules(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The candidate rules in the version in force, signed on paper."""
    application = _at_work(model_admin, request, pk)
    current = queries.current_rules(application.offering, clock.today())
    if current is None:
        raise Refused("参评人员须知尚未公布，公布后才能录入")
    form = SignedForm(_sent(request)[0], label_suffix="")
    return _step(
        model_admin,
        request,
        application,
        form,
        title="参评人员须知签字",
        text_title=f"{current.title}（{current.edition}）",
        text=current.body,
        save=lambda by, at: walk_ins.sign_rules(application, rules=current, by=by, at=at),
    )


def walk_in_submit(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Everything once more, then hand it in; why not, where it can't be."""
    application, on = _at_work(model_admin, request, pk), clock.today()
    fee = price_of(application.offering, kind=application.kind, subjects=application.subjects, on=on)
    form = HandInForm(_sent(request)[0], label_suffix="")
    window = application.window
    warned = queries.warnings(application.candidate, application.offering, window, but=application) if window else []
    return _step(
        model_admin,
        request,
        application,
        form,
        title="提交",
        button="提交",
        lead=f"{application.candidate.name}，{application.offering}，费用 {yuan(fee.amount)}",
        consequences=[
            "申报进入待审核，参评人员收到通知；没有账号的，以短信通知",
            *(warning.message for warning in warned),
        ],
        save=lambda by, at: walk_ins.submit(
            application, original=form.cleaned_data["original"], fee_published=fee.published, by=by, at=at
        ),
        then=reverse(SENT, args=[pk]),
    )


def walk_in_discard(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Give the draft up."""
    application = _at_work(model_admin, request, pk)
    return _step(
        model_admin,
        request,
        application,
        forms.Form(_sent(request)[0]),
        title="放弃草稿",
        button="放弃草稿",
        danger=True,
        consequences=["草稿和已上传的材料删除，不能恢复", "人员登记信息和背景经历保留"],
        save=lambda by, at: walk_ins.discard(application, by=by, at=at),
        then=reverse(LIST),
    )


def walk_in_form(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The form to print and sign; the whole document number is on it, so each printing is an audit event."""
    application = _at_work(model_admin, request, pk)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    content = application_form(application, at=clock.now())
    audit.record("application.form_printed", by=_user(request), obj=application, fields=["id_number"])
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{application.number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def walk_in_portrait(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The photo as it was kept."""
    photo = seen(model_admin, request, pk).candidate.photo
    if photo is None:
        raise Http404
    return picture(photo, 1)


def walk_in_paper(model_admin: Any, request: HttpRequest, pk: int, evidence: int) -> HttpResponseBase:
    """A scan that was uploaded."""
    found = seen(model_admin, request, pk).evidence.select_related("file").filter(pk=evidence).first()
    if found is None:
        raise Http404
    return files.file_response(found.file, as_attachment=False)


PAGES: dict[str, Callable[..., HttpResponseBase]] = {
    "photo/": walk_in_photo,
    "portrait/": walk_in_portrait,
    "rows/<str:kind>/": walk_in_row_add,
    "rows/<str:kind>/<int:row>/": walk_in_row,
    "clause/": walk_in_clause,
    "papers/": walk_in_papers,
    "papers/<int:evidence>/": walk_in_paper,
    "conditions/": walk_in_conditions,
    "seat/": walk_in_seat,
    "credits/": walk_in_credits,
    "rules/": walk_in_rules,
    "form/": walk_in_form,
    "submit/": walk_in_submit,
    "discard/": walk_in_discard,
}


def _at_work(model_admin: Any, request: HttpRequest, pk: int) -> Application:
    """What is keyed in, where the user may go on with it."""
    return walk_ins.at_work(seen(model_admin, request, pk), by=_user(request))


def _step(
    model_admin: Any,
    request: HttpRequest,
    application: Application,
    form: Any,
    *,
    title: str,
    save: Callable[[Any, Any], object],
    template: str = "desk/step.html",
    button: str = "保存",
    then: str = "",
    **more: Any,
) -> HttpResponse:
    """Show the form; save and go on, or say what is wrong with everything kept in its place."""
    status = 200
    if request.method == "POST" and form.is_bound:
        status = _save(form, save, request)
        if status == 200:
            messages.success(request, SAVED if not then else f"{application.number}：已{button}。")
            return redirect(then or reverse(PAGE, args=[application.pk]))
    context = {
        "application": application,
        "title": title,
        "form": form,
        "button": button,
        "back": reverse(PAGE, args=[application.pk]),
        "crumbs": [(reverse(LIST), "窗口录入"), (reverse(PAGE, args=[application.pk]), application.number)],
        **more,
    }
    return render(model_admin, request, template, context, status=status)


def _save(form: Any, save: Callable[[Any, Any], object], request: HttpRequest) -> int:
    """200 where it was saved; else the form says why not."""
    if not form.is_valid():
        return 400
    try:
        save(_user(request), clock.now())
    except (Conflict, NotAllowed):
        raise
    except Refused as refused:
        since = f"；可于 {cn_date(refused.from_on)} 起申报" if refused.from_on else ""
        refused.message += since
        add_refusal(form, refused)
        return refused.status
    return 400 if form.errors else 200


def _attach(application: Application, form: PapersForm, by: Any, at: Any) -> None:
    for name, (title, upload) in form.uploads().items():
        try:
            services.attach(application, title=title, upload=upload, by=by, at=at)
        except Conflict:
            raise
        except Refused as refused:
            form.add_error(name, refused.message)


def _removed(request: HttpRequest, application: Application, step: str) -> HttpResponse:
    evidence = application.evidence.filter(pk=number_of(request.POST["remove"])).first()
    if evidence is None:
        raise Http404
    services.detach(evidence, by=_user(request), at=clock.now())
    messages.success(request, "已删除。")
    return redirect(f"admin:desk_walk_in_{step}", application.pk)


def _lacking(found: Any) -> dict[str, Any]:
    missing = "；".join(found.missing)
    if found.missing and found.from_on:
        missing += f"。可于 {cn_date(found.from_on)} 起申报"
    return {"title": f"{found.clause.code} {found.clause.condition}", "text": missing}


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _user(request: HttpRequest) -> Any:
    return request.user
