"""Reads of money: published fees, an application's order, what is due, what is to be refunded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from fees.enums import EntryKind, OrderState
from fees.models import FeeItem, LedgerEntry, Order, OrderLine, Voucher
from fees.pricing import Price, price_on, total
from registration.enums import ApplicationState
from registration.models import Application, Reinstatement
from skilleval.catalogue.models import Offering, Provider, Subject

#: Who left with the fee paid, and is owed it: withdrawing is free until the cut-off, after it the desk refuses.
REFUNDED_STATES = (ApplicationState.WITHDRAWN, ApplicationState.CANCELLED)


@dataclass(frozen=True)
class Fee:
    """What an offering costs on a day in yuan: the sum and each subject's part. `amount` None is 费用待公布."""

    amount: Decimal | None = None
    by_subject: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        return self.amount is not None


def price_of(offering: Offering, *, subjects: Sequence[str] | None = None, on: date) -> Fee:
    """The fee for `subjects` (all of the offering's where none are given) as published on a day."""
    wanted = {offering.pk: tuple(subjects)} if subjects is not None else _subjects([offering.pk])
    return _fees([offering.pk], wanted, on)[offering.pk]


def prices_for(offerings: Iterable[Offering], on: date) -> dict[int, Fee]:
    """The whole fee of each offering on a day by its primary key, in two queries however many there are."""
    return fees_of([offering.pk for offering in offerings], on)


def fees_of(keys: list[int], on: date) -> dict[int, Fee]:
    """The same for offerings known by their primary keys alone."""
    return _fees(keys, _subjects(keys), on)


def _subjects(offerings: list[int]) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = Subject.objects.filter(offering_id__in=offerings).order_by("offering", "position")
    for offering, kind in rows.values_list("offering_id", "kind"):
        found[offering] += (kind,)
    return found


def _fees(offerings: list[int], subjects: Mapping[int, tuple[str, ...]], on: date) -> dict[int, Fee]:
    prices: defaultdict[int, list[Price]] = defaultdict(list)
    for item in FeeItem.objects.filter(offering_id__in=offerings).valid_on(on):
        prices[item.offering_id].append(Price(item.subject, item.amount, item.valid_from, item.valid_until))
    return {pk: _fee(prices[pk], subjects.get(pk, ()), on) for pk in offerings}


def _fee(prices: list[Price], subjects: Sequence[str], on: date) -> Fee:
    amount = total(prices, subjects, on)
    if amount is None:
        return Fee()
    each = {subject: price_on(prices, subject, on) for subject in subjects}
    return Fee(amount, {subject: price for subject, price in each.items() if price is not None})


def order_of(application: Application) -> Order | None:
    """The order the application stands in now, else its last one; None if nothing was ever to pay."""
    line = OrderLine.objects.filter(application=application).select_related("order__provider")
    found = line.order_by("-live", "-id").first()
    return found.order if found else None


def due_for(applications: QuerySet[Application]) -> dict[int, Order]:
    """The open order of each application of a list, by the application's primary key, in one query."""
    lines = OrderLine.objects.filter(live=True, order__state=OrderState.OPEN, application__in=applications)
    return {line.application_id: line.order for line in lines.select_related("order")}


def awaiting_confirmation(provider_ids: Iterable[int]) -> QuerySet[Order]:
    """Open orders of the providers, those with a voucher first, then by due date."""
    orders = Order.objects.filter(provider_id__in=list(provider_ids), state=OrderState.OPEN)
    return orders.order_by(has_voucher().desc(), "due_on", "pk")


def has_voucher() -> Exists:
    """For a queryset of orders: whether the payer showed a voucher."""
    return Exists(Voucher.objects.filter(order=OuterRef("pk")))


def lines_to_refund() -> QuerySet[OrderLine]:
    """Paid lines of applications that left free of charge, without a refund booked yet (SPEC 6).

    A ban ends other applications of the person, whose fees are owed; the offending one's is kept, unless the decision
    is lifted and the person doesn't go on (SPEC 10).
    """
    offered = Reinstatement.objects.open().filter(application=OuterRef("application"))
    left = Q(application__state__in=REFUNDED_STATES) | Q(Exists(offered), application__state=ApplicationState.VOID)
    return money_held().filter(left, kept_for=[])


def money_held() -> QuerySet[OrderLine]:
    """Lines whose payment is booked and not refunded: who goes on with the application has paid it."""
    entries = LedgerEntry.objects.filter(line=OuterRef("pk"))
    paid, refunded = entries.filter(kind=EntryKind.PAYMENT), entries.filter(kind=EntryKind.REFUND)
    return OrderLine.objects.filter(Exists(paid), ~Exists(refunded))


def refunds_due(providers: Iterable[Provider | int]) -> QuerySet[OrderLine]:
    """待退费 of the providers, with what a list prints."""
    keys = [getattr(provider, "pk", provider) for provider in providers]
    return lines_to_refund().filter(order__provider__in=keys).select_related("order", "application__candidate")
