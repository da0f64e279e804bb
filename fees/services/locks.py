"""Rows of money locked until the caller's transaction ends: the group, then the order, then its applications."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from fees.models import Order, OrderLine
from registration.models import Application, Group
from skilleval.core.db import assert_in_transaction

#: What a message about a group's order names.
GROUP = ("group__institution", "group__window", "group__offering__work_type__occupation")


def locked(order: Order) -> Order:
    """The order, fresh and locked, with what its verbs ask."""
    assert_in_transaction()
    rows = Order.objects.select_for_update(of=("self",))
    return rows.select_related("provider", "first", *GROUP).get(pk=order.pk)


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
