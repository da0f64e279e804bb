"""What a window's new days mean for the money asked for: more time, never less than somebody was told (SPEC 6)."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from fees.enums import OrderState
from fees.models import Order, OrderLine
from fees.queries.members import members_due, undrawn
from registration.models import Application, Window
from skilleval.core.db import assert_in_transaction


def open_orders_of(window: Window) -> QuerySet[Order]:
    """Unpaid orders with somebody in the window."""
    there = OrderLine.objects.filter(_in(window, "application__"), live=True)
    return Order.objects.filter(pk__in=there.values("order"), state=OrderState.OPEN)


def promised_in(window: Window) -> date | None:
    """The latest last day to pay of approved people of a window who stand in no order: they were told of it."""
    return max(members_due(undrawn().filter(_in(window, ""))).values(), default=None)


def prolong(window: Window) -> int:
    """Give a window's unpaid orders the later last day that its days give their people; returns how many got one.

    A group's order is due when the first of its people is. Who was reminded before is reminded of the new day. In the
    caller's transaction, which changed the window and locked it.
    """
    assert_in_transaction()
    orders = list(open_orders_of(window).select_for_update(of=("self",), no_key=True).order_by("pk"))
    asked = OrderLine.objects.filter(order__in=orders, live=True).values_list("order", "application")
    due = members_due(Application.objects.filter(pk__in=[application for _, application in asked]))
    first: dict[int, date] = {}
    for key, application in asked:
        first[key] = min(first.get(key, due[application]), due[application])
    later = [order for order in orders if first.get(order.pk, order.due_on) > order.due_on]
    for order in later:
        order.due_on, order.reminded_on = first[order.pk], None
    Order.objects.bulk_update(later, ["due_on", "reminded_on"], batch_size=500)
    return len(later)


def _in(window: Window, path: str) -> Q:
    """Applications in a window, whose days are those of the first while they have no other."""
    return Q(**{f"{path}window": window}) | Q(**{f"{path}window": None, f"{path}first_window": window})
