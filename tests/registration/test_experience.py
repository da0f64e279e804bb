"""How work is measured (SPEC 4): merged, half-open, by anniversary or by the sum of separate periods."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from registration.background import Job
from registration.experience import added, merged, worked_so_far, worked_years
from skilleval.core.dates import Span

ON = date(2026, 3, 10)
CODE = "4-04-05-05"


def job(start: str, end: str | None = None) -> Job:
    return Job(CODE, date.fromisoformat(start), date.fromisoformat(end) if end else None)


@pytest.mark.parametrize(
    ("jobs", "years", "expected"),
    [
        # One period: its anniversary, that day included, never 30-day months.
        ([job("2021-03-10")], 5, True),
        ([job("2021-03-11")], 5, False),
        ([job("2020-01-01", "2025-01-01")], 5, True),
        ([job("2020-01-01", "2024-12-31")], 5, False),
        ([job("2020-04-11", "2025-04-10")], 5, False),
        ([job("2020-02-29", "2025-02-28")], 5, True),
        # Touching and overlapping jobs are one period.
        ([job("2020-06-01", "2023-01-15"), job("2023-01-15", "2025-06-01")], 5, True),
        ([job("2020-06-01", "2023-01-16"), job("2023-01-15", "2025-05-31")], 5, False),
        ([job("2015-01-01", "2018-01-01"), job("2015-06-01", "2017-01-01")], 4, False),
        ([job("2020-04-11", "2023-01-01"), job("2023-01-01", "2025-04-10")], 5, False),  # 4y 11m 30d in one piece
        ([job("2020-04-11", "2025-04-10"), job("2026-03-10")], 5, False),  # a job of no day yet is no second period
        # Separate periods add up, 30 days to a month.
        ([job("2018-01-01", "2020-07-01"), job("2021-01-01", "2023-07-01")], 5, True),
        ([job("2018-01-01", "2020-07-01"), job("2021-01-01", "2023-06-30")], 5, False),
        ([job("2018-01-01", "2022-12-16"), job("2023-02-01", "2023-02-16")], 5, True),  # 4y 11m 15d + 15d
        ([job("2018-01-01", "2022-12-16"), job("2023-02-01", "2023-02-15")], 5, False),
        ([job("2018-01-01", "2022-12-31"), job("2024-01-01", "2024-01-01")], 5, False),  # an empty job is no period
        # What lies after the day doesn't count; a job that will end later counts up to the day.
        ([job("2021-03-10", "2027-01-01")], 5, True),
        ([job("2026-03-11")], 0, True),
        ([job("2026-03-11")], 1, False),
        ([], 1, False),
    ],
)
def test_worked_years(jobs: list[Job], years: int, expected: bool) -> None:
    assert worked_years(jobs, years, on=ON) is expected


@pytest.mark.parametrize(
    ("since", "expected"), [("2025-03-10", True), ("2025-03-11", False), ("2010-01-01", True), ("2026-04-01", False)]
)
def test_then_counts_from_the_day_on(since: str, expected: bool) -> None:
    assert worked_years([job("2020-01-01")], 1, on=ON, since=date.fromisoformat(since)) is expected


def test_a_gap_before_the_day_of_then_leaves_one_period() -> None:
    jobs = [job("2010-01-01", "2020-01-01"), job("2021-04-11", "2026-04-10")]
    assert worked_years(jobs, 5, on=date(2026, 5, 1), since=date(2020, 6, 1)) is False
    assert worked_years(jobs, 5, on=date(2026, 5, 1), since=date(2019, 12, 31)) is True


def test_merged_periods_are_cut_and_sorted() -> None:
    jobs = [job("2025-01-01"), job("2020-01-01", "2021-01-01"), job("2019-01-01", "2019-02-01")]
    assert merged(jobs, on=ON, since=date(2020, 6, 1)) == [
        (date(2020, 6, 1), date(2021, 1, 1)),
        (date(2025, 1, 1), ON),
    ]


def test_a_job_that_ends_before_it_begins_is_left_out() -> None:
    assert merged([job("2021-01-01", "2020-01-01")], on=ON) == []


def test_what_is_told_is_exact_for_one_period_and_the_sum_for_several() -> None:
    assert worked_so_far([job("2021-04-11")], on=date(2026, 4, 10)) == Span(4, 11, 30)
    both = [job("2018-01-01", "2018-01-31"), job("2019-01-01", "2019-01-31")]
    assert worked_so_far(both, on=ON) == added(merged(both, on=ON)) == Span(0, 2, 0)
    assert worked_so_far([], on=ON) == Span()


def test_months_of_separate_periods_carry_into_years() -> None:
    both = [job("2018-01-01", "2018-08-16"), job("2019-01-01", "2019-07-20")]
    assert added(merged(both, on=ON)) == Span(1, 2, 4)  # 7m 15d + 6m 19d


DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))
JOBS = st.lists(
    st.builds(lambda start, length: Job(CODE, start, start + timedelta(days=length)), DAYS, st.integers(1, 2000)),
    max_size=5,
)


@given(JOBS, DAYS)
def test_merged_periods_cover_the_same_days_and_never_touch(jobs: list[Job], on: date) -> None:
    periods = merged(jobs, on=on)
    assert all(one[1] < other[0] for one, other in pairwise(periods))
    days = {day for start, end in periods for day in _days(start, end)}
    assert days == {day for job in jobs for day in _days(job.start, min(job.end or on, on))}


@given(JOBS, DAYS, st.integers(0, 400), st.integers(1, 10))
def test_enough_work_stays_enough(jobs: list[Job], on: date, later: int, years: int) -> None:
    if worked_years(jobs, years, on=on):
        assert worked_years(jobs, years, on=on + timedelta(days=later))


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days)]
