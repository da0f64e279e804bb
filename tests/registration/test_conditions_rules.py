"""The upper age to the day, and what is still to be confirmed."""

from __future__ import annotations

from datetime import date

import pytest

from registration.conditions import Condition, age_bars, last_day, open_ones, words_of

SIXTY = Condition("1", "upper_age", "年龄不超过 60 周岁", limit=60, notice="《公告》")
MEMBER = Condition("2", "member", "所在单位为会员", paper="会员证书复印件")
LOCAL = Condition("3", "insurance", "在本市缴纳社会保险")


@pytest.mark.parametrize(
    ("born", "limit", "last"),
    [
        (date(1966, 3, 10), 60, date(2027, 3, 9)),
        (date(1966, 1, 1), 60, date(2026, 12, 31)),
        (date(1964, 2, 29), 60, date(2025, 2, 27)),  # in a common year the 61st birthday is 28 February
        (date(1964, 2, 29), 59, date(2024, 2, 28)),
        (date(2008, 3, 1), 0, date(2009, 2, 28)),
    ],
)
def test_the_last_day_is_the_one_before_the_next_birthday(born: date, limit: int, last: date) -> None:
    assert last_day(born, limit) == last


@pytest.mark.parametrize(("on", "barred"), [(date(2027, 3, 9), False), (date(2027, 3, 10), True)])
def test_the_bar_of_an_upper_age(on: date, barred: bool) -> None:
    bars = age_bars([SIXTY, MEMBER], date(1966, 3, 10), on)
    assert [bar.code for bar in bars] == ["upper_age"] * barred
    if barred:
        assert "最后可申报日为 2027年3月9日（周二）" in bars[0].message
        assert (bars[0].source, bars[0].from_on) == ("《公告》", None)


@pytest.mark.parametrize(
    ("confirmed", "papers", "unsaid", "lacking"),
    [
        ((), (), ["2", "3"], ["2"]),
        (("2", "3"), (), [], ["2"]),
        (("3",), ("会员证书复印件",), ["2"], []),
        (("2", "3"), ("会员证书复印件",), [], []),
    ],
)
def test_what_is_still_open(
    confirmed: tuple[str, ...], papers: tuple[str, ...], unsaid: list[str], lacking: list[str]
) -> None:
    said, shown = open_ones([SIXTY, MEMBER, LOCAL], confirmed, papers)
    assert ([one.key for one in said], [one.key for one in shown]) == (unsaid, lacking)


def test_what_is_kept_reads_by_itself() -> None:
    kept = {
        "1": SIXTY.kept(last_day="2027-03-09"),
        "2": MEMBER.kept(at="2026-03-10T12:00:00+08:00"),
        "3": LOCAL.kept(at="2026-03-10T12:00:00+08:00", institution=True),
    }
    assert words_of(kept) == [
        ("年龄不超过 60 周岁", "符合：最后可申报日 2027年3月9日（周二）"),
        ("所在单位为会员", "本人已确认，须附会员证书复印件"),
        ("在本市缴纳社会保险", "院校/培训机构已确认"),
    ]
