"""A day is read in every usual form; a year or a month alone is none (SPEC 5.2)."""

from datetime import date

import pytest

from registration.rosters.dates import FORM, STILL, WHOLE, read_day, read_end
from registration.rosters.words import Unread

DAY = date(2026, 3, 21)
FIRST = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-21", DAY),
        ("2026/03/21", DAY),
        ("2026/3/21", DAY),
        ("2026.3.21", DAY),
        ("2026.03.21", DAY),
        ("20260321", DAY),
        ("2026年3月21日", DAY),
        ("2026年03月21日", DAY),
        ("2026年3月21号", DAY),
        ("2026年3月21", DAY),
        ("2026 年 3 月 21 日", DAY),
        ("2026 3 21", DAY),
        ("２０２６－０３－２１", DAY),
        ("2026–03–21", DAY),
        ("2026—3—21", DAY),
        ("2026．3．21", DAY),
        (" 2026-03-21 ", DAY),
        ("2026-03-21\u200b", DAY),
        ("2026-03-21 00:00:00", DAY),
        ("2026/3/21 9:00", DAY),
        ("2026-03-21T00:00:00.000", DAY),
        ("2026-3-1", FIRST),
        ("2024-02-29", date(2024, 2, 29)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "message", "cure"),
    [
        ("2018", "“2018”只有年份", WHOLE),
        ("2018年", "“2018年”只有年份", WHOLE),
        ("2018-07", "“2018-07”只有年月", WHOLE),
        ("2018/7", "“2018/7”只有年月", WHOLE),
        ("2018.7", "“2018.7”只有年月", WHOLE),
        ("2018年7月", "“2018年7月”只有年月", WHOLE),
        ("201807", "“201807”只有年月", WHOLE),
        ("2026-02-29", "没有“2026-02-29”这一天", f"请核对；{FORM}"),
        ("2026-02-30", "没有“2026-02-30”这一天", f"请核对；{FORM}"),
        ("20261301", "没有“20261301”这一天", f"请核对；{FORM}"),
        ("2026-00-10", "没有“2026-00-10”这一天", f"请核对；{FORM}"),
        ("2026-04-31", "没有“2026-04-31”这一天", f"请核对；{FORM}"),
        ("1899-12-31", "“1899-12-31”的年份不合理", f"请核对；{FORM}"),
        ("2101-01-01", "“2101-01-01”的年份不合理", f"请核对；{FORM}"),
        ("0000-00-00", "“0000-00-00”的年份不合理", f"请核对；{FORM}"),
        ("43282", "“43282”是数字，不是日期", "请把该格设为日期格式，或按 2020-07-01 的格式填写"),
        ("43282.5", "“43282.5”是数字，不是日期", "请把该格设为日期格式，或按 2020-07-01 的格式填写"),
        ("21/3/2026", "“21/3/2026”不能读作日期", FORM),
        ("3/21/26", "“3/21/26”不能读作日期", FORM),
        ("18-07-01", "“18-07-01”不能读作日期", FORM),
        ("180701", "“180701”不能读作日期", FORM),
        ("二〇一八年七月一日", "“二〇一八年七月一日”不能读作日期", FORM),
        ("2026-03-21至今", "“2026-03-21至今”不能读作日期", FORM),
        ("٢٠٢٦-٠٣-٢١", "“٢٠٢٦-٠٣-٢١”不能读作日期", FORM),
        ("不详", "“不详”不能读作日期", FORM),
        ("<b>2026-03-21</b>", "“<b>2026-03-21</b>”不能读作日期", FORM),
    ],
)
def test_what_is_no_day_is_told_with_its_cure(text: str, message: str, cure: str) -> None:
    with pytest.raises(Unread) as unread:
        read_day(text)
    assert (unread.value.kind, unread.value.message, unread.value.cure) == ("date", message, cure)


@pytest.mark.parametrize("text", [*STILL, "至 今", "在职\u200b"])
def test_an_end_that_has_not_come(text: str) -> None:
    assert read_end(text) is None


def test_an_end_is_a_day_like_any_other() -> None:
    assert read_end("2026.3.21") == DAY
    with pytest.raises(Unread, match="只有年月"):
        read_end("2026-03")
