"""Which orders money is for: sound matches, and everything that goes to a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fees.statements.bills import Bill, Bills, Verdict
from fees.statements.judging import Noted, doubts_of, judge, settled
from fees.statements.keys import keys_of
from fees.statements.movements import Movement

DAY = date(2026, 3, 21)


def bill(pk: int, payer: str = "甲乙", owed: str = "480", **facts: Any) -> Bill:
    """An open order of March whose number ends in its key."""
    reference = facts.pop("reference", f"考核费+{payer}+人工智能训练师（四级/中级工）+1人")
    usual = {"state": "open", "payable_from": date(2026, 3, 5), "due_on": date(2026, 3, 31), "person": payer}
    return Bill(
        pk=pk, number=f"00542603{pk:05d}", reference=reference, payer=payer, owed=Decimal(owed), **(usual | facts)
    )


def line(number: int = 2, amount: str = "480", payer: str = "", text: str = "", **facts: Any) -> Movement:
    usual: dict[str, Any] = {"value_on": DAY, "serial": f"S2026032100{number}"}
    texts = (text,) if text else ()
    return Movement(number, amount=Decimal(amount), payer=payer, texts=texts, **(usual | facts))


def judged(lines: list[Movement], bills: list[Bill], *, noted: Any = ()) -> dict[int, Verdict]:
    plain, keys = settled(lines), keys_of(lines)
    left = [told for told in lines if told.number not in plain]
    doubts = doubts_of(lines)
    return plain | judge(left, keys=keys, known={}, noted=noted, bills=Bills(bills), doubts=doubts, taken={})


def one(told: Movement, *bills: Bill, **facts: Any) -> Verdict:
    return judged([told], list(bills), **facts)[told.number]


REFERENCE = "考核费+甲乙+人工智能训练师（四级/中级工）+1人"
ONE = [bill(1)]
THREE = [bill(1), bill(2, owed="300"), bill(3, owed="95")]

MATCHED: dict[str, tuple[Movement, list[Bill], set[int]]] = {
    "by number": (line(text="0054260300001"), ONE, {1}),
    "by number within words": (line(text="考核费，订单号：0054260300001。谢谢"), ONE, {1}),
    "by number in full width": (line(text="００５４２６０３００００１"), ONE, {1}),
    "by number with spaces": (line(text="0054 2603 00001"), ONE, {1}),
    "by number, paid by somebody else": (line(payer="丙丁", text="0054260300001"), ONE, {1}),
    "two numbers": (line(amount="780", text="0054260300001、0054260300002"), THREE, {1, 2}),
    "two numbers end to end": (line(amount="780", text="00542603000010054260300002"), THREE, {1, 2}),
    "by reference": (line(text=REFERENCE), ONE, {1}),
    "by reference, spaces and marks otherwise": (line(text="考核费 甲乙 人工智能训练师(四级/中级工) 1人"), ONE, {1}),
    "by reference without marks": (line(text="考核费甲乙人工智能训练师四级中级工1人"), ONE, {1}),
    "by reference behind other words": (line(text=f"转账 附言:{REFERENCE} 请查收"), ONE, {1}),
    "the longer reference": (
        line(text="考核费+学校+车工（五级）+12人"),
        [
            bill(1, "学校", reference="考核费+学校+车工（五级）+1"),
            bill(2, "学校", reference="考核费+学校+车工（五级）+12人"),
        ],
        {2},
    ),
    "by reference, an earlier one paid": (line(text=REFERENCE), [bill(1, state="paid"), bill(2)], {2}),
    "two references": (
        line(amount="960", text=REFERENCE + REFERENCE.replace("甲乙", "丙丁")),
        [bill(1), bill(2, "丙丁")],
        {1, 2},
    ),
    "by payer": (line(payer="甲乙"), ONE, {1}),
    "by payer, spaced": (line(payer="甲　乙 "), ONE, {1}),
    "by payer, a company's forms": (
        line(payer="上海样本(集团)有限公司"),
        [bill(1, "上海样本（集团）有限责任公司")],
        {1},
    ),
    "by payer, of several orders the one of the amount": (line(amount="300", payer="甲乙"), THREE, {2}),
    "by payer, all together": (line(amount="875", payer="甲乙"), THREE, {1, 2, 3}),
    "by payer, the only two that add up": (line(amount="575", payer="甲乙"), THREE, {1, 3}),
    "by a name in the text": (line(payer="某公司", text="甲乙考核费"), ONE, {1}),
    "by two names in the text": (
        line(amount="780", text="甲乙、丙丁报名费"),
        [bill(1), bill(2, "丙丁", "300")],
        {1, 2},
    ),
    "lapsed, but come in time": (line(text=REFERENCE), [bill(1, state="lapsed")], {1}),
    "on the last day": (line(payer="甲乙", value_on=date(2026, 3, 31)), ONE, {1}),
    "the rest of a part": (line(amount="80", text="0054260300001"), [bill(1, owed="80")], {1}),
}


@pytest.mark.parametrize("name", MATCHED)
def test_sound(name: str) -> None:
    told, bills, orders = MATCHED[name]
    verdict = one(told, *bills)
    assert (verdict.state, set(verdict.orders)) == ("matched", orders), verdict


#: name → (line, orders, words of the reason, orders suggested)
DOUBTFUL: dict[str, tuple[Movement, list[Bill], str, list[set[int]]]] = {
    "a missing zero": (line(amount="48", text="0054260300001"), ONE, "像是差了零", [{1}]),
    "a zero too many, by payer": (line(amount="4800", payer="甲乙"), ONE, "像是差了零", [{1}]),
    "a cent less": (line(amount="479.99", text=REFERENCE), ONE, "少 ¥0.01", [{1}]),
    "a cent more": (line(amount="480.01", text=REFERENCE), ONE, "多 ¥0.01", [{1}]),
    "one number, the sum of two": (
        line(amount="780", payer="甲乙", text="0054260300001"),
        [bill(1), bill(2, owed="300")],
        "金额不符",
        [{1}, {1, 2}],
    ),
    "paid already": (line(text="0054260300001"), [bill(1, state="paid")], "疑似重复缴费", []),
    "paid already, by reference": (line(text=REFERENCE), [bill(1, state="paid")], "疑似重复缴费", []),
    "paid already, by payer": (line(payer="甲乙"), [bill(1, state="paid")], "疑似重复缴费", []),
    "cancelled": (line(text="0054260300001"), [bill(1, state="cancelled")], "已取消", []),
    "replaced, by number": (
        line(text="0054260300001"),
        [bill(1, state="replaced", successor=2), bill(2, owed="400", reference="考核费+甲乙+别的")],
        "由订单 0054260300002 替代",
        [{2}],
    ),
    "replaced, by reference": (
        line(text=REFERENCE),
        [bill(1, state="replaced", successor=2), bill(2, owed="400", reference="考核费+甲乙+别的")],
        "由订单 0054260300002 替代",
        [{2}],
    ),
    "a replaced one's reference, and an open order's": (
        line(text=REFERENCE),
        [bill(1, state="replaced", successor=2), bill(2, owed="400", reference="考核费+甲乙+别的"), bill(3)],
        "已更换",
        [{2}, {3}],
    ),
    "too late": (line(text="0054260300001", value_on=date(2026, 4, 1)), ONE, "晚于截止日", [{1}]),
    "too late, by payer": (line(payer="甲乙", value_on=date(2026, 4, 1)), ONE, "晚于截止日", [{1}]),
    "too early": (line(text=REFERENCE, value_on=date(2026, 3, 4)), ONE, "早于", [{1}]),
    "two people of one name": (line(text=REFERENCE), [bill(1), bill(2)], "附言相同的订单不止一个", [{1}, {2}]),
    "two people of one name, by payer": (line(payer="甲乙"), [bill(1), bill(2)], "金额相同的不止一个", [{1}, {2}]),
    "a sum that fits many": (
        line(amount="960", payer="甲乙"),
        [bill(1), bill(2), bill(3)],
        "组合不止一个",
        [{1, 2}, {1, 3}, {2, 3}],
    ),
    "a name within a longer one": (line(text="甲乙丙考核费"), ONE, "没有对应的订单", [{1}]),
    "a number within a longer one": (line(text="900542603000017"), ONE, "没有对应的订单", [{1}]),
    "a number cut short": (line(text="005426030000"), ONE, "没有对应的订单", [{1}]),
    "the text names one, the amount is the payer's own": (
        line(payer="丙丁", text="甲乙考核费", amount="300"),
        [bill(1), bill(2, "丙丁", "300")],
        "金额不符",
        [{1}],
    ),
    "two names, one order's amount": (
        line(text="甲乙、丙丁", amount="480"),
        [bill(1), bill(2, "丙丁")],
        "金额不符",
        [{1, 2}, {1}, {2}],
    ),
    "a name in a stranger's words": (line(payer="某公司", text="餐费 甲乙"), ONE, "没有写明是考核费", [{1}]),
    "a namesake who paid, by reference": (
        line(text=REFERENCE),
        [bill(1), bill(2, state="paid", person="other")],
        "订单 0054260300002 同名同额",
        [{1}],
    ),
    "a namesake who paid, by payer": (
        line(payer="甲乙"),
        [bill(1), bill(2, state="paid", person="other")],
        "订单 0054260300002 同名同额",
        [{1}],
    ),
    "a namesake who paid, of several named": (
        line(amount="960", text="甲乙、丙丁报名费"),
        [bill(1), bill(2, state="paid", person="other"), bill(3, "丙丁")],
        "订单 0054260300002 同名同额",
        [{1, 3}],
    ),
    "two namesakes' orders that add up": (
        line(amount="780", payer="甲乙"),
        [bill(1), bill(2, owed="300", person="other")],
        "同名的人不止一个",
        [{1, 2}],
    ),
    "nothing but the amount": (line(payer="某人", text="转账"), ONE, "没有对应的订单", [{1}]),
    "nothing at all": (line(amount="12.34", payer="某人"), ONE, "没有对应的订单", []),
    "a reversal's words": (line(payer="甲乙", text="退汇"), ONE, "冲正、退汇", [{1}]),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_for_a_person(name: str) -> None:
    told, bills, words, suggested = DOUBTFUL[name]
    verdict = one(told, *bills)
    assert (verdict.state, verdict.orders) == ("doubtful", ())
    assert words in verdict.reason
    assert [set(found.orders) for found in verdict.suggestions] == suggested


def test_a_second_payment_of_one_order_in_one_file_is_doubtful() -> None:
    found = judged([line(2, payer="甲乙"), line(3, payer="甲乙", text="0054260300001")], ONE)
    assert (found[3].state, found[3].orders) == ("matched", (1,)), "the clearer words go first, wherever they stand"
    assert "疑似重复缴费：第 3 行已用于" in found[2].reason


def test_interest_and_what_left_ask_for_nobody() -> None:
    found = judged([line(2, "3.21", text="结息"), line(3, "-15"), line(4, "-480", taken_back=True)], ONE)
    assert [found[number].state for number in (2, 3, 4)] == ["unrelated", "outgoing", "outgoing"]


def test_money_the_bank_took_back_is_never_matched() -> None:
    found = judged([line(2, payer="甲乙"), line(3, "-480", "甲乙", taken_back=True)], ONE)
    assert found[2].state == "doubtful"
    assert "第 3 行冲正" in found[2].reason


def test_an_amount_that_its_balances_deny_is_never_matched() -> None:
    """A zero was lost on the way: the balances still have it."""
    balances = ["1000", "1480", "1960", "2440", "2920", "3400"]
    lines = [
        line(
            number,
            payer="某人" if number != 4 else "甲乙",
            amount="480" if number != 4 else "48",
            balance=Decimal(after),
        )
        for number, after in enumerate(balances, start=1)
    ]
    verdict = judged(lines, [bill(1, owed="48")])[4]
    assert (verdict.state, verdict.reason) == ("doubtful", "金额与前后余额对不上，可能读错或缺行，请核对原文件")
    downwards = [line(one.number, str(one.amount), one.payer, balance=one.balance) for one in reversed(lines)]
    assert judged(downwards, [bill(1, owed="48")])[4].state == "doubtful"


def test_balances_of_a_file_with_lines_left_out_prove_nothing() -> None:
    lines = [line(number, payer="甲乙", balance=Decimal(number * number * 1000)) for number in range(2, 9)]
    assert judged(lines, ONE)[2].state == "matched"


def test_a_row_pasted_twice_is_one_movement() -> None:
    again = line(3, payer="甲乙", serial="S20260321002")
    assert judged([line(2, payer="甲乙"), again], ONE)[3].state == "known"


def test_equal_payments_without_a_serial_are_two() -> None:
    lines = [line(number, payer="甲乙", serial="") for number in (2, 3)]
    keys = keys_of(lines)
    assert keys[2] != keys[3]
    assert [judged(lines, ONE)[number].state for number in (2, 3)] == ["matched", "doubtful"]


def test_an_overlapping_file_names_the_same_movements_alike() -> None:
    whole = [line(number, payer="甲乙", serial="") for number in (2, 3, 4)]
    part = [line(number, payer="甲 乙", serial="") for number in (9, 10)]
    assert set(keys_of(part).values()) < set(keys_of(whole).values())


def receipt_of(verdict: Verdict) -> int | None:
    return verdict.suggestions[0].receipt if verdict.suggestions else None


@pytest.mark.parametrize(
    ("noted", "state", "receipt"),
    [
        (Noted(7, DAY, Decimal(480), "甲乙"), "known", 7),
        (Noted(7, DAY, Decimal(480), "丙丁", words=("0054260300001",)), "matched", None),
        (Noted(7, DAY, Decimal(480), "甲乙", serial="S20260321999"), "matched", None),
        (Noted(7, date(2026, 3, 20), Decimal(480), "甲乙"), "matched", None),
        (Noted(7, DAY, Decimal("480.01"), "甲乙"), "matched", None),
    ],
)
def test_money_noted_before_is_the_same_where_day_amount_and_payer_agree(noted, state, receipt) -> None:
    verdict = one(line(payer="甲乙"), *ONE, noted=[noted])
    assert (verdict.state, receipt_of(verdict)) == (state, receipt)


def test_money_noted_for_an_order_that_the_line_names() -> None:
    paid = bill(1, state="paid")
    noted = Noted(7, DAY, Decimal(480), "甲乙", words=(paid.number, paid.reference, paid.payer))
    lines = [line(2, payer="某公司", text="0054260300001"), line(3, payer="甲乙")]
    found = judged(lines, [paid], noted=[noted])
    assert (found[2].state, receipt_of(found[2])) == ("known", 7)
    assert "疑似重复缴费" in found[3].reason, "one noted receipt is one movement"


def test_money_noted_of_somebody_else_is_offered_where_nothing_sound_is_found() -> None:
    verdict = one(line(payer="某公司"), noted=[Noted(7, DAY, Decimal(480), "甲乙")])
    assert [(found.receipt, found.orders) for found in verdict.suggestions] == [(7, ())]


def test_an_amount_that_everybody_owes_suggests_nobody() -> None:
    bills = [bill(pk, f"某人{pk}") for pk in range(1, 20_001)]
    found = judged([line(number, payer="路人") for number in range(2, 1002)], bills)
    assert {(verdict.state, verdict.suggestions) for verdict in found.values()} == {("doubtful", ())}


def test_money_noted_by_hand_some_days_off_is_offered_and_nothing_booked() -> None:
    noted = Noted(7, date(2026, 3, 20), Decimal(480), "甲乙", source="窗口登记", by_hand=True)
    verdict = one(line(payer="甲乙"), *ONE, noted=[noted])
    assert [(found.receipt, found.orders) for found in verdict.suggestions] == [(7, ()), (None, (1,))]
    assert (verdict.state, verdict.orders) == ("doubtful", ())
    late = line(payer="甲乙", value_on=date(2026, 3, 26))
    assert one(late, *ONE, noted=[noted]).state == "matched"


def test_ten_thousand_orders_of_one_payer_are_no_reason_to_wait() -> None:
    bills = [bill(pk, "学校", str(pk)) for pk in range(1, 10_001)]
    lines = [line(number, "10000000", "学校") for number in range(2, 102)]
    assert {verdict.state for verdict in judged(lines, bills).values()} == {"doubtful"}
