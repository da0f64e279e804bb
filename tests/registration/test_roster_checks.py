"""The check of a row as a whole: schooling, photo, order, hostile texts, and what the database knows of the person."""

from dataclasses import fields
from datetime import date

import pytest

from registration.rosters import checks
from registration.rosters.checks import Person, RowFacts, person_faults
from registration.rosters.columns import COLUMN, COLUMNS
from registration.rosters.faults import KINDS
from registration.rosters.words import NUMBERS
from tests.registration.roster_rows import LEVELS, PERSON, WORKED, check, lines, only, rules, sound, told

HOSTILE = (
    "'; DROP TABLE registration_rosterrow; --",
    "{{ 7*7 }}{% debug %}",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "𠮷䶮㛃𬍛",
    "阿卜杜拉·买买提",
    "\u202egnp.exe\u202c",
    "零\u200b宽\ufeff字",
    "\x00\x07\x1b[31m",
    "长" * 10_000,
    "310101199908170356",
    "13812345678",
    "../../etc/passwd",
    "％２７",
    "🙂",
)


@pytest.mark.parametrize(
    ("minimum", "typed", "expected"),
    [
        ("", "", []),
        ("", "小学", []),
        ("senior_middle", "高中", []),
        ("senior_middle", "中专", []),
        ("senior_middle", "研究生", []),
        (
            "senior_middle",
            "初中",
            [
                "本职业的普通受教育程度要求为高中毕业（或同等学力）及以上，此处是初中毕业；请核对；如无误，不能申报本职业"
            ],
        ),
        ("junior_middle", "", ["未填写文化程度；本职业要求初中毕业及以上，请填写"]),
        (
            "undergraduate",
            "大专",
            ["本职业的普通受教育程度要求为大学本科毕业及以上，此处是大学专科毕业；请核对；如无误，不能申报本职业"],
        ),
    ],
)
def test_minimum_schooling_bars_only_where_both_are_known(minimum: str, typed: str, expected: list[str]) -> None:
    checked = check(by=rules(minimum_schooling=minimum), **WORKED, schooling=typed)
    assert lines(checked.faults) == expected
    assert all(fault.kind == fault.column == "schooling" for fault in checked.faults)
    assert checked.clear is (not typed or not expected)


def test_schooling_that_can_t_be_read_is_told_alone() -> None:
    assert told(check(by=rules(minimum_schooling="senior_middle"), **WORKED, schooling="很高")) == [
        ("schooling", "word")
    ]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("", "没有照片"),
        ("甲.jpg", "照片包中没有“甲.jpg”"),
        ("样本甲_310101199908170356.jpg", "照片包中没有“样本甲_310****.jpg”"),
    ],
)
def test_a_row_without_photo(named: str, message: str) -> None:
    fault = only(check(photo=False, **WORKED, photo_name=named))
    assert (fault.column, fault.kind, fault.message, fault.stops) == ("photo_name", "photo", message, True)


def test_faults_stand_in_the_order_of_the_columns() -> None:
    checked = check(
        photo=False, name="1", id_number="1", phone="1", sex="?", schooling="?", clause="?", work_from="?", kind="?"
    )
    columns = [fault.column for fault in checked.faults]
    assert columns == sorted(columns, key=[column.key for column in COLUMNS].index)
    assert len(columns) == 9


def test_a_column_is_told_of_once() -> None:
    """A number that is wrong isn't told of its age or birth date as well."""
    assert [column for column, _ in told(check("special", id_number="310101201008170350"))].count("id_number") == 1


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("key", [column.key for column in COLUMNS])
def test_no_text_breaks_the_check(key: str, text: str) -> None:
    checked = sound(**{key: text})
    for fault in checked.faults:
        assert fault.kind in KINDS
        assert fault.column in COLUMN
        assert fault.message
        assert fault.cure
        assert len(fault.message) < 120
        said = fault.message + fault.cure
        assert not NUMBERS.search(said.replace("2026年", "")), said
        assert said.isprintable()
    assert checked.facts or not checked.clear


@pytest.mark.parametrize("text", HOSTILE[:9], ids=ascii)
@pytest.mark.parametrize("key", ["school_name", "major_name", "photo_name"])
def test_free_texts_are_kept_as_they_read(key: str, text: str) -> None:
    assert sound(**{key: text}).faults == ()


def test_a_row_is_clear_only_with_its_facts() -> None:
    assert sound().facts
    assert check("special", id_type="护照", id_number="E12345678").facts is None


def test_facts_are_there_whatever_else_is_wrong() -> None:
    """So that what the database knows of the person is told together with the rest."""
    checked = sound(phone="1", work_from="2026", school="?")
    assert not checked.clear
    assert checked.facts
    assert person_faults(Person(open_application=True), checked.facts, LEVELS["4"])


def test_the_facts_are_what_an_application_is_made_of() -> None:
    names = {field.name for field in fields(RowFacts)}
    contract = {"name", "id_type", "id_number", "sex", "born", "phone", "schooling", "clause", "kind", "subjects"}
    assert contract <= names
    facts = sound(schooling="大专").facts
    assert facts
    assert (facts.schooling, facts.clause, facts.subjects) == ("junior_college", "4.1", ("theory", "practical"))
    assert facts.background["schooling"] == "junior_college"


def test_the_same_rules_judge_any_number_of_rows_alike() -> None:
    """What was read once is remembered, and changes nothing."""
    mine = rules()
    first = [mine.check(PERSON | WORKED | {"work_from": day}, has_photo=True) for day in ("2018-07", "2016-07-01")]
    again = [mine.check(PERSON | WORKED | {"work_from": day}, has_photo=True) for day in ("2018-07", "2016-07-01")]
    assert first == again


def test_nothing_of_a_person_is_remembered() -> None:
    mine = rules()
    mine.check(PERSON | WORKED | {"held_number": "1234567890123456", "school_name": "样本学校"}, has_photo=True)
    remembered = {text for reader in mine._readers.values() if reader.remembers for text in reader.known}
    assert not remembered & {*PERSON.values(), "1234567890123456"}
    assert all(not reader.known for reader in mine._readers.values() if not reader.remembers)


# --- what the database knows -----------------------------------------------------------------------------------------


def known(standing: Person, **cells: str) -> tuple:
    facts = sound(**cells).facts
    assert facts
    return person_faults(standing, facts, LEVELS["4"])


def test_a_person_nothing_is_known_of() -> None:
    assert known(Person()) == ()


@pytest.mark.parametrize(
    ("last", "day"),
    [
        (date(2026, 3, 9), None),
        (date(2026, 3, 10), "2026年3月11日（周三）"),
        (date(2026, 12, 31), "2027年1月1日（周五）"),
        (date(2028, 2, 28), "2028年2月29日（周二）"),
    ],
)
def test_an_institution_reads_of_a_ban_only_from_when(last: date, day: str | None) -> None:
    found = known(Person(banned_until=last))
    if day is None:
        assert found == ()
        return
    (fault,) = found
    assert (fault.column, fault.kind, fault.stops) == ("id_number", "ban", True)
    assert fault.message == f"该人员目前不能申报，最早可于 {day} 申报，详情请本人登录查询"


def test_an_application_elsewhere_bars_without_saying_whose() -> None:
    (fault,) = known(Person(open_application=True))
    assert (fault.column, fault.kind, fault.stops) == ("id_number", "open", True)
    assert fault.message == "该人员已有同一职业（工种）、同一等级的申报正在办理"
    assert fault.message == checks.OPEN


def test_an_application_from_this_group_is_told_as_such() -> None:
    (fault,) = known(Person(own_open=True, open_application=True))
    assert (fault.kind, fault.message) == ("open", "该人员已在本团体申报")


def test_a_void_certificate() -> None:
    void = Person(void_certificates=frozenset({"S000031200057205000001"}))
    held = {"held_level": "五级", "held_on": "2020-06-30", "held_number": "s000031200057 205000001"}
    (fault,) = known(void, **held)
    assert (fault.column, fault.kind, fault.stops) == ("held_number", "certificate", True)
    assert known(void, **{**held, "held_number": "S000031200057205000002"}) == ()
    assert known(void) == ()


def test_everything_known_is_told_at_once() -> None:
    standing = Person(banned_until=date(2027, 1, 1), open_application=True, credits=("theory",))
    assert [fault.kind for fault in known(standing)] == ["ban", "open", "credits"]
    assert [fault.stops for fault in known(standing)] == [True, True, False]
