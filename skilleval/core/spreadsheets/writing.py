"""The one writer of spreadsheets that leave the portal: xlsx, text as text, nothing that calculates."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from skilleval.core.spreadsheets.escaping import escaped

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int | Decimal | date | None

TEXT_FORMAT = "@"
LONGEST_LIST = 255  # characters a drop-down's list may have in a cell's validation
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
FIXED_MOMENT = b"1980-01-01T00:00:00Z"
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class Column:
    """A column: its name, its width in characters, what may be chosen in it, and whether it may be filled in.

    Every cell is text, also what is typed later, unless `number` is set; so 59.5 stays as it was typed.
    """

    name: str
    width: int = 16
    choices: tuple[str, ...] = ()
    editable: bool = False
    number: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet: column names in a frozen first row, rows beneath, and so many empty ones to fill in.

    In a `locked` one only the cells of editable columns can be changed.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]] = field(default_factory=list)
    empty_rows: int = 0
    locked: bool = False


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """An xlsx file of some sheets; the same sheets give the same bytes.

    Text that begins like a formula is escaped (`escaping`), control characters are left out. Raises ValueError for a
    drop-down whose list is too long or has a comma in a choice.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for sheet in sheets:
        _fill(workbook.create_sheet(_title(sheet.title)), sheet)
    made = io.BytesIO()
    workbook.save(made)
    return _timeless(made)


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    _write_row(worksheet, 1, [column.name for column in sheet.columns], sheet.columns, is_header=True)
    last = 1
    for last, row in enumerate(sheet.rows, start=2):
        _write_row(worksheet, last, row, sheet.columns)
    for number in range(last + 1, last + 1 + sheet.empty_rows):
        _write_row(worksheet, number, [None] * len(sheet.columns), sheet.columns)
    for cell in worksheet[1]:
        cell.font = Font(bold=True)
    for number, column in enumerate(sheet.columns, start=1):
        worksheet.column_dimensions[get_column_letter(number)].width = column.width
    worksheet.freeze_panes = "A2"
    worksheet.protection.sheet = sheet.locked
    _offer_choices(worksheet, sheet.columns, last + sheet.empty_rows)


def _write_row(
    worksheet: Worksheet, number: int, values: Sequence[Cell], columns: Sequence[Column], *, is_header: bool = False
) -> None:
    from openpyxl.styles import Protection

    if len(values) != len(columns):
        raise ValueError(f"row {number} has {len(values)} cells for {len(columns)} columns")
    for place, (value, column) in enumerate(zip(values, columns, strict=True), start=1):
        cell: Any = worksheet.cell(number, place)
        if column.number and not isinstance(value, str):
            cell.value = value
        else:
            cell.number_format = TEXT_FORMAT
            if value is not None and value != "":
                cell.value, cell.data_type = _text(value), "s"
        cell.protection = Protection(locked=is_header or not column.editable)


def _text(value: Cell) -> str:
    text = value.isoformat() if isinstance(value, date) else str(value)
    return escaped("".join(c for c in text if unicodedata.category(c) != "Cc" or c == "\n"))


def _offer_choices(worksheet: Worksheet, columns: Sequence[Column], last: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for number, column in enumerate(columns, start=1):
        if not column.choices or last < 2:
            continue
        listed = ",".join(column.choices)
        if len(listed) > LONGEST_LIST or any("," in choice or '"' in choice for choice in column.choices):
            raise ValueError(f"the choices of {column.name} don't fit into a cell's list")
        offered = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
        offered.error, offered.errorTitle = "请从列表中选择", column.name
        offered.showErrorMessage = True
        letter = get_column_letter(number)
        offered.add(f"{letter}2:{letter}{last}")
        worksheet.add_data_validation(offered)


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
