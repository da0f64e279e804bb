"""What is asked and until when: published prices, and the last day to pay (SPEC 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fees.deadlines import last_day
from fees.models import FeeItem
from fees.pricing import Price, price_on, total
from registration.models import Application, Window
from skilleval.catalogue.models import Offering, Provider, Subject
from skilleval.catalogue.queries import work_calendar


@dataclass(frozen=True)
class Fee:
    """What an offering costs on a day in yuan: the sum and each subject's part. `amount` None is 费用待公布."""

    amount: Decimal | None = None
    by_subject: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        return self.amount is not None

    @property
    def frozen(self) -> dict[str, str]:
        """Each subject's part as an order's line keeps it: {"theory": "100.00", …}."""
        return {subject: str(amount) for subject, amount in self.by_subject.items()}


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


def fees_at_approval(applications: Iterable[Application]) -> dict[int, Fee]:
    """What each approved application costs by its primary key, as published on its day of approval, in one query.

    However late its order is drawn: the price is frozen with the approval (SPEC 6).
    """
    rows = [(row.pk, row.offering_id, tuple(row.subjects), row.approved_on) for row in applications]
    prices = _prices(FeeItem.objects.filter(offering__in={offering for _, offering, _, _ in rows}))
    known = {key: _fee(prices[key[0]], key[1], key[2]) for key in {row[1:] for row in rows} if key[2]}
    return {pk: known.get((offering, subjects, on), Fee()) for pk, offering, subjects, on in rows}


def due_on(provider: Provider, window: Window, approved_on: date) -> date:
    """The last day to pay: the later of the window's last day and approval + the provider's payment days (SPEC 6)."""
    return last_day(window.closes_on, approved_on, provider.payment_days, work_calendar())


def _subjects(offerings: list[int]) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = Subject.objects.filter(offering_id__in=offerings).order_by("offering", "position")
    for offering, kind in rows.values_list("offering_id", "kind"):
        found[offering] += (kind,)
    return found


def _fees(offerings: list[int], subjects: Mapping[int, tuple[str, ...]], on: date) -> dict[int, Fee]:
    prices = _prices(FeeItem.objects.filter(offering_id__in=offerings).valid_on(on))
    return {pk: _fee(prices[pk], subjects.get(pk, ()), on) for pk in offerings}


def _prices(items: Iterable[FeeItem]) -> defaultdict[int, list[Price]]:
    prices: defaultdict[int, list[Price]] = defaultdict(list)
    for item in items:
        prices[item.offering_id].append(Price(item.subject, item.amount, item.valid_from, item.valid_until))
    return prices


def _fee(prices: list[Price], subjects: Sequence[str], on: date) -> Fee:
    amount = total(prices, subjects, on)
    if amount is None:
        return Fee()
    each = {subject: price_on(prices, subject, on) for subject in subjects}
    return Fee(amount, {subject: price for subject, price in each.items() if price is not None})
