"""What bars an application, at the edges of each date."""

from datetime import date, timedelta

import pytest

from registration import bars
from registration.bars import OfferingFacts, Period, Standing

MARCH = Period("2026年3月批次", date(2026, 3, 1), date(2026, 3, 31))
APRIL = Period("2026年4月批次", date(2026, 4, 1), date(2026, 4, 30))
DAY = timedelta(days=1)


def offering(**changes: object) -> OfferingFacts:
    facts = {
        "provider": "测试机构",
        "announced": True,
        "notice": "《测试公告》",
        "individuals": True,
        "valid_from": date(2026, 1, 15),
        "valid_until": date(2026, 12, 31),
        "suspended_on": None,
    }
    return OfferingFacts(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "barred_until"),
    [
        (date(2026, 2, 28), date(2026, 3, 1)),
        (date(2026, 3, 1), None),
        (date(2026, 3, 31), None),
        (date(2026, 4, 1), date(2026, 4, 1)),
    ],
)
def test_a_window_counts_from_its_first_day_to_the_end_of_its_last(on: date, barred_until: date | None) -> None:
    found = bars.of_window("测试机构", MARCH, APRIL, on)
    assert [bar.from_on for bar in found] == ([barred_until] if barred_until else [])


def test_a_closed_window_names_itself_and_the_next() -> None:
    (bar,) = bars.of_window("测试机构", MARCH, APRIL, date(2026, 4, 1))
    assert "2026年3月1日至3月31日，已经截止" in bar.message
    assert "2026年4月批次" in bar.message


def test_after_the_last_window_no_date_is_invented() -> None:
    (bar,) = bars.of_window("测试机构", None, None, date(2026, 12, 1))
    assert bar.from_on is None
    assert "以该机构公告为准" in bar.message


@pytest.mark.parametrize(
    ("born", "on", "from_on"),
    [
        (date(2010, 3, 15), date(2026, 3, 14), date(2026, 3, 15)),
        (date(2010, 3, 15), date(2026, 3, 15), None),
        (date(2008, 2, 29), date(2024, 2, 28), date(2024, 2, 29)),
        (date(2010, 3, 15), date(2025, 3, 15), date(2026, 3, 15)),
    ],
)
def test_sixteen_is_reached_on_the_birthday(born: date, on: date, from_on: date | None) -> None:
    found = bars.of_person(Standing(born), on)
    assert [bar.from_on for bar in found] == ([from_on] if from_on else [])


@pytest.mark.parametrize(
    ("on", "from_on"),
    [
        (date(2026, 1, 31), None),
        (date(2026, 2, 1), date(2028, 2, 1)),
        (date(2028, 1, 31), date(2028, 2, 1)),
        (date(2028, 2, 1), None),
    ],
)
def test_a_ban_holds_on_both_its_days(on: date, from_on: date | None) -> None:
    ban = Period("决定1号", date(2026, 2, 1), date(2028, 1, 31))
    found = bars.of_person(Standing(date(1990, 1, 1), banned=(ban,)), on)
    assert [bar.from_on for bar in found] == ([from_on] if from_on else [])


def test_of_two_bans_the_later_end_is_told() -> None:
    bans = (Period("甲", date(2026, 1, 1), date(2026, 6, 1)), Period("乙", date(2026, 1, 1), date(2027, 6, 1)))
    (bar,) = bars.of_person(Standing(date(1990, 1, 1), banned=bans), date(2026, 3, 1))
    assert bar.from_on == date(2027, 6, 2)
    assert "乙" in bar.source


@pytest.mark.parametrize(
    ("changes", "on", "codes"),
    [
        ({}, date(2026, 3, 1), []),
        ({"announced": False}, date(2026, 3, 1), ["listed_only"]),
        ({"individuals": False}, date(2026, 3, 1), ["group_only"]),
        ({"suspended_on": date(2026, 2, 1)}, date(2026, 3, 1), ["suspended"]),
        ({}, date(2026, 1, 14), ["not_yet"]),
        ({}, date(2026, 1, 15), []),
        ({}, date(2026, 12, 31), []),
        ({}, date(2027, 1, 1), ["ended"]),
        ({"valid_until": None}, date(2030, 1, 1), []),
        ({"filing_until": date(2026, 3, 1)}, date(2026, 3, 1), []),
        ({"filing_until": date(2026, 3, 1)}, date(2026, 3, 2), ["filing_ended"]),
    ],
)
def test_offerings_bar_outside_their_validity(changes: dict[str, object], on: date, codes: list[str]) -> None:
    assert [bar.code for bar in bars.of_offering(offering(**changes), on)] == codes
