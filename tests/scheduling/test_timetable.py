"""Proposed days and times (SPEC 7.4, 7.5)."""

from datetime import date, time

import pytest

from scheduling.timetable import Period, propose_days, sitting_times

APRIL = Period(date(2026, 4, 1), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("not_before", "count", "days"),
    [
        (date(2026, 4, 1), 1, [4]),
        (date(2026, 4, 4), 1, [4]),
        (date(2026, 4, 5), 1, [11]),
        (date(2026, 4, 5), 3, [11, 18, 25]),
        (date(2026, 4, 19), 3, [25, 25, 25]),
        (date(2026, 4, 26), 2, [30, 30]),  # no Saturday left: the period's last day
        (date(2026, 4, 30), 1, [30]),
        (date(2026, 3, 1), 1, [4]),  # never before the period
        (date(2026, 4, 1), 0, []),
    ],
)
def test_saturdays_of_the_period_in_turn(not_before: date, count: int, days: list[int]) -> None:
    proposed = propose_days(APRIL, not_before=not_before, count=count)
    assert [day.day for day in proposed] == days
    assert all(day in APRIL for day in proposed)


def test_a_holiday_is_passed_over() -> None:
    proposed = propose_days(APRIL, not_before=date(2026, 4, 1), count=1, days_off=frozenset({date(2026, 4, 4)}))
    assert proposed == (date(2026, 4, 11),)


def test_after_the_period_the_next_saturday() -> None:
    assert propose_days(APRIL, not_before=date(2026, 5, 1), count=2) == (date(2026, 5, 2),) * 2


def test_subjects_follow_each_other_after_a_pause() -> None:
    times = sitting_times(date(2026, 4, 11), time(9), [90, 120])
    assert [f"{start:%H:%M}-{end:%H:%M}" for start, end in times] == ["09:00-10:30", "11:00-13:00"]
    assert str(times[0][0].utcoffset()) == "8:00:00"


@pytest.mark.parametrize(("starts_at", "fits"), [(time(20, 29), True), (time(20, 30), False), (time(21), False)])
def test_the_last_subject_has_to_end_on_the_day(starts_at: time, fits: bool) -> None:
    if fits:
        assert sitting_times(date(2026, 4, 11), starts_at, [90, 90])
    else:
        with pytest.raises(ValueError, match="same day"):
            sitting_times(date(2026, 4, 11), starts_at, [90, 90])
