"""Rooms that the portal chooses for proposed sessions (SPEC 7.5)."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse

from scheduling import services
from scheduling.models import Batch, ExamSession, Station
from scheduling.queries.plans import conflicts_of, missing_rooms
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import NotAllowed
from tests import factories
from tests.scheduling.people import NOON, planned, publish, room, scheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


def rooms_of(session: ExamSession) -> list[str]:
    sittings = session.sittings.select_related("room").order_by("during", "room__name")
    return [one.room.name if one.room else "" for one in sittings]


def test_each_gets_the_smallest_free_rooms_and_its_turns(offering: Offering, by: User) -> None:
    room(offering.provider, 60, "大教室")
    room(offering.provider, 30, "101 室")
    workshop = room(offering.provider, 20, "实训室")
    Station.objects.create(room=workshop, occupation=offering.work_type.occupation, count=10)
    sessions = planned(offering, 41)
    housed = services.suggest_rooms(Batch.objects.get(), by=by, at=NOON)
    assert ([one.pk for one in housed.done], housed.without) == ([one.pk for one in sessions], [])
    assert rooms_of(sessions[0]) == ["101 室", "实训室", "实训室", "实训室"]
    assert [(missing_rooms(one), conflicts_of(one)) for one in sessions] == [([], [])] * 2
    assert services.suggest_rooms(Batch.objects.get(), by=by, at=NOON).done == []  # nothing lacks any more


def test_at_the_same_time_the_second_gets_another_room_or_none(offering: Offering, by: User) -> None:
    first, second, third = planned(offering, 100)
    for one in (first, second, third):
        services.set_time(one, held_on=date(2026, 4, 18), starts_at=time(9), by=by, at=NOON)
    room(offering.provider, 40, "101 室")
    room(offering.provider, 40, "102 室")
    housed = services.suggest_rooms(Batch.objects.get(), by=by, at=NOON)
    assert (rooms_of(first), rooms_of(second), rooms_of(third)) == (["101 室"] * 2, ["102 室"] * 2, ["", ""])
    assert housed.without == [third]


def test_what_is_published_or_split_over_days_is_left_alone(offering: Offering, by: User) -> None:
    type(offering.provider).objects.update(same_day_subjects=False)
    first, second = planned(offering, 41)
    publish(first, by=by)
    days = {"practical": date(2026, 4, 19)}
    services.set_time(second, held_on=date(2026, 4, 18), starts_at=time(9), by=by, at=NOON, elsewhen=days)
    housed = services.suggest_rooms(Batch.objects.get(), by=by, at=NOON)
    assert (housed.done, housed.without) == ([], [second])


def test_only_schedulers_may(offering: Offering) -> None:
    planned(offering, 30)
    with pytest.raises(NotAllowed):
        services.suggest_rooms(Batch.objects.get(), by=factories.staff(offering.provider, Role.REVIEWING), at=NOON)


def test_the_page_says_what_was_done(
    offering: Offering, by: User, client: Client, monkeypatch: pytest.MonkeyPatch, settings
) -> None:  # type: ignore[no-untyped-def]
    settings.STAFF_MFA = "off"
    monkeypatch.setattr("skilleval.core.clock.now", lambda: NOON)
    client.force_login(by)
    planned(offering, 41)
    address = reverse("admin:scheduling_batch_rooms", args=[Batch.objects.get().pk])
    assert "第 1 场的时间没有合适的空闲考场" in client.post(address, follow=True).content.decode()
    room(offering.provider)
    assert "已为 2 场安排考场" in client.post(address, follow=True).content.decode()
