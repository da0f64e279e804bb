"""An application leaves an order before it is paid (SPEC 6).

A single person's order is cancelled. A group's is replaced for the others: a new number, amount and head count, and the
same due date. Its vouchers go with it, as does the part that came; whoever looks for the old one finds the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from fees.enums import OrderState
from fees.models import Order, OrderLine, Receipt, ReceiptOrder
from fees.queries.receipts import free_of
from fees.services import telling
from fees.services.locks import lines_of, lock_group, locked_with_money
from fees.services.numbering import reference_of, take_number
from fees.services.settling import settle
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.core.db import assert_in_transaction
from skilleval.core.transitions import begin, move


def lock_open_order(application: Application) -> Order | None:
    """The open order an application stands in, locked before the application is; None if it has none.

    A group is locked first, so that nobody is drawn into an order while they leave. While this waited for the lock,
    another member may have left: then the application stands in the order that took the old one's place.
    """
    lock_group(application.group_id)
    mine = OrderLine.objects.filter(application=application, live=True)
    while line := mine.filter(order__state=OrderState.OPEN).first():
        order = locked_with_money([line.order])[0][0]
        if order.state == OrderState.OPEN and mine.filter(order=order).exists():
            return order
    return None


def leave_order(
    order: Order, applications: Sequence[Application], *, by: User | None, at: datetime, reason: str
) -> Order | None:
    """Applications leave an open order, locked: it is replaced by one for the others. None: nobody is left.

    In the caller's transaction, which ends the applications. A group's officers are told once: to pay the new order, or
    that it is paid.
    """
    assert_in_transaction()
    leaving = {application.pk for application in applications}
    others = [line for line in lines_of(order) if line.application_id not in leaving]
    replaced = bool(order.group and others)
    close(order, OrderState.REPLACED if replaced else OrderState.CANCELLED, by=by, at=at, reason=reason)
    if not replaced:
        telling.tell_cancelled(order)
        return None
    new = drawn_again(order, others, by=by, at=at, first=order.first or order)
    order.vouchers.update(order=new, carried_from=Coalesce("carried_from", "order"))
    carry_money(order, new)
    # what came already may be all that the others owe; it is nobody's act, least of all the leaver's
    if not settle([new], by=None, at=at).paid:
        telling.tell_replaced(order, new, left=len(leaving))
    return new


@transaction.atomic
def cancel_unpaid(application: Application, *, by: User | None, at: datetime, reason: str) -> Order | None:
    """An application is ended by others: it leaves its open order, which is returned; None if it has none.

    The order is locked before the application is, as everywhere: call it first.
    """
    order = lock_open_order(application)
    if order:
        leave_order(order, [application], by=by, at=at, reason=reason)
    return order


def close(order: Order, to: str, *, by: User | None, at: datetime, reason: str) -> None:
    """An unpaid order ends: nobody stands in it any more."""
    move(order, to, by=by, at=at, reason=reason)
    order.lines.filter(live=True).update(live=False)


def drawn_again(order: Order, lines: Sequence[OrderLine], *, by: User | None, at: datetime, **instead: Any) -> Order:
    """A new order for some of a group's order, closed: prices and last day stay. `instead`: other fields."""
    today = timezone.localdate(at)
    group = order.group
    new = Order.objects.create(
        number=take_number(order.provider, today),
        provider=order.provider,
        group=group,
        payer=order.payer,
        reference=reference_of(group.offering, order.payer, len(lines)) if group else order.reference,
        amount=sum((line.amount for line in lines), Decimal(0)),
        drawn_on=today,
        due_on=order.due_on,
        reminded_on=order.reminded_on,
        invoice_title=order.invoice_title,
        invoice_tax_number=order.invoice_tax_number,
        invoice_email=order.invoice_email,
        **instead,
    )
    begin(new, by=by, at=at, reason=f"{'分自' if instead.get('split_from') else '替代'}订单 {order.number}")
    copies = [
        OrderLine(order=new, application_id=line.application_id, amount=line.amount, prices=line.prices)
        for line in lines
    ]
    OrderLine.objects.bulk_create(copies, batch_size=1000)
    return new


def carry_money(old: Order, new: Order) -> None:
    """What came for an order and pays nothing is for the one that took its place."""
    free = free_of(Receipt.objects.filter(orders__order=old)).filter(free__gt=0)
    said = {use.receipt_id: use for use in old.receipts.all()}
    ReceiptOrder.objects.bulk_create(
        ReceiptOrder(
            receipt=receipt,
            order=new,
            said_by_id=said[receipt.pk].said_by_id,
            said_by_label=said[receipt.pk].said_by_label,
        )
        for receipt in free
    )
