"""A statement that a person committed is booked line by line, each in a transaction of its own (SPEC 6).

A line is booked when it has its receipt; the receipt's key is the movement's. So a worker that dies goes on where it
was, and two statements that bring the same movement book it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from fees.enums import LineState, OrderState, ReceiptSource, StatementState
from fees.models import Order, Receipt, Statement, StatementLine
from fees.queries.receipts import missing_of
from fees.queries.statements import standing_key
from fees.services.receipts import note_receipt
from fees.services.settling import Settled, apply_receipt
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.leases import Lease
from skilleval.core.wording import yuan

BOOK = "fees.book_statement"
ON_THE_ACCOUNT = (LineState.MATCHED, LineState.DOUBTFUL)


def book(statement: Statement, *, lease: Lease) -> None:
    """Book what a committed statement says: money for orders, and the doubtful as money that waits for a person.

    Raises NotAllowed where whoever committed it may no longer book.
    """
    if statement.state != StatementState.COMMITTING:
        return
    by = User.objects.get(pk=statement.committed_by_id or 0)
    left = _left(statement)
    total = left.count() + statement.lines.filter(receipt__isnull=False).count()
    for line in left:
        retrying(transaction.atomic(_book_next))(line, by, lease, total)
    retrying(transaction.atomic(_finish))(statement, by)


def _left(statement: Statement) -> QuerySet[StatementLine]:
    """The lines that await their receipt, in their order."""
    return statement.lines.filter(state__in=ON_THE_ACCOUNT, receipt=None).order_by("number")


def _book_next(line: StatementLine, by: User, lease: Lease, total: int) -> None:
    statement = Statement.objects.select_related("provider").select_for_update(of=("self",)).get(pk=line.statement_id)
    if statement.state != StatementState.COMMITTING:  # given up since
        return
    if fresh := _left(statement).filter(pk=line.pk).first():
        _book_line(statement, fresh, by)
    lease.renew(done=total - _left(statement).count(), total=total)


def _book_line(statement: Statement, line: StatementLine, by: User) -> None:
    provider = statement.provider
    key = standing_key(provider, line.key)
    orders = _orders(line)
    changed = _changed(line, orders)
    receipt = note_receipt(
        provider,
        value_on=line.value_on,  # type: ignore[arg-type]  # a line without one is faulty
        amount=line.amount or Decimal(0),
        payer=line.payer,
        payer_account=line.payer_account,
        reference=line.reference,
        source=ReceiptSource.STATEMENT,
        key=key,
        by=by,
        at=statement.committed_at,  # type: ignore[arg-type]  # committed
    )
    if StatementLine.objects.filter(receipt=receipt).exists():
        _say(line, LineState.KNOWN, "另一份流水刚刚入账")
    elif line.state == LineState.DOUBTFUL or changed:
        _say(line, LineState.DOUBTFUL, changed or line.reason, receipt)
    else:
        _apply(statement, line, receipt, orders, by)


def _apply(statement: Statement, line: StatementLine, receipt: Receipt, orders: Sequence[Order], by: User) -> None:
    """Give the money to its orders; where that is refused it stays on the account for a person."""
    try:
        with transaction.atomic():
            done = apply_receipt(receipt, orders=orders, by=by, at=statement.committed_at)  # type: ignore[arg-type]
    except NotAllowed:
        raise
    except Refused as refused:
        _say(line, LineState.DOUBTFUL, refused.message, receipt)
    else:
        _say(line, LineState.BOOKED, _became(done) or line.reason, receipt)


def _became(done: Settled) -> str:
    """What became of the money, where it isn't simply what was asked."""
    told = [f"订单 {order.number} 尚缺 {yuan(missing)}，未确认" for order, missing in done.short.items()]
    told += [f"订单 {order.number}：{why}" for order, why in done.barred.items()]
    if done.free and not done.short:
        told.append(f"多出 {yuan(done.free)}，在“到账款项”处理")
    return "；".join(told)


def _orders(line: StatementLine) -> list[Order]:
    found = Order.objects.select_related("provider").in_bulk(line.orders)
    return [found[pk] for pk in line.orders if pk in found]


def _changed(line: StatementLine, orders: Sequence[Order]) -> str:
    """Why a line that was matched without a person's word no longer fits: its orders have moved on."""
    if line.state != LineState.MATCHED or line.decided_at:
        return ""
    ended = [order for order in orders if order.state not in (OrderState.OPEN, OrderState.LAPSED)]
    if ended:
        return f"订单 {ended[0].number} 刚变为“{ended[0].get_state_display()}”，款项待处理"
    if sum((missing_of(order) for order in orders), Decimal(0)) != line.amount:
        return "订单应缴的金额刚有变化，款项待处理"
    return ""


def _say(line: StatementLine, state: LineState, reason: str, receipt: Receipt | None = None) -> None:
    line.state, line.reason, line.receipt = state, reason[:300], receipt
    line.save(update_fields=["state", "reason", "receipt"])


def _finish(statement: Statement, by: User) -> None:
    """Every line has its receipt. Money that was noted before is said to be these lines."""
    _speak_for_noted(statement)
    committing = Statement.objects.filter(pk=statement.pk, state=StatementState.COMMITTING)
    if committing.update(state=StatementState.DONE):
        booked = statement.lines.filter(state=LineState.BOOKED).count()
        audit.record("statement.booked", by=by, obj=statement, booked=booked)


def _speak_for_noted(statement: Statement) -> None:
    """A receipt noted by hand is one movement: the next statement doesn't take it for another."""
    for line in statement.lines.filter(state=LineState.KNOWN, receipt=None).exclude(suggestions=[]):
        receipt = next((told["receipt"] for told in line.suggestions if "receipt" in told), None)
        if receipt and not StatementLine.objects.filter(receipt=receipt).exists():
            line.receipt_id = receipt
            line.save(update_fields=["receipt"])
