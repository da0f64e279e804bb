"""Whoever is confirmed after the judgment, once staff have begun to plan (SPEC 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest

from registration.models import Application
from scheduling import services
from scheduling.models import ExamSession
from scheduling.services import staffing
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import NOON, gather, planned, room, scheduler
from tests.scheduling.premises import helper

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    offering = factories.OfferingFactory(provider__threshold=3, provider__session_capacity=3)
    factories.window_of(offering.provider, 4)
    return offering


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


def come(offering: Offering, count: int) -> list[Application]:
    return gather(offering, count, approved_on=date(2026, 3, 30))


def plan() -> list[tuple[int, date, int]]:
    return list(ExamSession.objects.order_by("pk").values_list("pk", "held_on", "size"))


def test_rooms_given_up_again_leave_draws_that_stay(offering: Offering, by: User) -> None:
    first, second = planned(offering, 5)
    services.assign_room(second, room=room(offering.provider, 2), by=by, at=NOON)
    somebody = first.sittings.get(subject="theory").seats.get(number=1).application_id
    services.move_people(first, to=second, applications=[somebody], by=by, at=NOON)
    come(offering, 2)
    assert services.place_latecomers(at=NOON) == 2
    assert [size for _, _, size in plan()] == [3, 3]
    assert Application.objects.filter(window=factories.window_of(offering.provider, 4)).count() == 1


def call_on_somebody(session: ExamSession, by: User) -> None:
    staff, theory = helper(session.batch.offering.provider, "监考甲"), session.sittings.get(subject="theory")
    staffing.assign(theory, staff=staff, role="invigilator", by=by, at=NOON)


@pytest.mark.parametrize(
    "work",
    [
        lambda session, by: services.set_time(session, held_on=date(2026, 4, 18), starts_at=time(13), by=by, at=NOON),
        call_on_somebody,
    ],
    ids=["another day", "staff"],
)
def test_what_staff_did_is_not_thrown_away(
    offering: Offering, by: User, work: Callable[[ExamSession, User], object]
) -> None:
    work(planned(offering, 3)[0], by)
    before = plan()
    come(offering, 1)
    assert services.place_latecomers(at=NOON) == 1
    assert plan() == before
