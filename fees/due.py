"""What falls due in money, found by the dates on the rows: a missed or doubled run changes nothing."""

from __future__ import annotations

from datetime import date, timedelta

from fees import services
from fees.enums import OrderState
from fees.models import Order
from fees.queries import undrawn_by_day
from registration.due import start_of
from registration.models import Group
from skilleval.catalogue.queries import work_calendar
from skilleval.core.due import due

#: No run of days off is longer, so a due date one working day ahead is never further away.
LONGEST_REST = timedelta(days=15)


@due("fees.remind")
def remind_unpaid(on: date) -> int:
    """From one working day before the due date to the due date itself: remind, once an order (SPEC 6)."""
    calendar = work_calendar()
    near = Order.objects.filter(state=OrderState.OPEN, reminded_on=None, due_on__range=(on, on + LONGEST_REST))
    orders = [order for order in near if calendar.subtract(order.due_on, 1).date <= on]
    return sum(services.remind(order, at=start_of(on)) for order in orders)


@due("fees.lapse_overdue")
def lapse_overdue(on: date) -> int:
    """Orders past their due date and the settling days lapse with their applications, each in its own transaction."""
    overdue = Order.objects.filter(state=OrderState.OPEN, due_on__lt=on)
    return sum(services.lapse(order, at=start_of(on)) for order in overdue)


@due("fees.remind_undrawn")
def remind_undrawn(on: date) -> int:
    """From one working day before approved members of groups have to be paid for: remind the officers, once for each
    last day, to draw an order (SPEC 6). Returns for how many days of groups there is one."""
    calendar = work_calendar()
    near = [(group, last) for group, last in undrawn_by_day() if on <= last <= on + LONGEST_REST]
    soon = [(group, last) for group, last in near if calendar.subtract(last, 1).date <= on]
    for group, last in sorted(soon):
        services.remind_undrawn(Group(pk=group), due_on=last)
    return len(soon)


@due("fees.lapse_undrawn")
def lapse_undrawn(on: date) -> int:
    """Approved members of groups in no order lapse the day after their last day to pay. Returns how many did."""
    late = sorted((group, last) for group, last in undrawn_by_day() if last < on)
    return sum(services.lapse_undrawn(Group(pk=group), due_on=last, at=start_of(on)) for group, last in late)
