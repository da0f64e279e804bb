"""Receipts and orders to pay with them, the ledger read back in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from fees import services
from fees.models import LedgerEntry, Order, Receipt
from fees.queries import free_of
from fees.services import Settled
from registration.models import Application
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from tests.factories import ApplicationFactory, at, staff
from tests.fees.makers import order_for

NOON = at(2026, 3, 20)


def to_pay(provider: Provider | None = None, **fields: Any) -> Order:
    """An open order of ¥400 for one approved application, due on 31 March 2026."""
    own = {"offering__provider": provider} if provider else {}
    return order_for(ApplicationFactory(state="approved", **own), **fields)


def money(
    provider: Provider,
    amount: int | str = 400,
    *,
    on: date = date(2026, 3, 19),
    key: str = "bank:1",
    by: User | None = None,
    when: datetime = NOON,
    **facts: Any,
) -> Receipt:
    """A receipt that finance noted."""
    named = {"payer": "样本单位", "source": "statement"} | facts
    clerk = by or staff(provider, Role.FINANCE)
    return services.note_receipt(provider, value_on=on, amount=Decimal(amount), key=key, by=clerk, at=when, **named)


def pay(receipt: Receipt, *orders: Order, by: User | None = None, when: datetime = NOON) -> Settled:
    """Apply a receipt to orders as finance staff do."""
    clerk = by or staff(receipt.provider, Role.FINANCE)
    return services.apply_receipt(receipt, orders=orders, by=clerk, at=when)


def free(receipt: Receipt) -> Decimal:
    return Decimal(free_of(Receipt.objects.filter(pk=receipt.pk)).get().free)


def state(row: Order | Application) -> str:
    return str(type(row)._base_manager.values_list("state", flat=True).get(pk=row.pk))


def entries() -> list[tuple[str, int]]:
    """What was booked, in its order: kind and yuan."""
    return [(kind, int(amount)) for kind, amount in LedgerEntry.objects.values_list("kind", "amount").order_by("id")]


@contextmanager
def unguarded() -> Iterator[None]:
    """With the database's guards off, to show that a race would do harm without them."""
    guards = {"fees_ledgerentry": "fees_ledger_guard", "fees_refunditem": "fees_refund_guard"}
    turned = "ALTER TABLE {} {} TRIGGER {}"
    with connection.cursor() as cursor:
        for table, guard in guards.items():
            cursor.execute(turned.format(table, "DISABLE", guard))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table, guard in guards.items():
                cursor.execute(turned.format(table, "ENABLE", guard))
