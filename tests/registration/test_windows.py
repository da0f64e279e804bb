"""Windows by pattern, found by day, followed by the next, carried on into later years (SPEC 3.1–3.3)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from registration.windows import (
    CALENDAR_MONTH,
    SIXTEENTH_TO_FIFTEENTH,
    Window,
    WindowPattern,
    day_to_day,
    extend,
    generate,
    next_after,
    open_on,
)

SICT = generate(CALENDAR_MONTH, 2026, date(2026, 1, 15))
AIA = generate(SIXTEENTH_TO_FIFTEENTH, 2025, date(2025, 5, 9))


def test_calendar_months_of_a_year() -> None:
    assert len(SICT) == 12
    assert SICT[0] == Window(
        date(2026, 1, 15), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), label="2026年1月批次"
    )
    assert SICT[10] == Window(
        date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), label="2026年11月批次"
    )
    assert SICT[11] == Window(
        date(2026, 12, 1), date(2026, 12, 31), None, date(2026, 12, 31), tentative=True, label="2026年12月批次"
    )


def test_february_of_a_leap_year() -> None:
    january, february = generate(CALENDAR_MONTH, 2028)[:2]
    assert january.exam_by == february.closes_on == date(2028, 2, 29)


def test_sixteenth_to_fifteenth_gives_the_six_windows_of_the_notice() -> None:
    assert [(window.opens_on, window.closes_on, window.exam_from, window.exam_by) for window in AIA] == [
        (date(2025, 5, 9), date(2025, 5, 15), date(2025, 6, 21), date(2025, 6, 30)),
        (date(2025, 5, 16), date(2025, 6, 15), date(2025, 7, 21), date(2025, 7, 31)),
        (date(2025, 7, 16), date(2025, 8, 15), date(2025, 9, 21), date(2025, 9, 30)),
        (date(2025, 8, 16), date(2025, 9, 15), date(2025, 10, 21), date(2025, 10, 31)),
        (date(2025, 10, 16), date(2025, 11, 15), date(2025, 12, 21), date(2025, 12, 31)),
        (date(2025, 11, 16), date(2025, 12, 15), date(2026, 1, 21), date(2026, 1, 31)),
    ]
    assert not any(window.tentative for window in AIA)


@pytest.mark.parametrize(
    ("day", "opens_on"),
    [
        (date(2026, 1, 14), None),
        (date(2026, 1, 15), date(2026, 1, 15)),
        (date(2026, 1, 31), date(2026, 1, 15)),
        (date(2026, 2, 1), date(2026, 2, 1)),
        (date(2026, 12, 31), date(2026, 12, 1)),
        (date(2027, 1, 1), None),
    ],
)
def test_open_on(day: date, opens_on: date | None) -> None:
    window = open_on(SICT, day)
    assert (window.opens_on if window else None) == opens_on


def test_of_two_open_windows_the_one_that_closes_first() -> None:
    long = Window(date(2026, 3, 1), date(2026, 3, 31), None, date(2026, 4, 30))
    short = Window(date(2026, 3, 5), date(2026, 3, 10), None, date(2026, 4, 30))
    assert open_on([long, short], date(2026, 3, 10)) == short
    assert open_on([long, short], date(2026, 3, 11)) == long


@pytest.mark.parametrize(
    ("windows", "day", "opens_on"),
    [
        (SICT, date(2026, 1, 31), date(2026, 2, 1)),
        (SICT, date(2026, 1, 1), date(2026, 1, 15)),
        (SICT, date(2026, 2, 1), date(2026, 3, 1)),  # one that opens on the day itself isn't after it
        (SICT, date(2026, 12, 31), None),
        (AIA, date(2025, 6, 15), date(2025, 7, 16)),  # not simply the next month
        (AIA, date(2025, 12, 15), None),
    ],
)
def test_next_after(windows: tuple[Window, ...], day: date, opens_on: date | None) -> None:
    window = next_after(windows, day)
    assert (window.opens_on if window else None) == opens_on


def test_a_pattern_whose_days_a_month_lacks() -> None:
    pattern = day_to_day(31, 30)
    assert [(window.opens_on, window.closes_on) for window in generate(pattern, 2026)[1:4]] == [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ]


def test_a_window_of_a_single_day() -> None:
    assert [window.closes_on for window in generate(WindowPattern(10, 10), 2026) if window.opens_on.month == 3] == [
        date(2026, 3, 10)
    ]
    notice_on_the_last_day = generate(CALENDAR_MONTH, 2026, date(2026, 1, 31))[0]
    assert notice_on_the_last_day.opens_on == notice_on_the_last_day.closes_on == date(2026, 1, 31)


def test_an_assessment_two_months_later() -> None:
    window = generate(WindowPattern(1, 10, exam_months_after=2), 2026)[10]
    assert (window.exam_from, window.exam_by) == (date(2027, 1, 1), date(2027, 1, 31))


def test_a_notice_after_the_year_leaves_nothing() -> None:
    assert generate(CALENDAR_MONTH, 2026, date(2027, 1, 1)) == ()


def test_extending_by_calendar_months() -> None:
    fresh = extend(SICT, CALENDAR_MONTH, date(2027, 2, 10))
    assert [(window.opens_on, window.closes_on) for window in fresh] == [
        (date(2027, 1, 1), date(2027, 1, 31)),
        (date(2027, 2, 1), date(2027, 2, 28)),
    ]


def test_extending_goes_on_where_the_notice_stopped() -> None:
    fresh = extend(AIA, SIXTEENTH_TO_FIFTEENTH, date(2026, 7, 20))
    assert [(window.opens_on, window.exam_from) for window in fresh] == [
        (date(2025, 12, 16), date(2026, 2, 21)),
        (date(2026, 1, 16), date(2026, 3, 21)),
        (date(2026, 2, 16), date(2026, 4, 21)),
        (date(2026, 3, 16), date(2026, 5, 21)),
        (date(2026, 4, 16), date(2026, 6, 21)),
        (date(2026, 5, 16), date(2026, 7, 21)),
        (date(2026, 7, 16), date(2026, 9, 21)),
    ]


def test_extending_stops_with_the_window_that_reaches_the_day_and_never_overlaps() -> None:
    assert [window.opens_on for window in extend(SICT, CALENDAR_MONTH, date(2027, 1, 31))] == [date(2027, 1, 1)]
    by_hand = Window(date(2026, 12, 1), date(2027, 1, 1), None, date(2027, 1, 31))
    assert extend([by_hand], CALENDAR_MONTH, date(2027, 2, 1))[0].opens_on == date(2027, 2, 1)


@pytest.mark.parametrize("through", [date(2026, 12, 31), date(2026, 5, 1)])
def test_nothing_to_extend(through: date) -> None:
    assert extend(SICT, CALENDAR_MONTH, through) == ()
    assert extend((), CALENDAR_MONTH, through) == ()


@given(st.integers(1, 31), st.integers(1, 31), st.sets(st.integers(1, 12), max_size=3), st.integers(2020, 2035))
def test_generated_windows_are_in_order_and_inside_their_limits(
    opens_day: int, closes_day: int, skipped: set[int], year: int
) -> None:
    windows = generate(day_to_day(opens_day, closes_day, skipped_exam_months=skipped), year)
    assert len(windows) == 12 - len(skipped)
    for window in windows:
        assert window.opens_on <= window.closes_on
        assert window.closes_on.year == year
        assert window.exam_from is not None
        assert window.closes_on < window.exam_from <= window.exam_by
        assert window.exam_by.month not in skipped


@given(st.dates(date(2026, 12, 1), date(2032, 12, 31)))
def test_extending_in_steps_or_at_once_is_the_same(through: date) -> None:
    once = extend(SICT, CALENDAR_MONTH, through)
    step = extend(SICT, CALENDAR_MONTH, min(through, date(2028, 6, 15)))
    assert step + extend(SICT + step, CALENDAR_MONTH, through) == once
    assert open_on(SICT + once, through) is not None
    assert all(one.closes_on + timedelta(days=1) == other.opens_on for one, other in pairwise(once))
