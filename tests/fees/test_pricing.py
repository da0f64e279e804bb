"""Prices by subject and day; a fee that isn't whole isn't published (SPEC 6, 2.4)."""

from datetime import date
from decimal import Decimal

import pytest

from fees.pricing import Price, price_on, total

SICT_LEVEL_4 = [
    Price("theory", Decimal(100), date(2026, 1, 15), date(2026, 12, 31)),
    Price("practical", Decimal("300"), date(2026, 1, 15), date(2026, 12, 31)),
]


@pytest.mark.parametrize(
    ("subjects", "on", "amount"),
    [
        (["theory", "practical"], date(2026, 3, 1), "400.00"),
        (["theory"], date(2026, 3, 1), "100.00"),
        (["practical"], date(2026, 1, 15), "300.00"),
        (["practical"], date(2026, 12, 31), "300.00"),
        (["practical"], date(2026, 1, 14), None),
        (["practical"], date(2027, 1, 1), None),
        (["theory", "practical", "review"], date(2026, 3, 1), None),
        ([], date(2026, 3, 1), None),
    ],
)
def test_total(subjects: list[str], on: date, amount: str | None) -> None:
    found = total(SICT_LEVEL_4, subjects, on)
    assert (None if found is None else str(found)) == amount


def test_amounts_are_exact() -> None:
    cents = [Price("theory", Decimal("0.10")), Price("practical", Decimal("0.20"))]
    assert total(cents, ["theory", "practical"], date(2026, 1, 1)) == Decimal("0.30")


def test_nothing_published() -> None:
    assert total([], ["theory"], date(2026, 3, 1)) is None


def test_a_free_subject_is_published() -> None:
    assert total([Price("theory", Decimal(0))], ["theory"], date(2026, 3, 1)) == Decimal("0.00")


def test_a_newer_price_takes_over_on_its_day() -> None:
    prices = [
        Price("theory", Decimal(120), date(2026, 7, 1)),
        Price("theory", Decimal(100), date(2026, 1, 1)),
        Price("theory", Decimal(90)),
    ]
    days = (date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1))
    assert [price_on(prices, "theory", day) for day in days] == [Decimal(90), Decimal(100), Decimal(120)]
