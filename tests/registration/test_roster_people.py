"""Who a row is about: name, document, number, telephone, age, as the single form asks for them (SPEC 4, 5.5)."""

from datetime import date

import pytest

from registration import names
from registration.rosters.people import AS_TEXT
from skilleval.core import identity
from tests.factories import resident_number
from tests.registration.roster_rows import PERSON, WORKED, check, only, rules, sound, told

LOST = "单元格是数字格式，号码的末几位已经丢失"


def test_a_sound_row_says_who_it_is_about() -> None:
    checked = sound()
    assert checked.faults == ()
    assert checked.clear
    assert checked.id_number == PERSON["id_number"]
    assert checked.phone == "+8613812345678"
    facts = checked.facts
    assert facts
    assert (facts.name, facts.id_type, facts.sex, facts.born) == ("样本甲", "resident", "男", date(1999, 8, 17))
    assert (facts.id_number, facts.phone) == (checked.id_number, checked.phone)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张三", "张三"),
        (" 张三　", "张三"),
        ("张　三", "张三"),
        ("张  三丰", "张三丰"),
        ("𠮷 䶮", "𠮷䶮"),
        ("㛃䶮𠮷", "㛃䶮𠮷"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 ・ 买买提", "阿卜杜拉·买买提"),
        ("ＺＨＡＮＧ  San", "ZHANG San"),
        ("王〇", "王〇"),
        ("张" * 60, "张" * 60),
    ],
)
def test_names_in_one_spelling(typed: str, stored: str) -> None:
    checked = sound(name=typed)
    assert checked.faults == ()
    assert checked.facts
    assert checked.facts.name == stored


@pytest.mark.parametrize(
    ("typed", "message", "cure"),
    [
        ("张", "姓名至少 2 个字，应与证件上的姓名一致", "请核对后更正"),
        ("张" * 61, "姓名不超过 60 个字", "请与证件核对"),
        ("张三1", "姓名中不能有数字", "请按证件上的姓名填写"),
        ("张三（小）", "姓名只能用汉字、字母、间隔号“·”、空格和连字符", "请按证件上的姓名填写"),
        ("张\u200b三", *names.UNSEEN.split("，", 1)),
        ("张\u202e三", *names.UNSEEN.split("，", 1)),
        ("张\ue000三", *names.UNSEEN.split("，", 1)),
        ("{{ 张三 }}", "姓名只能用汉字、字母、间隔号“·”、空格和连字符", "请按证件上的姓名填写"),
        ("'; DROP TABLE x; --", "姓名只能用汉字、字母、间隔号“·”、空格和连字符", "请按证件上的姓名填写"),
        ("<script>张三</script>", "姓名只能用汉字、字母、间隔号“·”、空格和连字符", "请按证件上的姓名填写"),
        ("=HYPERLINK(张三)", "姓名只能用汉字、字母、间隔号“·”、空格和连字符", "请按证件上的姓名填写"),
        ("·张三", "间隔号“·”应在两个字之间，且不能连用", "请按证件上的姓名填写"),
    ],
)
def test_what_is_no_name(typed: str, message: str, cure: str) -> None:
    fault = only(sound(name=typed))
    assert (fault.column, fault.kind, fault.message, fault.cure) == ("name", "name", message, cure)


@pytest.mark.parametrize("empty", ["", "  ", "\u3000", "\t"])
@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("name", "未填写姓名"),
        ("id_number", "未填写证件号码"),
        ("phone", "未填写手机号码"),
        ("clause", "未填写申报条件"),
    ],
)
def test_what_has_to_be_filled_in(column: str, message: str, empty: str) -> None:
    fault = only(sound(**{column: empty}))
    assert (fault.column, fault.kind, fault.message) == (column, "required", message)
    assert fault.stops


def test_an_empty_row_is_told_all_at_once() -> None:
    checked = rules().check({}, has_photo=False)
    assert told(checked) == [
        ("name", "required"),
        ("id_number", "required"),
        ("phone", "required"),
        ("clause", "required"),
        ("photo_name", "photo"),
    ]
    assert (checked.facts, checked.id_number, checked.phone) == (None, "", "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("310101199908170356", "310101199908170356"),
        ("31010420010218012x", "31010420010218012X"),
        ("３１０１０１１９９９０８１７０３５６", "310101199908170356"),
        (" 310101199908170356 ", "310101199908170356"),
        ("310101 19990817 0356", "310101199908170356"),
        ("\u202d310101199908170356\u202c", "310101199908170356"),
        ("310101199908170356\u200b", "310101199908170356"),
    ],
)
def test_a_number_in_one_spelling(typed: str, stored: str) -> None:
    checked = sound(id_number=typed, work_from="2020-01-01", clause="4.1")
    assert checked.faults == ()
    assert checked.id_number == stored


@pytest.mark.parametrize(
    ("typed", "message", "cure"),
    [
        ("310101990817035", "身份证号码应为 18 位：前 17 位为数字，末位为数字或 X", "请对照原件重新填写"),
        ("3101011999O8170356", "身份证号码应为 18 位：前 17 位为数字，末位为数字或 X", "请对照原件重新填写"),
        ("310101199908170357", "身份证号码第 18 位校验不符", "请核对原件"),
        (
            "310101199902300355",
            "证件号码中的出生日期不存在或不合理（须在 1900 年以后、今天以前）",
            "请核对原件",
        ),
        ("3.10101199908170E+17", LOST, AS_TEXT),
        ("3.10101E17", LOST, AS_TEXT),
        ("310101199908170000", f"末三位是 000，第 18 位校验不符，可能{LOST}", AS_TEXT),
        ("不详", "身份证号码应为 18 位：前 17 位为数字，末位为数字或 X", "请对照原件重新填写"),
        ("' OR 1=1 --", "身份证号码应为 18 位：前 17 位为数字，末位为数字或 X", "请对照原件重新填写"),
    ],
)
def test_what_is_no_number(typed: str, message: str, cure: str) -> None:
    checked = sound(id_number=typed)
    fault = only(checked)
    assert (fault.column, fault.kind, fault.message, fault.cure) == ("id_number", "identity", message, cure)
    assert (checked.facts, checked.id_number) == (None, "")


def test_a_number_whose_last_digits_are_lost_is_not_believed() -> None:
    checked = rules().check(PERSON | WORKED, lossy=("id_number",), has_photo=True)
    fault = only(checked)
    assert (fault.column, fault.message, fault.cure) == ("id_number", LOST, AS_TEXT)
    assert checked.facts is None


@pytest.mark.parametrize(
    ("stated", "columns"),
    [
        ({"sex": "男"}, []),
        ({"sex": "女"}, ["sex"]),
        ({"born": "1999/8/17"}, []),
        ({"born": "1999-08-18"}, ["born"]),
        ({"sex": "女", "born": "1999-08-18"}, ["sex", "born"]),
    ],
)
def test_sex_and_birth_date_agree_with_the_number(stated: dict[str, str], columns: list[str]) -> None:
    checked = sound(**stated)
    assert told(checked) == [(column, "identity") for column in columns]
    assert checked.id_number == PERSON["id_number"]
    assert checked.facts
    assert (checked.facts.sex, checked.facts.born) == ("男", date(1999, 8, 17))


def test_a_birth_date_that_can_t_be_read_leaves_the_number_s() -> None:
    checked = sound(born="1999-08")
    assert told(checked) == [("born", "date")]
    assert checked.facts
    assert checked.facts.born == date(1999, 8, 17)


@pytest.mark.parametrize(
    ("id_type", "number", "stored"),
    [
        ("护照", "e12345678", "E12345678"),
        ("港澳居民来往内地通行证", "H12345678", "H12345678"),
        ("台湾居民来往大陆通行证", "1234567890(A)", "1234567890A"),
        ("台胞证", "12345678", "12345678"),
        ("外国人永久居留身份证", "ABC310199081701", "ABC310199081701"),
    ],
)
def test_other_documents(id_type: str, number: str, stored: str) -> None:
    checked = sound(id_type=id_type, id_number=number, sex="女", born="1990-08-17")
    assert checked.faults == ()
    assert checked.facts
    assert (checked.id_number, checked.facts.sex, checked.facts.born) == (stored, "女", date(1990, 8, 17))


@pytest.mark.parametrize(
    "id_type", ["护照", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "外国人永久居留身份证"]
)
def test_their_numbers_have_forms_of_their_own(id_type: str) -> None:
    fault = only(sound(id_type=id_type, id_number="?", sex="女", born="1990-08-17"))
    kind = next(kind for kind in identity.IdentityType if kind.label == id_type)
    assert (fault.column, fault.kind) == ("id_number", "identity")
    assert identity.FORMAT_CURES[kind].startswith(fault.message)


def test_other_documents_need_sex_and_birth_date() -> None:
    checked = sound(id_type="护照", id_number="E12345678")
    assert told(checked) == [("sex", "required"), ("born", "required")]
    assert [fault.message for fault in checked.faults] == ["护照须填写性别", "护照须填写出生日期"]
    assert checked.facts is None
    assert checked.id_number == "E12345678"


@pytest.mark.parametrize("born", ["2026-03-11", "1900-01-01"])
def test_a_birth_date_is_possible(born: str) -> None:
    """Born tomorrow isn't; born in 1900 is, whoever it may be."""
    checked = sound(id_type="护照", id_number="E12345678", sex="女", born=born)
    assert told(checked) == ([("born", "identity")] if born > "2026" else [])


def test_a_document_nobody_knows() -> None:
    checked = sound(id_type="学生证")
    assert told(checked) == [("id_type", "word")]
    assert (checked.facts, checked.id_number) == (None, "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13812345678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("138 1234 5678", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("+86 13812345678", "+8613812345678"),
        ("+8613812345678", "+8613812345678"),
        ("\u202d13812345678\u202c", "+8613812345678"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_a_telephone_in_one_spelling(typed: str, stored: str) -> None:
    checked = sound(phone=typed)
    assert checked.faults == ()
    assert checked.phone == stored


@pytest.mark.parametrize(
    "typed", ["1381234567", "138123456789", "021-62345678", "12345678901", "无", "1.38E+10", "<b>"]
)
def test_what_is_no_telephone(typed: str) -> None:
    checked = sound(phone=typed)
    fault = only(checked)
    assert (fault.column, fault.kind, fault.message) == ("phone", "phone", "手机号码不正确")
    assert fault.cure == "内地号码为 1 开头的 11 位数字，其他地区请加国家（地区）代码，如 +852"
    assert checked.phone == ""
    assert typed not in fault.message + fault.cure


@pytest.mark.parametrize(
    ("born", "on", "grown"),
    [
        (date(2010, 3, 11), date(2026, 3, 10), False),
        (date(2010, 3, 10), date(2026, 3, 10), True),
        (date(2010, 3, 9), date(2026, 3, 10), True),
        (date(2008, 2, 29), date(2024, 2, 28), False),
        (date(2008, 2, 29), date(2024, 2, 29), True),
        (date(2010, 12, 31), date(2026, 12, 30), False),
    ],
)
def test_sixteen_on_the_day(born: date, on: date, grown: bool) -> None:
    checked = check("special", by=rules("special", on=on), id_number=resident_number(35, born))
    assert told(checked) == ([] if grown else [("id_number", "age")])
    assert checked.clear is grown
    assert checked.facts


def test_too_young_is_told_from_when() -> None:
    fault = only(check("special", id_number=resident_number(35, date(2010, 3, 11))))
    assert fault.message == "未满 16 周岁，2026年3月11日（周三）年满 16 周岁"
    assert fault.cure == "请核对证件；如无误，可于 2026年3月11日（周三） 起申报"


def test_the_age_is_told_at_the_birth_date_where_one_is_given() -> None:
    young = check("special", id_number=resident_number(35, date(2010, 3, 11)), born="2010-03-11")
    assert told(young) == [("born", "age")]


def test_being_too_young_alone_isn_t_told_of_the_clause_again() -> None:
    assert told(check("5", clause="5.1", id_number=resident_number(35, date(2010, 3, 11)))) == [("id_number", "age")]
