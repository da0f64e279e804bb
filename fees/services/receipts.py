"""Money that came: noted once for each movement at the bank, said to be for orders, reversed where noted wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from fees import policy
from fees.enums import EntryKind, OrderState, ReceiptSource
from fees.models import LedgerEntry, Order, Receipt, ReceiptOrder
from fees.queries.orders import successor_of
from fees.queries.receipts import free_of
from fees.services.locks import locked_receipts, locked_with_money
from registration.policy import TAKE_OVER
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.wording import yuan


@retrying
@transaction.atomic
def note_receipt(
    provider: Provider,
    *,
    value_on: date,
    amount: Decimal,
    payer: str,
    payer_account: str = "",
    reference: str = "",
    source: str,
    key: str,
    by: User,
    at: datetime,
    note: str = "",
) -> Receipt:
    """款项登记: what reached the provider's account on a day, in yuan. It pays nothing yet (`apply_receipt` does).

    `key` names the movement at the bank: the same key again returns the row that is there. Raises NotAllowed but for
    finance staff (of what is taken over, the managers), Refused for a sum or a day that can't be, and Conflict where
    another provider has that movement.
    """
    may_book(by, provider, source)
    if amount <= 0:
        raise Refused("到账金额须大于 0", field="amount")
    if value_on > timezone.localdate(at):
        raise Refused("到账日期不能晚于今天，请按银行流水填写", field="value_on")
    receipt, noted = Receipt.objects.get_or_create(
        key=key,
        defaults={
            "provider": provider,
            "source": source,
            "value_on": value_on,
            "amount": amount,
            "payer": payer,
            "payer_account": payer_account,
            "reference": reference,
            "noted_by_id": by.pk,
            "noted_by_label": by.label,
            "note": note,
        },
    )
    if receipt.provider_id != provider.pk:
        raise Conflict("这笔款项已由另一评价机构登记，请核对流水是否属于本机构账户")
    if noted:
        audit.record("receipt.noted", by=by, obj=receipt, source=str(source))
    return receipt


def may_book(by: User, provider: Provider, source: str = "") -> None:
    """Raises NotAllowed but for finance staff of the provider. What is taken over is for its managers to note."""
    require(by, TAKE_OVER if source == ReceiptSource.TAKEN_OVER else policy.CONFIRM, provider)


@retrying
@transaction.atomic
def link(receipt: Receipt, *, orders: Sequence[Order], by: User, at: datetime) -> Receipt:
    """Say which orders money is for; it books nothing (`settle` does). Saying it again changes nothing.

    Raises NotAllowed, and Refused for another provider's order, one that was replaced or cancelled, and a reversal.
    """
    may_book(by, receipt.provider)
    rows, _ = locked_with_money(orders, receipts=[receipt.pk])
    _check_stands(receipt)
    for order in rows:
        _check_order(order, receipt)
    known = set(receipt.orders.values_list("order", flat=True))
    new = [order for order in rows if order.pk not in known]
    ReceiptOrder.objects.bulk_create(
        ReceiptOrder(receipt=receipt, order=order, said_by_id=by.pk, said_by_label=by.label) for order in new
    )
    if new:
        audit.record("receipt.linked", by=by, obj=receipt, orders=[order.number for order in new])
    return receipt


@retrying
@transaction.atomic
def unlink(receipt: Receipt, *, order: Order, by: User, at: datetime) -> Receipt:
    """The money isn't for that order after all. Nothing is moved: raises Refused where it pays that order already."""
    may_book(by, receipt.provider)
    locked_with_money([order], receipts=[receipt.pk])
    if held_by(receipt, order):
        raise Refused(f"这笔款项已记入订单 {order.number}，请先在该订单撤销到账")
    gone, _ = ReceiptOrder.objects.filter(receipt=receipt, order=order).delete()
    if gone:
        audit.record("receipt.unlinked", by=by, obj=receipt, orders=[order.number])
    return receipt


@retrying
@transaction.atomic
def reverse_receipt(receipt: Receipt, *, by: User, at: datetime, reason: str) -> Receipt:
    """冲销: a receipt was noted wrongly; another of the opposite amount takes it back. Run again it changes nothing.

    Returns the reversal. Raises NotAllowed, Conflict where some of it is paying, returned or promised meanwhile, and
    Refused without a reason.
    """
    may_book(by, receipt.provider)
    fresh = locked_receipts([receipt.pk])[0]
    done = Receipt.objects.filter(reverses=fresh).first()
    if done:
        return done
    if not reason.strip():
        raise Refused("请写明冲销原因，例如：重复登记、金额录错", field="reason")
    free = free_of(Receipt.objects.filter(pk=fresh.pk)).get().free
    if fresh.reverses_id or free != fresh.amount:
        raise Conflict(f"这笔款项有 {yuan(fresh.amount - free)} 已记入订单或办理退费，不能冲销，请先撤销到账或撤回退费")
    reversal = Receipt.objects.create(
        provider=fresh.provider,
        source=ReceiptSource.REVERSAL,
        value_on=fresh.value_on,
        amount=-fresh.amount,
        payer=fresh.payer,
        payer_account=fresh.payer_account,
        reference=fresh.reference,
        key=f"reversal:{fresh.pk}",
        reverses=fresh,
        noted_by_id=by.pk,
        noted_by_label=by.label,
        note=reason.strip(),
    )
    fresh.orders.all().delete()
    audit.record("receipt.reversed", by=by, obj=fresh, reversal=reversal.pk)
    return reversal


def held_by(receipt: Receipt, order: Order) -> Decimal:
    """What of a receipt's money an order holds, in yuan."""
    rows = LedgerEntry.objects.filter(receipt=receipt, order=order).values_list("kind", "amount")
    return sum((amount for kind, amount in rows if kind != EntryKind.REFUND), Decimal(0))


def _check_stands(receipt: Receipt) -> None:
    if receipt.reverses_id or Receipt.objects.filter(reverses=receipt).exists():
        raise Refused("这笔款项已冲销，不能用于订单")


def _check_order(order: Order, receipt: Receipt) -> None:
    if order.provider_id != receipt.provider_id:
        raise Refused("没有找到该订单，请核对订单编号", field="orders")
    new = successor_of(order) if order.state == OrderState.REPLACED else None
    if new:
        raise Refused(
            f"有人退出，订单 {order.number} 已更换为 {new.number}（应缴 {yuan(new.amount)}），请选择新订单",
            field="orders",
        )
    if order.state in (OrderState.REPLACED, OrderState.CANCELLED):
        raise Refused(
            f"订单 {order.number} {order.get_state_display()}，款项不能用于该订单，请退回付款人", field="orders"
        )
