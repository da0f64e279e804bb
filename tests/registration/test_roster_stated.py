"""Work, certificate, study and title of a row: what is wrong with them, what is only noticed, and what is kept."""

import pytest

from registration.models import Education, HeldCertificate, ProfessionalTitle, WorkPeriod
from registration.queries import backgrounds
from registration.queries.frozen import background_as_submitted
from registration.rosters.reading import LONGEST
from tests.factories import CandidateFactory
from tests.registration.backgrounds import CODE, ON, OTHER, RELATED
from tests.registration.roster_rows import OCCUPATIONS, STUDY, check, lines, only, rules, sound, told

WHOLE = STUDY | {
    "schooling": "大专",
    "validated": "是",
    "work_from": "2018-07-01",
    "work_to": "2024-07-01",
    "work_code": RELATED,
    "held_level": "五级",
    "held_number": "S000031200057205000001",
    "held_on": "2020-06-30",
    "title_grade": "初级",
    "title_matches": "是",
    "title_on": "2021-12-31",
}


@pytest.mark.parametrize(
    ("column", "day", "message"),
    [
        ("work_from", "2026-03-11", "从事职业起始日期 2026-03-11 还没有到"),
        ("held_on", "2026-03-11", "持有证书发证日期 2026-03-11 还没有到"),
        ("title_on", "2026-03-11", "职称取得日期 2026-03-11 还没有到"),
        ("work_from", "1999-08-16", "从事职业起始日期 1999-08-16 早于出生日期"),
        ("held_on", "1999-08-16", "持有证书发证日期 1999-08-16 早于出生日期"),
        ("title_on", "1999-08-16", "职称取得日期 1999-08-16 早于出生日期"),
    ],
)
def test_a_day_has_come_and_isn_t_before_birth(column: str, day: str, message: str) -> None:
    stopping = [fault for fault in sound(**{**WHOLE, "work_to": "", column: day}).faults if fault.stops]
    assert [(fault.column, fault.kind, fault.message) for fault in stopping] == [(column, "date", message)]


@pytest.mark.parametrize("column", ["work_from", "held_on", "title_on"])
def test_today_counts(column: str) -> None:
    assert not [f for f in sound(**{**WHOLE, "work_to": "", "clause": "4.3", column: "2026-03-10"}).faults if f.stops]


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2016-07-01", "2016-07-01", "从事职业截止日期 2016-07-01 不晚于起始日期"),
        ("2016-07-01", "2016-06-30", "从事职业截止日期 2016-06-30 不晚于起始日期"),
        ("2016-07-01", "2026-03-11", "从事职业截止日期 2026-03-11 还没有到"),
    ],
)
def test_an_end_comes_after_the_start_and_not_after_today(start: str, end: str, message: str) -> None:
    fault = only(sound(work_from=start, work_to=end))
    assert (fault.column, fault.kind, fault.message) == ("work_to", "date", message)


def test_an_end_that_hasn_t_come_is_left_empty() -> None:
    assert only(sound(work_to="2026-03-11")).cure == "仍在从事的，请清空此格；填错的，请更正"
    checked = sound(work_to="至今")
    assert checked.faults == ()
    assert checked.facts
    assert checked.facts.background["work"][0]["to"] is None


def test_the_end_itself_is_no_day_of_work() -> None:
    """SPEC 4: a period runs up to, not including, its end."""
    assert sound(work_from="2018-01-01", work_to="2023-01-01").clear
    assert not sound(work_from="2018-01-01", work_to="2022-12-31").clear


@pytest.mark.parametrize(("start", "doubtful"), [("2015-08-16", True), ("2015-08-17", False)])
def test_work_before_sixteen_is_doubtful(start: str, doubtful: bool) -> None:
    checked = sound(work_from=start)
    assert told(checked) == ([("work_from", "date")] if doubtful else [])
    assert checked.clear
    if doubtful:
        assert only(checked).message == "从事职业起始日期 2015-08-16 时未满 16 周岁"


@pytest.mark.parametrize(
    ("cells", "columns", "cure"),
    [
        (
            {"held_number": "S000031200057205000001"},
            ["held_level"],
            "请补填持有证书等级、持有证书发证日期；不需要的请清空",
        ),
        ({"held_level": "五级"}, ["held_on"], "请补填持有证书发证日期；不需要的请清空"),
        ({"held_on": "2020-06-30"}, ["held_level"], "请补填持有证书等级；不需要的请清空"),
        ({"title_grade": "初级"}, ["title_on"], "请补填职称取得日期；不需要的请清空"),
        ({"title_on": "2020-06-30"}, ["title_grade"], "请补填职称等级；不需要的请清空"),
        ({"school": "大专", "school_name": "样本学校"}, ["major_name"], "请补填专业、毕业状态；不需要的请清空"),
        ({"major": "本专业"}, ["school_name"], "请补填毕业院校、学校类别、专业、毕业状态；不需要的请清空"),
        ({"school_name": "样本学校", "major_name": "样本专业"}, [], ""),
        ({"validated": "否", "title_matches": "否"}, [], ""),
        ({"held_code": CODE, "work_code": CODE}, [], ""),
    ],
)
def test_what_is_half_filled_and_not_relied_on_is_noticed(cells: dict[str, str], columns: list[str], cure: str) -> None:
    checked = sound(**cells)
    assert told(checked) == [(column, "evidence") for column in columns]
    assert checked.clear
    assert [fault.cure for fault in checked.faults] == ([cure] if cure else [])
    assert checked.facts
    assert not any(checked.facts.background[what] for what in ("certificates", "titles", "education"))


def test_an_end_without_a_start_is_half_filled_too() -> None:
    assert told(check("special", work_to="2020-01-01")) == [("work_from", "evidence")]


def test_a_cell_that_can_t_be_read_is_no_gap() -> None:
    assert told(sound(held_level="五级", held_on="2020")) == [("held_on", "date")]


@pytest.mark.parametrize("school", ["中等职业学校", "高等职业学校", "大专", "本科", "研究生"])
def test_only_technical_schools_have_classes(school: str) -> None:
    fault = only(sound(**STUDY | {"school": school, "class_kind": "高级工班"}))
    assert (fault.column, fault.kind, fault.message) == ("class_kind", "word", f"{school}没有班级类别")
    assert fault.stops


@pytest.mark.parametrize("school", ["技工学校", "高级技工学校", "技师学院"])
def test_technical_schools_do(school: str) -> None:
    assert sound(**STUDY | {"school": school, "class_kind": "高级工班"}).faults == ()


@pytest.mark.parametrize(
    ("typed", "stored", "usual"),
    [
        ("S000031200057205000001", "S000031200057205000001", True),
        ("s000031200057205000001", "S000031200057205000001", True),
        ("Ｓ000031200057 205 000001", "S000031200057205000001", True),
        ("1234567890123456", "1234567890123456", True),
        ("12345678901234567", "12345678901234567", False),
        ("沪人社20200001", "沪人社20200001", False),
        ("\u202d1234567890123456\u202c", "1234567890123456", True),
    ],
)
def test_certificate_numbers(typed: str, stored: str, usual: bool) -> None:
    checked = sound(held_level="五级", held_on="2020-06-30", held_number=typed)
    assert told(checked) == ([] if usual else [("held_number", "certificate")])
    assert checked.clear
    assert checked.facts
    assert checked.facts.background["certificates"][0]["number"] == stored


def test_a_certificate_number_that_has_lost_its_last_digits() -> None:
    cells = {**WHOLE, "clause": "4.3", "name": "样本甲", "id_number": "310101199908170356", "phone": "13812345678"}
    checked = rules().check(cells, lossy=("held_number",), has_photo=True)
    fault = only(checked)
    assert (fault.column, fault.kind, fault.stops) == ("held_number", "certificate", True)
    assert fault.message == "证书编号的单元格是数字格式，号码的末几位已经丢失"


@pytest.mark.parametrize(
    ("level", "code", "noticed"),
    [("四级", "", True), ("四级", CODE, True), ("四级", RELATED, False), ("五级", "", False)],
)
def test_holding_the_same_certificate_already_is_noticed(level: str, code: str, noticed: bool) -> None:
    checked = sound(held_level=level, held_on="2020-06-30", held_code=code)
    assert told(checked) == ([("held_level", "certificate")] if noticed else [])
    assert checked.clear


@pytest.mark.parametrize("column", ["school_name", "major_name", "held_number"])
def test_how_long_a_text_may_be(column: str) -> None:
    longest = LONGEST[column]
    cells = STUDY | {"held_level": "五级", "held_on": "2020-06-30"}
    assert sound(**{**cells, column: "长" * longest}).clear
    fault = only(sound(**{**cells, column: "长" * (longest + 1)}))
    assert (fault.column, fault.kind, fault.stops) == (column, "length", True)
    assert f"有 {longest + 1} 个字，最多 {longest} 个字" in fault.message
    assert len(fault.message) < 70


def test_the_lengths_are_those_of_the_tables() -> None:
    lengths = {
        "school_name": Education._meta.get_field("school_name").max_length,
        "major_name": Education._meta.get_field("major").max_length,
        "held_number": HeldCertificate._meta.get_field("number").max_length,
    }
    assert lengths.items() <= LONGEST.items()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (CODE, CODE),
        ("４－０４－０５－０５", CODE),
        ("4—04—05—05", CODE),
        ("4040505", CODE),
        ("人工智能训练师", CODE),
        ("人工智能训练师（4-04-05-05）", CODE),
        (" 4-04-05-05 ", CODE),
        ("4-04-05-z1", "4-04-05-Z1"),
        ("9-99-99-99", "9-99-99-99"),
    ],
)
def test_occupation_codes(typed: str, code: str) -> None:
    checked = check("special", work_from="2020-01-01", work_code=typed)
    assert checked.facts
    assert checked.facts.background["work"][0]["code"] == code
    assert told(checked) == ([] if code in OCCUPATIONS else [("work_code", "word")])
    assert checked.clear


@pytest.mark.parametrize("typed", ["某职业", "4-4-5-5", "4-04-05", "4-04-05-055", "14-04-05-05", "20200630", "{{x}}"])
@pytest.mark.parametrize("column", ["work_code", "held_code"])
def test_what_is_no_code(column: str, typed: str) -> None:
    fault = only(sound(**{column: typed}))
    assert (fault.column, fault.kind, fault.message) == (column, "word", f"“{typed}”不是职业编码")


def test_a_code_that_doesn_t_count_proves_nothing() -> None:
    assert lines(sound(work_code=OTHER).faults) == [
        f"四级(1)：{OTHER} 不是本职业或相关职业；请核对；如无误，不能按此条件申报"
    ]


@pytest.mark.django_db
def test_what_is_kept_has_the_shape_of_an_application_s_background() -> None:
    """As `backgrounds.snapshot` makes it of a candidate's own rows: the same keys, the same facts."""
    checked = sound(**WHOLE)
    assert checked.faults == ()
    facts = checked.facts
    assert facts
    person = CandidateFactory(born=facts.born, schooling=facts.schooling, employer="", intends_to_work=True)
    study = Education.objects.create(
        candidate=person,
        school_name="样本学校",
        school="junior_college",
        major="样本专业",
        status="graduated",
        validated_programme=True,
    )
    WorkPeriod.objects.create(candidate=person, code=RELATED, started_on="2018-07-01", ended_on="2024-07-01")
    held = {"number": "S000031200057205000001", "issued_on": "2020-06-30"}
    HeldCertificate.objects.create(candidate=person, code=CODE, level="5", **held)
    title = ProfessionalTitle.objects.create(candidate=person, grade="junior", obtained_on="2021-12-31")
    person.refresh_from_db()
    declared = {"majors": {str(study.pk): "same"}, "titles": {str(title.pk): True}}
    assert facts.background == backgrounds.snapshot(person, on=ON, declared=declared)
    assert background_as_submitted(facts.background) == backgrounds.background_of(person, declared)


def test_what_is_kept_of_a_row_with_nothing_to_tell() -> None:
    facts = check("special").facts
    assert facts
    assert facts.background == {
        "as_of": "2026-03-10",
        "born": "1999-08-17",
        "schooling": "",
        "employer": "",
        "intends_to_work": True,
        "work": [],
        "education": [],
        "certificates": [],
        "titles": [],
    }
