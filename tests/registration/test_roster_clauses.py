"""Each clause of SPEC 4 through a row: met on the day, short by a day, told at the cell that is to blame."""

from datetime import date, timedelta

import pytest

from registration import eligibility
from registration.queries.frozen import background_as_submitted
from registration.rosters.clauses import choice, needs, read_clause
from registration.rosters.columns import COLUMN
from registration.rosters.words import Unread
from tests.factories import resident_number
from tests.registration.backgrounds import ON, OTHER, RELATED, RULES, target
from tests.registration.roster_rows import LEVELS, STUDY, check, lines, only, rules, told

SCHOOL = STUDY | {"school": "技工学校", "class_kind": "中级工班"}
COLLEGE = STUDY | {"school": "高等职业学校"}
SENIOR = STUDY | {"school": "技师学院", "class_kind": "高级工班"}
STUDENT = STUDY | {"school": "技师学院", "class_kind": "预备技师班", "study_status": "在读"}
OLD = {"id_number": resident_number(35, date(1980, 1, 1))}


def held(level: str, on: str) -> dict[str, str]:
    return {"held_level": level, "held_on": on}


def title(grade: str, on: str) -> dict[str, str]:
    return {"title_grade": grade, "title_matches": "是", "title_on": on}


#: Clause, cells that meet it on the very day, what to change, and the column that is to blame then.
BOUNDARIES = [
    ("5.2", {"work_from": "2026-03-10"}, {"work_to": "2026-03-10", "work_from": "2020-01-01"}, "work_to"),
    ("5.2", {"work_from": "2020-01-01"}, {"work_code": OTHER}, "work_code"),
    ("4.1", {"work_from": "2021-03-10"}, {"work_from": "2021-03-11"}, "work_from"),
    ("4.1", {"work_from": "2018-01-01", "work_to": "2023-01-01"}, {"work_to": "2022-12-31"}, "work_from"),
    ("4.1", {"work_from": "2021-03-10", "work_code": RELATED}, {"work_code": OTHER}, "work_code"),
    ("4.2", held("5", "2023-03-10") | {"work_from": "2018-01-01"}, {"held_on": "2023-03-11"}, "work_from"),
    ("4.2", held("5", "2018-01-01") | {"work_from": "2023-03-10"}, {"work_from": "2023-03-11"}, "work_from"),
    ("4.2", held("5", "2020-01-01") | {"work_from": "2018-01-01"}, {"held_level": "4"}, "held_level"),
    ("4.2", held("5", "2020-01-01") | {"work_from": "2018-01-01"}, {"held_code": OTHER}, "held_code"),
    ("4.3", SCHOOL, {"study_status": "在读"}, "study_status"),
    ("4.3", SCHOOL | {"study_status": "应届", "major": "相关专业"}, {"major": "无关"}, "major"),
    ("3.1", {"work_from": "2016-03-10"}, {"work_from": "2016-03-11"}, "work_from"),
    ("3.2", held("4", "2022-03-10") | {"work_from": "2016-01-01"}, {"held_on": "2022-03-11"}, "work_from"),
    ("3.3", title("初级", "2025-03-10") | {"work_from": "2020-01-01"}, {"title_on": "2025-03-11"}, "work_from"),
    ("3.3", title("初级", "2020-01-01") | {"work_from": "2020-01-01"}, {"title_grade": "中级"}, "title_grade"),
    ("3.3", title("初级", "2020-01-01") | {"work_from": "2020-01-01"}, {"title_matches": "否"}, "title_matches"),
    ("3.4", SENIOR, {"class_kind": "中级工班"}, "class_kind"),
    ("3.4", SENIOR | {"study_status": "应届"}, {"study_status": "在读"}, "study_status"),
    ("3.5", COLLEGE | held("4", "2026-03-10"), {"held_level": "5"}, "held_level"),
    ("3.5", COLLEGE | held("4", "2020-01-01"), {"school": "中等职业学校"}, "school"),
    ("3.6", COLLEGE | {"validated": "是"}, {"validated": "否"}, "validated"),
    ("2.1", held("3", "2021-03-10") | {"work_from": "2016-01-01"}, {"held_on": "2021-03-11"}, "work_from"),
    (
        "2.2",
        title("初级", "2021-03-10") | held("3", "2025-03-10") | {"work_from": "2016-01-01"},
        {"held_on": "2025-03-11"},
        "work_from",
    ),
    (
        "2.2",
        title("初级", "2021-03-10") | held("3", "2025-03-10") | {"work_from": "2016-01-01"},
        {"title_on": "2021-03-11"},
        "work_from",
    ),
    ("2.3", title("中级", "2025-03-10") | {"work_from": "2016-01-01"}, {"title_on": "2025-03-11"}, "work_from"),
    ("2.4", SENIOR | held("3", "2026-03-10") | {"work_from": "2024-03-10"}, {"work_from": "2024-03-11"}, "work_from"),
    ("2.4", SENIOR | held("3", "2026-03-10") | {"work_from": "2024-03-10"}, {"study_status": "应届"}, "study_status"),
    ("2.5", STUDENT | held("3", "2024-03-10"), {"held_on": "2024-03-11"}, "held_on"),
    ("2.5", STUDENT | held("3", "2024-03-10") | {"study_status": "应届"}, {"study_status": "已毕业"}, "study_status"),
    ("1.1", OLD | held("2", "2021-03-10") | {"work_from": "2005-01-01"}, {"held_on": "2021-03-11"}, "work_from"),
    (
        "1.2",
        OLD | title("中级", "2010-01-01") | held("2", "2025-03-10") | {"work_from": "2005-01-01"},
        {"held_on": "2025-03-11"},
        "work_from",
    ),
    ("1.3", OLD | title("高级", "2025-03-10") | {"work_from": "2005-01-01"}, {"title_on": "2025-03-11"}, "work_from"),
]


def level_of(clause: str) -> str:
    return RULES.clause(clause).level


def judged(clause: str, **cells: str):
    return check(level_of(clause), clause=clause, **cells)


@pytest.mark.parametrize(("clause", "cells", "change", "column"), BOUNDARIES)
def test_a_clause_is_met_on_the_day_and_told_at_the_cell_to_blame(
    clause: str, cells: dict[str, str], change: dict[str, str], column: str
) -> None:
    good = judged(clause, **cells)
    assert [fault for fault in good.faults if fault.stops] == []
    assert good.facts
    assert good.facts.clause == clause
    short = [fault for fault in judged(clause, **cells | change).faults if fault.stops]
    assert {(fault.column, fault.kind) for fault in short} == {(column, "clause")}
    assert short[0].message.startswith(f"{RULES.clause(clause).label}：")


def test_every_clause_has_a_boundary_here() -> None:
    assert {clause for clause, *_ in BOUNDARIES} | {"S.1", "5.1"} == {clause.code for clause in RULES.clauses}


def test_who_applies_for_level_five_means_to_work() -> None:
    assert judged("5.1").faults == ()


@pytest.mark.parametrize("clause", ["", "S.1", "s.1", "E-S.1", "专项职业能力", "专项能力考核"])
def test_a_special_capability_asks_for_nothing_more(clause: str) -> None:
    checked = check("special", clause=clause)
    assert checked.faults == ()
    assert checked.facts
    assert checked.facts.clause == "S.1"


@pytest.mark.parametrize("clause", RULES.clauses, ids=lambda clause: clause.code)
def test_a_clause_is_read_as_code_label_or_choice(clause) -> None:
    of_level = RULES.of_level(clause.level)
    for text in (clause.code, f"E-{clause.code}", clause.label, choice(clause), f"{clause.code} {clause.condition}"):
        assert read_clause(text, of_level) == clause.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("四级（1）", "4.1"),
        ("４．１", "4.1"),
        ("四级 (3)", "4.3"),
        ("4级(2)", "4.2"),
        ("四级2", "4.2"),
        ("四级第2项", "4.2"),
        ("四级(二)", "4.2"),
        ("四级/中级工(2)", "4.2"),
        (" 4.3 ", "4.3"),
        ("4.1\u200b", "4.1"),
        ("4.01", "4.1"),
    ],
)
def test_a_clause_however_it_is_typed(text: str, code: str) -> None:
    assert read_clause(text, RULES.of_level("4")) == code


@pytest.mark.parametrize(
    "text", ["四级", "4", "1", "(1)", "三级(1)", "3.1", "4.4", "4.10", "4.11", "5年工作", "S.1", "{{4.1}}"]
)
def test_no_clause_of_the_level(text: str) -> None:
    with pytest.raises(Unread) as unread:
        read_clause(text, RULES.of_level("4"))
    assert unread.value.kind == "word"
    assert unread.value.message == f"本项目没有“{text}”这项申报条件"
    assert unread.value.cure == "请填写：四级(1)、四级(2)、四级(3)"


def test_what_a_clause_needs_and_nobody_filled_in_is_named_cell_by_cell() -> None:
    checked = judged("4.2")
    assert told(checked) == [("work_from", "evidence"), ("held_level", "evidence"), ("held_on", "evidence")]
    assert lines(checked.faults) == [
        "四级(2)需要填写从事职业起始日期；请填写，格式 2018-07-01",
        "四级(2)需要填写持有证书等级；请填写：五级/初级工、四级/中级工、三级/高级工、二级/技师、一级/高级技师",
        "四级(2)需要填写持有证书发证日期；请填写，格式 2020-06-30",
    ]


@pytest.mark.parametrize("clause", [c for c in RULES.clauses if c.requirements], ids=lambda clause: clause.code)
def test_every_empty_cell_that_a_clause_needs_is_named(clause) -> None:
    asked = [fault for fault in judged(clause.code).faults if fault.kind == "evidence"]
    assert {fault.column for fault in asked} == set(needs(clause.requirements))
    assert all(f"{clause.label}需要填写{COLUMN[fault.column].title}" == fault.message for fault in asked)


def test_what_is_filled_in_and_wrong_is_told_beside_what_is_empty() -> None:
    checked = judged("4.2", held_level="3", work_from="2018-01-01", work_to="2020-01-01")
    assert told(checked) == [("held_level", "clause"), ("held_on", "evidence")]


def test_a_class_is_not_asked_for_at_a_school_that_does_not_count() -> None:
    checked = judged("3.4", **COLLEGE | {"work_from": "2020-01-01"})
    assert told(checked) == [("school", "clause")]
    assert only(checked).message == "三级(4)：学校类别须为技工学校、高级技工学校、技师学院，此处是高等职业学校"


def test_a_cell_that_can_t_be_read_is_told_alone() -> None:
    assert told(judged("4.1", work_from="2018-07")) == [("work_from", "date")]
    assert told(judged("4.1", work_from="2024-07-01", work_to="2025-07")) == [("work_to", "date")]
    assert told(judged("4.1", work_from="2024-07-01", work_code="某职业")) == [("work_code", "word")]
    assert told(judged("4.2", held_level="六级", work_from="2024-01-01")) == [
        ("held_level", "word"),
        ("held_on", "evidence"),
    ]


def test_from_which_day_it_would_be_met() -> None:
    fault = only(judged("4.1", work_from="2021-03-11"))
    assert fault.message == "四级(1)：从事本职业或相关职业工作累计 4 年 11 个月 27 天，未满 5 年"
    assert fault.cure == "请核对；如无误，可于 2026年3月11日（周三） 起申报"


def test_without_a_birth_date_no_day_is_told() -> None:
    short = judged("4.1", work_from="2021-03-11", id_number="310101199908170357")
    assert told(short) == [("id_number", "identity"), ("work_from", "clause")]
    assert short.faults[1].cure == "请核对后更正"


def test_time_alone_will_not_do() -> None:
    fault = only(judged("4.1", work_from="2018-01-01", work_to="2020-01-01"))
    assert fault.cure == "请核对；如无误，不能按此条件申报"


def test_another_clause_of_the_level_that_the_row_meets_is_offered() -> None:
    fault = only(judged("4.2", **held("5", "2025-01-01"), work_from="2016-01-01"))
    assert fault.cure == "请核对；如无误，可改选本行符合的申报条件：四级(1)"
    both = judged("4.2", **SCHOOL, work_from="2016-01-01")
    assert [fault.cure for fault in both.faults][
        1
    ] == "请填写，格式 2020-06-30，可改选本行符合的申报条件：四级(1)、四级(3)"


def test_the_column_of_the_day_is_told_once() -> None:
    """2.2 asks for work since the title and since the certificate: one line each, both at the work."""
    short = judged("2.2", **title("初级", "2025-01-01"), **held("3", "2026-01-01"), work_from="2016-01-01")
    assert [fault.column for fault in short.faults] == ["work_from", "work_from"]
    assert len({fault.message for fault in short.faults}) == 2


@pytest.mark.parametrize(("clause", "cells", "change", "column"), BOUNDARIES)
def test_the_answer_is_the_rule_s(clause: str, cells: dict[str, str], change: dict[str, str], column: str) -> None:
    """What an application would keep, judged by the rules themselves on days around the boundary."""
    for offset in range(-2, 3):
        on = ON + timedelta(days=offset)
        for stated in (cells, cells | change):
            checked = check(level_of(clause), by=rules(level_of(clause), on=on), clause=clause, **stated)
            if any(fault.kind == "date" and fault.stops for fault in checked.faults):
                continue  # a day that hasn't come is refused before it is judged
            assert checked.facts
            background = background_as_submitted(checked.facts.background)
            assert background == checked.facts.stated.facts
            assert checked.clear is (
                clause in eligibility.check(RULES, target(level_of(clause)), background, on).clauses
            )


def test_needs_are_those_of_the_requirements() -> None:
    found = {clause.code: tuple(needs(clause.requirements)) for clause in RULES.of_level("2")}
    assert found["2.1"] == ("held_level", "held_on", "work_from")
    assert found["2.2"] == ("title_grade", "title_matches", "title_on", "work_from", "held_level", "held_on")
    study = ("school_name", "school", "major_name", "study_status")
    assert found["2.4"] == ("held_level", "held_on", *study, "work_from")
    assert found["2.5"] == ("held_level", "held_on", *study, "class_kind")
    assert tuple(needs(LEVELS["special"].conditions.clauses["S.1"].requirements)) == ()
