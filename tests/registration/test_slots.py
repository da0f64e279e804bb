"""When one can come to a desk: its hours in slots, working days, closures, what is left."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from registration.models import Application, DeskClosure
from registration.queries import slots as queries
from registration.slots import Slot, Taken, free_place, is_over, open_days, slots_of, times
from skilleval.catalogue.models import Holiday
from skilleval.core.workdays import WorkCalendar
from tests.factories import at
from tests.registration.appointing import FRIDAY, NOW, THURSDAY, TUESDAY, WEDNESDAY, book, comer, desk_of


def clock(text: str) -> time:
    return time.fromisoformat(text)


@pytest.mark.parametrize(
    ("hours", "minutes", "expected"),
    [
        ([("09:30", "11:00")], 30, ["09:30", "10:00", "10:30"]),
        ([("09:30", "11:00")], 45, ["09:30", "10:15"]),
        ([("09:30", "11:00")], 60, ["09:30"]),  # half an hour is left over
        ([("09:30", "11:00")], 90, ["09:30"]),
        ([("09:30", "11:00")], 91, []),
        ([("13:30", "14:00"), ("09:30", "10:00")], 30, ["09:30", "13:30"]),
        ([], 30, []),
        ([("23:00", "23:59")], 30, ["23:00"]),
    ],
)
def test_hours_are_cut_into_whole_slots(hours: list[tuple[str, str]], minutes: int, expected: list[str]) -> None:
    found = times([(clock(opens), clock(closes)) for opens, closes in hours], minutes)
    assert [f"{starts:%H:%M}" for starts, _ in found] == expected
    assert all((ends.hour * 60 + ends.minute) - (at.hour * 60 + at.minute) == minutes for at, ends in found)


CALENDAR = WorkCalendar(holidays=frozenset({date(2026, 3, 11)}), workdays=frozenset({date(2026, 3, 14)}))


@pytest.mark.parametrize(
    ("closed", "days"),
    [
        ([], [10, 12, 13, 14, 16]),  # the 11th is a holiday, Saturday the 14th a make-up workday
        ([(12, 13)], [10, 14, 16]),
        ([(1, 10)], [12, 13, 14, 16]),
        ([(16, 31), (13, 13)], [10, 12, 14]),
    ],
)
def test_days_are_working_days_on_which_the_desk_isn_t_closed(closed: list[tuple[int, int]], days: list[int]) -> None:
    ranges = [(date(2026, 3, first), date(2026, 3, last)) for first, last in closed]
    assert [day.day for day in open_days(date(2026, 3, 10), date(2026, 3, 16), CALENDAR, ranges)] == days


def taken(place: int, starts: str = "09:30", ends: str = "10:00", day: date = WEDNESDAY) -> Taken:
    return Taken(day, clock(starts), clock(ends), place)


@pytest.mark.parametrize(
    ("held", "left", "place"),
    [
        ([], 2, 1),
        ([taken(1)], 1, 2),
        ([taken(2)], 1, 1),
        ([taken(1), taken(2)], 0, None),
        ([taken(3), taken(4)], 0, None),  # the capacity was lowered
        ([taken(4)], 1, 1),
        ([taken(1, day=THURSDAY)], 2, 1),
        ([taken(1, "09:00", "09:30"), taken(1, "10:00", "10:30")], 2, 1),  # touching isn't overlapping
        ([taken(1, "09:00", "09:45")], 1, 2),  # the slots were longer then
    ],
)
def test_places_are_counted_over_whatever_overlaps(held: list[Taken], left: int, place: int | None) -> None:
    slot = Slot(WEDNESDAY, clock("09:30"), clock("10:00"))
    (found,) = slots_of([WEDNESDAY], [(slot.starts, slot.ends)], 2, held)
    assert found.left == left
    assert free_place(slot, 2, held) == place


@pytest.mark.parametrize(("now", "over"), [("09:29", False), ("09:30", True), ("09:31", True)])
def test_a_slot_is_over_from_its_first_minute(now: str, over: bool) -> None:
    moment = datetime.fromisoformat(f"2026-03-11T{now}:00+08:00")
    assert is_over(WEDNESDAY, clock("09:30"), moment) is over
    assert not is_over(THURSDAY, clock("00:00"), moment)


# --- as they are kept -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestStored:
    def test_what_has_begun_isn_t_offered_and_the_last_day_is(self) -> None:
        application = comer(offering__provider__appointment_days=3)
        desk = desk_of(application.offering.provider)
        found = queries.slots_at(desk, NOW)
        assert {slot.day for slot in found} == {TUESDAY, WEDNESDAY, THURSDAY, FRIDAY}
        assert min(found).key == "2026-03-10T13:30"

    def test_holidays_and_closures_aren_t_offered_until_they_are_lifted(self) -> None:
        application = comer(offering__provider__appointment_days=3)
        desk = desk_of(application.offering.provider)
        Holiday.objects.create(day=WEDNESDAY, name="测试假日")
        closure = DeskClosure.objects.create(contact=desk, first_day=THURSDAY, last_day=THURSDAY, reason="盘点")
        assert {slot.day for slot in queries.slots_at(desk, NOW)} == {TUESDAY, FRIDAY}
        closure.lifted_on = TUESDAY
        closure.save()
        assert {slot.day for slot in queries.slots_at(desk, NOW)} == {TUESDAY, THURSDAY, FRIDAY}

    def test_desks_without_hours_take_no_appointments(self) -> None:
        application = comer()
        desk = desk_of(application.offering.provider)
        desk.hours.all().delete()
        assert queries.desks_of(application.offering.provider) == []

    @pytest.mark.parametrize(("fields", "left"), [({}, 3), ({"state": "withdrawn"}, 4)])
    def test_a_place_held_for_nothing_is_free(self, fields: dict[str, Any], left: int) -> None:
        application = comer()
        desk = desk_of(application.offering.provider)
        book(application, desk)
        Application.objects.filter(pk=application.pk).update(**fields or {"clause": "4.1"})
        slot = next(slot for slot in queries.slots_at(desk, NOW) if slot.key == "2026-03-11T09:30")
        assert slot.left == left

    @pytest.mark.parametrize(
        ("fields", "waits"),
        [
            ({"state": "review"}, True),
            ({"state": "approved"}, True),
            ({"state": "scheduled"}, True),
            ({"state": "draft"}, False),
            ({"state": "returned"}, False),
            ({"state": "rejected"}, False),
            ({"state": "review", "channel": "group"}, False),
            ({"state": "review", "original_received_on": TUESDAY}, False),
        ],
    )
    def test_who_is_to_bring_an_original(self, fields: dict[str, Any], waits: bool) -> None:
        assert queries.waits_for_original(comer(**fields)) is waits

    def test_the_calendar_of_two_weeks_takes_a_handful_of_questions(self, django_assert_max_num_queries: Any) -> None:
        application = comer()
        desk = desk_of(application.offering.provider)
        for _ in range(3):
            book(comer(application.offering.provider), desk, THURSDAY)
        (desk,) = queries.desks_of(application.offering.provider)
        with django_assert_max_num_queries(3):
            assert queries.slots_at(desk, at(2026, 3, 10))
