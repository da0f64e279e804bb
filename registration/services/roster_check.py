"""An uploaded roster is read and checked in the background, chunk by chunk, each row once (SPEC 5.2, 5.7).

The file is read whole or refused whole; then every row is kept, with all its faults. How far the job is stands in the
job itself and is committed with each chunk, so that a worker that dies goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import transaction

from registration.enums import IntakeState, RowState
from registration.models import Group, Roster, RosterRow
from registration.rosters.checks import RosterRules
from registration.rosters.columns import SEALED
from registration.rosters.duplicates import Member
from registration.rosters.header import Header, read_header
from registration.services import photos
from registration.services.editing import day_of
from registration.services.judging import ROWS_AT_ONCE, Entry, Verdict, judge_entries, rules_of
from registration.services.renewing import Line, Untaken, renew
from registration.services.row_editing import closed_to_new, lock
from skilleval.core import clock
from skilleval.core.copying import copy_rows
from skilleval.core.errors import Refused
from skilleval.core.leases import Lease
from skilleval.core.spreadsheets import Row, read_table

CHECK = "registration.check_roster"
EMPTY = "名册中只有列名，没有人员；请填写后重新上传"
GONE = "名册文件已删除，请重新上传"
SEALS: dict[str, Any] = {key: RosterRow._meta.get_field(name) for key, name in SEALED.items()}
COPIED = (
    *("uuid", "roster", "group", "number", "cells", "lossy", "id_key", *SEALED.values()),
    *("state", "faults", "kinds", "checked_on", "edited_by_label"),
)


@dataclass(frozen=True)
class _File:
    """A roster's file, read, and what its lines are judged by."""

    roster: Roster
    group: Group
    header: Header
    lines: Sequence[Line]
    rules: RosterRules
    on: date


def check(roster: Roster, *, done: int, lease: Lease) -> None:
    """Read an uploaded roster and keep its rows with their faults; one that can't be read is refused with the cure.

    `done` is how many of its rows have been seen to already.
    """
    if roster.state != IntakeState.WAITING:
        return
    try:
        file = _read(roster)
    except Refused as refused:
        told = {"refusal": refused.message, "checked_at": clock.now()}
        Roster.objects.filter(pk=roster.pk).update(state=IntakeState.REFUSED, **told)
        return
    for start in range(done, len(file.lines), ROWS_AT_ONCE):
        _take(file, start, lease)


def _read(roster: Roster) -> _File:
    """Raises Refused with the cure for a file that can't be read, and for one without the required columns."""
    if roster.file is None:
        raise Refused(GONE)
    table = read_table(roster.file)
    header = read_header(table.header)
    if not table.rows:
        raise Refused(EMPTY)
    on = day_of(roster.uploaded_at)
    group = Group.objects.with_names().select_related("offering__rule_set").get(pk=roster.group_id)
    return _File(roster, group, header, [_line(row, header) for row in table.rows], rules_of(group, on), on)


def _line(row: Row, header: Header) -> Line:
    """A row of the file by column keys; what isn't asked for is left aside."""
    cells = {key: cell for key, cell in zip(header.keys, row.cells, strict=True) if key and cell}
    lossy = [key for place in sorted(row.lossy) if (key := header.keys[place])] if row.lossy else []
    return Line(row.number, cells, lossy, "" if header.row_id is None else row.cells[header.row_id])


@transaction.atomic
def _take(file: _File, start: int, lease: Lease) -> None:
    """A chunk of the file, under the lock of the group, together with the note of how far the job is."""
    lines = file.lines[start : start + ROWS_AT_ONCE]
    done, total = start + len(lines), len(file.lines)
    lock(file.group)
    columns = [key for key in file.header.keys if key]
    renewed, report = renew(file.group, file.roster, [line for line in lines if line.row_id], columns, file.on)
    new = [line for line in lines if not line.row_id]
    if new and (closed := closed_to_new(file.group, file.on)):
        report += [{"row": line.number, "message": closed} for line in new]
    else:
        _keep(file, new)
    if renewed or report:
        _note(file.roster, renewed, report)
    if done == total:
        _finish(file)
    lease.renew(done=done, total=total)


def _note(roster: Roster, renewed: int, report: Sequence[Untaken]) -> None:
    """Add to the roster what became of the returned lines of a chunk."""
    kept = Roster.objects.get(pk=roster.pk)
    kept.renewed, kept.report = kept.renewed + renewed, [*kept.report, *report]
    kept.save(update_fields=["renewed", "report"])


def _finish(file: _File) -> None:
    """The roster is read; photos that were there before may find their rows."""
    told = {"checked_at": clock.now(), "ignored": list(file.header.ignored)}
    Roster.objects.filter(pk=file.roster.pk).update(state=IntakeState.READ, **told)
    photos.look_again(file.group, cause=f"roster:{file.roster.pk}")


def _keep(file: _File, lines: Sequence[Line]) -> None:
    """Check new rows and write them by COPY, what is sealed sealed."""
    roster = file.roster
    entries = [
        Entry(Member(None, roster.pk, roster.name, line.number, RowState.FAULTY), line.cells, line.lossy)
        for line in lines
    ]
    verdicts = judge_entries(file.group, entries, file.rules, file.on)
    rows = (_values(file.group.pk, *found, file.on) for found in zip(entries, verdicts, strict=True))
    copy_rows(RosterRow, COPIED, rows)


def _values(group: int, entry: Entry, verdict: Verdict, on: date) -> tuple[Any, ...]:
    """A new row as COPY takes it, in the order of COPIED."""
    uuid, cells = uuid4(), dict(entry.cells)
    sealed = [field.seal(cells.pop(key, ""), uuid) for key, field in SEALS.items()]
    return (
        *(uuid, entry.member.roster, group, entry.member.number, cells, entry.lossy, verdict.id_key),
        *sealed,
        RowState.CLEAR if verdict.clear else RowState.FAULTY,
        *([fault.kept() for fault in verdict.faults], verdict.kinds, on, ""),
    )
