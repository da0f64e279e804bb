"""Rows of earlier business as they read by themselves: cells, windows, offerings; nothing told repeats a cell."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registration.enums import TakeOverKind
from registration.rosters.faults import Fault
from registration.rosters.words import Unread
from registration.rule_sets import Clause
from registration.takeovers import applications, credits as earned, reading
from registration.takeovers.header import read_header
from registration.takeovers.lines import check_row, mark_doubles
from registration.takeovers.market import Market, OfferingFacts, WindowFacts
from skilleval.core.errors import Refused
from tests.factories import resident_number

ON = date(2026, 4, 15)
CODE = "4-04-05-05"
CLAUSE = Clause("4.1", "4", "累计从事本职业工作满 5 年", (), ())


def window(month: int, year: int = 2026) -> WindowFacts:
    opens = date(year, month, 1)
    following = date(year, month + 1, 28) if month < 12 else date(year, 12, 31)
    return WindowFacts(year * 100 + month, f"{year}年{month}月批次", opens, date(year, month, 28), following)


def offering(work_type: str = "", year: int = 2026, **facts: Any) -> OfferingFacts:
    told = {
        "pk": year,
        "code": CODE,
        "work_type": work_type,
        "level": "4",
        "year": year,
        "announced": True,
        "valid_from": date(year, 1, 15),
        "valid_until": date(year, 12, 31),
        "subjects": ("theory", "practical"),
        "clauses": (CLAUSE,),
    }
    return OfferingFacts(**told | facts)


MARKET = Market(tuple(window(month) for month in range(1, 5)), (offering(),))


def row(**cells: str) -> dict[str, str]:
    days = {"submitted_on": "2026-03-02", "approved_on": "2026-03-05", "value_on": "2026-03-06"}
    who = {"name": "样本甲", "id_number": resident_number(1), "phone": "13900000001"}
    target = {"code": CODE, "level": "四级/中级工", "first_window": "2026年3月批次"}
    return who | target | days | {"order_number": "1", "amount": "400"} | cells


def checked(market: Market = MARKET, on: date = ON, **cells: str) -> Any:
    told = {key: text for key, text in row(**cells).items() if text}
    return check_row(TakeOverKind.APPLICATIONS, 2, told, (), judge=applications.judge, market=market, on=on)


# --- cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (reading.read_money, "480", "480.00"),
        (reading.read_money, "￥1,480.5元", "1480.50"),
        (reading.read_money, "０.０１", "0.01"),
        (reading.read_money, "0", None),
        (reading.read_money, "480.001", None),
        (reading.read_money, "-480", None),
        (reading.read_money, "NaN", None),
        (reading.read_score, "60", "60"),
        (reading.read_score, "1e2", None),
        (reading.read_times, "2次", "2"),
        (reading.read_times, "37", None),
        (reading.read_year, "2026年", "2026"),
        (reading.read_year, "26", None),
        (reading.read_level, "四级", "4"),
        (reading.read_level, "专项", "special"),
        (reading.read_level, "六级", None),
        (reading.read_code, "4 04 05 05", CODE),
        (reading.read_code, "4-4-5-5", None),
        (reading.read_code, "4-04-05-Z1", "4-04-05-Z1"),
        (reading.read_code, "人工智能训练师（4-04-05-05）", CODE),
    ],
)
def test_cells(read: Any, text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(Unread):
            read(text)
    else:
        assert str(read(text)) == value


def test_a_fault_repeats_nothing_of_its_cell() -> None:
    told = reading.untold(Fault("born", "date", "“1990-13-01”不能读作日期", "请按 2020-07-01 的格式填写"))
    assert told.message == "这里填的不能读作日期"


def test_numbers_that_a_spreadsheet_spoilt_are_refused() -> None:
    found, _ = reading.read_row(TakeOverKind.APPLICATIONS, row(), ["order_number"], ON)
    assert [fault.column for fault in found.faults if fault.stops] == ["order_number"]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("姓名",), "表格缺少必填的列：决定文号"),
        (("姓名", "身份证号", "证件号码", "决定文号", "禁考起始日期", "禁考截止日期"), ""),
        (("姓名", "身份证号", "证件号", "决定文号", "禁考起始日期", "禁考截止日期"), "有几列都是证件号码"),
    ],
)
def test_headers(header: tuple[str, ...], words: str) -> None:
    if not words:
        assert read_header(TakeOverKind.BANS, header)[1:3] == (None, "id_number")
        return
    with pytest.raises(Refused) as refused:
        read_header(TakeOverKind.BANS, header)
    assert words.split("：")[0] in refused.value.message


# --- windows and offerings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "passed", "awaits"),
    [
        ({}, [3], False),
        ({"window": "2026年4月批次"}, [3, 4], False),
        ({"window": "2026年4月", "rolled": "1"}, [3, 4], False),
        ({"rolled": "1"}, [3, 4], False),
        ({"window": "2026年3月批次", "rolled": "0"}, [3], False),
    ],
)
def test_the_windows_somebody_has_been_in(cells: dict[str, str], passed: list[int], awaits: bool) -> None:
    facts = checked(**cells).facts
    assert ([one.opens_on.month for one in facts.windows], facts.awaits) == (passed, awaits)


def test_past_the_last_known_window_somebody_awaits_the_next_notice() -> None:
    late = date(2026, 5, 15)
    facts = checked(on=late, window="待次年公告", rolled="2").facts
    assert ([one.opens_on.month for one in facts.windows], facts.awaits) == ([3, 4], True)
    wrong = checked(on=late, window="待次年公告", rolled="1")
    assert [fault.message for fault in wrong.faults] == ["从2026年3月批次到现批次应顺延 2 次"]


def test_a_window_whose_assessments_are_over_takes_nobody() -> None:
    found = checked(on=date(2026, 4, 29))
    assert [(fault.column, fault.message) for fault in found.faults] == [("first_window", "2026年3月批次的评价期已过")]
    assert checked(on=date(2026, 4, 28)).sound


def test_the_offering_of_the_notice_that_the_window_belongs_to() -> None:
    both = Market(MARKET.windows, (offering(year=2027), offering(), offering(year=2025, valid_until=None)))
    assert checked(both).facts.offering.year == 2026
    listed = Market(MARKET.windows, (offering(announced=False),))
    assert [fault.kind for fault in checked(listed).faults] == ["offering"]


def test_several_work_types_are_asked_for() -> None:
    several = Market(MARKET.windows, (offering("甲工种"), offering("乙工种")))
    assert [fault.message for fault in checked(several).faults] == ["该职业有几个工种"]
    assert checked(several, work_type="乙工种").facts.offering.work_type == "乙工种"


def test_the_only_clause_goes_without_saying_and_others_are_asked_for() -> None:
    assert checked().facts.clause == "4.1"
    other = Clause("4.2", "4", "取得五级证书后满 3 年", (), ())
    several = Market(MARKET.windows, (offering(clauses=(CLAUSE, other)),))
    assert [fault.message for fault in checked(several).faults] == ["未填写申报条件"]
    assert checked(several, clause="四级(2)").facts.clause == "4.2"


def test_whoever_was_too_young_on_the_day_is_not_taken() -> None:
    young = resident_number(1, date(2010, 3, 3))
    assert [fault.message for fault in checked(id_number=young).faults] == ["提交申报当日未满 16 周岁"]
    assert checked(id_number=resident_number(1, date(2010, 3, 2))).sound


def test_doubles_stand_once() -> None:
    first, second = checked(), checked(name="样本乙")
    assert [one.sound for one in mark_doubles([first, second])] == [True, True], "the same number of the file"
    later = check_row(TakeOverKind.APPLICATIONS, 9, row(), (), judge=applications.judge, market=MARKET, on=ON)
    assert [fault.message for fault in mark_doubles([first, later])[1].faults] == ["与第 2 行重复"]


@pytest.mark.parametrize(("published", "sound"), [("2024-04-15", True), ("2024-04-14", False), ("2024-02-29", False)])
def test_a_credit_lasts_to_its_anniversary(published: str, sound: bool) -> None:
    cells = {"name": "样本甲", "id_number": resident_number(1), "code": CODE, "level": "四级", "subject": "理论"}
    told = cells | {"published_on": published}
    found = check_row(TakeOverKind.CREDITS, 2, told, (), judge=earned.judge, market=MARKET, on=ON)
    assert found.sound is sound
