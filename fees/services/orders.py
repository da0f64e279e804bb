"""What an approval asks for: an order drawn, a group's officers told, or nothing (SPEC 6)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from fees.models import Order, OrderLine
from fees.queries.prices import due_on, fee_of
from fees.services.group_orders import bill_members
from fees.services.numbering import reference_of, take_number
from fees.services.telling import tell_to_pay
from registration.models import Application
from registration.services import progress
from skilleval.accounts.models import User
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Refused
from skilleval.core.transitions import begin


def bill(application: Application, *, by: User | None, at: datetime) -> Order | None:
    """What follows an approval: the order, of which the candidate is told. None where there is none (yet).

    A group's member waits for the order that the officers draw; where nothing is to pay the application is confirmed at
    once. In the caller's transaction, which approved it. Raises Refused where a subject has no published price.
    """
    assert_in_transaction()
    if application.group_id:
        bill_members(Application.objects.filter(pk=application.pk), by=by, at=at)
        return None
    order = draw_order(application, by=by, at=at)
    if order:
        tell_to_pay(order, application, at=at)
    else:
        progress.mark_confirmed(application, value_on=timezone.localdate(at), by=by, at=at)
    return order


def bill_again(application: Application, *, by: User | None, at: datetime) -> Order | None:
    """What an application owes that goes on after its old order ended unpaid or was refunded; that one stays history.

    In the caller's transaction, which approved it anew. Raises what `bill` raises.
    """
    assert_in_transaction()
    OrderLine.objects.filter(application=application, live=True).update(live=False)
    return bill(application, by=by, at=at)


def draw_order(application: Application, *, by: User | None, at: datetime) -> Order | None:
    """The order of an approved application, prices frozen as published today; None where nothing is to pay.

    In the caller's transaction, which approved it. Raises Refused where a subject has no published price.
    """
    assert_in_transaction()
    today = timezone.localdate(at)
    fee = fee_of(application, on=today)
    if fee.amount is None:
        raise Refused("该评价项目现无有效的收费标准（费用待公布），请先由财务公布后再审核通过", source="收费标准")
    if not fee.amount:
        return None
    provider, payer = application.offering.provider, application.candidate.name
    order = Order.objects.create(
        number=take_number(provider, today),
        provider=provider,
        payer=payer,
        reference=reference_of(application.offering, payer),
        amount=fee.amount,
        drawn_on=today,
        due_on=due_on(provider, application.window or application.first_window, today),
        invoice_title=payer,
    )
    begin(order, by=by, at=at)
    OrderLine.objects.create(order=order, application=application, amount=fee.amount, prices=fee.frozen)
    return order
