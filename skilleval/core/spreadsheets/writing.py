"""The one writer of spreadsheets that leave the portal: xlsx, text as text, nothing that calculates."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from skilleval.core.spreadsheets import dressing
from skilleval.core.spreadsheets.escaping import escaped

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | Decimal | date | None

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
FIXED_MOMENT = b"1980-01-01T00:00:00Z"
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class Column:
    """A column: its name, its width in characters, what may be chosen in it, and whether it may be filled in.

    Every cell is text, also what is typed later, unless `number` is set; so 59.5 stays as it was typed. The name of a
    `required` one gets a * and stands out; `note` is shown at the name. Long text goes on beneath in `wrapped` ones.
    """

    name: str
    width: int = 16
    choices: tuple[str, ...] = ()
    editable: bool = False
    number: bool = False
    required: bool = False
    note: str = ""
    wrapped: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Marked:
    """A cell that stands out, with a note that says why; a mere `hint` stands out less."""

    value: Value
    note: str
    hint: bool = False


Cell = Value | Marked


@dataclass(frozen=True)
class Sheet:
    """A sheet: column names in a frozen first row, rows beneath, and so many empty ones to fill in.

    The first columns, as many as `frozen`, stay in view too. In a `locked` one only the cells of editable columns can
    be changed.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]] = field(default_factory=list)
    empty_rows: int = 0
    locked: bool = False
    frozen: int = 0


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """An xlsx file of some sheets; the same sheets give the same bytes.

    Text that begins like a formula is escaped (`escaping`), control characters are left out. Choices that don't fit
    into a cell's list stand on a hidden sheet behind the others.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for sheet in sheets:
        _fill(workbook.create_sheet(_title(sheet.title)), sheet)
    for worksheet, sheet in zip(list(workbook.worksheets), sheets, strict=True):
        dressing.offer_choices(worksheet, sheet.columns, worksheet.max_row + sheet.empty_rows)
    made = io.BytesIO()
    workbook.save(made)
    return _timeless(made)


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    styles = [dressing.cell_style(worksheet, column) for column in sheet.columns]
    for place, (column, style) in enumerate(zip(sheet.columns, styles, strict=True), start=1):
        header = worksheet.cell(1, place, _text(f"{column.name}*" if column.required else column.name))
        dressing.dress_header(header, column)
        dressing.shape_column(worksheet, place, column, style if sheet.empty_rows else None)
    for number, row in enumerate(sheet.rows, start=2):
        _write_row(worksheet, number, row, sheet.columns, styles)
    worksheet.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    dressing.protect(worksheet, locked=sheet.locked)


def _write_row(
    worksheet: Worksheet, number: int, cells: Sequence[Cell], columns: Sequence[Column], styles: Sequence[Any]
) -> None:
    if len(cells) != len(columns):
        raise ValueError(f"row {number} has {len(cells)} cells for {len(columns)} columns")
    for place, (given, column, style) in enumerate(zip(cells, columns, styles, strict=True), start=1):
        cell: Any = worksheet.cell(number, place)
        cell._style = copy(style)  # setting its parts cell by cell costs most of the time
        value = given.value if isinstance(given, Marked) else given
        if column.number and not isinstance(value, str):
            cell.value = value
        elif value is not None and value != "":
            cell.value, cell.data_type = _text(value), "s"
            if column.number:
                cell.number_format = dressing.TEXT_FORMAT
        if isinstance(given, Marked):
            dressing.mark(cell, _printable(given.note), hint=given.hint)


def _text(value: Value) -> str:
    return escaped(_printable(value.isoformat() if isinstance(value, date) else str(value)))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) != "Cc" or c == "\n")


def _title(title: str) -> str:
    """A sheet's name without what spreadsheets don't allow in one."""
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Sheet"


def _timeless(made: io.BytesIO) -> bytes:
    """The package with every time in it fixed."""
    written = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "docProps/core.xml":
                content = MOMENT.sub(FIXED_MOMENT, content)
            entry = zipfile.ZipInfo(part.filename, FIXED_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, content)
    return written.getvalue()
