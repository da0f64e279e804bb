"""A seeded month of money, booked at random, with sums of its own beside the ledger's."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fees.models import LedgerEntry, OrderLine, Receipt, Refund, RefundItem
from skilleval.catalogue.models import Offering, Provider
from tests.factories import ApplicationFactory, OfferingFactory, ProviderFactory, at
from tests.fees.makers import order_for

ZERO = Decimal(0)


class Bank:
    """What is done to a provider's money, and what is left of each receipt and line by this class's own count."""

    def __init__(self, seed: int, provider: Provider | None = None) -> None:
        self.rng = random.Random(seed)
        self.provider = provider or ProviderFactory()
        self.offerings = [OfferingFactory(provider=self.provider) for _ in range(3)]
        self.free: dict[int, Decimal] = {}
        self.held: dict[tuple[int, int], Decimal] = {}  # of a receipt in a line
        self.offering_of: dict[int, Offering] = {}
        self.moved: list[tuple[date, str, Decimal]] = []  # what each verb did, for the sums of a period
        self.number = 0

    def run(self, first: date, days: int, acts: int) -> None:
        """So many acts on each day."""
        for day in range(days):
            for _ in range(acts):
                verbs = (self.receive, self.allocate, self.undo, self.refund, self.give_back, self.reverse)
                (verb,) = self.rng.choices(verbs, weights=(6, 8, 2, 2, 1, 1))
                verb(first + timedelta(days=day))

    def receive(self, on: date) -> None:
        amount = Decimal(self.rng.randint(1, 200000)) / 100
        row = self._receipt(on, amount)
        self.free[row.pk] = amount
        self._note(on, "received", amount)

    def reverse(self, on: date) -> None:
        """On the receipt's own day, as the service does it."""
        whole = [row for row in Receipt.objects.filter(pk__in=self.free) if self.free[row.pk] == row.amount]
        if not whole:
            return
        row = self.rng.choice(sorted(whole, key=lambda one: one.pk))
        self._receipt(row.value_on, -row.amount, reverses=row, source="reversal")
        del self.free[row.pk]
        self._note(row.value_on, "reversed", -row.amount)

    def allocate(self, on: date) -> None:
        key = self._any(self.free)
        if key is None:
            return
        amount = min(self.free[key], Decimal(self.rng.randint(1, 60000)) / 100)
        line = self._line(amount)
        self._entry(key, on, "payment", amount, line)
        self.free[key] -= amount
        self.held[key, line.pk] = amount
        self._note(on, "allocated", amount)

    def undo(self, on: date) -> None:
        found = self._any(self.held)
        if found is None:
            return
        key, line = found
        amount = self.held.pop(found)
        self._entry(key, on, "correction", -amount, OrderLine.objects.get(pk=line))
        self.free[key] += amount
        self._note(on, "corrected", -amount)

    def refund(self, on: date) -> None:
        found = self._any(self.held)
        if found is None:
            return
        key, line = found
        amount = self.held.pop(found)
        self._leave(key, on, amount, OrderLine.objects.get(pk=line))
        self._note(on, "refunded", -amount)

    def give_back(self, on: date) -> None:
        key = self._any(self.free)
        if key is None:
            return
        amount = min(self.free[key], Decimal(self.rng.randint(1, 9000)) / 100)
        self._leave(key, on, amount, None)
        self.free[key] -= amount
        self._note(on, "returned", -amount)

    def sums(self, first: date, last: date) -> dict[str, Decimal]:
        """What each verb did on the days from first to last."""
        found: defaultdict[str, Decimal] = defaultdict(Decimal)
        for on, verb, amount in self.moved:
            if first <= on <= last:
                found[verb] += amount
        return dict(found)

    def held_of(self, offering: Offering) -> Decimal:
        held = (amount for (_, line), amount in self.held.items() if self.offering_of[line] == offering)
        return sum(held, ZERO)

    def _any(self, left: dict[Any, Decimal]) -> Any:
        some = sorted(key for key, amount in left.items() if amount > 0)
        return self.rng.choice(some) if some else None

    def _note(self, on: date, verb: str, amount: Decimal) -> None:
        self.moved.append((on, verb, amount))

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _receipt(self, on: date, amount: Decimal, **fields: Any) -> Receipt:
        usual = {"source": "statement", "payer": "付款人", "key": f"{self.provider.pk}:{self._next()}"}
        return Receipt.objects.create(provider=self.provider, value_on=on, amount=amount, **usual | fields)

    def _line(self, amount: Decimal) -> OrderLine:
        offering = self.rng.choice(self.offerings)
        application = ApplicationFactory(offering=offering, state="confirmed")
        line = order_for(application, state="paid", amount=amount).lines.get()
        self.offering_of[line.pk] = offering
        return line

    def _entry(self, key: int, on: date, kind: str, amount: Decimal, line: OrderLine | None, **fields: Any) -> None:
        LedgerEntry.objects.create(
            receipt_id=key,
            order_id=line and line.order_id,
            line=line,
            kind=kind,
            amount=amount,
            value_on=on,
            key=f"{self.provider.pk}:{self._next()}",
            **fields,
        )

    def _leave(self, key: int, on: date, amount: Decimal, line: OrderLine | None) -> None:
        moment = at(2026, 3, 1)
        refund = Refund.objects.create(
            number=f"TF{self.provider.pk}-{self._next()}",
            provider=self.provider,
            payer="付款人",
            amount=amount,
            reason="退费",
            state="paid",
            asked_by_id=1,
            asked_at=moment,
            decided_by_id=2,
            decided_at=moment,
            paid_on=on,
        )
        RefundItem.objects.create(refund=refund, receipt_id=key, line=line, amount=amount)
        self._entry(key, on, "refund", -amount, line, refund=refund)
