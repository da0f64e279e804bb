"""Rosters as most would take them in, and the limit: COPY of the ready rows into the same table.

The peer reads with openpyxl's read-only mode, judges with the portal's own check, makes one model instance a row and
writes with `bulk_create` in batches of 1,000, all in one transaction.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from openpyxl import load_workbook

from registration.enums import RowState
from registration.models import Group, Roster, RosterRow
from registration.rosters.columns import SEALED
from registration.rosters.duplicates import Member
from registration.rosters.header import read_header
from registration.services.judging import Entry, Verdict, judge_entries, rules_of
from skilleval.core import files

BATCH = 1000
COLUMNS = (
    "uuid, roster_id, group_id, number, cells, lossy, id_cipher, id_key, phone_cipher, photo_cipher, state, faults,"
    " kinds, checked_on, edited_by_label"
)
READ = f"COPY (SELECT {COLUMNS} FROM registration_rosterrow ORDER BY id) TO STDOUT (FORMAT binary)"  # noqa: S608
WRITE = f"COPY registration_rosterrow ({COLUMNS}) FROM STDIN (FORMAT binary)"


@transaction.atomic
def take_in(roster: Roster, on: date) -> None:
    """From the stored file to the finished report."""
    group = Group.objects.with_names().select_related("offering__rule_set").get(pk=roster.group_id)
    rules = rules_of(group, on)
    lines = list(_read(roster))
    for start in range(0, len(lines), BATCH):
        entries = [_entry(roster, number, cells) for number, cells in lines[start : start + BATCH]]
        verdicts = judge_entries(group, entries, rules, on)
        rows = [_row(roster, entry, verdict, on) for entry, verdict in zip(entries, verdicts, strict=True)]
        RosterRow.objects.bulk_create(rows, batch_size=BATCH)


def _read(roster: Roster) -> Iterator[tuple[int, dict[str, str]]]:
    assert roster.file is not None
    workbook = load_workbook(files.path_of(roster.file), read_only=True)
    rows = workbook.worksheets[0].iter_rows(values_only=True)
    keys = read_header(tuple(str(name or "") for name in next(rows))).keys
    for number, values in enumerate(rows, start=2):
        yield number, {key: str(value) for key, value in zip(keys, values, strict=True) if key and value is not None}
    workbook.close()


def _entry(roster: Roster, number: int, cells: dict[str, str]) -> Entry:
    return Entry(Member(None, roster.pk, roster.name, number, RowState.FAULTY), cells)


def _row(roster: Roster, entry: Entry, verdict: Verdict, on: date) -> RosterRow:
    return RosterRow(
        roster=roster,
        group_id=roster.group_id,
        number=entry.member.number,
        cells={key: text for key, text in entry.cells.items() if key not in SEALED},
        id_cipher=entry.cells.get("id_number", ""),
        phone_cipher=entry.cells.get("phone", ""),
        photo_cipher=entry.cells.get("photo_name", ""),
        id_key=verdict.id_key,
        state=RowState.CLEAR if verdict.clear else RowState.FAULTY,
        faults=[fault.kept() for fault in verdict.faults],
        kinds=verdict.kinds,
        checked_on=on,
    )


def ready_rows() -> io.BytesIO:
    """The rows as they stand, in PostgreSQL's own binary form."""
    ready = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(READ, ready)
    return ready


def copy_ready(ready: io.BytesIO) -> None:
    """Write them back in one transaction: nothing that keeps them can be faster."""
    ready.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert(WRITE, ready)


def same_report(ours: Sequence[Any], theirs: Sequence[Any]) -> bool:
    """Whether both found the same on the same rows."""
    return list(ours) == list(theirs)
