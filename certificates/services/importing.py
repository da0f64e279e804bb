"""A mark sheet goes out as a workbook and comes back, whole or not at all (SPEC 9.1)."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import File

from certificates import workbook
from certificates.models import MarkSheet
from certificates.queries.readings import open_rows
from certificates.services.marking import save_reading
from certificates.workbook import Report
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.spreadsheets import Column, Sheet, read_table, write_workbook

MAX_BYTES = 5 * 1024 * 1024
WIDTHS = (20, 26, 10, 12, 10, 48)


def workbook_of(sheet: MarkSheet, *, by: User) -> bytes:
    """The workbook of a sheet: whoever fills it in sees no mark of either reading. Recorded as an export."""
    lines = open_rows(sheet.session, sheet.subject)
    names = (*workbook.COLUMNS, f"{workbook.NAMES_SHEET}{sheet.uuid}")
    columns = [
        Column(
            name,
            width=width,
            editable=name in (workbook.SCORE, workbook.ABSENT),
            choices=("是",) if name == workbook.ABSENT else (),
        )
        for name, width in zip(names, WIDTHS, strict=True)
    ]
    audit.record("marks.exported", by=by, obj=sheet, purpose="成绩册模板", lines=len(lines))
    return write_workbook([Sheet(sheet.get_subject_display(), columns, workbook.cells_of(lines), locked=True)])


def import_reading(sheet: MarkSheet, *, reading: int, upload: File[Any], by: User, at: datetime) -> Report:
    """Take a returned workbook into a reading: all of it, or with faults in the report nothing.

    Raises Refused for a file that can't be read, and what `save_reading` raises.
    """
    table = _read(upload)
    lines = open_rows(sheet.session, sheet.subject)
    report = workbook.judge(table.header, table.rows, uuid=str(sheet.uuid), lines=lines)
    if report.accepted:
        save_reading(sheet, reading=reading, marks=report.marks, by=by, at=at)
    return report


def _read(upload: File[Any]) -> Any:
    if not upload.size or upload.size > MAX_BYTES:
        raise Refused("文件是空的或超过 5 MB，请使用本页下载的模板填写后上传", field="upload")
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        return read_table(Path(copy.name))
