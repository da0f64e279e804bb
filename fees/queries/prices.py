"""What is asked and until when: published prices, and the last day to pay (SPEC 6, 13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from fees.deadlines import last_day
from fees.models import FeeItem
from fees.pricing import Fee, Price, Schedule, fee_on, schedule_on
from registration.enums import ApplicationKind
from registration.models import Application, Window
from skilleval.catalogue.enums import Level
from skilleval.catalogue.models import Offering, Provider, Subject
from skilleval.catalogue.queries import work_calendar


def price_of(
    offering: Offering, *, kind: str = ApplicationKind.NEW, subjects: Sequence[str] | None = None, on: date
) -> Fee:
    """The fee for `subjects` (all of the offering's where none are given) as published on a day.

    Whoever names subjects says of what kind the application is, too: a resit can have prices of its own.
    """
    wanted = {offering.pk: tuple(subjects)} if subjects is not None else _subjects([offering.pk])
    return fee_on(_prices_on([offering.pk], on)[offering.pk], wanted.get(offering.pk, ()), kind=kind, on=on)


def fee_of(application: Application, *, on: date) -> Fee:
    """What an application would pay as published on a day, by its kind and subjects."""
    key = application.offering_id  # the offering itself needn't be read
    return fee_on(_prices_on([key], on)[key], application.subjects, kind=application.kind, on=on)


def prices_for(offerings: Iterable[Offering], on: date) -> dict[int, Fee]:
    """The whole fee of each offering on a day by its primary key, in two queries however many there are."""
    return fees_of([offering.pk for offering in offerings], on)


def fees_of(keys: list[int], on: date) -> dict[int, Fee]:
    """The same for offerings known by their primary keys alone."""
    prices, subjects = _prices_on(keys, on), _subjects(keys)
    return {pk: fee_on(prices[pk], subjects.get(pk, ()), on=on) for pk in keys}


def schedule_of(offering: Offering, on: date) -> Schedule:
    """What a new candidate and each resit pay as published on a day, in two queries."""
    return _schedule(offering, _prices_on([offering.pk], on)[offering.pk], on)


def schedule_with(item: FeeItem, on: date) -> Schedule:
    """The same on a day as if a price were published that isn't saved yet, in the place of its own saved row."""
    others = FeeItem.objects.filter(offering=item.offering).exclude(pk=item.pk)
    return _schedule(item.offering, [*map(_price, others), _price(item)], on)


def fees_at_approval(applications: Iterable[Application], *, instead: FeeItem | None = None) -> dict[int, Fee]:
    """What each approved application costs by its primary key, as published on its day of approval, in one query.

    However late its order is drawn: the price is frozen with the approval (SPEC 6). `instead`: as if that price were
    published in the place of its saved row.
    """
    rows = [
        (row.pk, row.offering_id, row.kind, tuple(row.subjects), row.approved_on or date.min) for row in applications
    ]
    items = FeeItem.objects.filter(offering__in={row[1] for row in rows})
    prices = _prices([*items.exclude(pk=instead.pk), instead] if instead else items)
    facts = {row[1:] for row in rows}
    known = {row: fee_on(prices[row[0]], row[2], kind=row[1], on=row[3]) for row in facts}
    return {row[0]: known[row[1:]] for row in rows}


def due_on(provider: Provider, window: Window, approved_on: date) -> date:
    """The last day to pay: the later of the window's and approval + the provider's payment days (SPEC 6)."""
    return last_day(window.payable_until, approved_on, provider.payment_days, work_calendar())


def _subjects(offerings: list[int]) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = Subject.objects.filter(offering_id__in=offerings).order_by("offering", "position")
    for offering, kind in rows.values_list("offering_id", "kind"):
        found[offering] += (kind,)
    return found


def _schedule(offering: Offering, prices: Iterable[Price], on: date) -> Schedule:
    subjects = _subjects([offering.pk]).get(offering.pk, ())
    return schedule_on(prices, subjects, on, resits=offering.level != Level.SPECIAL)


def _prices_on(offerings: Iterable[int], on: date) -> Mapping[int, list[Price]]:
    return _prices(FeeItem.objects.filter(offering_id__in=list(offerings)).valid_on(on).order_by())


def _prices(items: Iterable[FeeItem]) -> defaultdict[int, list[Price]]:
    prices: defaultdict[int, list[Price]] = defaultdict(list)
    for item in items:
        prices[item.offering_id].append(_price(item))
    return prices


def _price(item: FeeItem) -> Price:
    return Price(item.subject, item.amount, item.valid_from, item.valid_until, item.kind, item.title, item.applies_to)
