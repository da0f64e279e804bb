"""Where and when sessions are proposed: rooms, stations, opening times, and people who can't be in two places."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from scheduling.opening import Closure, Hours
from scheduling.proposing import Agenda, Hall, Slot, Wish, choices, spare_days
from scheduling.timetable import Part
from skilleval.core.clock import SHANGHAI

SATURDAYS = [date(2026, 4, 11), date(2026, 4, 18)]
BOTH = (Part("theory", 90), Part("practical", 90))
OCCUPATION = 7


def wish(people: int = 30, parts: tuple[Part, ...] = BOTH) -> Wish:
    return Wish(people, OCCUPATION, parts)


def hour(day: int, hours: int, minutes: int = 0) -> datetime:
    return datetime(2026, 4, day, hours, minutes, tzinfo=SHANGHAI)


def placed(agenda: Agenda, number: int = 0, people: int = 30, **more: object) -> Slot | None:
    return agenda.place(wish(people), choices(SATURDAYS, [date(2026, 4, 12)], number), **more)  # type: ignore[arg-type]


def where(slot: Slot | None) -> tuple[int, str, dict[str, tuple[int, ...]]]:
    assert slot
    return slot.held_on.day, f"{slot.starts_at:%H:%M}", dict(slot.rooms)


def test_without_rooms_known_each_goes_to_its_own_saturday() -> None:
    agenda = Agenda([])
    assert [where(placed(agenda, number))[:2] for number in range(3)] == [(11, "09:00"), (18, "09:00"), (11, "09:00")]


def test_one_room_is_shared_day_by_day_and_then_hour_by_hour() -> None:
    agenda = Agenda([Hall(1, 30)])
    seen = [where(placed(agenda, number))[:2] for number in range(4)]
    assert seen == [(11, "09:00"), (18, "09:00"), (11, "12:30"), (18, "12:30")]


@pytest.mark.parametrize(
    ("halls", "rooms"),
    [
        ([Hall(1, 40), Hall(2, 30), Hall(3, 60)], (2,)),  # the smallest that holds everybody
        ([Hall(1, 10), Hall(2, 20), Hall(3, 5)], (2, 1)),  # else the largest together
        ([Hall(1, 10), Hall(2, 19)], None),
    ],
)
def test_rooms_hold_everybody(halls: list[Hall], rooms: tuple[int, ...] | None) -> None:
    slot = placed(Agenda(halls))
    assert (slot and slot.rooms["theory"]) == rooms


@pytest.mark.parametrize(
    ("stations", "turns", "ends"), [(30, 1, (12, 30)), (15, 2, (14, 0)), (10, 3, (15, 30)), (3, None, None)]
)
def test_few_stations_make_turns(stations: int, turns: int | None, ends: tuple[int, int] | None) -> None:
    halls = [Hall(1, 30), Hall(2, 40, {OCCUPATION: stations})]
    slot = placed(Agenda(halls))
    if turns is None:
        assert slot is None
        return
    assert slot
    assert slot.rooms == {"theory": (1,), "practical": (2,)}
    assert len(slot.times["practical"]) == turns
    assert slot.times["practical"][-1][1] == hour(11, *ends)  # type: ignore[misc]


def test_stations_for_another_occupation_arent_any() -> None:
    slot = placed(Agenda([Hall(1, 30, {OCCUPATION + 1: 5})]))
    assert slot
    assert slot.rooms["practical"] == (1,)


def test_opening_times_and_closures_are_kept() -> None:
    afternoons = (Hours(5, time(13), time(18)),)
    assert where(placed(Agenda([Hall(1, 30, hours=afternoons)])))[:2] == (11, "13:00")
    shut = (Closure(date(2026, 4, 11), date(2026, 4, 11), "装修"),)
    assert where(placed(Agenda([Hall(1, 30, closures=shut)])))[:2] == (18, "09:00")
    sundays = (Hours(6, time(8), time(18)),)
    assert where(placed(Agenda([Hall(1, 30, hours=sundays)])))[:2] == (12, "09:00")  # a spare day
    assert placed(Agenda([Hall(1, 30, hours=(Hours(0, time(8), time(18)),))])) is None


def test_what_others_have_is_left_to_them() -> None:
    agenda = Agenda([Hall(1, 30)], {1: [(hour(11, 9), hour(11, 10))]})
    assert where(placed(agenda))[:2] == (18, "09:00")
    assert where(placed(agenda))[:2] == (11, "10:00")


def test_people_are_in_one_place_at_a_time() -> None:
    busy = [(hour(11, 8), hour(11, 9, 1)), (hour(18, 8), hour(18, 20))]
    assert where(placed(Agenda([]), busy=busy))[:2] == (11, "09:30")


def test_spare_days_are_sundays_then_others_without_holidays() -> None:
    days = spare_days(date(2026, 4, 3), date(2026, 4, 8), [date(2026, 4, 4)], frozenset({date(2026, 4, 6)}))
    assert [day.day for day in days] == [5, 3, 7, 8]
