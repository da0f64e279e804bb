"""Which places a room offers, and whether it can be used at a time."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.layouts import Place
from scheduling.models import Station, VenueClosure
from scheduling.queries.rooms import closed, places_for, places_for_all, spots_of
from skilleval.catalogue.models import Occupation, Provider
from tests import factories
from tests.scheduling.people import room
from tests.scheduling.premises import during, open_on, plan

pytestmark = pytest.mark.django_db
SATURDAY = during("2026-04-11 09:00", "2026-04-11 10:30")


@pytest.fixture
def provider() -> Provider:
    return factories.ProviderFactory()


@pytest.fixture
def occupation() -> Occupation:
    return factories.OccupationFactory()


def test_without_a_plan_places_are_one_row_up_to_the_capacity(provider: Provider, occupation: Occupation) -> None:
    assert places_for(room(provider, 3), "theory", occupation) == (Place(1, 1, 1), Place(2, 1, 2), Place(3, 1, 3))


def test_a_plan_gives_its_places_but_the_blocked_ones(provider: Provider, occupation: Occupation) -> None:
    planned = plan(room(provider, 3), "座停\n＿座\n无")
    assert places_for(planned, "theory", occupation) == (
        Place(1, 1, 1),
        Place(3, 2, 2),
        Place(4, 3, 1, accessible=True),
    )
    assert len(spots_of(planned)) == 4


def test_stations_take_the_place_of_seats_for_their_occupation_and_practical_alone(
    provider: Provider, occupation: Occupation
) -> None:
    planned = plan(room(provider, 3), "座座座")
    Station.objects.create(room=planned, occupation=occupation, count=2)
    assert [place.number for place in places_for(planned, "practical", occupation)] == [1, 2]
    assert len(places_for(planned, "theory", occupation)) == 3
    assert len(places_for(planned, "practical", factories.OccupationFactory())) == 3


def test_a_plan_without_a_usable_place_counts_as_none(provider: Provider, occupation: Occupation) -> None:
    """As the database's trigger has it; `lay_out` writes no such plan."""
    blocked = plan(room(provider, 2), "座")
    blocked.places.update(kind="blocked")
    assert len(places_for(blocked, "theory", occupation)) == 2


def test_many_rooms_take_as_many_queries_as_one(provider: Provider, occupation: Occupation) -> None:
    rooms = [plan(room(provider, 2, f"{number} 室"), "座座") for number in range(4)]
    counts = []
    for some in (rooms[:1], rooms):
        with CaptureQueriesContext(connection) as asked:
            assert len(places_for_all(some, "practical", occupation)) == len(some)
        counts.append(len(asked))
    assert counts == [2, 2]


def test_a_venue_without_hours_or_closures_is_never_closed(provider: Provider) -> None:
    assert closed([room(provider)], SATURDAY) == ""
    assert closed([], SATURDAY) == ""


def test_hours_are_named_with_the_way_out(provider: Provider) -> None:
    hall = room(provider)
    open_on(hall, 5, "13:00", "17:00")
    assert closed([hall], SATURDAY) == "测试考点4月11日（周六）开放 13:00–17:00，不能安排 09:00–10:30，请换考场或改时间"
    assert closed([hall], during("2026-04-11 13:00", "2026-04-11 14:30")) == ""
    sunday = closed([hall], during("2026-04-12 09:00", "2026-04-12 10:30"))
    assert sunday == "测试考点4月12日（周日）不开放，不能安排 09:00–10:30，请换考场或改时间"


def test_a_closure_is_named_with_its_days_and_reason(provider: Provider) -> None:
    hall = room(provider)
    VenueClosure.objects.create(venue=hall.venue, first=date(2026, 4, 10), last=date(2026, 4, 11), reason="场地检修")
    assert closed([hall], SATURDAY) == "测试考点2026年4月10日至4月11日停用（场地检修），请换考场或改时间"


def test_two_rooms_of_one_venue_are_named_once(provider: Provider) -> None:
    first, second = room(provider), room(provider, name="102 室")
    VenueClosure.objects.create(venue=first.venue, first=date(2026, 4, 11), last=date(2026, 4, 11), reason="场地检修")
    assert closed([first, second], SATURDAY).count("停用") == 1
