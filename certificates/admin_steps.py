"""Steps of a mark sheet that ask for a reason, each on a page that says what will follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from certificates.admin_session import found_session, render, require_marker
from certificates.admin_sheet import address, found_sheet
from certificates.models import MarkSheet
from certificates.services import marking
from skilleval.core import clock
from skilleval.core.errors import Refused


class ReasonForm(forms.Form):
    """Why a sheet goes back; whoever reads it next sees the whole text."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明哪些座位、核对什么，不要写成绩数值和姓名。",
        error_messages={"required": "请写明原因，录入人将看到全文", "max_length": "原因不超过 200 字，请精简"},
    )


def send_back_page(model_admin: Any, request: HttpRequest, pk: int, subject: str) -> HttpResponse:
    """The second reader sends the sheet back to the first."""
    consequences = [
        "成绩册回到“待录入”，由录入人核对原始评分表后更正，再次提交复核",
        "您的复核录入保留；录入人只看到哪些座位不一致，看不到您填的成绩",
    ]
    return _step(
        model_admin,
        request,
        pk,
        subject,
        "退回录入人",
        consequences,
        lambda sheet, **how: marking.send_back(sheet, **how),
    )


def reopen_page(model_admin: Any, request: HttpRequest, pk: int, subject: str) -> HttpResponse:
    """A confirmed sheet is opened again before the publication."""
    consequences = ["成绩册回到“待录入”，更正后须再次提交并由另一人复核", "公布以后不能再退回，须走“成绩更正”"]
    return _step(model_admin, request, pk, subject, "重新打开", consequences, marking.reopen)


def start_over_page(model_admin: Any, request: HttpRequest, pk: int, subject: str) -> HttpResponse:
    """Somebody takes over a reading that another person began."""
    consequences = ["原来这一遍已填的成绩全部清空，由您从头录入", "换人记入审计记录"]
    return _step(model_admin, request, pk, subject, "改由我录入", consequences, _start_over, asks_reason=False)


def _start_over(sheet: MarkSheet, *, reason: str, **how: Any) -> MarkSheet:
    return marking.start_over(sheet, **how)


def _step(
    model_admin: Any,
    request: HttpRequest,
    pk: int,
    subject: str,
    verb: str,
    consequences: list[str],
    perform: Callable[..., MarkSheet],
    *,
    asks_reason: bool = True,
) -> HttpResponse:
    session = found_session(model_admin, request, pk)
    require_marker(request, session)
    sheet = found_sheet(session, subject)
    if sheet.pk is None:
        raise Http404
    form = (ReasonForm if asks_reason else forms.Form)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            perform(sheet, by=request.user, at=clock.now(), reason=form.cleaned_data.get("reason", ""))
        except Refused as refusal:
            if refusal.status != Refused.status:
                messages.error(request, refusal.message)
                return redirect(address("sheet_page", session, subject))
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"{sheet.get_subject_display()}成绩册：已{verb}")
            return redirect(address("sheet_page", session, subject))
    context = {
        "title": f"{verb}：{sheet.get_subject_display()}成绩册",
        "verb": verb,
        "session": session,
        "sheet": sheet,
        "form": form,
        "consequences": consequences,
        "back": address("sheet_page", session, subject),
    }
    return render(model_admin, request, "certificates/marks_step.html", context, 400 if form.errors else 200)
