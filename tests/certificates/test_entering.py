"""What may be typed for one person, and what it means (SPEC 9.1): nothing is rounded, nothing guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from certificates.entering import ABSENT, Entered, read_mark
from certificates.grading import MarkError


@pytest.mark.parametrize(
    ("text", "absent", "expected"),
    [
        ("59.5", "", Decimal("59.5")),
        ("60.0", "", Decimal("60")),
        ("６０", "", Decimal("60")),
        ("５９．５", "", Decimal("59.5")),
        ("　60 ", "否", Decimal("60")),
        ("0", "0", Decimal("0")),
        ("100", "", Decimal("100")),
        ("100.00", "", Decimal("100")),
        ("+60", "", Decimal("60")),
        ("缺考", "", None),
        ("", "是", None),
        ("缺考", "缺考", None),
        ("", "√", None),
        ("", "Ｙ", None),
    ],
)
def test_marks_that_are_read(text: str, absent: str, expected: Decimal | None) -> None:
    assert read_mark(text, absent) == (ABSENT if expected is None else Entered("marked", expected))


@pytest.mark.parametrize("text", ["", " ", "　"])
def test_nothing_entered_is_no_mark(text: str) -> None:
    assert read_mark(text) is None


@pytest.mark.parametrize(
    ("text", "absent", "message"),
    [
        ("NaN", "", "不是数字"),
        ("Infinity", "", "不是数字"),
        ("100.01", "", "超出范围"),
        ("101", "", "超出范围"),
        ("-1", "", "超出范围"),
        ("−1", "", "超出范围"),
        ("－1", "", "超出范围"),
        ("60分", "", "不带单位"),
        ("59.999", "", "两位"),
        ("1e1", "", "不是数字"),
        ("6_0", "", "不是数字"),
        ("六十", "", "不是数字"),
        ("60,5", "", "不是数字"),
        ("60.", "", "不是数字"),
        ("٦٠", "", "不是数字"),
        ("1" * 50, "", "不是数字"),
        ("=60", "", "不是数字"),
        ("60", "是", "只填其中一项"),
        ("60", "病假", "无法识别"),
    ],
)
def test_marks_that_are_refused(text: str, absent: str, message: str) -> None:
    with pytest.raises(MarkError, match=message):
        read_mark(text, absent)


@pytest.mark.parametrize(("mark", "shown"), [(ABSENT, "缺考"), (Entered("marked", Decimal("59.50")), "59.50")])
def test_how_a_mark_is_shown(mark: Entered, shown: str) -> None:
    assert mark.shown == shown
