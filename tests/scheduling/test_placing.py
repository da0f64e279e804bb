"""The judgment proposes sessions that can be held: with the provider's rooms, and nobody in two places (SPEC 7.5)."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.utils import timezone

from scheduling import services
from scheduling.models import ExamSession, Station, VenueHours
from scheduling.queries.plans import conflicts_of
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import JUDGED, NOON, gather, planned, publish, room, scheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


def starts(session: ExamSession) -> str:
    return f"{timezone.localtime(session.sittings.order_by('during')[0].starts):%d %H:%M}"


def test_six_sessions_in_one_room_take_turns(offering: Offering) -> None:
    one = room(offering.provider)
    by = scheduler(offering.provider)
    sessions = planned(offering, 201)
    assert [starts(session) for session in sessions] == [
        "11 09:00",
        "18 09:00",
        "25 09:00",
        "11 12:30",
        "18 12:30",
        "25 12:30",
    ]
    for session in sessions:
        services.assign_room(session, room=one, by=by, at=NOON)
    assert [conflicts_of(session) for session in sessions] == [[]] * 6


def test_opening_times_and_turns_are_kept(offering: Offering) -> None:
    one = room(offering.provider)
    VenueHours.objects.create(venue=one.venue, weekday=6, opens=time(8, 30), closes=time(17))
    Station.objects.create(room=one, occupation=offering.work_type.occupation, count=10)
    session = planned(offering, 30)[0]
    assert starts(session) == "05 09:00"  # 09:00 to 10:30, then three turns to 15:30
    services.assign_room(session, room=one, by=scheduler(offering.provider), at=NOON)
    assert conflicts_of(session) == []


def test_where_nothing_fits_it_is_proposed_all_the_same(offering: Offering) -> None:
    room(offering.provider, 10)
    assert [starts(session) for session in planned(offering, 41)] == ["11 09:00", "18 09:00"]


def test_whoever_applied_for_two_sits_one_after_the_other(offering: Offering) -> None:
    other = factories.OfferingFactory(provider=offering.provider)
    somebody = factories.CandidateFactory()
    for one in (offering, other):
        gather(one, 1, candidate=somebody)
        gather(one, 29)
    services.judge_due(JUDGED, at=NOON)
    sessions = ExamSession.objects.order_by("pk")
    assert len({starts(session) for session in sessions}) == 2
    assert [conflicts_of(session) for session in sessions] == [[], []]


def test_what_is_published_elsewhere_is_kept_free(offering: Offering) -> None:
    somebody = factories.CandidateFactory()
    elsewhere = factories.OfferingFactory()
    gather(elsewhere, 1, candidate=somebody)
    published = planned(elsewhere, 29)[0]
    publish(published, by=scheduler(elsewhere.provider), held_on=date(2026, 4, 11))
    gather(offering, 1, candidate=somebody)
    session = planned(offering, 29)[0]
    assert starts(session) == "18 09:00"
    assert conflicts_of(session) == []
