"""到账确认: one transfer for one order, booked by hand from the bank's statement or the voucher (SPEC 6)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from fees.enums import OrderState, ReceiptSource
from fees.models import Order, Receipt
from fees.queries.orders import successor_of
from fees.queries.receipts import missing_of
from fees.services.locks import locked_with_money
from fees.services.receipts import may_book, note_receipt
from fees.services.settling import apply_receipt, lock_for
from skilleval.accounts.models import User
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.wording import cn_date, yuan


@retrying
@transaction.atomic
def confirm_payment(
    order: Order, *, value_on: date, by: User, at: datetime, key: str, amount: Decimal | None = None
) -> Order:
    """到账确认: note what came for an order, and book it where the whole is there: each line, the order paid, its
    applications confirmed. An order that lapsed comes back.

    `value_on` is the day the money reached the account: deadlines are judged by it, however late it is booked. `key`
    names this act: the same key again changes nothing. `amount` is what came, in yuan (what is missing, where not
    given): of less than that nothing is booked, and the payer told what is missing; of more the rest stays free. Raises
    NotAllowed, Conflict where another act booked it first, and Refused for a wrong day, an order that has ended, and as
    much of the same day again: who means another transfer notes it as a receipt.
    """
    may_book(by, order.provider)
    lock_for([order])
    order = locked_with_money([order])[0][0]
    named = f"{key}:{order.pk}"
    if Receipt.objects.filter(key=named).exists():
        return order
    _check_open(order)
    _check_value(order, value_on, today=timezone.localdate(at))
    came = missing_of(order) if amount is None else amount
    _check_new(order, value_on, came)
    receipt = note_receipt(
        order.provider,
        value_on=value_on,
        amount=came,
        payer=order.payer,
        reference=order.reference,
        source=ReceiptSource.DESK,
        key=named,
        by=by,
        at=at,
    )
    apply_receipt(receipt, orders=[order], by=by, at=at)
    order.refresh_from_db(fields=["state"])
    return order


def _check_open(order: Order) -> None:
    if order.state == OrderState.PAID:
        raise Conflict("该订单刚由他人确认到账，未重复记账")
    new = successor_of(order) if order.state == OrderState.REPLACED else None
    if new:
        raise Refused(
            f"有人退出，该订单已更换为 {new.number}（应缴 {yuan(new.amount)}）。"
            "款项请在新订单确认，多付的部分退回付款人"
        )
    if order.state not in (OrderState.OPEN, OrderState.LAPSED):
        raise Refused(f"该订单{order.get_state_display()}，不能确认到账；已收到的款项请在“到账款项”登记后退回付款人")


def _check_new(order: Order, value_on: date, amount: Decimal) -> None:
    """A part that a colleague, or a statement, noted while the page was open would else be counted twice."""
    noted = Receipt.objects.filter(orders__order=order, value_on=value_on, amount=amount, reversal=None)
    if noted.exists():
        raise Refused(
            f"该订单已登记 {cn_date(value_on)}到账的 {yuan(amount)}，请刷新核对；"
            "确为另一笔的，请在“到账款项”登记后用于该订单",
            field="amount",
        )


def _check_value(order: Order, value_on: date, *, today: date) -> None:
    if value_on > today:
        raise Refused("到账日期不能晚于今天，请按银行流水填写", field="value_on")
    if value_on < order.payable_from:
        raise Refused(f"到账日期不能早于订单开具日期 {cn_date(order.payable_from)}，请核对银行流水", field="value_on")
    if value_on > order.due_on:
        raise Refused(
            f"款项 {cn_date(value_on)}到账，晚于缴费截止 {cn_date(order.due_on)}，不能确认；"
            "请在“到账款项”登记后退回付款人",
            field="value_on",
        )
