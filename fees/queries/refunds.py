"""Money held, and whom it is owed to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from fees.enums import EntryKind
from fees.models import LedgerEntry, Order, OrderLine, RefundItem
from fees.queries.receipts import UNDER_WAY, held_of
from registration.enums import ApplicationState
from registration.models import Reinstatement
from skilleval.catalogue.models import Provider

#: Who left with the fee paid, and is owed it: withdrawing is free until the cut-off, after it the desk refuses.
REFUNDED_STATES = (ApplicationState.WITHDRAWN, ApplicationState.CANCELLED)


def lines_to_refund() -> QuerySet[OrderLine]:
    """Paid lines of applications that left free of charge, without a refund booked yet (SPEC 6).

    Of a group's order the others' lines stand; the money goes back to the institution. A ban ends other applications of
    the person, whose fees are owed; the offending one's is kept, unless the decision is lifted and the person doesn't
    go on (SPEC 10). Who goes on while the refund is under way is charged anew: that money is owed all the same.
    """
    offered = Reinstatement.objects.open().filter(application=OuterRef("application"))
    left = Q(application__state__in=REFUNDED_STATES) | Q(Exists(offered), application__state=ApplicationState.VOID)
    left |= Q(live=False)  # a paid line stops counting only where another order was drawn in its place
    return money_held().filter(left, kept_for=[])


def lines_to_propose() -> QuerySet[Any]:
    """待退费 that no refund is under way for, with what each holds (`held`)."""
    return lines_to_refund().filter(~Exists(_promised()))


def money_held() -> QuerySet[Any]:
    """Lines whose payment is booked and neither taken back nor refunded, with what each holds in yuan (`held`)."""
    paid = LedgerEntry.objects.filter(line=OuterRef("pk"), kind=EntryKind.PAYMENT)
    return held_of(OrderLine.objects.filter(Exists(paid))).filter(held__gt=0)


def money_to_go_on() -> QuerySet[Any]:
    """Money held that no refund is under way for: who goes on with the application has paid it."""
    return money_held().filter(~Exists(_promised()))


def _promised() -> QuerySet[RefundItem]:
    return RefundItem.objects.filter(line=OuterRef("pk"), refund__state__in=UNDER_WAY)


def lines_with_names(order: Order) -> QuerySet[OrderLine]:
    """Everybody an order was drawn for, with what a list prints and whether the money goes back (`owed`)."""
    names = ("application__candidate", "application__offering__work_type__occupation")
    lines = OrderLine.objects.filter(order=order).select_related(*names).order_by("application__number")
    return lines.annotate(owed=Exists(lines_to_refund().filter(pk=OuterRef("pk"))))


def refunds_due(providers: Iterable[Provider | int]) -> QuerySet[OrderLine]:
    """待退费 of the providers, with what a list prints."""
    keys = [getattr(provider, "pk", provider) for provider in providers]
    return lines_to_refund().filter(order__provider__in=keys).select_related("order", "application__candidate")
