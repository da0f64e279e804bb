"""What people write in a cell of fixed words, and what it means (SPEC 5.2, 5.7).

A word counts however its letters, spaces and brackets are typed, and under the other names it goes by. What is none of
them raises Unread, which names the words that are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial

from registration.enums import ApplicationKind, ClassKind, MajorMatch, SchoolKind, StudyStatus, TitleGrade
from registration.rosters.columns import COLUMN, NO, SUBJECT_WORDS, YES
from skilleval.catalogue.enums import Level, Schooling, SubjectKind
from skilleval.core.identity import IdentityType, Sex

Value = str | bool
MOST_QUOTED = 20
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
#: Long runs of digits in a quoted cell may be a document's or a telephone's: never repeated whole.
NUMBERS = re.compile(r"[A-Za-z]{1,3}[0-9]{7,}[A-Za-z]?|[0-9](?:[ -]?[0-9]){8,}[Xx]?")


class Unread(Exception):
    """A cell that can't be read: the kind of fault (of faults.KINDS), what is wrong, and the cure."""

    def __init__(self, kind: str, message: str, cure: str) -> None:
        super().__init__(message)
        self.kind, self.message, self.cure = kind, message, cure


def clean(text: str) -> str:
    """A cell on one line, without control, direction and zero-width characters."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    kept = (" " if sign.isspace() else sign for sign in text)
    seen = (sign for sign in kept if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return re.sub(r" {2,}", " ", "".join(seen)).strip()


def clean_lines(text: str) -> str:
    """Words of several lines, each cleaned, without empty ones before and after."""
    return "\n".join(clean(line) for line in text.splitlines()).strip()


def plain(text: str) -> str:
    """A word without what makes no difference: width, case, spaces, kinds of dash, invisible characters."""
    return narrow(text).replace(" ", "").casefold()


def narrow(text: str) -> str:
    """A cell in half-width letters, digits and dashes, on one line."""
    return unicodedata.normalize("NFKC", clean(text)).translate(DASHES)


def quoted(text: str) -> str:
    """A cell as a message repeats it: short, on one line, and no number that could be a person's."""
    shown = NUMBERS.sub(_hidden, unicodedata.normalize("NFKC", clean(text)))
    return f"“{shown if len(shown) <= MOST_QUOTED else shown[:MOST_QUOTED] + '…'}”"


def _hidden(found: re.Match[str]) -> str:
    return found[0][:3] + "****"


def meaning(key: str, text: str) -> Value | None:
    """What a cell of a column of words means, None if nothing."""
    words = WORDS[key]
    value = words.get(text)
    return words.get(plain(text)) if value is None else value


def read_word(key: str, text: str) -> Value:
    """The same for a cell that has to mean something; raises Unread with the words that do."""
    value = meaning(key, text)
    if value is None:
        column = COLUMN[key]
        raise Unread("word", f"{column.title}没有{quoted(text)}这个选项", f"请填写：{'、'.join(column.words)}")
    return value


def read_subjects(text: str) -> tuple[str, ...]:
    """The subjects that a cell names, each once, in the order of the enum."""
    named = [part for part in re.split(r"[、，,;；/+＋&\s]|以及|及|和", clean(text)) if part]
    found = {SUBJECTS.get(plain(part), "") for part in named}
    if not found or "" in found:
        raise Unread(
            "word", f"补考科目没有{quoted(text)}这个选项", f"请填写：{'、'.join(SUBJECT_WORDS)}；几科用“、”隔开"
        )
    return tuple(kind for kind in SubjectKind.values if kind in found)


def _table(choices: Mapping[str, Value], aliases: Mapping[Value, str]) -> dict[str, Value]:
    """Words as they may be typed, with their values: the labels, their halves, and the aliases (a space between)."""
    words: dict[str, Value] = {}
    for label, value in choices.items():
        spelled = [label, *label.split("/"), *aliases.get(value, "").split()]
        words |= dict.fromkeys(spelled, value) | {plain(word): value for word in spelled}
    return words


def _labels(choices: type) -> dict[str, Value]:
    return {str(choice.label): str(choice.value) for choice in choices}  # type: ignore[attr-defined]


_YES_NO = _table(
    {YES: True, NO: False}, {True: "有 对 符合 y yes true 1 √ ✓", False: "无 没有 不 不符合 n no false 0 ×"}
)
_LEVELS = {label: value for label, value in _labels(Level).items() if value != Level.SPECIAL}

WORDS: dict[str, dict[str, Value]] = {
    "id_type": _table(
        {kind.label: kind for kind in IdentityType},
        {
            # residence permits of people from Hong Kong, Macau and Taiwan bear numbers of the same form
            IdentityType.RESIDENT: "身份证 二代身份证 第二代身份证 中华人民共和国居民身份证 居住证 港澳台居民居住证 "
            "港澳居民居住证 台湾居民居住证",
            IdentityType.PASSPORT: "中国护照 外国护照 普通护照 passport",
            IdentityType.HK_MACAU: "港澳通行证 港澳居民通行证 港澳居民来往内地通行证(回乡证) 回乡证",
            IdentityType.TAIWAN: "台胞证 台湾通行证 台湾居民通行证 台湾居民来往大陆通行证(台胞证)",
            IdentityType.FOREIGNER: "永久居留证 外国人永久居留证 永久居留身份证 永居证",
        },
    ),
    "sex": _table({sex.value: sex.value for sex in Sex}, {"男": "男性 男生 m male", "女": "女性 女生 f female"}),
    "schooling": _table(
        _labels(Schooling),
        {
            Schooling.PRIMARY: "小学",
            Schooling.JUNIOR_MIDDLE: "初中 初级中学",
            Schooling.SENIOR_MIDDLE: "高中 高中毕业 中专 中专毕业 中职 中等职业学校 职高 职业高中 "
            "技校 技工学校 中技 同等学力",
            Schooling.JUNIOR_COLLEGE: "大专 大专毕业 专科 大学专科 高职 高等职业学校",
            # the scale ends here; whoever studied on has this at least
            Schooling.UNDERGRADUATE: "本科 本科毕业 大学本科 大学 学士 研究生 研究生毕业 "
            "硕士 硕士研究生 博士 博士研究生",
        },
    ),
    "held_level": _table(
        _LEVELS,
        {
            Level.FIVE: "5 五 5级 初级 初级技能 国家职业资格五级",
            Level.FOUR: "4 四 4级 中级 中级技能 国家职业资格四级",
            Level.THREE: "3 三 3级 高级 高级技能 国家职业资格三级",
            Level.TWO: "2 二 2级 国家职业资格二级",
            Level.ONE: "1 一 1级 国家职业资格一级",
        },
    ),
    "school": _table(
        _labels(SchoolKind),
        {
            SchoolKind.TECHNICAL: "技校 普通技工学校",
            SchoolKind.SENIOR_TECHNICAL: "高级技校",
            SchoolKind.SECONDARY_VOCATIONAL: "中专 中职 中职学校 中等专业学校 职高 职业高中 中等职业院校",
            SchoolKind.HIGHER_VOCATIONAL: "高职 高职院校 高等职业院校 高职高专 职业技术学院",
            SchoolKind.JUNIOR_COLLEGE: "专科 大学专科 高等专科学校",
            SchoolKind.UNDERGRADUATE: "大学本科 大学 普通本科 本科院校",
            SchoolKind.GRADUATE: "硕士 硕士研究生 博士 博士研究生",
        },
    ),
    "class_kind": _table(
        _labels(ClassKind),
        {
            ClassKind.INTERMEDIATE: "中级班 中级工",
            ClassKind.SENIOR: "高级班 高级工",
            ClassKind.PRE_TECHNICIAN: "预备技师",
            ClassKind.TECHNICIAN: "技师",
        },
    ),
    "major": _table(
        _labels(MajorMatch),
        {
            MajorMatch.SAME: "本 相同 相同专业 对口 专业对口",
            MajorMatch.RELATED: "相关 相近 相近专业",
            MajorMatch.UNRELATED: "不相关 无关专业 其他 其他专业",
        },
    ),
    "study_status": _table(
        _labels(StudyStatus),
        {
            StudyStatus.GRADUATED: "毕业 毕业生 往届 往届毕业生",
            StudyStatus.GRADUATING: "应届生 应届毕业生 应届毕业 即将毕业",
            StudyStatus.ENROLLED: "在校 在校生 在读生 在学 未毕业",
        },
    ),
    "validated": _YES_NO,
    "title_grade": _table(
        _labels(TitleGrade),
        {
            TitleGrade.JUNIOR: "初级职称 助理级 员级",
            TitleGrade.INTERMEDIATE: "中级职称",
            TitleGrade.SENIOR: "高级职称 副高 副高级 正高 正高级",
        },
    ),
    "title_matches": _YES_NO,
    "kind": _table(_labels(ApplicationKind), {ApplicationKind.NEW: "新考 首考 首次", ApplicationKind.RESIT: "补考生"}),
}
SUBJECTS = {
    word: str(value)
    for word, value in _table(
        dict(SUBJECT_WORDS),
        {
            SubjectKind.THEORY: "理论 理论考试 理论知识考试 知识",
            SubjectKind.PRACTICAL: "技能 操作 实操 技能操作 操作技能考核 实际操作",
            SubjectKind.REVIEW: "综合 评审 综合评审考核",
        },
    ).items()
}
WORD_READERS: dict[str, Callable[[str], Value]] = {key: partial(read_word, key) for key in WORDS}
