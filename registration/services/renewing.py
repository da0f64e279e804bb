"""A returned workbook comes back: its lines renew the rows they came from (SPEC 5.2).

The book wins where it was changed and the row on the page wasn't. A line untouched in the book says nothing; one that
was changed in both places is left as the page has it, and told in the roster's report.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from registration.models import Group, Roster, RosterRow
from registration.rosters import row_ids
from registration.rosters.row_ids import RowId
from registration.services.judging import cells_of
from registration.services.mending import Change, write_changes
from registration.services.row_editing import bar, locked_by_id

UNKNOWN = "行标识不属于本团体，未采用；如为新增人员，请清空行标识后重新上传"
TWICE = "行标识在文件中重复，只采用第一行；如为新增人员，请清空行标识后重新上传"
CHANGED_SINCE = "该行在下载后已在平台上改过，未采用文件中的内容；请在平台上核对修改"

#: A line that wasn't taken: its row number in the file and why, as Roster.report keeps it.
Untaken = dict[str, Any]


class Line(NamedTuple):
    """A row of a file: its filled cells by column key, which of them have lost digits, and its 行标识."""

    number: int
    cells: dict[str, str]
    lossy: Sequence[str]
    row_id: str


def renew(
    group: Group, roster: Roster, lines: Sequence[Line], columns: Collection[str], on: date
) -> tuple[int, list[Untaken]]:
    """Write what was changed in the book; how many rows, and the lines that weren't taken, each with why.

    `columns` are those the book has: an empty cell of theirs empties the row's. In the caller's transaction, with the
    group locked. What another group's 行标识 names is never told.
    """
    named = [row_ids.parse(line.row_id) for line in lines]
    rows = locked_by_id(group, [one.row for one in named if one])
    changes, report, seen = [], [], set()
    empty = dict.fromkeys(columns, "")
    for line, one in zip(lines, named, strict=True):
        cells = {**empty, **line.cells}
        row = rows.get(one.row) if one else None
        if row is None or one is None:
            report.append(_told(line, UNKNOWN))
        elif row.pk in seen:
            report.append(_told(line, TWICE))
        elif _says_something(row, one, cells):
            if why := bar(row, group, on) or _changed_since(row, one):
                report.append(_told(line, why))
            else:
                changes.append(Change(row, cells, line.lossy))
        seen.add(row.pk if row else None)
    made = write_changes(group, changes, by_label=roster.uploaded_by_label, at=roster.uploaded_at)
    return len(made), report


def _says_something(row: RosterRow, named: RowId, cells: dict[str, str]) -> bool:
    """Whether a line was changed in the book, and the row isn't so already."""
    stands = cells_of(row)
    book = {**stands, **cells}
    return not named.describes(book) and row_ids.digest(book) != row_ids.digest(stands)


def _changed_since(row: RosterRow, named: RowId) -> str:
    return "" if named.describes(cells_of(row)) else CHANGED_SINCE


def _told(line: Line, message: str) -> Untaken:
    return {"row": line.number, "message": message}
