"""What moved in a provider's month, read off receipts and the ledger (SPEC 6): five queries, whatever moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DateField, F, Min, Q, QuerySet, Sum, Value, When

from fees.models import LedgerEntry, Receipt
from fees.months import MonthStatement, Movement, OfOffering, statement_of
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.dates import add_months, last_of_month


@dataclass(frozen=True)
class Month:
    """A provider's statement with names, and what was noted, or booked, only after the month's end.

    Days are value days: a receipt of March that pays an order in April moves what March's lines hold.
    """

    provider: Provider
    statement: MonthStatement
    offerings: tuple[tuple[Offering, OfOffering], ...]
    late: int  # receipts noted after the month
    late_amount: Decimal
    booked_late: int  # entries of the month's days, booked after it
    booked_late_amount: Decimal

    @property
    def number(self) -> str:
        """S000031400054-202603."""
        return f"{self.provider.filing_number}-{self.statement.first:%Y%m}"


def month_of(provider: Provider, first: date) -> Month:
    """The statement of the month that begins on a day."""
    last = last_of_month(first.year, first.month)
    statement = statement_of(_movements(provider, first, last), first, last)
    names = Offering.objects.with_names().in_bulk([row.offering for row in statement.offerings])
    rows = [(names[row.offering], row) for row in statement.offerings if row.opening or row.sums.held or row.sums.left]
    noted = Receipt.objects.filter(provider=provider, value_on__range=(first, last), noted_at__date__gt=last)
    entries = LedgerEntry.objects.filter(receipt__provider=provider, value_on__range=(first, last))
    ordered = tuple(sorted(rows, key=lambda pair: str(pair[0])))
    late = (*_told(noted), *_told(entries.filter(booked_at__date__gt=last)))
    return Month(provider, statement, ordered, *late)


def _told(rows: QuerySet[Any]) -> tuple[int, Decimal]:
    found = rows.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
    return found["count"], found["amount"] or Decimal(0)


def months_of(provider: Provider, on: date) -> list[date]:
    """The first days of the months to choose from, the newest first: from the first money, and the month before this
    at least, up to a day's."""
    first = Receipt.objects.filter(provider=provider).aggregate(day=Min("value_on"))["day"] or on
    day, found = on.replace(day=1), []
    since = min(first, add_months(day, -1))
    while day >= since.replace(day=1):
        found.append(day)
        day = add_months(day, -1)
    return found


def _movements(provider: Provider, first: date, last: date) -> Iterator[Movement]:
    """Summed by day, kind and offering; what came before the month as one."""
    receipts = _by_day(Receipt.objects.filter(provider=provider, value_on__lte=last), first)
    signed = receipts.values_list("day", Case(When(amount__gt=0, then=Value(1)), default=Value(-1)))
    for day, _, amount in signed.annotate(sum=Sum("amount")):
        yield Movement(day, "", amount)
    entries = _by_day(LedgerEntry.objects.filter(receipt__provider=provider, value_on__lte=last), first)
    for day, kind, offering, amount in entries.values_list("day", "kind", "line__application__offering").annotate(
        sum=Sum("amount")
    ):
        yield Movement(day, kind, amount, offering)


def _by_day(rows: Any, first: date) -> Any:
    within = When(Q(value_on__gte=first), then=F("value_on"))
    return rows.order_by().annotate(day=Case(within, default=None, output_field=DateField()))
