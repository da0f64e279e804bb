"""How dates, times and money are worded (the forms of words are fixed: a deadline names its last moment)."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from skilleval.core import wording
from skilleval.core.clock import SHANGHAI


@pytest.mark.parametrize(
    ("value", "worded"),
    [
        (date(2026, 3, 21), "2026年3月21日（周六）"),
        (date(2026, 12, 6), "2026年12月6日（周日）"),
        (date(2024, 2, 29), "2024年2月29日（周四）"),
        (datetime(2026, 3, 21, 23, 59, tzinfo=SHANGHAI), "2026年3月21日（周六）"),
        # 16:30 in Greenwich is past midnight in Shanghai.
        (datetime(2026, 3, 21, 16, 30, tzinfo=UTC), "2026年3月22日（周日）"),
    ],
)
def test_a_date_has_its_year_and_weekday(value: date, worded: str) -> None:
    assert wording.cn_date(value) == worded


@pytest.mark.parametrize(
    ("value", "worded"),
    [
        (date(2026, 4, 30), "4月30日 24:00 前"),
        (datetime(2026, 4, 30, 16, 30, tzinfo=SHANGHAI), "4月30日 16:30 前"),
        (datetime(2026, 4, 30, 0, 1, tzinfo=SHANGHAI), "4月30日 00:01 前"),
        (datetime(2026, 5, 1, 0, 0, tzinfo=SHANGHAI), "4月30日 24:00 前"),
        (datetime(2026, 4, 30, 16, 0, tzinfo=UTC), "4月30日 24:00 前"),
    ],
)
def test_a_deadline_names_its_last_moment(value: date, worded: str) -> None:
    assert wording.cn_deadline(value) == worded


def test_a_deadline_can_name_its_year() -> None:
    assert wording.cn_deadline(date(2027, 1, 31), year=True) == "2027年1月31日 24:00 前"
    assert wording.cn_deadline(datetime(2027, 1, 1, tzinfo=SHANGHAI), year=True) == "2026年12月31日 24:00 前"


@pytest.mark.parametrize(
    ("first", "last", "worded"),
    [
        (date(2026, 4, 1), date(2026, 4, 30), "2026年4月1日至4月30日"),
        (date(2025, 12, 16), date(2026, 1, 15), "2025年12月16日至2026年1月15日"),
    ],
)
def test_a_period_names_the_year_again_only_where_it_differs(first: date, last: date, worded: str) -> None:
    assert wording.cn_period(first, last) == worded


@pytest.mark.parametrize(
    ("value", "worded"),
    [
        (time(9, 0), "09:00"),
        (time(13, 5), "13:05"),
        (datetime(2026, 3, 21, 1, 0, tzinfo=UTC), "09:00"),
    ],
)
def test_a_time_is_on_the_24_hour_clock(value: time | datetime, worded: str) -> None:
    assert wording.cn_time(value) == worded


@pytest.mark.parametrize(
    ("amount", "worded"),
    [
        (Decimal("480"), "¥480.00"),
        (Decimal("1480.5"), "¥1,480.50"),
        (Decimal("0"), "¥0.00"),
        (Decimal("0.005"), "¥0.01"),
        (Decimal("-95"), "-¥95.00"),
        (12, "¥12.00"),
        (None, "费用待公布"),
    ],
)
def test_money_is_exact_and_an_unknown_fee_is_said(amount: Decimal | int | None, worded: str) -> None:
    assert wording.yuan(amount) == worded
