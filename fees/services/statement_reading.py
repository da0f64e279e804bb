"""A bank's statement is read and its lines judged in the background; nothing is booked (SPEC 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.utils import timezone

from fees.enums import LineState, StatementState
from fees.models import Statement, StatementFormat, StatementLine
from fees.queries.statements import bills_of, known_keys, noted_for, reversed_keys
from fees.statements.bills import Verdict
from fees.statements.columns import Columns, missing
from fees.statements.judging import doubts_of, judge, settled
from fees.statements.keys import keys_of
from fees.statements.movements import Movement
from fees.statements.sheet import Sheet, open_sheet
from skilleval.core.bulk import save_many
from skilleval.core.copying import copy_rows
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Refused
from skilleval.core.spreadsheets import read_rows

READ = "fees.read_statement"
MOST_LINES = 20_000
REVERSED = "以前入账后已冲销，请核对这笔款项是否确已到账"
GONE = "流水文件已删除，请重新上传"
ACCOUNT: Any = StatementLine._meta.get_field("payer_account")
COPIED = (
    *("uuid", "statement", "number", "value_on", "amount", "payer", "payer_account", "reference", "serial", "key"),
    *("state", "reason", "doubt", "suggestions", "orders", "decided_by_label"),
)


def sheet_of(statement: Statement) -> Sheet:
    """The statement's file, opened. Raises Refused where it can't be read or names no columns."""
    if statement.file is None:
        raise Refused(GONE)
    return open_sheet(read_rows(statement.file, max_rows=MOST_LINES))


def read(statement: Statement) -> None:
    """Read a statement with the columns that were set or are remembered; without any it waits for a person.

    In the caller's transaction. Run again it changes nothing. One that can't be read, or is another account's, is
    refused with the cure; where columns don't do, a person sets them anew.
    """
    assert_in_transaction()
    locked = Statement.objects.select_for_update(of=("self",)).select_related("provider", "file")
    statement = locked.get(pk=statement.pk)
    if statement.state != StatementState.READING:
        return
    try:
        sheet = sheet_of(statement)
        sheet.check_titles(statement.provider.bank_account)
    except Refused as refused:
        _note(statement, StatementState.REFUSED, problem=refused.message[:300])
        return
    columns, header = _columns(statement, sheet), list(sheet.header.names)
    if columns is None:
        _note(statement, StatementState.COLUMNS, header=header)
        return
    try:
        _keep(statement, sheet, columns)
    except Refused as refused:
        _note(statement, StatementState.COLUMNS, header=header, problem=refused.message[:300])


def judge_again(statement: Statement) -> int:
    """Look at the lines nobody has decided once more, since orders and money have moved on; returns how many changed.

    In the caller's transaction, which holds the statement's lock.
    """
    assert_in_transaction()
    rows = list(statement.lines.filter(state__in=(LineState.MATCHED, LineState.DOUBTFUL, LineState.KNOWN)))
    open_to = [row for row in rows if row.decided_at is None and (row.state != LineState.KNOWN or row.suggestions)]
    decided = [row for row in rows if row.decided_at is not None]
    verdicts = _judged(
        statement,
        [_movement(row) for row in open_to],
        keys={row.number: row.key for row in open_to},
        doubts={row.number: row.doubt for row in open_to if row.doubt},
        decided=decided,
    )
    changed = [row for row in open_to if _set(row, verdicts[row.number])]
    save_many(changed, ["state", "reason", "suggestions", "orders"])
    return len(changed)


def _columns(statement: Statement, sheet: Sheet) -> Columns | None:
    """What a person said of this file, or of one with the same header before."""
    if statement.columns:
        return Columns.of(statement.columns)
    known = StatementFormat.objects.filter(provider=statement.provider, header_key=sheet.header.key).first()
    columns = Columns.of(known.columns) if known else None
    return None if columns is None or missing(columns, [row.cells for row in sheet.rows]) else columns


def _keep(statement: Statement, sheet: Sheet, columns: Columns) -> None:
    """The lines of a file with what is to become of each."""
    own = statement.provider.bank_account
    found = sheet.movements(columns, own=own, today=timezone.localdate(statement.uploaded_at))
    keys, doubts, verdicts = keys_of(found), doubts_of(found), settled(found)
    left = [one for one in found if one.number not in verdicts]
    verdicts |= _judged(statement, left, keys=keys, doubts=doubts, decided=[])
    StatementLine.objects.filter(statement=statement).delete()  # of an earlier reading, by other columns
    copy_rows(
        StatementLine,
        COPIED,
        (_values(statement, one, keys.get(one.number, ""), doubts, verdicts[one.number]) for one in found),
    )
    days = [one.value_on for one in found if one.value_on and not one.fault]
    _note(
        statement,
        StatementState.READY,
        header=list(sheet.header.names),
        columns=columns.kept(),
        warnings=sheet.warnings(columns, found, own=own),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )


def _judged(
    statement: Statement,
    left: Sequence[Movement],
    *,
    keys: dict[int, str],
    doubts: dict[int, str],
    decided: Sequence[StatementLine],
) -> dict[int, Verdict]:
    days = {one.value_on for one in left if one.value_on}
    if not days:
        return {}
    same = {told["receipt"] for row in decided if row.state == LineState.KNOWN for told in row.suggestions}
    noted = [one for one in noted_for(statement, days, list(keys.values())) if one.pk not in same]
    gone = reversed_keys(statement, list(keys.values()))
    doubts = doubts | {one.number: REVERSED for one in left if keys[one.number] in gone}
    return judge(
        left,
        keys=keys,
        known=known_keys(statement, list(keys.values())),
        noted=noted,
        bills=bills_of(statement.provider, since=min(days), texts=[one.text for one in left]),
        doubts=doubts,
        taken={order: row.number for row in decided for order in row.orders},
    )


def _values(statement: Statement, one: Movement, key: str, doubts: dict[int, str], verdict: Verdict) -> tuple[Any, ...]:
    """A new line as COPY takes it, in the order of COPIED."""
    uuid = uuid4()
    return (
        *(uuid, statement.pk, one.number, one.value_on, one.amount, one.payer, ACCOUNT.seal(one.account, uuid)),
        *(one.text, one.serial, key, verdict.state, verdict.reason[:300], doubts.get(one.number, "")),
        *([told.kept() for told in verdict.suggestions], [str(pk) for pk in verdict.orders], ""),
    )


def _movement(row: StatementLine) -> Movement:
    texts = (row.reference,) if row.reference else ()
    return Movement(row.number, row.value_on, row.amount, row.payer, texts=texts, serial=row.serial)


def _set(row: StatementLine, verdict: Verdict) -> bool:
    """Give a line its new verdict; whether it is another one."""
    told = [found.kept() for found in verdict.suggestions]
    fresh = (verdict.state, verdict.reason[:300], told, list(verdict.orders))
    if fresh == (row.state, row.reason, row.suggestions, row.orders):
        return False
    row.state, row.reason, row.suggestions, row.orders = fresh
    return True


def _note(statement: Statement, state: StatementState, **facts: Any) -> None:
    Statement.objects.filter(pk=statement.pk).update(state=state, **({"problem": ""} | facts))
