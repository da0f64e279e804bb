"""Rows are mended cell by cell and checked at once; what was passed goes back to the check (SPEC 5.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from registration import policy
from registration.enums import RowState
from registration.models import Group, RosterRow
from registration.rosters.columns import COLUMN, SEALED
from registration.rosters.words import clean
from registration.services import judging, photos
from registration.services.editing import day_of
from registration.services.row_editing import check_editable, locked, locked_rows
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require

LONGEST = 500
#: Columns by which photos find their rows.
MATCHING = frozenset({"name", "id_number", "id_type", "photo_name"})


@transaction.atomic
def mend(row: RosterRow, *, cells: Mapping[str, str], by: User, at: datetime) -> RosterRow:
    """Change the cells given, by column key, and check the row at once; the others stay as they are.

    A row passed but not handed in goes back to 待修改 or 核对通过. Another row that bore the number given up is free
    then. Of two officers at once both are kept, of the same cell the last. Raises Conflict for a row that was handed in
    or removed, Refused for a column that isn't one.
    """
    require(by, policy.ENTER, row.group.institution)
    group = locked(row.group)
    found = next(iter(locked_rows(group, [row.pk])), None)
    if found is None:
        raise Conflict
    check_editable(found, group, day_of(at))
    change = Change(found, typed(cells))
    if write_changes(group, [change], by_label=by.label, at=at):
        audit.record("roster.row_mended", by=by, obj=found, fields=sorted(change.columns))
    return found


def typed(cells: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed into cells; raises Refused for a column that isn't one, and for what is far too long."""
    for key, text in cells.items():
        if key not in COLUMN:
            raise Refused("名册中没有这一列，请刷新页面后再改", field=key)
        if len(text) > LONGEST:
            raise Refused(f"{COLUMN[key].title}不超过 {LONGEST} 个字，请精简", field=key)
    return {key: clean(text) for key, text in cells.items()}


@dataclass
class Change:
    """New cells for a row; `lossy` are those that a spreadsheet gave as numbers and so lost digits of."""

    row: RosterRow
    cells: Mapping[str, str]
    lossy: Collection[str] = ()
    columns: list[str] = field(default_factory=list)  # those that were different, once it is written

    def put(self) -> bool:
        """Put the cells into the row in memory; whether any was different. A row that was passed isn't any more."""
        row = self.row
        self.columns = [key for key, text in self.cells.items() if text != _stands(row, key)]
        for key in self.columns:
            _put(row, key, self.cells[key])
        row.lossy = [key for key in row.lossy if key not in self.columns] + [
            key for key in self.lossy if key in self.columns
        ]
        if self.columns and row.state == RowState.PASSED:
            row.state, row.passed = RowState.CLEAR, None
        return bool(self.columns)


def write_changes(group: Group, changes: Sequence[Change], *, by_label: str, at: datetime) -> list[Change]:
    """Write cells into rows and check them, with the rows that their numbers free or double; those that made a change.

    In the caller's transaction, with the group and the rows locked.
    """
    before = {bytes(key) for change in changes if (key := change.row.id_key)}
    made = [change for change in changes if change.put()]
    rows, on = [change.row for change in made], day_of(at)
    for row in rows:
        row.edited_by_label, row.edited_at = by_label, at
    if rows:
        judging.write(judging.judge_changed(group, rows, before=before, on=on), on=on, edited=rows)
    if any(not MATCHING.isdisjoint(change.columns) for change in made):
        photos.look_again(group, cause=f"row:{rows[0].pk}:{at.isoformat()}")
    return made


def _stands(row: RosterRow, key: str) -> str:
    return str(getattr(row, SEALED[key]) if key in SEALED else row.cells.get(key, ""))


def _put(row: RosterRow, key: str, text: str) -> None:
    if key in SEALED:
        setattr(row, SEALED[key], text)
    elif text:
        row.cells[key] = text
    else:
        row.cells.pop(key, None)
