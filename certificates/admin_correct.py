"""An application's result and the correction of it: proposed on one page, decided on another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from certificates import policy
from certificates.admin_session import render, turn_away
from certificates.entering import ABSENT_WORD, Entered, Raw, read_mark
from certificates.enums import CorrectionState, MarkStatus
from certificates.grading import MarkError, shown
from certificates.models import Result, ResultCorrection, ResultMark
from certificates.queries.results import current_result, versions_of
from certificates.services import correcting
from certificates.services.versions import REASON_LENGTH, raws_of
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.policy import can

RESULT = "admin:certificates_result_change"
CORRECTION = "admin:certificates_resultcorrection_change"


class ProposalForm(forms.Form):
    """A field for each subject, as it is now, and why it should change."""

    reason = forms.CharField(
        label="更正的原因",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="参评人员将看到全文，请不要写姓名和证件号码。",
        error_messages={"required": "请写明更正的原因", "max_length": f"原因不超过 {REASON_LENGTH} 字，请精简"},
    )

    def __init__(self, data: Any, *, raws: Mapping[str, Raw]) -> None:
        super().__init__(data)
        self.raws = raws
        for subject, raw in raws.items():
            self.fields[subject] = forms.CharField(
                label=f"{SubjectKind(subject).label}成绩",
                required=False,
                max_length=20,
                initial=raw_text(raw),
                help_text=f"0 至 100，最多两位小数；缺考的填“{ABSENT_WORD}”。不更正的保持原样。",
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.order_fields([*raws, "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.marks: dict[str, Entered] = {}
        for subject in self.raws:
            try:
                mark = read_mark(cleaned.get(subject, ""))
            except MarkError as error:
                self.add_error(subject, str(error))
                continue
            if mark is not None:
                self.marks[subject] = mark
            elif self.raws[subject].status:
                self.add_error(subject, f"请填写成绩；缺考的填“{ABSENT_WORD}”")
        return cleaned


def result_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """All versions of an application's result, the one in force first."""
    result = _found(model_admin, request, pk)
    versions = list(versions_of(result.application).order_by("-version"))
    corrections = ResultCorrection.objects.filter(application=result.application)
    context = {
        "title": f"成绩：申报 {result.application.number}",
        "result": result,
        "versions": [{"version": version, "marks": _marks(version), "total": _total(version)} for version in versions],
        "pending": corrections.filter(state=CorrectionState.ASKED).first(),
        "may_mark": _may_mark(request, result),
    }
    return render(model_admin, request, "certificates/result_page.html", context)


def propose_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a correction of a published result."""
    result = _found(model_admin, request, pk)
    if not _may_mark(request, result):
        raise PermissionDenied
    form = ProposalForm(request.POST if request.method == "POST" else None, raws=raws_of(result))
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            correcting.propose(
                result.application, marks=form.marks, reason=form.cleaned_data["reason"], by=user, at=clock.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "已提交更正申请，须由另一位成绩人员核准")
            return redirect(RESULT, result.pk)
    context = {"title": f"申请更正：申报 {result.application.number}", "result": result, "form": form}
    return render(model_admin, request, "certificates/result_propose.html", context, 400 if form.errors else 200)


def correction_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal beside the marks in force; whoever didn't make it accepts or refuses it."""
    correction: ResultCorrection | None = model_admin.get_object(request, str(pk))
    if correction is None:
        owned = ResultCorrection.objects.filter(pk=pk).values("application__offering")
        turn_away(request, Provider.objects.filter(offerings__in=owned))
    user: Any = request.user
    decides = can(user, policy.MARK, correction.application.offering.provider)
    note, refused = request.POST.get("note", ""), ""
    if request.method == "POST":
        if not decides:
            raise PermissionDenied
        refused = _decide(request, correction, note)
        if not refused:
            return redirect(CORRECTION, correction.pk)
    last = current_result(correction.application)
    context = {
        "title": f"成绩更正：申报 {correction.application.number}",
        "correction": correction,
        "lines": _comparison(correction, last),
        "last": last,
        "decides": decides and correction.state == CorrectionState.ASKED,
        "own": correction.asked_by_id == user.pk,
        "refused": refused,
        "note": note,
    }
    return render(model_admin, request, "certificates/result_correction.html", context, 400 if refused else 200)


def mark_text(mark: ResultMark) -> str:
    """A published mark in words: the score, 缺考 or 成绩取消."""
    return f"{mark.score}" if mark.status == MarkStatus.MARKED else mark.get_status_display()


def raw_text(raw: Raw) -> str:
    """A raw mark as it is typed."""
    if raw.status == MarkStatus.ABSENT:
        return ABSENT_WORD
    return "" if raw.score is None else f"{raw.score:.2f}"


def _decide(request: HttpRequest, correction: ResultCorrection, note: str) -> str:
    """Accept or refuse as posted; the message where that is turned down."""
    user: Any = request.user
    try:
        if request.POST.get("decision") == "accept":
            correcting.accept(correction, by=user, at=clock.now())
        else:
            correcting.refuse(correction, note=note, by=user, at=clock.now())
    except Refused as refusal:
        return refusal.message
    messages.success(request, "已处理成绩更正")
    return ""


def _comparison(correction: ResultCorrection, last: Result | None) -> list[dict[str, str]]:
    raws = raws_of(last) if last else {}
    changes = correcting.changes_of(correction)
    return [
        {
            "label": SubjectKind(subject).label,
            "before": raw_text(raws.get(subject, Raw())) or "无成绩",
            "after": raw_text(raw),
        }
        for subject, raw in changes.items()
    ]


def _found(model_admin: Any, request: HttpRequest, pk: int) -> Result:
    """The version in force of the application that a version is of."""
    named = Result.objects.filter(pk=pk).values("application")
    result: Result | None = model_admin.get_queryset(request).filter(application__in=named).first()
    owners = Provider.objects.filter(offerings__in=named.values("application__offering"))
    return result or turn_away(request, owners)


def _may_mark(request: HttpRequest, result: Result) -> bool:
    user: Any = request.user
    return can(user, policy.MARK, result.application.offering.provider)


def _marks(version: Result) -> list[tuple[str, str]]:
    return [(mark.get_subject_display(), mark_text(mark)) for mark in version.marks.all()]


def _total(version: Result) -> str:
    return "" if version.total is None else str(shown(version.total))
