"""财务总览: what is due, paid, refunded and doubtful, by window and offering, as the ledger has it (SPEC 6).

The window is the one somebody applied in: money stays there when its person rolls over. What is paid less what is
refunded, with the doubtful, is what the account holds. About a dozen queries, however much there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from fees.enums import EntryKind, OrderState
from fees.models import LedgerEntry, OrderLine, RefundItem
from fees.queries.members import undrawn
from fees.queries.prices import fees_at_approval
from fees.queries.receipts import UNDER_WAY, doubtful
from fees.queries.refunds import lines_to_refund
from registration.models import Window
from skilleval.catalogue.models import Offering, Provider

Place = tuple[int | None, int | None]  # a window's key and an offering's
NOWHERE: Place = (None, None)  # money of which nobody said, or nobody can say, what it is for
PLACE = ("application__first_window", "application__offering")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Figures:
    """Sums in yuan, and of how many people."""

    due_people: int = 0
    due: Decimal = ZERO  # asked for and not paid yet, with approved members in no order
    paid_people: int = 0
    paid: Decimal = ZERO  # booked for lines, less what was taken back
    refunded: Decimal = ZERO  # of what was booked
    owed: Decimal = ZERO  # of what was booked and not refunded yet: due to be, asked for or approved
    doubtful: Decimal = ZERO  # pays nothing, with what is on its way back

    def __add__(self, other: Figures) -> Figures:
        return Figures(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Figures)})


@dataclass(frozen=True)
class Row:
    """The figures of an offering in a window; without both, of money that is for nothing known."""

    window: Window | None
    offering: Offering | None
    figures: Figures


@dataclass(frozen=True)
class Overview:
    """The rows, the newest window first, and their sum."""

    rows: tuple[Row, ...]
    total: Figures


def overview(
    provider: Provider, *, year: int | None = None, window: Window | None = None, offering: Offering | None = None
) -> Overview:
    """A provider's figures, of a year's windows, a window or an offering alone where they are given.

    Money for nothing known stands in a row of its own unless a window or an offering is asked for.
    """
    found = _Found()
    for collect in (_due, _undrawn, _booked, _owed, _free):
        collect(provider, found)
    windows = Window.objects.in_bulk({place[0] for place in found.places if place[0]})
    offerings = Offering.objects.with_names().in_bulk({place[1] for place in found.places if place[1]})
    rows = [
        Row(windows.get(place[0] or 0), offerings.get(place[1] or 0), figures)
        for place, figures in found.figures()
        if figures != Figures()
    ]
    shown = [row for row in rows if _asked_for(row, year, window, offering)]
    shown.sort(key=lambda row: (row.window is None, row.window and -row.window.opens_on.toordinal(), str(row.offering)))
    return Overview(tuple(shown), sum((row.figures for row in shown), Figures()))


def years_of(provider: Provider, on: date) -> list[int]:
    """The years that can be asked for, the newest first."""
    years = {day.year for day in Window.objects.filter(provider=provider).dates("opens_on", "year")}
    return sorted(years | {on.year}, reverse=True)


def _asked_for(row: Row, year: int | None, window: Window | None, offering: Offering | None) -> bool:
    if row.window is None:
        return window is None and offering is None
    return (
        (year is None or row.window.opens_on.year == year)
        and (window is None or row.window == window)
        and (offering is None or row.offering == offering)
    )


class _Found:
    """Sums by place and name, as the queries bring them."""

    def __init__(self) -> None:
        self._sums: defaultdict[Place, dict[str, Any]] = defaultdict(dict)

    def add(self, place: Place, **sums: Any) -> None:
        for name, value in sums.items():
            self._sums[place][name] = self._sums[place].get(name, 0) + (value or 0)

    @property
    def places(self) -> Iterable[Place]:
        return self._sums

    def figures(self) -> Iterable[tuple[Place, Figures]]:
        return ((place, Figures(**sums)) for place, sums in self._sums.items())


def _due(provider: Provider, found: _Found) -> None:
    lines = OrderLine.objects.filter(order__provider=provider, order__state=OrderState.OPEN, live=True)
    for window, offering, people, amount in _by_place(lines, Count("pk"), Sum("amount")):
        found.add((window, offering), due_people=people, due=amount)


def _undrawn(provider: Provider, found: _Found) -> None:
    rows = list(undrawn().filter(offering__provider=provider))
    fees = fees_at_approval(rows)
    for row in rows:
        found.add((row.first_window_id, row.offering_id), due_people=1, due=fees[row.pk].amount)


def _booked(provider: Provider, found: _Found) -> None:
    entries = LedgerEntry.objects.filter(receipt__provider=provider, line__isnull=False)
    refund = Q(kind=EntryKind.REFUND)
    sums = (Sum("amount", filter=~refund), Sum("amount", filter=refund))
    for window, offering, paid, refunded in _by_place(entries, *sums, at="line__"):
        found.add((window, offering), paid=paid, refunded=-(refunded or 0))
    lines = OrderLine.objects.filter(order__provider=provider)
    for window, offering, people in _by_place(lines.filter(Exists(_holding())), Count("pk")):
        found.add((window, offering), paid_people=people)


def _holding() -> QuerySet[Any]:
    """For a queryset of lines: an entry group that says it was paid and that wasn't taken back."""
    entries = LedgerEntry.objects.filter(line=OuterRef("pk")).exclude(kind=EntryKind.REFUND)
    return entries.order_by().values("line").annotate(sum=Sum("amount")).filter(sum__gt=0)


def _owed(provider: Provider, found: _Found) -> None:
    promised = RefundItem.objects.filter(line=OuterRef("line"), refund__state__in=UNDER_WAY)
    owed = lines_to_refund().filter(pk=OuterRef("line"))
    entries = LedgerEntry.objects.filter(Exists(owed) | Exists(promised), receipt__provider=provider)
    for window, offering, amount in _by_place(entries.filter(line__isnull=False), Sum("amount"), at="line__"):
        found.add((window, offering), owed=amount)


def _free(provider: Provider, found: _Found) -> None:
    """Money that pays nothing, where the orders it came for stand; else nowhere."""
    promised = RefundItem.objects.filter(receipt__provider=provider, line=None, refund__state__in=UNDER_WAY)
    sums: defaultdict[int, Decimal] = defaultdict(Decimal, doubtful([provider]).values_list("pk", "free"))
    for pk, amount in promised.order_by().values_list("receipt").annotate(sum=Sum("amount")):
        sums[pk] += amount
    places = _places_of(sums)
    for pk, amount in sums.items():
        found.add(places.get(pk, NOWHERE), doubtful=amount)


def _places_of(receipts: Iterable[int]) -> dict[int, Place]:
    """Where the orders of each receipt stand, where all of them stand in one place."""
    lines = OrderLine.objects.filter(order__receipts__receipt__in=list(receipts)).order_by()
    found: defaultdict[int, set[Place]] = defaultdict(set)
    for pk, *place in lines.values_list("order__receipts__receipt", *PLACE).distinct():
        found[pk].add((place[0], place[1]))
    return {pk: places.pop() for pk, places in found.items() if len(places) == 1}


def _by_place(rows: Any, *sums: Any, at: str = "") -> Any:
    named = {f"sum_{number}": one for number, one in enumerate(sums)}
    return rows.order_by().values_list(*(f"{at}{name}" for name in PLACE)).annotate(**named)
