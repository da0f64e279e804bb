"""What came for an order, what is missing, what went back: the same words for payer and finance (SPEC 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from fees.enums import EntryKind, OrderState, RefundState
from fees.models import LedgerEntry, Order, Receipt, ReceiptOrder, Refund, RefundItem
from fees.queries.receipts import asked_of, free_of


@dataclass(frozen=True)
class Came:
    """A receipt for an order, in yuan: what came, what pays this order, what nothing (yet), and whether in time."""

    receipt: Any
    value_on: date
    amount: Decimal
    held: Decimal
    free: Decimal
    in_time: bool


@dataclass(frozen=True)
class GoingBack:
    """What of an order goes back, in yuan."""

    refund: Refund
    amount: Decimal


@dataclass(frozen=True)
class Money:
    """An order's money: receipts in the order they came, what is `missing` while it is unpaid, and refunds."""

    came: Sequence[Came]
    missing: Decimal
    part: Decimal
    back: Sequence[GoingBack]

    @property
    def paid_back(self) -> Decimal:
        """What the bank has returned."""
        return sum((one.amount for one in self.back if one.refund.state == RefundState.PAID), Decimal(0))


def money_of(order: Order) -> Money:
    """What came, is missing and went back of an order; a handful of queries."""
    came = _came(order)
    part = sum((one.free for one in came if one.in_time), Decimal(0))
    waits = order.state in (OrderState.OPEN, OrderState.LAPSED)
    missing = max(asked_of(order) - part, Decimal(0)) if waits else Decimal(0)
    return Money(came, missing, part if waits else Decimal(0), _going_back(order))


def _came(order: Order) -> list[Came]:
    receipts = free_of(Receipt.objects.filter(orders__order=order)).order_by("value_on", "pk")
    entries = LedgerEntry.objects.filter(order=order).exclude(kind=EntryKind.REFUND).order_by()
    held = dict(entries.values_list("receipt").annotate(held=Sum("amount")))
    return [
        Came(row, row.value_on, row.amount, held.get(row.pk, Decimal(0)), row.free, row.value_on <= order.due_on)
        for row in receipts
    ]


def _came_first_for(order: Order) -> list[int]:
    """Receipts of several orders are told of once: at the first."""
    uses = ReceiptOrder.objects.filter(receipt__orders__order=order).order_by("receipt", "pk").distinct("receipt")
    return [receipt for receipt, first in uses.values_list("receipt", "order") if first == order.pk]


def _going_back(order: Order) -> list[GoingBack]:
    """Of its lines, and of money that came for it and pays nothing; what was refused or taken back is none."""
    live = (RefundState.ASKED, RefundState.APPROVED, RefundState.PAID)
    lines = RefundItem.objects.filter(line__order=order, refund__state__in=live)
    loose = RefundItem.objects.filter(line=None, receipt__in=_came_first_for(order), refund__state__in=live)
    sums: dict[int, Decimal] = {}
    for refund, amount in [*lines.values_list("refund", "amount"), *loose.values_list("refund", "amount")]:
        sums[refund] = sums.get(refund, Decimal(0)) + amount
    return [GoingBack(refund, sums[refund.pk]) for refund in Refund.objects.filter(pk__in=sums).order_by("pk")]
