"""A month's statement adds up, however money moved (SPEC 6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fees.months import Movement, Sums, statement_of

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def moved(day: int | None, kind: str, amount: int, offering: int | None = None) -> Movement:
    return Movement(day and date(2026, 3, day), kind, Decimal(amount), offering)


#: What moves, and what it does to the lines' money, the free money and the money at the bank.
MOVES = {
    "money comes": (moved(2, "", 400), 0, 400, 400),
    "a receipt is reversed": (moved(2, "", -400), 0, -400, -400),
    "it pays a line": (moved(2, "payment", 400, 1), 400, -400, 0),
    "that is taken back": (moved(2, "correction", -400, 1), -400, 400, 0),
    "a line is refunded": (moved(2, "refund", -400, 1), -400, 0, -400),
    "free money is returned": (moved(2, "refund", -80), 0, -80, -80),
}


@pytest.mark.parametrize("name", MOVES)
def test_what_a_movement_does(name: str) -> None:
    movement, held, free, total = MOVES[name]
    month = statement_of([movement], FIRST, LAST).month
    assert (month.held, month.free, month.total) == (held, free, total)


def test_a_month_from_opening_to_closing() -> None:
    movements = [
        moved(None, "", 1000),
        moved(None, "payment", 700, 1),
        moved(2, "", 480),
        moved(2, "payment", 400, 1),
        moved(3, "payment", 300, 2),
        moved(3, "correction", -300, 2),
        moved(31, "refund", -700, 1),
        moved(31, "refund", -80),
        moved(31, "", -5),
    ]
    statement = statement_of(movements, FIRST, LAST)
    assert [(line.title, line.held, line.free, line.total) for line in statement.lines] == [
        ("期初结余", 700, 300, 1000),
        ("本月到账", 0, 480, 480),
        ("冲销", 0, -5, -5),
        ("记入申报", 700, -700, 0),
        ("更正", -300, 300, 0),
        ("退费", -700, -80, -780),
        ("期末结余", 400, 295, 695),
    ]
    assert [(day.on.day, day.sums.total, day.closing) for day in statement.days] == [
        (2, 480, 1480),
        (3, 0, 1480),
        (31, -785, 695),
    ]
    assert [(row.offering, row.opening, row.closing) for row in statement.offerings] == [(1, 700, 400), (2, 0, 0)]


def test_nothing_moved() -> None:
    statement = statement_of([], FIRST, LAST)
    assert (statement.closing, statement.days, statement.offerings) == (Sums(), (), ())
