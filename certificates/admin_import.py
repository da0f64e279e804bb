"""A mark sheet by workbook: the template to download, the upload, and the report row by row."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from certificates.admin_session import found_session, render, require_marker
from certificates.admin_sheet import address, found_sheet
from certificates.enums import SheetState
from certificates.models.marks import FIRST, SECOND
from certificates.services import marking
from certificates.services.importing import import_reading, workbook_of
from skilleval.core import clock
from skilleval.core.errors import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    upload = forms.FileField(
        label="填好的成绩册",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv", "data-file-name": ""}),
        help_text="须由本页下载的模板填写。有一处不符，整份都不导入，并逐行列出原因。",
        error_messages={"required": "请选择填好的成绩册", "empty": "文件是空的，请重新选择"},
    )


def workbook_file(model_admin: Any, request: HttpRequest, pk: int, subject: str) -> HttpResponse:
    """The template; handing it out is an export that is recorded, so it is posted for."""
    session = found_session(model_admin, request, pk)
    require_marker(request, session)
    found_sheet(session, subject)
    if request.method != "POST":
        return redirect(address("import_page", session, subject))
    user: Any = request.user
    try:
        sheet = marking.open_sheet(session, subject=subject, by=user, at=clock.now())
        content = workbook_of(sheet, by=user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(address("sheet_page", session, subject))
    name = f"marks-{session.held_on:%Y%m%d}-{session.pk}-{subject}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def import_page(model_admin: Any, request: HttpRequest, pk: int, subject: str) -> HttpResponse:
    """Upload a filled template: taken whole, or reported row by row and not taken at all."""
    session = found_session(model_admin, request, pk)
    require_marker(request, session)
    sheet = found_sheet(session, subject)
    form = UploadForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        reading = SECOND if sheet.state == SheetState.ENTERED else FIRST
        user: Any = request.user
        try:
            opened = marking.open_sheet(session, subject=subject, by=user, at=clock.now())
            report = import_reading(
                opened, reading=reading, upload=form.cleaned_data["upload"], by=user, at=clock.now()
            )
        except Refused as refusal:
            form.add_error("upload", refusal.message)
        else:
            if report.accepted:
                messages.success(request, f"已导入 {len(report.marks)} 人的成绩，请核对后提交")
                return redirect(address("sheet_page", session, subject))
    context = {
        "title": f"用表格录入：{sheet.get_subject_display()}成绩册",
        "session": session,
        "sheet": sheet,
        "form": form,
        "report": report,
    }
    failed = bool(form.errors or report)
    return render(model_admin, request, "certificates/marks_import.html", context, 400 if failed else 200)
