"""到账确认: money is booked, and whom it is for is confirmed (SPEC 6)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from fees import policy
from fees.enums import EntryKind, OrderState, ReceiptSource
from fees.models import LedgerEntry, Order, OrderLine, Receipt, ReceiptOrder
from fees.queries.orders import successor_of
from fees.services import telling
from fees.services.locks import applications_of, lines_of, locked
from registration.services import progress
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.transitions import move
from skilleval.core.wording import cn_date, yuan


@transaction.atomic
def confirm_payment(
    order: Order, *, value_on: date, by: User, at: datetime, key: str, amount: Decimal | None = None
) -> Order:
    """到账确认: book each line, mark the order paid, and confirm its applications.

    `value_on` is the day the money reached the account: deadlines are judged by it, however late it is booked. `key`
    names this act: the same key again changes nothing. `amount`, where given, has to be the whole. Raises NotAllowed,
    Conflict where another act booked it first, and Refused for a wrong day, a part, or an order that is no longer open.
    """
    order = locked(order)
    require(by, policy.CONFIRM, order.provider)
    if LedgerEntry.objects.filter(order=order, key__startswith=f"{key}:").exists():
        return order
    _check_open(order)
    _check_value(order, value_on, today=timezone.localdate(at), amount=amount)
    lines = lines_of(order)
    receipt = _receipt(order, value_on, by, key)
    LedgerEntry.objects.bulk_create([_payment(receipt, line, by, key) for line in lines], batch_size=1000)
    move(order, OrderState.PAID, by=by, at=at, reason=f"{cn_date(value_on)}到账")
    progress.mark_all_confirmed(applications_of(order), value_on=value_on, by=by, at=at)
    telling.tell_paid(order, people=len(lines))
    return order


def _receipt(order: Order, value_on: date, by: User, key: str) -> Receipt:
    receipt = Receipt.objects.create(
        provider=order.provider,
        source=ReceiptSource.DESK,
        value_on=value_on,
        amount=order.amount,
        payer=order.payer,
        reference=order.reference,
        key=f"{key}:{order.pk}",
        noted_by_id=by.pk,
        noted_by_label=by.label,
    )
    ReceiptOrder.objects.create(receipt=receipt, order=order, said_by_id=by.pk, said_by_label=by.label)
    return receipt


def _payment(receipt: Receipt, line: OrderLine, by: User, key: str) -> LedgerEntry:
    return LedgerEntry(
        receipt=receipt,
        order_id=line.order_id,
        line=line,
        kind=EntryKind.PAYMENT,
        amount=line.amount,
        value_on=receipt.value_on,
        key=f"{key}:{line.pk}",
        booked_by_id=by.pk,
        booked_by_label=by.label,
    )


def _check_open(order: Order) -> None:
    if order.state == OrderState.PAID:
        raise Conflict("该订单刚由他人确认到账，未重复记账")
    if order.state == OrderState.LAPSED:
        raise Refused(
            f"该订单已于缴费截止 {cn_date(order.due_on)}后失效，不能确认到账。"
            "款项在截止日前到账而入账较迟的，请退回款项并通知参评人员重新申报"
        )
    new = successor_of(order) if order.state == OrderState.REPLACED else None
    if new:
        raise Refused(
            f"有人退出，该订单已更换为 {new.number}（应缴 {yuan(new.amount)}）。"
            "款项请在新订单确认，多付的部分退回付款人"
        )
    if order.state != OrderState.OPEN:
        raise Refused(f"该订单{order.get_state_display()}，不能确认到账；已收到的款项请退回付款人")


def _check_value(order: Order, value_on: date, *, today: date, amount: Decimal | None) -> None:
    if value_on > today:
        raise Refused("到账日期不能晚于今天，请按银行流水填写", field="value_on")
    if value_on < order.payable_from:
        raise Refused(f"到账日期不能早于订单开具日期 {cn_date(order.payable_from)}，请核对银行流水", field="value_on")
    if value_on > order.due_on:
        raise Refused(
            f"款项 {cn_date(value_on)}到账，晚于缴费截止 {cn_date(order.due_on)}，不能确认；请将款项退回付款人",
            field="value_on",
        )
    if amount is not None and amount != order.amount:
        raise Refused(
            f"应缴 {yuan(order.amount)}，到账 {yuan(amount)}，金额不符。部分到账不能确认，请联系付款人补足或退回",
            field="amount",
        )
