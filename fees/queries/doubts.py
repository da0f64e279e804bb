"""Why money pays nothing, and which orders it may be for: what finance staff look at (SPEC 6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet, Sum

from fees.enums import EntryKind, OrderState
from fees.models import LedgerEntry, Order, Receipt, ReceiptOrder
from fees.queries.receipts import free_of
from skilleval.catalogue.models import Provider

PAYABLE = (OrderState.OPEN, OrderState.LAPSED)
MOST_SUGGESTED = 8


def with_uses(receipts: QuerySet[Receipt]) -> QuerySet[Any]:
    """With `free`, whether any was ever `booked`, and the orders it is for: what a list prints, and `why_free` asks."""
    booked = LedgerEntry.objects.filter(receipt=OuterRef("pk"), kind=EntryKind.PAYMENT)
    uses = ReceiptOrder.objects.select_related("order").order_by("pk")
    rows: QuerySet[Any] = free_of(receipts).annotate(booked=Exists(booked))
    return rows.prefetch_related(Prefetch("orders", uses))


def is_doubtful() -> Q:
    """For receipts with `free`: something of them pays nothing. What is spent altogether is ruled out in one pass."""
    entries = LedgerEntry.objects.exclude(kind=EntryKind.REFUND).order_by().values("receipt")
    spent = entries.annotate(left=Max("receipt__amount") - Sum("amount")).filter(left=0)
    return Q(reverses=None, free__gt=0) & ~Q(pk__in=spent.values("receipt"))


def why_free(receipt: Any) -> str:
    """Why money of a receipt (of `with_uses`) pays nothing, in a few words; empty where all of it is spent."""
    if receipt.free <= 0:
        return ""
    orders = [use.order for use in receipt.orders.all()]
    if not orders:
        return "用途待定"
    waiting = [order for order in orders if order.state == OrderState.OPEN]
    if waiting:
        return _waits(receipt, waiting[0])
    if any(order.state == OrderState.PAID for order in orders):
        return "多缴" if receipt.booked else "疑似重复缴费"
    last = orders[-1]
    if last.state == OrderState.LAPSED:
        return "晚于缴费截止到账" if receipt.value_on > last.due_on else "订单已逾期"
    return "多缴" if receipt.booked else f"订单{last.get_state_display()}"


def likely_orders(receipt: Receipt) -> list[Order]:
    """Orders that a receipt may be for, those named in its text first; nothing is decided by it."""
    orders = Order.objects.filter(provider=receipt.provider_id, state__in=PAYABLE)
    alike = Q(amount=receipt.amount) | Q(payer=receipt.payer, payer__gt="")
    found = list(orders.filter(alike).order_by("due_on", "pk")[: 10 * MOST_SUGGESTED])
    named = {order.pk for order in _named(orders, receipt.reference)}
    found += [order for order in orders.filter(pk__in=named) if order not in found]
    found.sort(key=lambda order: (order.pk not in named, order.payer != receipt.payer, order.amount != receipt.amount))
    return found[:MOST_SUGGESTED]


def orders_numbered(provider: Provider | int, numbers: Iterable[str]) -> dict[str, Order]:
    """A provider's orders by their numbers."""
    rows = Order.objects.filter(provider=provider, number__in=list(numbers))
    return {order.number: order for order in rows}


def _waits(receipt: Any, order: Order) -> str:
    if receipt.value_on > order.due_on:
        return "晚于缴费截止到账"
    return "部分到账，待补足或指定" if order.group_id else "部分到账，待补足"


def _named(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Orders whose number or whole reference stands in a text."""
    words = [word for word in "".join(sign if sign.isalnum() else " " for sign in text).split() if len(word) > 8]
    return orders.filter(Q(number__in=words) | Q(reference=text, reference__gt=""))
