"""Money that came, what is left of it, and what it waits for. No balance is stored: the ledger is asked (SPEC 6)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from fees.enums import EntryKind, OrderState, RefundState
from fees.models import LedgerEntry, Order, OrderLine, Receipt, RefundItem
from skilleval.catalogue.models import Provider

#: Refunds whose money is spoken for and hasn't left yet.
UNDER_WAY = (RefundState.ASKED, RefundState.APPROVED)
MONEY: DecimalField[Any, Any] = DecimalField(max_digits=13, decimal_places=2)
NOTHING = Value(Decimal(0), output_field=MONEY)


def free_of(receipts: QuerySet[Receipt]) -> QuerySet[Any]:
    """With `free`: what of each receipt, in yuan, pays nothing, wasn't returned and isn't promised to a refund.

    Of a receipt reversed nothing is free, and nothing of the reversal.
    """
    took = Case(When(kind=EntryKind.REFUND, then=-F("amount")), default=F("amount"))
    entries = LedgerEntry.objects.exclude(kind=EntryKind.REFUND, line__isnull=False)
    reversal = Receipt.objects.filter(reverses=OuterRef("pk")).values("amount")
    left = (
        F("amount")
        + Coalesce(Subquery(reversal, output_field=MONEY), NOTHING)
        - _sum(entries, took)
        - _sum(RefundItem.objects.filter(line=None, refund__state__in=UNDER_WAY), F("amount"))
    )
    return receipts.annotate(
        free=Case(When(reverses__isnull=False, then=NOTHING), default=left, output_field=MONEY),
    )


def doubtful(providers: Iterable[Provider | int]) -> QuerySet[Any]:
    """Receipts of the providers with money that pays nothing: finance staff have to look at them; the oldest first."""
    keys = [getattr(provider, "pk", provider) for provider in providers]
    rows = free_of(Receipt.objects.filter(provider__in=keys, reverses=None)).filter(free__gt=0)
    return rows.order_by("value_on", "pk")


def held_of(lines: QuerySet[OrderLine]) -> QuerySet[Any]:
    """With `held`: what each line holds in yuan, paid and neither taken back nor refunded."""
    entries = LedgerEntry.objects.filter(line=OuterRef("pk")).order_by().values("line")
    paid = Subquery(entries.annotate(sum=Sum("amount")).values("sum"), output_field=MONEY)
    return lines.annotate(held=Coalesce(paid, NOTHING))


def reaching(order: Order) -> QuerySet[Any]:
    """Receipts for an order that came by its due date, with `free`: what it can be paid of, the earliest first."""
    rows = Receipt.objects.filter(orders__order=order, value_on__lte=order.due_on)
    return free_of(rows).order_by("value_on", "pk")


def parts_of(orders: QuerySet[Order]) -> dict[int, Decimal]:
    """What came in time for each of some orders and pays nothing yet, in yuan, by the order's key; in one query."""
    rows = Receipt.objects.filter(orders__order__in=orders, value_on__lte=F("orders__order__due_on"))
    found: dict[int, Decimal] = {}
    for order, free in free_of(rows).values_list("orders__order", "free"):
        if free > 0:
            found[order] = found.get(order, Decimal(0)) + free
    return found


def missing_of(order: Order) -> Decimal:
    """What of an order, in yuan, no money is there for yet; zero once it is paid, lapsed orders included.

    Of one that came back in part and is open again, only those who came back are asked for.
    """
    if order.state not in (OrderState.OPEN, OrderState.LAPSED):
        return Decimal(0)
    there = reaching(order).filter(free__gt=0).aggregate(sum=Sum("free"))["sum"] or Decimal(0)
    return max(asked_of(order) - there, Decimal(0))


def asked_of(order: Order) -> Decimal:
    """What an order asks, in yuan: open or paid what its lines that stand do, ended what it asked."""
    if order.state not in (OrderState.OPEN, OrderState.PAID):
        return order.amount
    lines = OrderLine.objects.filter(order=order, live=True)  # whichever of its lines a list had fetched
    return lines.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def _sum(rows: QuerySet[Any], amount: Any) -> Coalesce:
    of_receipt = rows.filter(receipt=OuterRef("pk")).order_by().values("receipt")
    return Coalesce(Subquery(of_receipt.annotate(sum=Sum(amount)).values("sum"), output_field=MONEY), NOTHING)
