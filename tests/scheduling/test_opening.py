"""When a venue is open: hours by weekday in Shanghai's time, and days on which it is shut."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from scheduling.opening import Closure, Hours, closure_of, is_open, joined, read_stretches
from skilleval.core.clock import SHANGHAI

SATURDAY = 5


def hours(*stretches: str, weekday: int = SATURDAY) -> list[Hours]:
    return [Hours(weekday, *(time.fromisoformat(end) for end in stretch.split("-"))) for stretch in stretches]


def on(clock: str, day: date = date(2026, 4, 11)) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("stretches", "start", "end", "is_so"),
    [
        ([], "06:00", "23:00", True),  # nothing said: whenever it is asked for
        (["08:30-17:00"], "08:30", "17:00", True),
        (["08:30-17:00"], "08:29", "17:00", False),
        (["08:30-17:00"], "09:00", "17:01", False),
        (["08:30-11:30", "13:00-17:00"], "11:00", "13:30", False),  # over the midday pause
        (["08:30-11:30", "13:00-17:00"], "13:00", "14:30", True),
        (["08:30-12:00", "12:00-17:00"], "11:00", "13:00", True),  # stretches that touch are one
    ],
)
def test_a_sitting_lies_within_one_stretch(stretches: list[str], start: str, end: str, is_so: bool) -> None:
    assert is_open(hours(*stretches), on(start), on(end)) is is_so


def test_a_weekday_without_hours_is_shut_where_others_have_some() -> None:
    assert not is_open(hours("08:00-18:00", weekday=0), on("09:00"), on("10:00"))


def test_hours_are_read_in_shanghai_and_never_over_midnight() -> None:
    open_late = hours("00:00-23:59") + hours("00:00-23:59", weekday=6)
    assert not is_open(open_late, on("23:00"), on("00:30", date(2026, 4, 12)))
    assert is_open(hours("09:00-10:00"), datetime.fromisoformat("2026-04-11T01:00+00:00"), on("10:00"))


def test_stretches_are_joined_in_order() -> None:
    mixed = hours("13:00-17:00", "08:00-09:30", "09:00-11:00")
    assert joined(mixed, SATURDAY) == [(time(8), time(11)), (time(13), time(17))]


@pytest.mark.parametrize(
    ("day", "shut"),
    [(date(2026, 4, 9), False), (date(2026, 4, 10), True), (date(2026, 4, 12), True), (date(2026, 4, 13), False)],
)
def test_a_closure_counts_both_its_days(day: date, shut: bool) -> None:
    closures = [Closure(date(2026, 4, 10), date(2026, 4, 12), "场地检修")]
    assert (closure_of(closures, on("09:00", day), on("10:00", day)) is not None) is shut


def test_the_earliest_of_two_closures_is_named() -> None:
    later, earlier = (Closure(date(2026, 4, day), date(2026, 4, 12), str(day)) for day in (11, 10))
    assert closure_of([later, earlier], on("09:00"), on("10:00")) == earlier


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        ("08:30-17:00", [(time(8, 30), time(17))]),
        ("8:30–11:30、13：00～17：00", [(time(8, 30), time(11, 30)), (time(13), time(17))]),
        ("9:00 至 12:00，13:00到16:00", [(time(9), time(12)), (time(13), time(16))]),
    ],
)
def test_stretches_are_read_as_people_type_them(text: str, read: list[tuple[time, time]]) -> None:
    assert read_stretches(text) == read


@pytest.mark.parametrize("text", ["上午", "9-12", "08:30", "25:00-26:00", "08:60-09:00", "08:30-17:00-18:00"])
def test_what_is_no_stretch_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        read_stretches(text)
