"""Prices by subject, as a package, of further fees, for new candidates and resits, by day (SPEC 6, 13, 2.4)."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from fees.pricing import Fee, Part, Price, breakdown, fee_on, parts_of, schedule_on

BOTH = ("theory", "practical")
ALL = (*BOTH, "review")
MARCH = date(2026, 3, 1)

SICT_LEVEL_4 = [
    Price("theory", Decimal(100), date(2026, 1, 15), date(2026, 12, 31)),
    Price("practical", Decimal("300"), date(2026, 1, 15), date(2026, 12, 31)),
]


def package(amount: int, applies_to: str = "new") -> Price:
    return Price("", Decimal(amount), kind="package", applies_to=applies_to)


def other(title: str, amount: str, applies_to: str = "any") -> Price:
    return Price("", Decimal(amount), kind="other", title=title, applies_to=applies_to)


def of(subject: str, amount: int, applies_to: str = "any") -> Price:
    return Price(subject, Decimal(amount), applies_to=applies_to)


def sum_of(prices: list[Price], subjects: tuple[str, ...], kind: str = "new", on: date = MARCH) -> str | None:
    amount = fee_on(prices, subjects, kind=kind, on=on).amount
    return None if amount is None else str(amount)


@pytest.mark.parametrize(
    ("subjects", "on", "amount"),
    [
        (BOTH, date(2026, 3, 1), "400.00"),
        (("theory",), date(2026, 3, 1), "100.00"),
        (("practical",), date(2026, 1, 15), "300.00"),
        (("practical",), date(2026, 12, 31), "300.00"),
        (("practical",), date(2026, 1, 14), None),
        (("practical",), date(2027, 1, 1), None),
        (ALL, date(2026, 3, 1), None),
        ((), date(2026, 3, 1), None),
    ],
)
def test_by_subject(subjects: tuple[str, ...], on: date, amount: str | None) -> None:
    assert sum_of(SICT_LEVEL_4, subjects, on=on) == amount
    assert sum_of(SICT_LEVEL_4, subjects, kind="resit", on=on) == amount


#: What is published; what a new candidate of both subjects pays, and what a resit of the practical one does.
SCHEDULES = {
    "by subject, resits at the same prices": ([of("theory", 100), of("practical", 300)], "400.00", "300.00"),
    "resits have a price of their own": (
        [of("theory", 100), of("practical", 300), of("practical", 350, "resit")],
        "400.00",
        "350.00",
    ),
    "prices for new candidates alone": ([of("theory", 100, "new"), of("practical", 300, "new")], "400.00", None),
    "prices for resits alone": ([of("theory", 100, "resit"), of("practical", 300, "resit")], None, "300.00"),
    "a price for new candidates goes before that for both": (
        [of("theory", 100), of("practical", 300), of("practical", 280, "new")],
        "380.00",
        "300.00",
    ),
    "a package that says nothing of resits": ([package(480)], "480.00", None),
    "a package, and resits by subject": ([package(480), of("practical", 385, "resit")], "480.00", "385.00"),
    "a package, and resits at the subjects' usual prices": (
        [package(480), of("theory", 100), of("practical", 400)],
        "480.00",
        "400.00",
    ),
    "a package, and one price for any resit": ([package(480), package(200, "resit")], "480.00", "200.00"),
    "a package for resits goes before their subjects' prices": (
        [of("theory", 100), of("practical", 300), package(200, "resit")],
        "400.00",
        "200.00",
    ),
    "a free package": ([package(0)], "0.00", None),
    "a further fee for everybody": ([package(480), other("材料费", "20.50"), of("practical", 300)], "500.50", "320.50"),
    "a further fee for new candidates": (
        [of("theory", 100), of("practical", 300), other("证书工本费", "8", "new")],
        "408.00",
        "300.00",
    ),
    "a further fee that resits pay less of": (
        [of("theory", 100), of("practical", 300), other("材料费", "50"), other("材料费", "30", "resit")],
        "450.00",
        "330.00",
    ),
    "several further fees": (
        [of("theory", 100), of("practical", 300), other("材料费", "50"), other("场地费", "0.01")],
        "450.01",
        "350.01",
    ),
    "further fees alone are no fee": ([other("材料费", "50")], None, None),
    "one subject is missing": ([of("theory", 100), other("材料费", "50")], None, None),
    "nothing": ([], None, None),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name: str) -> None:
    prices, new, resit = SCHEDULES[name]
    for order in list(permutations(prices))[:24]:  # whatever the order they are read in
        assert (sum_of(list(order), BOTH), sum_of(list(order), ("practical",), kind="resit")) == (new, resit)


def test_amounts_are_exact() -> None:
    cents = [Price("theory", Decimal("0.10")), Price("practical", Decimal("0.20"))]
    assert fee_on(cents, BOTH, on=MARCH).amount == Decimal("0.30")


def test_a_newer_price_takes_over_on_its_day() -> None:
    prices = [
        Price("theory", Decimal(120), date(2026, 7, 1)),
        Price("theory", Decimal(100), date(2026, 1, 1)),
        Price("theory", Decimal(90)),
    ]
    days = (date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1))
    assert [sum_of(prices, ("theory",), on=day) for day in days] == ["90.00", "100.00", "120.00"]


def test_a_price_for_resits_goes_before_a_newer_one_for_both() -> None:
    prices = [of("theory", 80, "resit"), Price("theory", Decimal(120), date(2026, 2, 1))]
    assert [sum_of(prices, ("theory",), kind=kind) for kind in ("new", "resit")] == ["120.00", "80.00"]


def test_the_parts_are_kept_and_told_in_order() -> None:
    prices = [other("材料费", "20"), of("practical", 300), of("theory", 100)]
    fee = fee_on(prices, BOTH, on=MARCH)
    assert fee.frozen == {"theory": "100.00", "practical": "300.00", "other:材料费": "20.00"}
    assert parts_of(dict(sorted(fee.frozen.items()))) == fee.parts  # the database keeps no order of keys
    assert fee.words == "理论知识 ¥100.00，操作技能 ¥300.00，材料费 ¥20.00，合计 ¥420.00"


def test_a_package_goes_before_further_fees() -> None:
    parts = parts_of({"other:材料费": "20.00", "package": "480.00"})
    assert [part.name for part in parts] == ["整体收费", "材料费"]
    assert breakdown(parts) == "整体收费 ¥480.00，材料费 ¥20.00"


@pytest.mark.parametrize("parts", [None, (), (Part("theory", Decimal(100)),)])
def test_what_has_one_part_isnt_broken_down(parts: tuple[Part, ...] | None) -> None:
    assert breakdown(parts) == ""


@pytest.mark.parametrize(
    ("subjects", "resits", "told"),
    [
        (("theory",), True, []),
        (BOTH, True, ["理论知识", "操作技能"]),
        (BOTH, False, []),
        (
            ALL,
            True,
            ["理论知识", "操作技能", "综合评审", "理论知识、操作技能", "理论知识、综合评审", "操作技能、综合评审"],
        ),
    ],
)
def test_a_schedule_names_each_resit_there_can_be(subjects: tuple[str, ...], resits: bool, told: list[str]) -> None:
    assert [resit.name for resit in schedule_on([], subjects, MARCH, resits=resits).resits] == told


@pytest.mark.parametrize(
    ("prices", "same", "words"),
    [
        (SICT_LEVEL_4, True, "理论知识 ¥100.00，操作技能 ¥300.00，合计 ¥400.00；补考按所考科目收取"),
        ([package(480)], False, "¥480.00；补考只考理论知识 费用待公布，只考操作技能 费用待公布"),
        ([package(480), package(200, "resit")], False, "¥480.00；补考只考理论知识 ¥200.00，只考操作技能 ¥200.00"),
        (
            [*SICT_LEVEL_4, other("材料费", "20")],
            False,
            (
                "理论知识 ¥100.00，操作技能 ¥300.00，材料费 ¥20.00，合计 ¥420.00；"
                "补考只考理论知识 ¥120.00，只考操作技能 ¥320.00"
            ),
        ),
        ([], False, "费用待公布"),
    ],
)
def test_a_schedule_in_words(prices: list[Price], same: bool, words: str) -> None:
    schedule = schedule_on(prices, BOTH, MARCH)
    assert (schedule.same, schedule.words) == (same, words)


def test_an_unpublished_fee_keeps_nothing() -> None:
    assert (Fee().frozen, Fee().published, Fee().words) == ({}, False, "费用待公布")
