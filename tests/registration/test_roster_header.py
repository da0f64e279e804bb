"""The columns of a roster are found by their names, in any order (SPEC 5.2)."""

import re

import pytest

from registration.rosters.columns import COLUMNS, FAULTS_TITLE, ROW_ID_TITLE
from registration.rosters.header import ALIASES, read_header
from skilleval.core.errors import Refused

TITLES = tuple(column.title for column in COLUMNS)
KEYS = tuple(column.key for column in COLUMNS)
REQUIRED = ("姓名", "证件号码", "手机号码", "申报条件")


def test_the_template_itself() -> None:
    header = read_header(TITLES)
    assert header.keys == KEYS
    assert header.row_id is None
    assert header.ignored == ()


def test_any_order() -> None:
    assert read_header(tuple(reversed(TITLES))).keys == tuple(reversed(KEYS))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("姓名*", "name"),
        ("*姓名", "name"),
        ("姓 名", "name"),
        ("　姓名　", "name"),
        ("姓名＊", "name"),
        ("姓名（必填）", "name"),
        ("姓名(必填", "name"),
        ("【必填】姓名", "name"),
        ("姓名：", "name"),
        ("出生日期（格式 2000-01-31）", "born"),
        ("持有证书编号\n（文本）", "held_number"),
        ("身份证号码", "id_number"),
        ("身份证号", "id_number"),
        ("手机", "phone"),
        ("学历", "schooling"),
    ],
)
def test_names_written_a_little_differently(name: str, key: str) -> None:
    others = [title for title in REQUIRED if title != next(c.title for c in COLUMNS if c.key == key)]
    assert read_header((name, *others)).keys[0] == key


@pytest.mark.parametrize("key", list(ALIASES))
def test_other_names_mean_one_column_and_are_no_title(key: str) -> None:
    assert key in KEYS
    assert not set(ALIASES[key]) & set(TITLES)


def test_the_template_s_name_wins_over_another() -> None:
    header = read_header((*REQUIRED, "联系电话", "手机"))
    assert header.keys == ("name", "id_number", "phone", "clause", None, None)
    assert header.ignored == ("联系电话", "手机")


def test_unknown_columns_are_left_aside_and_named() -> None:
    header = read_header(("序号", *REQUIRED, "备注", "班" * 60))
    assert header.keys == (None, "name", "id_number", "phone", "clause", None, None)
    assert header.ignored == ("序号", "备注", "班" * 40 + "…")


def test_a_returned_workbook() -> None:
    header = read_header((FAULTS_TITLE, *REQUIRED, ROW_ID_TITLE + "（请勿改动）"))
    assert header.row_id == 5
    assert header.ignored == ()
    assert header.keys[0] is header.keys[5] is None


@pytest.mark.parametrize("left_out", REQUIRED)
def test_a_required_column_is_missing(left_out: str) -> None:
    with pytest.raises(Refused, match=f"缺少必填的列：{left_out}；请在本团体的页面下载模板") as refused:
        read_header(tuple(name for name in TITLES if name != left_out))
    assert refused.value.field == "upload"


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(Refused, match="缺少必填的列：姓名、证件号码、手机号码、申报条件；"):
        read_header(("甲", "乙"))


@pytest.mark.parametrize(
    ("first", "second", "others"),
    [
        ("姓名", "姓名*", ("证件号码", "手机号码", "申报条件")),
        ("身份证号", "身份证号码", ("姓名", "手机号码", "申报条件")),
    ],
)
def test_a_column_is_there_twice(first: str, second: str, others: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match=re.escape(f"“{first}”、“{second}”；请只保留一列")):
        read_header((first, second, *others))


def test_a_name_of_signs_alone_is_no_column() -> None:
    assert read_header((*REQUIRED, "（）", "***")).ignored == ("（）", "***")
