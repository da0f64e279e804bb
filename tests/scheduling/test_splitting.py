"""Splitting, merging and moving people between proposed sessions: nobody is lost, nobody sits twice (SPEC 7.5)."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.db.models import Count

from scheduling import services
from scheduling.models import ExamSession, Seat, Sitting
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests import factories
from tests.scheduling.people import NOON, planned, publish, room, scheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


def people_of(session: ExamSession) -> list[int]:
    seats = Seat.objects.filter(sitting__session=session, subject="theory").order_by("sitting_id", "number")
    return list(seats.values_list("application", flat=True))


def all_is_well(offering: Offering, people: int) -> None:
    """One place for each in each subject, sessions count their people, numbers begin at 1, no sitting is left over."""
    sessions = ExamSession.objects.filter(batch__offering=offering)
    seats = Seat.objects.filter(sitting__session__in=sessions)
    assert seats.values("application", "subject").distinct().count() == seats.count() == 2 * people
    for session in sessions:
        assert session.size == len(people_of(session))
    for sitting in Sitting.objects.filter(session__in=sessions).annotate(people=Count("seats")):
        numbers = sorted(sitting.seats.values_list("number", flat=True))
        assert numbers == list(range(1, sitting.people + 1))
        assert sitting.people
        assert set(sitting.seats.values_list("during", flat=True)) == {sitting.during}


def test_the_last_of_the_draw_leave_for_a_new_session(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    order = people_of(session)
    new = services.split(session, people=12, by=by, at=NOON)
    session.refresh_from_db()
    new.refresh_from_db()
    assert (session.size, new.size, new.number, new.held_on) == (18, 12, 2, session.held_on)
    assert (people_of(session), people_of(new)) == (order[:18], order[18:])
    assert new.log.get().reason == "由第 1 场拆分"
    all_is_well(offering, 30)


@pytest.mark.parametrize("people", [0, 30, 31, -1])
def test_both_halves_have_somebody(offering: Offering, by: User, people: int) -> None:
    session = planned(offering, 30)[0]
    with pytest.raises(Refused, match="1 至 29"):
        services.split(session, people=people, by=by, at=NOON)


def test_rooms_that_hold_those_who_stay_are_kept(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    one = room(offering.provider)
    services.assign_room(session, room=one, by=by, at=NOON)
    new = services.split(session, people=10, by=by, at=NOON)
    assert {sitting.room for sitting in session.sittings.all()} == {one}
    assert {sitting.room for sitting in new.sittings.all()} == {None}
    all_is_well(offering, 30)


def test_merged_the_emptied_session_is_cancelled(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    new = services.split(session, people=10, by=by, at=NOON)
    services.merge(new, into=session, by=by, at=NOON)
    new.refresh_from_db()
    session.refresh_from_db()
    assert (new.state, new.size, new.sittings.count(), session.size) == ("cancelled", 0, 0, 30)
    assert new.log.last().reason == "已并入第 1 场"
    all_is_well(offering, 30)
    assert publish(session, by=by).batch.state == "published"


def test_rooms_too_small_for_all_are_given_up(offering: Offering, by: User) -> None:
    first, second = planned(offering, 32)[0], None
    second = services.split(first, people=12, by=by, at=NOON)
    small = room(offering.provider, 20)
    services.assign_room(first, room=small, by=by, at=NOON)
    services.merge(second, into=first, by=by, at=NOON)
    assert {sitting.room for sitting in first.sittings.all()} == {None}
    all_is_well(offering, 32)


def test_a_session_larger_than_allowed_is_refused(offering: Offering, by: User) -> None:
    first, second = planned(offering, 41)
    with pytest.raises(Refused, match="每场容量 40 人"):
        services.merge(second, into=first, by=by, at=NOON)
    ExamSession.objects.filter(pk=first.pk).update(size=40)
    with pytest.raises(Refused, match="每场容量 40 人"):
        services.move_people(second, to=first, applications=people_of(second)[:1], by=by, at=NOON)


def test_people_move_to_the_day_of_the_other(offering: Offering, by: User) -> None:
    first, second = planned(offering, 41)
    services.set_time(second, held_on=date(2026, 4, 25), starts_at=time(14), by=by, at=NOON)
    chosen = people_of(first)[3:6]
    services.move_people(first, to=second, applications=chosen, by=by, at=NOON)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.size, second.size) == (18, 23)
    assert set(chosen) <= set(people_of(second))
    assert {f"{seat.during.lower:%d}" for seat in Seat.objects.filter(application__in=chosen)} == {"25"}
    assert AuditEvent.objects.get(action="session.people_moved").details["applications"] == chosen
    all_is_well(offering, 41)


def test_only_some_of_those_who_are_there_move_and_only_within_the_batch(offering: Offering, by: User) -> None:
    first, second = planned(offering, 41)
    foreign = planned(factories.OfferingFactory(provider=offering.provider), 30)[0]
    for chosen, message in (
        ([], "请选择"),
        ([-1], "不在本场"),
        (people_of(second)[:1], "不在本场"),
        (people_of(first), "合并"),
    ):
        with pytest.raises(Refused, match=message):
            services.move_people(first, to=second, applications=chosen, by=by, at=NOON)
    for other in (first, foreign):
        with pytest.raises(Refused, match="同一批次"):
            services.move_people(first, to=other, applications=people_of(first)[:1], by=by, at=NOON)
        with pytest.raises(Refused, match="同一批次"):
            services.merge(first, into=other, by=by, at=NOON)


def test_what_was_published_stays_together(offering: Offering, by: User) -> None:
    first, second = planned(offering, 41)
    publish(first, by=by)
    with pytest.raises(Refused, match="已发布"):
        services.split(first, people=5, by=by, at=NOON)
    with pytest.raises(Refused, match="已发布"):
        services.merge(second, into=first, by=by, at=NOON)
    services.postpone(first, reason="考点停电", by=by, at=NOON)
    with pytest.raises(Refused, match="曾经发布"):
        services.move_people(second, to=first, applications=people_of(second)[:1], by=by, at=NOON)


def test_others_dont_split(offering: Offering) -> None:
    session = planned(offering, 30)[0]
    for somebody in (factories.staff(offering.provider, Role.REVIEWING), scheduler(factories.ProviderFactory())):
        with pytest.raises(NotAllowed):
            services.split(session, people=5, by=somebody, at=NOON)
