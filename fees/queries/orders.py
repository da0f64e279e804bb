"""Reading orders: an application's, what is due, what awaits finance, and which order took another's place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum

from fees.enums import EntryKind, OrderState
from fees.models import Order, OrderLine, Voucher
from fees.pricing import Fee
from fees.queries.prices import fee_of, fees_at_approval
from registration.models import Application


def order_of(application: Application) -> Order | None:
    """The order the application stands in now, else its last one; None if nothing was ever to pay."""
    line = OrderLine.objects.filter(application=application).select_related("order__provider", "order__group")
    found = line.order_by("-live", "-id").first()
    return found.order if found else None


def fee_stated(application: Application, *, on: date) -> Fee:
    """What an application's papers say it costs: frozen in its order or by its approval, else as published on a day."""
    line = OrderLine.objects.filter(application=application, live=True).first()
    if line:
        return Fee(line.parts)
    return fees_at_approval([application])[application.pk] if application.approved_on else fee_of(application, on=on)


def due_for(applications: QuerySet[Application]) -> dict[int, OrderLine]:
    """The line that each application of a list has in an open order, by the application's key, in one query."""
    lines = OrderLine.objects.filter(live=True, order__state=OrderState.OPEN, application__in=applications)
    return {line.application_id: line for line in lines.select_related("order")}


def awaiting_confirmation(provider_ids: Iterable[int]) -> QuerySet[Order]:
    """Open orders of the providers, those with a voucher first, then by due date."""
    orders = Order.objects.filter(provider_id__in=list(provider_ids), state=OrderState.OPEN)
    return orders.order_by(has_voucher().desc(), "due_on", "pk")


def has_voucher() -> Exists:
    """For a queryset of orders: whether the payer showed a voucher."""
    return Exists(Voucher.objects.filter(order=OuterRef("pk")))


@dataclass(frozen=True)
class Booked:
    """What was booked at once: of a group's payment the sum of its lines' entries, in yuan."""

    kind: str
    value_on: date
    amount: Decimal
    by: str


def entries_of(order: Order) -> list[Booked]:
    """What was booked for an order, the latest first."""
    acts = order.entries.order_by().values_list("kind", "value_on", "booked_by_label")
    rows = acts.annotate(amount=Sum("amount"), last=Max("pk")).order_by("-last")
    return [Booked(str(EntryKind(kind).label), on, amount, by) for kind, on, by, amount, _ in rows]


def earlier_than(order: Order) -> QuerySet[Order]:
    """The orders this one took the place of, the latest first."""
    if order.first_id is None:
        return Order.objects.none()
    chain = Order.objects.filter(Q(pk=order.first_id) | Q(first=order.first_id))
    return chain.filter(pk__lt=order.pk).order_by("-pk")


def successor_of(order: Order) -> Order | None:
    """The last order that took this one's place; None if it wasn't replaced."""
    chain = Order.objects.filter(first=order.first_id or order.pk, pk__gt=order.pk)
    return chain.order_by("-pk").first()
