"""Venues and rooms in the admin: what schedulers see and fill in."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse

from scheduling import services
from scheduling.models import Room, RoomSeat, Station, VenueClosure
from scheduling.queries.rooms import spots_of
from scheduling.services import rooms
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import NOON, planned, room, scheduler
from tests.scheduling.premises import plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    offering = factories.OfferingFactory(provider__session_capacity=4, provider__threshold=2)
    factories.window_of(offering.provider, 4)
    return offering


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def client(client: Client, by: User) -> Client:
    client.force_login(by)
    return client


@pytest.fixture
def hall(offering: Offering) -> Room:
    return room(offering.provider, 8)


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skilleval.core.clock.now", lambda: NOON)


def page(name: str, pk: int) -> str:
    return reverse(f"admin:scheduling_{name}", args=[pk])


def shown(client: Client, name: str, pk: int) -> str:
    return client.get(page(name, pk)).content.decode()


def test_a_plan_is_drawn_typed_and_shown_with_its_numbers(client: Client, hall: Room) -> None:
    assert "座座座座座座\n座座" in shown(client, "room_plan", hall.pk)  # the capacity in rows, to begin with
    sent = {"step": "save", "plan": "座座＿无\r\n座停＿座"}
    answer = client.post(page("room_plan", hall.pk), sent, follow=True).content.decode()
    assert "座位图已保存，可用 5 座" in answer
    assert answer.count('class="spot ') == 6
    assert "座座＿无\n座停＿座" in shown(client, "room_plan", hall.pk)


def test_a_plan_that_cannot_be_read_stays_on_the_page(client: Client, hall: Room) -> None:
    answer = client.post(page("room_plan", hall.pk), {"step": "save", "plan": "座x座"}).content.decode()
    assert "第 1 排有不认识的“x”" in answer
    assert "座x座</textarea>" in answer
    assert not RoomSeat.objects.exists()


def test_rows_and_columns_only_fill_the_page(client: Client, hall: Room) -> None:
    answer = client.post(page("room_plan", hall.pk), {"step": "size", "rows": "2", "columns": "3"}).content.decode()
    assert "座座座\n座座座</textarea>" in answer
    assert not RoomSeat.objects.exists()


def test_a_plan_is_taken_away(client: Client, hall: Room) -> None:
    plan(hall, "座座")
    client.post(page("room_plan", hall.pk), {"step": "remove", "capacity": "12"})
    assert (spots_of(hall), Room.objects.get().capacity) == ((), 12)


def test_a_place_that_somebody_has_is_named_at_the_field(client: Client, offering: Offering, by: User) -> None:
    session = planned(offering, 3)[0]
    hall = room(offering.provider, 4)
    services.assign_room(session, room=hall, by=by, at=NOON)
    answer = client.post(page("room_plan", hall.pk), {"step": "save", "plan": "座停座"}).content.decode()
    assert "2 号座已有人" in answer


def test_stations_are_asked_for_each_occupation_of_the_provider(client: Client, hall: Room, offering: Offering) -> None:
    mine, others = offering.work_type.occupation, factories.OfferingFactory().work_type.occupation
    answer = shown(client, "room_stations", hall.pk)
    assert mine.code in answer
    assert others.code not in answer
    client.post(page("room_stations", hall.pk), {f"occupation_{mine.pk}": "12"})
    assert f"{mine.name}　12 个" in shown(client, "room_change", hall.pk)
    client.post(page("room_stations", hall.pk), {f"occupation_{mine.pk}": ""})
    assert not Station.objects.exists()


def test_hours_are_filled_in_by_day_and_shown_by_week(client: Client, hall: Room) -> None:
    client.post(page("venue_hours", hall.venue_id), {"day_5": "8:30-11:30、13:00-17:00", "day_6": ""})
    answer = shown(client, "venue_change", hall.venue_id)
    assert "08:30–11:30、13:00–17:00" in answer
    assert answer.count("不开放") == 6
    assert 'value="08:30-11:30、13:00-17:00"' in shown(client, "venue_hours", hall.venue_id)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("上午", "周六“上午”看不懂"),
        ("12:00-08:00", "周六：关闭时间须晚于开放时间"),
        ("8:00-12:00、11:00-17:00", "重叠"),
    ],
)
def test_hours_that_make_no_sense_are_said_at_their_day(client: Client, hall: Room, text: str, says: str) -> None:
    answer = client.post(page("venue_hours", hall.venue_id), {"day_5": text}).content.decode()
    assert says in answer
    assert not hall.venue.hours.exists()


def test_a_closure_is_entered_named_with_what_it_hits_and_taken_back(
    client: Client, offering: Offering, by: User
) -> None:
    session = planned(offering, 3)[0]
    hall = room(offering.provider, 4)
    services.assign_room(session, room=hall, by=by, at=NOON)
    sent = {"first": session.held_on, "last": session.held_on, "reason": "场地检修"}
    answer = client.post(page("venue_closures", hall.venue_id), sent, follow=True).content.decode()
    assert "1 个场次不在开放时间内" in answer
    assert page("examsession_change", session.pk) in answer
    client.post(page("venue_closures", hall.venue_id), {"reopen": VenueClosure.objects.get().pk})
    assert not VenueClosure.objects.exists()


def test_a_closure_without_a_reason_is_asked_again(client: Client, hall: Room) -> None:
    answer = client.post(page("venue_closures", hall.venue_id), {"first": "2026-05-02", "last": "2026-05-01"})
    assert "请写明停用的原因" in answer.content.decode()


def post_room(client: Client, hall: Room, capacity: int) -> str:
    sent = {"name": hall.name, "capacity": capacity}
    return client.post(page("room_change", hall.pk), sent, follow=True).content.decode()


def test_the_plan_decides_the_capacity(client: Client, hall: Room, by: User) -> None:
    rooms.lay_out(hall, plan="座座座", by=by, at=NOON)
    assert "容量由座位图决定（3 座）" in post_room(client, hall, 9)
    post_room(client, hall, 3)
    assert Room.objects.get().capacity == 3


def test_a_capacity_below_who_sits_there_is_refused_with_a_name(client: Client, offering: Offering, by: User) -> None:
    session = planned(offering, 3)[0]
    hall = room(offering.provider, 4)
    services.assign_room(session, room=hall, by=by, at=NOON)
    assert "3 号座已有人" in post_room(client, hall, 2)
    assert Room.objects.get().capacity == 4


def test_others_of_the_provider_read_and_change_nothing(client: Client, hall: Room, offering: Offering) -> None:
    client.force_login(factories.staff(offering.provider))
    assert "修改开放时间" not in shown(client, "venue_change", hall.venue_id)
    for name, pk in (("room_plan", hall.pk), ("room_stations", hall.pk), ("venue_hours", hall.venue_id)):
        assert client.get(page(name, pk)).status_code == 403


def test_a_day_of_hours_reads_as_it_was_stored(hall: Room) -> None:
    hall.venue.hours.create(weekday=0, opens=time(8), closes=time(9, 30))
    assert str(hall.venue.hours.get()) == "周一 08:00–09:30"


def test_a_closure_that_is_over_is_not_shown(client: Client, hall: Room) -> None:
    hall.venue.closures.create(first=date(2020, 1, 1), last=date(2020, 1, 2), reason="早已结束")
    assert "早已结束" not in shown(client, "venue_change", hall.venue_id)
