"""Cells of bank files: read exactly, or not at all."""

from datetime import date
from decimal import Decimal

import pytest

from fees.statements.cells import Unreadable, account_of, amount_of, day_of, direction_of, same_account


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("480", "480.00"),
        ("480.5", "480.50"),
        ("480.000", "480.00"),
        ("1,480.00", "1480.00"),
        ("12,345,678.90", "12345678.90"),
        ("￥480.00", "480.00"),
        ("¥ 1,480.00 元", "1480.00"),
        ("人民币480元整", "480.00"),
        ("CNY480", "480.00"),
        ("４８０．００", "480.00"),
        ("１，４８０．００", "1480.00"),
        ("+480.00", "480.00"),
        ("-480.00", "-480.00"),
        ("−480.00", "-480.00"),
        ("－４８０", "-480.00"),
        ("-¥480.00", "-480.00"),
        ("¥-480.00", "-480.00"),
        ("(480.00)", "-480.00"),
        ("480.00-", "-480.00"),
        (".50", "0.50"),
        ("0", "0.00"),
        ("59.900000000000006", "59.90"),
        ("0.1", "0.10"),
        ("999999999.99", "999999999.99"),
    ],
)
def test_amounts(text: str, amount: str) -> None:
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", " ", "-", "--", "——", "/", "无", "　"])
def test_no_amount(text: str) -> None:
    assert amount_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1,23",
            "1.234,56",
            "12,34,567",
            "1,2345",
            "480.005",
            "4.8E2",
            "４８O",
            "480,",
            ".",
            "¥",
            "abc",
            "480 元左右",
        ),
        *("--480", "480-500", "NaN", "Infinity", "1000000000.00", "四百八十", "480.00贷", "+-480", "48 0", "480 .00"),
    ],
)
def test_what_could_mean_two_things_is_no_amount(text: str) -> None:
    with pytest.raises(Unreadable):
        amount_of(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-03-21",
            "2026/3/21",
            "2026.03.21",
            "20260321",
            "2026年3月21日",
            "２０２６－０３－２１",
            "2026-3-21 09:05",
        ),
        *("2026-03-21 09:05:33", "2026-03-21T09:05:33", "20260321090533", "20260321 090533", "20260321 09:05:33"),
        *("2026年03月21日 09时05分", "2026 年 3 月 21 日", "202603210905", "46102", "46102.378"),
    ],
)
def test_days(text: str) -> None:
    assert day_of(text) == date(2026, 3, 21)


@pytest.mark.parametrize(
    "text", ["21/03/2026", "03-21", "26-03-21", "2026-02-30", "2026-13-01", "2026-3", "202603", "09:05:33", "今天", "1"]
)
def test_what_is_no_certain_day(text: str) -> None:
    with pytest.raises(Unreadable):
        day_of(text)


def test_no_day() -> None:
    assert day_of("") is None
    assert day_of(" -- ") is None


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("贷", 1),
        ("贷方", 1),
        ("C", 1),
        ("收入", 1),
        ("来账[Incoming]", 1),
        ("借", -1),
        ("支出", -1),
        ("往账", -1),
        ("网银", 0),
    ],
)
def test_directions(text: str, direction: int) -> None:
    assert direction_of(text) == direction


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("6222 0000-0000 0001\t", "6222000000000001", True),
        ("6222000000000001", "6222000000000002", False),
        ("6222********0001", "6222000000000001", True),
        ("6222********0002", "6222000000000001", False),
        ("********0001", "6222000000000001", True),
        ("6223********", "6222000000000001", False),
    ],
)
def test_accounts(one: str, other: str, same: bool) -> None:
    assert same_account(account_of(one), account_of(other)) is same
