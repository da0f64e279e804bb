"""The demonstration's bank statement: one line of each kind of payer, as a bank writes it."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest

from skilleval.journeys.demo import bank
from tests.factories import ApplicationFactory, OfferingFactory
from tests.fees.makers import order_for

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 20)


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("gb18030"))))


def test_each_kind_of_payer_has_a_line_and_the_total_adds_up() -> None:
    offering = OfferingFactory()
    orders = [order_for(ApplicationFactory(offering=offering, state="approved")) for _ in range(5)]
    noted = order_for(ApplicationFactory(offering=offering, state="confirmed"), paid=True, state="paid")
    title, header, *lines, total = table(bank.statement(offering.provider, TODAY))
    assert "户名" in title[1]
    assert header == list(bank.COLUMNS)
    amounts = [line[3] or f"-{line[2]}" for line in lines]
    assert amounts == ["400.00", "300.00", "400.00", "800.00", "400.00", "400.00", "-15.00", "3.21"]
    assert lines[2][8] == "技能评价"
    assert [order.number in lines[3][8] for order in orders] == [False, False, False, True, True]
    assert [line[5] for line in (lines[4], lines[5])] == [orders[0].payer, noted.payer]
    assert total[3] == "2,703.21"
    serials = [line[9] for line in lines]
    assert len(set(serials)) == len(serials)


def test_without_orders_there_are_the_bank_s_own_lines_alone() -> None:
    _, _, *lines, total = table(bank.statement(OfferingFactory().provider, TODAY))
    assert [line[7] for line in lines] == ["手续费", "利息"]
    assert Decimal(total[3]) == Decimal("3.21")
