"""How the cells of our spreadsheets look and what may be entered in them: styles, notes, drop-downs, protection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from skilleval.core.spreadsheets.writing import Column

TEXT_FORMAT = "@"
LONGEST_LIST = 255  # characters a drop-down's list may have in a cell's validation
WORDS_SHEET = "词表"

HEADER_FILL, REQUIRED_FILL = "F1F3F5", "DCE8FA"
FAULT_FILL, HINT_FILL = "F8D0CC", "FFF2CC"
NOTE_AUTHOR = "平台"
NOTE_WIDTH, NOTE_LINE = 280, 20  # pixels
NOTE_LINE_LENGTH = 18  # Chinese characters that go into it


def cell_style(worksheet: Worksheet, column: Column) -> Any:
    """The style of a column's cells, made once a sheet."""
    from openpyxl.cell import Cell
    from openpyxl.styles import Alignment, Protection

    pattern: Any = Cell(worksheet, row=1, column=1)
    pattern.protection = Protection(locked=not column.editable)
    if not column.number:
        pattern.number_format = TEXT_FORMAT
    if column.wrapped:
        pattern.alignment = Alignment(wrap_text=True, vertical="top")
    return pattern._style


def dress_header(cell: Any, column: Column) -> None:
    """A column's name: bold on grey, on blue where it is required, with its note."""
    from openpyxl.styles import Alignment, Font

    cell.number_format, cell.font = TEXT_FORMAT, Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    cell.fill = _fill(REQUIRED_FILL if column.required else HEADER_FILL)
    if column.note:
        cell.comment = _note(column.note)


def shape_column(worksheet: Worksheet, place: int, column: Column, style: Any) -> None:
    """A column's width, and the style of the cells in it that nobody has filled yet."""
    from openpyxl.utils import get_column_letter

    shape: Any = worksheet.column_dimensions[get_column_letter(place)]
    shape.width, shape.hidden = column.width, column.hidden
    if style:
        shape._style = style


def mark(cell: Any, note: str, *, hint: bool) -> None:
    """Make a cell stand out and say why."""
    cell.fill = _fill(HINT_FILL if hint else FAULT_FILL)
    cell.comment = _note(note)


def protect(worksheet: Worksheet, *, locked: bool) -> None:
    """Let only unlocked cells be changed; widths and heights stay free."""
    worksheet.protection.sheet = locked
    worksheet.protection.formatColumns = worksheet.protection.formatRows = not locked


def offer_choices(worksheet: Worksheet, columns: Sequence[Column], last: int) -> None:
    """Drop-downs for the rows down to the last."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for place, column in enumerate(columns, start=1):
        if not column.choices or last < 2:
            continue
        offered = DataValidation(type="list", formula1=_listed(worksheet, column.choices), allow_blank=True)
        offered.error, offered.errorTitle = "请从列表中选择", column.name
        offered.showErrorMessage = True
        letter = get_column_letter(place)
        offered.add(f"{letter}2:{letter}{last}")
        worksheet.add_data_validation(offered)


def _listed(worksheet: Worksheet, choices: Sequence[str]) -> str:
    """The choices as a validation takes them: in itself, or by a column of the hidden sheet of words."""
    listed = ",".join(choices)
    if len(listed) <= LONGEST_LIST and not any("," in choice or '"' in choice for choice in choices):
        return f'"{listed}"'
    return _words(worksheet.parent, choices)


def _words(workbook: Any, choices: Sequence[str]) -> str:
    from openpyxl.utils import get_column_letter

    if WORDS_SHEET not in workbook.sheetnames:
        workbook.create_sheet(WORDS_SHEET).sheet_state = "hidden"
    words = workbook[WORDS_SHEET]
    place = words.max_column + 1 if words["A1"].value else 1
    for number, choice in enumerate(choices, start=1):
        cell = words.cell(number, place)
        cell.value, cell.data_type, cell.number_format = choice, "s", TEXT_FORMAT
    letter = get_column_letter(place)
    return f"'{WORDS_SHEET}'!${letter}$1:${letter}${len(choices)}"


def _note(text: str) -> Any:
    from openpyxl.comments import Comment

    lines = sum(1 + len(line) // NOTE_LINE_LENGTH for line in text.split("\n"))
    return Comment(text, NOTE_AUTHOR, width=NOTE_WIDTH, height=NOTE_LINE * (lines + 1))


def _fill(colour: str) -> Any:
    from openpyxl.styles import PatternFill

    return PatternFill("solid", fgColor=colour)
