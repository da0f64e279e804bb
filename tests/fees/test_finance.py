"""The overview and the month-end statement say what the ledger does, to the cent (SPEC 6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fees.models import Receipt, ReceiptOrder
from fees.queries.finance import Figures, overview, years_of
from fees.queries.months import month_of, months_of
from tests.factories import (
    ApplicationFactory,
    GroupFactory,
    OfferingFactory,
    ProviderFactory,
    WindowFactory,
    publish_fees,
    window_of,
)
from tests.fees.makers import order_for
from tests.fees.monthly import Bank

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (2, 3, 4))
LAST = date(2026, 3, 31)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_month_adds_up_with_an_independent_sum(seed: int) -> None:
    bank, other = Bank(seed), Bank(seed + 100)
    for one in (bank, other):  # of another provider nothing counts
        one.run(date(2026, 2, 20), 3, 8)
        one.run(date(2026, 2, 28), 6, 10)  # across the beginning
        one.run(date(2026, 3, 30), 4, 6)  # across the end
    before, within = bank.sums(FEBRUARY, date(2026, 2, 28)), bank.sums(MARCH, LAST)
    assert set(within) == {"received", "reversed", "allocated", "corrected", "refunded", "returned"}
    month = month_of(bank.provider, MARCH)
    statement = month.statement
    assert {name: value for name, value in vars(statement.opening).items() if value} == before
    assert {name: value for name, value in vars(statement.month).items() if value} == within
    lines = statement.lines
    for kind in ("held", "free", "total"):
        amounts = [getattr(line, kind) for line in lines]
        assert sum(amounts[:-1], Decimal(0)) == amounts[-1]
    assert statement.days[-1].closing == statement.closing.total
    assert sum(day.sums.total for day in statement.days) == statement.month.total
    assert sum(row.closing for _, row in month.offerings) == statement.closing.held
    assert month_of(bank.provider, APRIL).statement.opening == statement.closing


@pytest.mark.parametrize("seed", [4, 5])
def test_the_overview_adds_up_with_the_ledger(seed: int) -> None:
    bank = Bank(seed)
    bank.run(date(2026, 3, 1), 5, 8)
    everything = bank.sums(MARCH, LAST)
    total = overview(bank.provider).total
    assert total.paid == everything.get("allocated", 0) + everything.get("corrected", 0)
    assert total.refunded == -everything.get("refunded", 0)
    assert total.doubtful == sum(bank.free.values())
    closing = month_of(bank.provider, MARCH).statement.closing
    assert (total.paid - total.refunded, total.doubtful) == (closing.held, closing.free)
    for offering in bank.offerings:
        figures = overview(bank.provider, offering=offering).total
        assert figures.paid - figures.refunded == bank.held_of(offering)


def test_what_each_figure_is() -> None:
    offering = OfferingFactory()
    publish_fees(offering)
    window = window_of(offering.provider)

    def person(state: str, **fields: Any) -> Any:
        return ApplicationFactory(offering=offering, state=state, **fields)

    order_for(person("approved"))
    order_for(person("confirmed"), state="paid", paid=True)
    order_for(person("withdrawn"), state="paid", paid=True)
    order_for(person("withdrawn"), state="paid", paid=True, refunded=True)
    order_for(person("lapsed"), state="lapsed", live=False)
    person("approved", channel="group", group=GroupFactory(offering=offering, window=window))  # in no order
    found = overview(offering.provider, year=2026)
    expected = Figures(
        due_people=2, due=Decimal(800), paid_people=3, paid=Decimal(1200), refunded=Decimal(400), owed=Decimal(400)
    )
    assert [(row.window, row.offering, row.figures) for row in found.rows] == [(window, offering, expected)]
    assert found.total == expected


def test_free_money_stands_where_its_orders_are_else_nowhere() -> None:
    offering = OfferingFactory()
    order = order_for(ApplicationFactory(offering=offering, state="approved"))
    for key, amount in (("part", 100), ("stray", 7)):
        receipt = Receipt.objects.create(
            provider=offering.provider, source="desk", value_on=MARCH, amount=amount, payer="付款人", key=key
        )
        if key == "part":
            ReceiptOrder.objects.create(receipt=receipt, order=order)
    found = overview(offering.provider, year=2026)
    assert [(row.offering, row.figures.doubtful) for row in found.rows] == [(offering, 100), (None, 7)]
    assert found.total.doubtful == 107
    assert overview(offering.provider, offering=offering).total.doubtful == 100


def test_it_is_narrowed_by_year_window_and_offering() -> None:
    first, second = OfferingFactory(), OfferingFactory()
    second.provider = first.provider
    second.save()
    april = WindowFactory(provider=first.provider, month=4)
    for offering, fields in ((first, {}), (second, {"window": april, "first_window": april})):
        order_for(ApplicationFactory(offering=offering, state="approved", **fields))
    provider = first.provider
    shown = [row.offering for row in overview(provider, year=2026).rows]
    assert shown == [second, first]  # the newest window first
    assert [row.offering for row in overview(provider, window=april).rows] == [second]
    assert [row.offering for row in overview(provider, offering=first).rows] == [first]
    assert overview(provider, year=2025).rows == ()
    assert years_of(provider, date(2027, 1, 5)) == [2027, 2026]


def test_money_stays_in_the_window_somebody_applied_in() -> None:
    offering = OfferingFactory()
    later = WindowFactory(provider=offering.provider, month=4)
    application = ApplicationFactory(offering=offering, state="confirmed")
    order_for(application, state="paid", paid=True)
    application.window = later
    application.save()
    assert [row.window for row in overview(offering.provider).rows] == [application.first_window]


def test_what_is_noted_after_the_month_is_said() -> None:
    provider = ProviderFactory()
    Receipt.objects.create(provider=provider, source="desk", value_on=MARCH, amount=5, payer="付款人", key="late")
    month = month_of(provider, MARCH)  # noted today, in the real clock's month
    assert (month.late, month.late_amount) == (1, Decimal(5))


def test_what_is_booked_after_the_month_is_said() -> None:
    application = ApplicationFactory(state="confirmed")
    order_for(application, state="paid", paid=True)
    month = month_of(application.offering.provider, MARCH)
    assert (month.booked_late, month.booked_late_amount) == (1, Decimal(400))


def test_the_months_to_choose_from_begin_with_the_first_money() -> None:
    provider = ProviderFactory()
    assert months_of(provider, date(2026, 3, 9)) == [MARCH, FEBRUARY]
    Receipt.objects.create(
        provider=provider, source="desk", value_on=date(2025, 12, 31), amount=5, payer="付款人", key="first"
    )
    assert months_of(provider, date(2026, 3, 9)) == [MARCH, FEBRUARY, date(2026, 1, 1), date(2025, 12, 1)]


def test_query_counts_dont_grow() -> None:
    bank = Bank(6)
    counts = []
    for acts in (6, 30):
        bank.run(date(2026, 3, 1), 2, acts)
        with CaptureQueriesContext(connection) as asked:
            overview(bank.provider, year=2026)
            month_of(bank.provider, MARCH)
        counts.append(len(asked))
    assert counts[0] == counts[1]
