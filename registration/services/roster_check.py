"""An uploaded roster is read and checked in the background, chunk by chunk, each row once (SPEC 5.2, 5.7).

The file is read whole or refused whole; then every row is kept, with all its faults. How far the job is stands in the
job itself and is committed with each chunk, so that a worker that dies goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F

from registration.enums import IntakeState, RowState
from registration.models import Group, Roster, RosterRow
from registration.rosters.checks import RosterRules
from registration.rosters.columns import SEALED
from registration.rosters.duplicates import Member
from registration.rosters.header import Header, read_header
from registration.services import photos, renewing
from registration.services.editing import day_of
from registration.services.judging import ROWS_AT_ONCE, Entry, Verdict, judge_entries, rules_of
from registration.services.renewing import Line
from registration.services.row_editing import closed_to_new, locked
from skilleval.core import clock
from skilleval.core.copying import copy_rows
from skilleval.core.errors import Refused
from skilleval.core.jobs import job
from skilleval.core.leases import Lease
from skilleval.core.models import Job
from skilleval.core.spreadsheets import Row, read_table

EMPTY = "名册中只有列名，没有人员；请填写后重新上传"
NO_CONDITIONS = "本项目的申报条件尚未载入，暂时不能核对名册；请联系评价机构后重新上传"
ID_NUMBER, PHONE = (RosterRow._meta.get_field(name) for name in ("id_cipher", "phone_cipher"))
COPIED = (
    *("uuid", "roster", "group", "number", "cells", "lossy", "id_cipher", "id_key", "phone_cipher"),
    *("state", "faults", "kinds", "checked_on", "edited_by_label"),
)


@job("registration.check_roster", chunked=True)
def check_roster(leased: Job, lease: Lease) -> None:
    """Read an uploaded roster and keep its rows with their faults; one that can't be read is refused with the cure."""
    roster = Roster.objects.select_related("file", "group").get(pk=leased.payload["id"])
    if roster.state != IntakeState.WAITING:
        return
    on = day_of(roster.uploaded_at)
    try:
        header, lines = _read(roster)
        rules = _rules(roster.group_id, on)
    except Refused as refused:
        Roster.objects.filter(pk=roster.pk).update(
            state=IntakeState.REFUSED, refusal=refused.message, checked_at=clock.now()
        )
        return
    for start in range(leased.progress_done, len(lines), ROWS_AT_ONCE):
        chunk = lines[start : start + ROWS_AT_ONCE]
        _take(roster, chunk, rules, on, lease=lease, done=start + len(chunk), total=len(lines), ignored=header.ignored)


def _read(roster: Roster) -> tuple[Header, list[Line]]:
    if roster.file is None:
        raise Refused("名册文件已删除，请重新上传")
    table = read_table(roster.file)
    header = read_header(table.header)
    lines = [_line(row, header) for row in table.rows]
    if not lines:
        raise Refused(EMPTY)
    return header, lines


def _line(row: Row, header: Header) -> Line:
    """A row of the file by column keys; what isn't asked for is left aside."""
    cells = {key: cell for key, cell in zip(header.keys, row.cells, strict=True) if key}
    lossy = [key for place in sorted(row.lossy) if (key := header.keys[place])] if row.lossy else []
    return Line(row.number, cells, lossy, row.cells[header.row_id] if header.row_id is not None else "")


def _rules(group: int, on: date) -> RosterRules:
    try:
        return rules_of(Group.objects.with_names().select_related("offering__rule_set").get(pk=group), on)
    except LookupError as error:
        raise Refused(NO_CONDITIONS) from error


@transaction.atomic
def _take(
    roster: Roster,
    lines: Sequence[Line],
    rules: RosterRules,
    on: date,
    *,
    lease: Lease,
    done: int,
    total: int,
    ignored: Sequence[str],
) -> None:
    """A chunk of the file, under the lock of the group, together with the note of how far the job is."""
    group = locked(roster.group)
    renewed, report = renewing.renew(group, roster, [line for line in lines if line.row_id], on)
    new = [line for line in lines if not line.row_id]
    if new and (closed := closed_to_new(group, on)):
        report += [{"row": line.number, "message": closed} for line in new]
    else:
        _keep(group, roster, new, rules, on)
    noted: dict[str, Any] = {"renewed": F("renewed") + renewed}
    if report:
        noted["report"] = [*Roster.objects.values_list("report", flat=True).get(pk=roster.pk), *report]
    if done == total:
        noted |= {"state": IntakeState.READ, "checked_at": clock.now(), "ignored": list(ignored)}
        photos.look_again(group, cause=f"roster:{roster.pk}")
    Roster.objects.filter(pk=roster.pk).update(**noted)
    lease.renew(done=done, total=total)


def _keep(group: Group, roster: Roster, lines: Sequence[Line], rules: RosterRules, on: date) -> None:
    """Check new rows and write them by COPY, their numbers and telephones sealed."""
    filled = [{key: text for key, text in line.cells.items() if text} for line in lines]
    entries = [
        Entry(Member(None, roster.pk, roster.name, line.number, RowState.FAULTY), cells, line.lossy)
        for line, cells in zip(lines, filled, strict=True)
    ]
    verdicts = judge_entries(group, entries, rules, on)
    copy_rows(RosterRow, COPIED, (_values(group.pk, *found, on) for found in zip(entries, verdicts, strict=True)))


def _values(group: int, entry: Entry, verdict: Verdict, on: date) -> tuple[Any, ...]:
    """A new row as COPY takes it, in the order of COPIED."""
    uuid = uuid4()
    cells = {key: text for key, text in entry.cells.items() if key not in SEALED}
    number, phone = (entry.cells.get(key, "") for key in SEALED)
    return (
        *(uuid, entry.member.roster, group, entry.member.number, cells, entry.lossy),
        *(ID_NUMBER.seal(number, uuid), verdict.id_key, PHONE.seal(phone, uuid)),
        RowState.CLEAR if verdict.clear else RowState.FAULTY,
        *([fault.kept() for fault in verdict.faults], verdict.kinds, on, ""),
    )
