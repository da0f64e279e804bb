"""银行流水: uploaded, its columns named, its lines decided, and committed by a person (SPEC 6).

Nothing is booked and nobody told before the commit. Reading and booking are jobs (`statement_reading`,
`statement_booking`); what a person says of one statement is said one after the other, under its lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from fees import policy
from fees.enums import LineState, OrderState, StatementState
from fees.models import Order, Statement, StatementFormat, StatementLine
from fees.queries.statements import RUNNING, is_stuck, job_of, may_be_discarded, overlapping, sums_of
from fees.services.statement_booking import BOOK, ON_THE_ACCOUNT
from fees.services.statement_reading import READ, judge_again, sheet_of
from fees.statements.columns import Columns, missing
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import audit, files
from skilleval.core.enums import FileKind
from skilleval.core.errors import Conflict, Refused
from skilleval.core.intake import MEGABYTE
from skilleval.core.jobs import enqueue, release
from skilleval.core.policy import require

MAX_BYTES = 10 * MEGABYTE
TOO_LARGE = "流水文件超过 10 MB；请按较短的日期范围分几次导出"
XLSX, CSV = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"
MOVED_ON = "流水的处理刚有变化，请核对新的笔数和金额后再入账"
#: What a person can still say something of.
OPEN_LINES = (LineState.MATCHED, LineState.DOUBTFUL, LineState.KNOWN, LineState.UNRELATED)
_S = StatementState


@dataclass(frozen=True)
class Sums:
    """What a commit would put on the account: lines for orders and their yuan, doubtful lines and theirs."""

    matched: int
    matched_amount: Decimal
    doubtful: int
    doubtful_amount: Decimal
    token: str  # what the confirm page stood for, line by line, to be said again with the commit


@transaction.atomic
def upload_statement(provider: Provider, *, upload: File[Any], by: User, at: datetime) -> Statement:
    """Keep a bank's file and have it read in the background; returns at once.

    A file of the same bytes answers with the statement it made then, unless that was refused or discarded. Raises
    NotAllowed, and Refused for a file that is empty or too large.
    """
    require(by, policy.STATEMENTS, provider)
    if not upload.size or upload.size > MAX_BYTES:
        raise Refused(TOO_LARGE if upload.size else "文件是空的，请检查后重新上传", field="upload")
    sha256 = files.sha256_of(upload)
    if found := already_there(provider, sha256):
        return found
    head = next(iter(upload.chunks(4)), b"")
    stored = files.keep(
        upload,
        kind=FileKind.SPREADSHEET,
        name=upload.name or "",
        content_type=XLSX if head.startswith(b"PK") else CSV,
        by=by,
        owner_label=f"provider {provider.filing_number}",
    )
    made = {"file": stored, "name": stored.original_name, "uploaded_by_id": by.pk, "uploaded_by_label": by.label}
    try:
        with transaction.atomic():
            statement = Statement.objects.create(provider=provider, sha256=sha256, uploaded_at=at, **made)
    except IntegrityError as error:  # the same file at the same time
        raise Conflict("这份流水刚由他人上传，请在列表中打开", field="upload") from error
    audit.record("statement.uploaded", by=by, obj=statement, file=stored.pk)
    _read(statement)
    return statement


def already_there(provider: Provider, sha256: str) -> Statement | None:
    """The provider's statement of a file with these bytes, unless it was refused or discarded."""
    gone = (_S.DISCARDED, _S.REFUSED)
    return Statement.objects.filter(provider=provider, sha256=sha256).exclude(state__in=gone).first()


@transaction.atomic
def set_columns(statement: Statement, *, columns: Columns, by: User, at: datetime) -> Statement:
    """Say which column is what; the file is read by it, and so is every later one of the provider with this header.

    Decisions on lines read by other columns are gone. Raises NotAllowed, Conflict once it is being booked, and Refused
    where a day or an amount is missing.
    """
    statement = _locked(statement, by, _S.COLUMNS, _S.READY)
    sheet = sheet_of(statement)
    if told := missing(columns, [row.cells for row in sheet.rows]):
        raise Refused("；".join(told), field="columns")
    StatementFormat.objects.update_or_create(
        provider=statement.provider,
        header_key=sheet.header.key,
        defaults={"columns": columns.kept(), "saved_by_label": by.label, "saved_at": at},
    )
    statement.columns, statement.state = columns.kept(), _S.READING
    statement.save(update_fields=["columns", "state"])
    audit.record("statement.columns_set", by=by, obj=statement)
    _read(statement, at.isoformat())
    return statement


@transaction.atomic
def decide(
    statement: Statement,
    *,
    lines: Sequence[int],
    to: LineState,
    by: User,
    at: datetime,
    orders: Sequence[Order] = (),
    receipt: int | None = None,
) -> int:
    """A person's word on lines: MATCHED for `orders` (one line), UNRELATED, DOUBTFUL, or KNOWN; returns how many.

    KNOWN may name the `receipt` that the line is again. It books nothing. Raises NotAllowed, Conflict once it is being
    booked, and Refused for orders that take no money and for lines that can't be decided.
    """
    statement = _locked(statement, by, _S.READY)
    found = list(statement.lines.filter(pk__in=lines, state__in=OPEN_LINES))
    if to == LineState.MATCHED:
        _check_orders(statement, orders, len(found))
    keys = [order.pk for order in orders] if to == LineState.MATCHED else []
    for line in found:
        line.state, line.orders = to, keys
        line.reason = _words(line, to, orders)
        if receipt and to == LineState.KNOWN:
            line.suggestions = [told for told in line.suggestions if told.get("receipt") == receipt]
        line.decided_by_label, line.decided_at = by.label, at
        line.save(update_fields=["state", "orders", "reason", "suggestions", "decided_by_label", "decided_at"])
    if found:
        audit.record("statement.decided", by=by, obj=statement, lines=[line.pk for line in found], to=to.value)
    return len(found)


@transaction.atomic
def look_again(statement: Statement, *, by: User) -> int:
    """Compare the lines nobody decided with the orders as they are now; returns how many changed. It books nothing."""
    return judge_again(_locked(statement, by, _S.READY))


@transaction.atomic
def discard_statement(statement: Statement, *, by: User, at: datetime) -> Statement:
    """放弃: nothing of it is booked. The file may be uploaded again. Raises NotAllowed, Conflict once being booked.

    One on which the work broke down before anything was booked can be given up, too.
    """
    statement = _locked(statement, by, *_S)
    if not may_be_discarded(statement):
        _check_state(statement)
    statement.state = _S.DISCARDED
    statement.save(update_fields=["state"])
    audit.record("statement.discarded", by=by, obj=statement)
    return statement


@transaction.atomic
def resume_statement(statement: Statement, *, by: User, at: datetime) -> Statement:
    """继续处理: take over a statement on which the work broke down, as when whoever committed it lost the role.

    What isn't booked yet is booked in the name of `by`. Raises NotAllowed, and Conflict where it goes on already.
    """
    statement = _locked(statement, by, *RUNNING)
    job = job_of(statement)
    if job is None or not is_stuck(statement):
        raise Conflict("这份流水已在继续处理，请刷新后查看")
    if statement.state == _S.COMMITTING:
        statement.committed_by_id, statement.committed_by_label, statement.committed_at = by.pk, by.label, at
        statement.save(update_fields=["committed_by_id", "committed_by_label", "committed_at"])
    audit.record("statement.resumed", by=by, obj=statement)
    release(job, by=by)
    return statement


def commit_statement(statement: Statement, *, seen: str, by: User, at: datetime) -> Statement:
    """入账: have a statement's lines booked in the background; pressed twice it is once.

    `seen` is the token of the sums that the page showed. The lines are compared with the orders once more before: where
    those have moved on, the person has to look again (Conflict), as while another statement of the same days is being
    booked. Raises NotAllowed, and Refused with nothing to book.
    """
    done = _commit(statement, seen=seen, by=by, at=at)
    if done is None:
        raise Conflict(MOVED_ON)
    return done


@transaction.atomic
def _commit(statement: Statement, *, seen: str, by: User, at: datetime) -> Statement | None:
    """The statement, or None where its lines have changed, which is kept."""
    fresh = _locked_with_others(statement, by)
    if fresh.state != _S.READY:
        return fresh
    _check_others(fresh)
    if judge_again(fresh):
        return None
    sums = sums_to_book(fresh)
    if sums.token != seen:
        raise Conflict(MOVED_ON)
    if not sums.matched + sums.doubtful:
        raise Refused("没有可以入账的明细；全部是已入账、支出或无关款项的，可以放弃这份流水")
    fresh.state, fresh.committed_at = _S.COMMITTING, at
    fresh.committed_by_id, fresh.committed_by_label = by.pk, by.label
    fresh.save(update_fields=["state", "committed_by_id", "committed_by_label", "committed_at"])
    audit.record("statement.committed", by=by, obj=fresh, matched=sums.matched, doubtful=sums.doubtful)
    enqueue(BOOK, key=f"statement-book:{fresh.pk}:", payload={"id": fresh.pk})
    return fresh


def sums_to_book(statement: Statement) -> Sums:
    """What committing a statement would put on the account, in two queries."""
    found = sums_of(statement)
    matched, doubtful = found[LineState.MATCHED], found[LineState.DOUBTFUL]
    told = statement.lines.filter(state__in=ON_THE_ACCOUNT).order_by("pk").values_list("pk", "state", "orders")
    token = hashlib.sha256(json.dumps(list(told)).encode()).hexdigest()
    return Sums(matched["count"], matched["amount"], doubtful["count"], doubtful["amount"], token)


def _read(statement: Statement, again: str = "") -> None:
    enqueue(READ, key=f"statement-read:{statement.pk}:{again}", payload={"id": statement.pk})


def _locked(statement: Statement, by: User, *states: StatementState) -> Statement:
    require(by, policy.STATEMENTS, statement.provider)
    fresh = Statement.objects.select_for_update(of=("self",)).select_related("provider", "file").get(pk=statement.pk)
    _check_state(fresh, *states)
    return fresh


def _locked_with_others(statement: Statement, by: User) -> Statement:
    """The statement to commit; statements of one account are committed one after the other."""
    require(by, policy.STATEMENTS, statement.provider)
    under_way = Statement.objects.filter(provider=statement.provider_id, state__in=(_S.READY, _S.COMMITTING))
    list(under_way.order_by("pk").select_for_update().values_list("pk"))
    return _locked(statement, by, _S.READY, _S.COMMITTING, _S.DONE)


def _check_others(statement: Statement) -> None:
    """Another file may call the same money by other keys: its receipts have to be there before one is compared."""
    if statement.first_day and (other := overlapping(statement).filter(state=_S.COMMITTING).first()):
        raise Conflict(f"同一时段的流水“{other.name}”正在入账，请待其完成后再入账")


def _check_state(statement: Statement, *states: StatementState) -> None:
    if statement.state not in states:
        raise Conflict(f"这份流水刚变为“{statement.get_state_display()}”，请刷新后查看")


def _check_orders(statement: Statement, orders: Sequence[Order], lines: int) -> None:
    if not orders or lines != 1:
        raise Refused("请选择这一笔用于哪些订单", field="orders")
    for order in orders:
        if order.provider_id != statement.provider_id:
            raise Refused("没有找到该订单，请核对订单编号", field="orders")
        if order.state not in (OrderState.OPEN, OrderState.LAPSED):
            raise Refused(
                f"订单 {order.number} {order.get_state_display()}，不能再收款；请选择其他订单，或保留为待处理",
                field="orders",
            )


def _words(line: StatementLine, to: LineState, orders: Sequence[Order]) -> str:
    if to == LineState.MATCHED:
        return f"人工指定用于订单 {'、'.join(order.number for order in orders)}"[:300]
    return {
        LineState.UNRELATED: "人工标为与考评无关，不入账",
        LineState.KNOWN: "人工确认以前已入账，不再入账",
        LineState.DOUBTFUL: "人工保留，入账后在“到账款项”处理",
    }[to]
