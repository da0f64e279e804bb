"""Every word of SPEC 5.7 is read, under the names it goes by and however it is typed."""

import pytest

from registration.rosters.columns import COLUMN, COLUMNS
from registration.rosters.words import WORDS, Unread, clean, plain, quoted, read_subjects, read_word

CASES = {
    "id_type": {
        "resident": ("居民身份证", "身份证", "二代身份证", "居 民 身 份 证", "港澳台居民居住证"),
        "passport": ("护照", "Passport", "PASSPORT"),
        "hk_macau": ("港澳居民来往内地通行证", "回乡证", "港澳通行证"),
        "taiwan": ("台湾居民来往大陆通行证", "台胞证"),
        "foreigner": ("外国人永久居留身份证", "永居证"),
    },
    "sex": {"男": ("男", "男性", " 男 ", "M", "male"), "女": ("女", "女性", "女\u200b", "Ｆ")},
    "schooling": {
        "primary": ("小学毕业", "小学"),
        "junior_middle": ("初中毕业", "初中"),
        "senior_middle": ("高中毕业（或同等学力）", "高中毕业(或同等学力)", "高中", "中专", "职高", "技校"),
        "junior_college": ("大学专科毕业", "大专", "专科", "高职"),
        "undergraduate": ("大学本科毕业", "本科", "大学", "研究生", "硕士", "博士"),
    },
    "held_level": {
        "5": ("五级/初级工", "5", "５", "五级", "初级工", "5级", "五级／初级工", "初级"),
        "4": ("四级/中级工", "4", "四级", "中级工", "国家职业资格四级"),
        "3": ("三级/高级工", "3", "三级", "高级工", "高级"),
        "2": ("二级/技师", "2", "二级", "技师"),
        "1": ("一级/高级技师", "1", "一级", "高级技师"),
    },
    "school": {
        "technical_school": ("技工学校", "技校"),
        "senior_technical_school": ("高级技工学校", "高级技校"),
        "technician_college": ("技师学院",),
        "secondary_vocational": ("中等职业学校", "中专", "职高", "中职"),
        "higher_vocational": ("高等职业学校", "高职"),
        "junior_college": ("大专", "专科"),
        "undergraduate": ("本科", "大学本科"),
        "graduate_school": ("研究生", "硕士研究生", "博士"),
    },
    "class_kind": {
        "intermediate_class": ("中级工班", "中级班"),
        "senior_class": ("高级工班", "高级班"),
        "pre_technician_class": ("预备技师班", "预备技师"),
        "technician_class": ("技师班",),
    },
    "major": {"same": ("本专业", "相同"), "related": ("相关专业", "相近专业"), "unrelated": ("无关", "不相关")},
    "study_status": {
        "graduated": ("已毕业", "毕业"),
        "graduating": ("应届", "应届毕业生"),
        "enrolled": ("在读", "在校生"),
    },
    "validated": {True: ("是", "有", "Y", "y", "√", "TRUE"), False: ("否", "无", "N", "FALSE")},
    "title_grade": {
        "junior": ("初级", "初级职称", "助理级"),
        "intermediate": ("中级", "中级职称"),
        "senior": ("高级", "副高"),
    },
    "title_matches": {True: ("是", "符合"), False: ("否", "不符合")},
    "kind": {"new": ("正考", "首考"), "resit": ("补考", "补 考")},
}
PAIRS = [(key, text, value) for key, values in CASES.items() for value, texts in values.items() for text in texts]


@pytest.mark.parametrize(("key", "text", "value"), PAIRS)
def test_a_word_is_read(key: str, text: str, value: str | bool) -> None:
    assert read_word(key, text) == value


def test_the_cases_name_every_column_of_words_and_every_value() -> None:
    assert set(CASES) == set(WORDS)
    assert all(set(values) == set(WORDS[key].values()) for key, values in CASES.items())


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.words], ids=lambda column: column.key)
def test_the_template_s_words_are_all_read_and_differ(column) -> None:
    assert len({read_word(column.key, word) for word in column.words}) == len(column.words)


@pytest.mark.parametrize("key", list(CASES))
@pytest.mark.parametrize(
    "text", ["六级", "不知道", "'; DROP TABLE 名册; --", "{{ 7*7 }}", "<script>alert(1)</script>", "𠮷"]
)
def test_another_word_is_told_with_those_that_are_taken(key: str, text: str) -> None:
    with pytest.raises(Unread) as unread:
        read_word(key, text)
    assert unread.value.kind == "word"
    assert unread.value.message.startswith(f"{COLUMN[key].title}没有“")
    assert unread.value.cure == f"请填写：{'、'.join(COLUMN[key].words)}"


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("理论知识", ("theory",)),
        ("理论", ("theory",)),
        ("操作技能", ("practical",)),
        ("实操", ("practical",)),
        ("综合评审", ("review",)),
        ("理论知识、操作技能", ("theory", "practical")),
        ("操作技能，理论知识", ("theory", "practical")),
        ("实操和理论", ("theory", "practical")),
        ("理论知识 操作技能", ("theory", "practical")),
        ("理论；综合", ("theory", "review")),
        ("理论知识、理论知识", ("theory",)),
        ("理论知识、", ("theory",)),
    ],
)
def test_subjects_in_any_order_and_spelling(text: str, subjects: tuple[str, ...]) -> None:
    assert read_subjects(text) == subjects


@pytest.mark.parametrize("text", ["口试", "理论知识、口试", "、", "theory"])
def test_another_subject_is_told(text: str) -> None:
    with pytest.raises(Unread, match=f"补考科目没有“{text}”这个选项") as unread:
        read_subjects(text)
    assert unread.value.cure == "请填写：理论知识、操作技能、综合评审；几科用“、”隔开"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        (" 某 某 学校 ", "某 某 学校"),
        ("某\u3000\u3000学校", "某 学校"),
        ("某\n学\t校", "某 学 校"),
        ("某\u200b学\u202e校\ufeff", "某学校"),
        ("某\x00学\x07校", "某学校"),
        ("𠮷䶮㛃·〇", "𠮷䶮㛃·〇"),
        ("", ""),
    ],
)
def test_a_cell_is_cleaned_of_what_nobody_sees(typed: str, seen: str) -> None:
    assert clean(typed) == seen


def test_plain_words_differ_in_nothing_that_matters() -> None:
    assert plain(" Ａ　b\u200b（x） ") == "ab(x)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("六级", "“六级”"),
        ("长" * 21, "“" + "长" * 20 + "…”"),
        ("长" * 20, "“" + "长" * 20 + "”"),
        ("2018-07", "“2018-07”"),
        ("20180230", "“20180230”"),
        ("2018/02/30", "“2018/02/30”"),
        ("310101199908170356", "“310****”"),
        ("31010119990817035X", "“310****”"),
        ("３１０１０１１９９９０８１７０３５６", "“310****”"),
        ("310101 19990817 0356", "“310****”"),
        ("样本甲_310101199908170356", "“样本甲_310****”"),
        ("13812345678", "“138****”"),
        ("+86 138-1234-5678", "“+86 ****”"),
        ("E12345678", "“E12****”"),
        ("H12345678", "“H12****”"),
        ("一行\n两行\u202e", "“一行 两行”"),
    ],
)
def test_a_quoted_cell_is_short_and_names_no_number(text: str, shown: str) -> None:
    assert quoted(text) == shown
