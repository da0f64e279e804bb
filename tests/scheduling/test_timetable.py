"""Proposed days and times (SPEC 7.4, 7.5)."""

from datetime import date, datetime, time

import pytest

from scheduling.timetable import Part, Period, Timing, propose_days, timetable, turns

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


def hours(times: dict[str, tuple[tuple[datetime, datetime], ...]]) -> dict[str, list[str]]:
    return {subject: [f"{start:%d %H:%M}-{end:%H:%M}" for start, end in spans] for subject, spans in times.items()}


ONE_DAY = Timing(date(2026, 4, 11), time(9))
THEORY, PRACTICAL, REVIEW = Part("theory", 90), Part("practical", 120, turns=3), Part("review", 30)


def test_subjects_follow_each_other_after_a_pause() -> None:
    times = timetable(ONE_DAY, [THEORY, Part("practical", 120)])
    assert hours(times) == {"theory": ["11 09:00-10:30"], "practical": ["11 11:00-13:00"]}
    assert str(times["theory"][0][0].utcoffset()) == "8:00:00"


def test_turns_are_back_to_back_and_what_follows_waits_for_the_last() -> None:
    assert hours(timetable(ONE_DAY, [THEORY, PRACTICAL, REVIEW])) == {
        "theory": ["11 09:00-10:30"],
        "practical": ["11 11:00-13:00", "11 13:00-15:00", "11 15:00-17:00"],
        "review": ["11 17:30-18:00"],
    }


def test_a_subject_on_another_day_starts_there_at_the_same_hour() -> None:
    timing = Timing(date(2026, 4, 11), time(9), {"practical": date(2026, 4, 12)})
    assert hours(timetable(timing, [THEORY, Part("practical", 120), REVIEW])) == {
        "theory": ["11 09:00-10:30"],
        "practical": ["12 09:00-11:00"],
        "review": ["11 11:00-11:30"],
    }


@pytest.mark.parametrize(
    ("starts_at", "rounds", "fits"),
    [
        (time(20, 29), 1, True),
        (time(20, 30), 1, False),
        (time(21), 1, False),
        (time(18, 59), 2, True),
        (time(19), 2, False),
    ],
)
def test_the_last_turn_has_to_end_on_the_day(starts_at: time, rounds: int, fits: bool) -> None:
    parts = [THEORY, Part("practical", 90, rounds)]
    if fits:
        assert timetable(Timing(date(2026, 4, 11), starts_at), parts)
    else:
        with pytest.raises(ValueError, match="same day"):
            timetable(Timing(date(2026, 4, 11), starts_at), parts)


@pytest.mark.parametrize(
    ("people", "places", "wanted"),
    [(40, 40, 1), (41, 40, 2), (40, 20, 2), (41, 20, 3), (1, 20, 1), (0, 20, 1), (3, 1, 3)],
)
def test_as_few_turns_as_the_places_allow(people: int, places: int, wanted: int) -> None:
    assert turns(people, places) == wanted
