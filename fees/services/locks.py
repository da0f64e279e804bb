"""Rows of money locked until the caller's transaction ends: group, receipts, orders, applications, in this order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from fees.models import Order, OrderLine, Receipt, ReceiptOrder
from registration.models import Application, Candidate, Group
from skilleval.core.db import BUSY, RETRIES, assert_in_transaction
from skilleval.core.errors import Conflict

#: What a message about a group's order names.
GROUP = ("group__institution", "group__window", "group__offering__work_type__occupation")


def locked(order: Order) -> Order:
    """The order, fresh and locked, with what its verbs ask."""
    return _orders([order.pk])[0]


def locked_with_money(orders: Iterable[Order], *, receipts: Collection[int] = ()) -> tuple[list[Order], list[Receipt]]:
    """Orders in the order given, fresh and locked, after the receipts that are for them (and those named by their key).

    A receipt said to be for one of them while this waited is locked, too: the locks are let go and taken anew, since
    receipts come before orders. Raises Conflict where that never ends.
    """
    assert_in_transaction()
    keys, wanted = [order.pk for order in orders], set(receipts)
    for _ in range(RETRIES + 1):
        wanted |= _said_for(keys)
        try:
            with transaction.atomic():  # a savepoint: what fails inside lets its locks go
                money = locked_receipts(wanted)
                rows = _orders(keys)
                if _said_for(keys) - wanted:
                    raise _MoreCame
        except _MoreCame:
            continue
        return rows, money
    raise Conflict(BUSY)


def locked_receipts(keys: Collection[int]) -> list[Receipt]:
    """Receipts, fresh and locked: whoever moves money of one holds it."""
    assert_in_transaction()
    rows = Receipt.objects.select_for_update(of=("self",), no_key=True).select_related("provider")
    return list(rows.filter(pk__in=keys).order_by("pk"))


def lock_people(applications: QuerySet[Application]) -> None:
    """The persons of applications, before everything else: what may come back depends on what else they have open."""
    assert_in_transaction()
    people: Any = applications.values("candidate")
    rows = Candidate.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=people)
    list(rows.order_by("pk").values_list("pk"))


def lock_group(group: int | None) -> None:
    """Of drawing an order for a group's members and a member's leaving one waits for the other. None: no group."""
    assert_in_transaction()
    if group:
        list(Group.objects.select_for_update(no_key=True).filter(pk=group).values_list("pk"))


def lines_of(order: Order) -> list[OrderLine]:
    """The lines that stand, in the order in which their applications are locked."""
    return list(order.lines.filter(live=True).order_by("application_id"))


def applications_of(order: Order) -> QuerySet[Application]:
    """The applications of the lines that stand."""
    keys: Any = order.lines.filter(live=True).values("application")
    return Application.objects.filter(pk__in=keys)


class _MoreCame(Exception):
    """A receipt was said to be for an order that isn't locked yet."""


def _orders(keys: list[int]) -> list[Order]:
    assert_in_transaction()
    rows = Order.objects.select_for_update(of=("self",)).select_related(
        "provider", "first__split_from", "split_from__first", *GROUP
    )
    found = {order.pk: order for order in rows.filter(pk__in=keys).order_by("pk")}
    return [found[key] for key in dict.fromkeys(keys)]


def _said_for(orders: Collection[int]) -> set[int]:
    return set(ReceiptOrder.objects.filter(order__in=orders).values_list("receipt", flat=True))
