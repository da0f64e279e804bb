"""A roster's row against the person's record: what differs is said with both readings."""

from datetime import date

import pytest

from registration.rosters.agreement import Record, differences

RECORD = Record(name="阿依·木", id_type="resident", sex="女", born=date(1990, 5, 20))


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "阿依·木"},
        {"name": " 阿依•木 ", "sex": "女", "born": "1990/5/20", "id_type": "居民身份证"},
        {"name": "阿依·木", "id_type": " 身份证", "sex": " 女 "},
        {"name": "阿依·木", "id_type": "", "sex": ""},
        {"name": "阿依·木", "sex": "不详", "id_type": "学生证"},  # words without a meaning: the check says so elsewhere
    ],
)
def test_what_says_the_same_differs_in_nothing(cells: dict[str, str]) -> None:
    assert differences(cells, "1990-05-20", RECORD) == ()


@pytest.mark.parametrize(
    ("cells", "born", "said"),
    [
        ({"name": "阿衣·木"}, "1990-05-20", "与档案姓名不一致：名册“阿衣·木”，档案“阿依·木”"),
        ({"name": "阿依·木", "sex": "男"}, "1990-05-20", "与档案性别不一致：名册“男”，档案“女”"),
        ({"name": "阿依·木"}, "1990-05-21", "与档案出生日期不一致：名册“1990-05-21”，档案“1990-05-20”"),
        (
            {"name": "阿依·木", "id_type": "护照"},
            "1990-05-20",
            "与档案证件类型不一致：名册“护照”，档案“居民身份证”",
        ),
    ],
)
def test_each_difference_is_said_with_both_readings(cells: dict[str, str], born: str, said: str) -> None:
    assert differences(cells, born, RECORD) == (said,)


def test_an_empty_document_type_is_the_resident_s() -> None:
    record = Record(name="SMITH JOHN", id_type="passport", sex="男", born=date(1990, 5, 20))
    said = differences({"name": "SMITH JOHN"}, "", record)
    assert said == ("与档案证件类型不一致：名册“居民身份证”，档案“护照”",)
