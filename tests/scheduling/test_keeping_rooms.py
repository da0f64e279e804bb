"""Staff keep rooms and venues: plans, stations, hours, closures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from scheduling import services
from scheduling.models import ExamSession, Room, RoomSeat, Station
from scheduling.opening import Hours
from scheduling.queries.rooms import outside, spots_of
from scheduling.services import rooms
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent
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
def hall(offering: Offering) -> Room:
    return room(offering.provider, 4)


def seated(offering: Offering, hall: Room, by: User, people: int = 3) -> ExamSession:
    """A proposed session whose people sit on the first places of a room, in both subjects."""
    [session] = planned(offering, people)
    services.assign_room(session, room=hall, by=by, at=NOON)
    return session


def test_a_plan_makes_the_places_and_the_capacity(hall: Room, by: User) -> None:
    laid = rooms.lay_out(hall, plan="座座＿停\n无座＿座", by=by, at=NOON)
    assert (laid.capacity, Room.objects.get().capacity) == (5, 5)
    assert [(spot.number, spot.row, spot.column, spot.kind) for spot in spots_of(hall)] == [
        (1, 1, 1, "usable"),
        (2, 1, 2, "usable"),
        (3, 1, 4, "blocked"),
        (4, 2, 1, "accessible"),
        (5, 2, 2, "usable"),
        (6, 2, 4, "usable"),
    ]


def test_the_same_plan_again_changes_nothing(hall: Room, by: User) -> None:
    for _ in range(2):
        rooms.lay_out(hall, plan="座座\n座座", by=by, at=NOON)
    assert AuditEvent.objects.filter(action="room.laid_out").count() == 1


def test_numbers_stay_unless_they_are_asked_for_anew(hall: Room, by: User) -> None:
    for text in ("座座\n座座", "＿座\n座座"):
        rooms.lay_out(hall, plan=text, by=by, at=NOON)
    assert [spot.number for spot in spots_of(hall)] == [2, 3, 4]
    rooms.lay_out(hall, plan="＿座\n座座", renumber=True, by=by, at=NOON)
    assert [spot.number for spot in spots_of(hall)] == [1, 2, 3]


def test_a_plan_that_cannot_be_read_is_refused_at_its_field(hall: Room, by: User) -> None:
    with pytest.raises(Refused, match="第 1 排有不认识的“桌”") as refusal:
        rooms.lay_out(hall, plan="桌", by=by, at=NOON)
    assert refusal.value.field == "plan"


def test_nobody_loses_a_place_to_a_plan(offering: Offering, hall: Room, by: User) -> None:
    session = seated(offering, hall, by)
    with pytest.raises(Refused, match=r"2 号座已有人：.*第1场") as refusal:
        rooms.lay_out(hall, plan="座停座座", by=by, at=NOON)
    assert refusal.value.message.endswith("请先给这些人换座位或换考场")
    assert not RoomSeat.objects.exists()
    assert Room.objects.get().capacity == 4
    rooms.lay_out(hall, plan="座座座停", by=by, at=NOON)
    assert session.sittings.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda: RoomSeat.objects.filter(number=2).update(kind="blocked"),
        lambda: RoomSeat.objects.filter(number=2).delete(),
        lambda: RoomSeat.objects.filter(number=2).update(number=9),
        lambda: Station.objects.update(count=1),
    ],
    ids=["blocked", "deleted", "renumbered", "stations"],
)
def test_the_database_refuses_it_too(offering: Offering, hall: Room, by: User, change: Callable[[], object]) -> None:
    """The negative control of the services' own look."""
    rooms.lay_out(hall, plan="座座座座", by=by, at=NOON)
    rooms.set_stations(hall, counts={offering.work_type.occupation_id: 4}, by=by, at=NOON)
    seated(offering, hall, by)
    with pytest.raises(IntegrityError, match=r"没有可用的第 [23] 座"), transaction.atomic():
        change()


def test_whoever_sat_long_ago_bars_no_plan(offering: Offering, hall: Room, by: User) -> None:
    session = seated(offering, hall, by)
    for seat in session.sittings.get(subject="theory").seats.select_related("application"):
        type(seat.application).objects.filter(pk=seat.application_id).update(state="withdrawn")
    assert rooms.lay_out(hall, plan="座停", by=by, at=NOON).capacity == 1


def test_a_plan_is_taken_away_where_people_still_fit(offering: Offering, hall: Room, by: User) -> None:
    rooms.lay_out(hall, plan="座座座座", by=by, at=NOON)
    seated(offering, hall, by)
    with pytest.raises(Refused, match="3 号座已有人"):
        rooms.remove_plan(hall, capacity=2, by=by, at=NOON)
    assert rooms.remove_plan(hall, capacity=3, by=by, at=NOON).capacity == 3
    assert spots_of(hall) == ()


@pytest.mark.parametrize("capacity", [0, 2001])
def test_a_room_holds_somebody_and_not_a_town(hall: Room, by: User, capacity: int) -> None:
    with pytest.raises(Refused, match="1–2000"):
        rooms.remove_plan(hall, capacity=capacity, by=by, at=NOON)


def test_after_the_exam_a_room_is_free_to_change(offering: Offering, hall: Room, by: User) -> None:
    """Whoever sat is scheduled until their result is out; a session put off still wants its room."""
    rooms.set_stations(hall, counts={offering.work_type.occupation_id: 3}, by=by, at=NOON)
    session = services.publish(seated(offering, hall, by), by=by, at=NOON)
    last = session.sittings.get(subject="practical").ends
    with pytest.raises(Refused, match="没有可用的第 3 座"):
        rooms.set_stations(hall, counts={offering.work_type.occupation_id: 1}, by=by, at=last - timedelta(minutes=1))
    rooms.set_stations(hall, counts={offering.work_type.occupation_id: 1}, by=by, at=last)
    assert rooms.remove_plan(hall, capacity=1, by=by, at=last).capacity == 1


def test_a_session_put_off_keeps_its_places(offering: Offering, hall: Room, by: User) -> None:
    session = services.publish(seated(offering, hall, by), by=by, at=NOON)
    services.postpone(session, reason="停电", by=by, at=NOON)
    with pytest.raises(Refused, match="2 号座已有人"):
        rooms.remove_plan(hall, capacity=1, by=by, at=factories.at(2026, 4, 20))


def test_a_published_number_stays_where_it_is(offering: Offering, hall: Room, by: User) -> None:
    for text in ("座座\n座座", "＿座\n座座"):
        rooms.lay_out(hall, plan=text, by=by, at=NOON)
    session = services.publish(seated(offering, hall, by), by=by, at=NOON)
    with pytest.raises(Refused, match=r"已发布的座位不能改号：2 号座已有人") as refusal:
        rooms.lay_out(hall, plan="＿座\n座座", renumber=True, by=by, at=NOON)
    assert refusal.value.field == "renumber"
    over = session.sittings.get(subject="practical").ends
    assert rooms.lay_out(hall, plan="＿座\n座座", renumber=True, by=by, at=over).capacity == 3
    assert [spot.number for spot in spots_of(hall)] == [1, 2, 3]


def test_stations_are_set_changed_and_taken_away(offering: Offering, hall: Room, by: User) -> None:
    mine, other = offering.work_type.occupation.pk, factories.OccupationFactory().pk
    rooms.set_stations(hall, counts={mine: 8, other: 5}, by=by, at=NOON)
    rooms.set_stations(hall, counts={mine: 10, other: 0}, by=by, at=NOON)
    assert list(Station.objects.values_list("occupation", "count")) == [(mine, 10)]
    with pytest.raises(Refused, match="0–2000"):
        rooms.set_stations(hall, counts={mine: -1}, by=by, at=NOON)


def test_nobody_loses_their_station(offering: Offering, hall: Room, by: User) -> None:
    seated(offering, hall, by)
    with pytest.raises(Refused, match="没有可用的第 3 座"):
        rooms.set_stations(hall, counts={offering.work_type.occupation_id: 2}, by=by, at=NOON)
    assert not Station.objects.exists()


def test_a_plan_leaves_people_at_their_stations_alone(offering: Offering, hall: Room, by: User) -> None:
    rooms.set_stations(hall, counts={offering.work_type.occupation_id: 3}, by=by, at=NOON)
    session = seated(offering, hall, by)
    theory = session.sittings.get(subject="theory")
    theory.seats.all().delete()
    assert rooms.lay_out(hall, plan="座", by=by, at=NOON).capacity == 1


def test_hours_are_replaced_as_a_whole(hall: Room, by: User) -> None:
    morning, evening = Hours(5, time(8), time(12)), Hours(5, time(18), time(21))
    rooms.set_hours(hall.venue, hours=[morning, evening, morning], by=by, at=NOON)
    rooms.set_hours(hall.venue, hours=[morning], by=by, at=NOON)
    assert [str(row) for row in hall.venue.hours.all()] == ["周六 08:00–12:00"]
    rooms.set_hours(hall.venue, hours=[], by=by, at=NOON)
    assert not hall.venue.hours.exists()


@pytest.mark.parametrize(
    ("stretches", "says"),
    [
        ([Hours(5, time(12), time(8))], "周六：关闭时间须晚于开放时间"),
        ([Hours(5, time(8), time(8))], "周六：关闭时间须晚于开放时间"),
        ([Hours(5, time(8), time(12)), Hours(5, time(11), time(17))], "周六：08:00–12:00 与 11:00–17:00 重叠"),
    ],
)
def test_hours_that_make_no_sense_are_refused(hall: Room, by: User, stretches: list[Hours], says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        rooms.set_hours(hall.venue, hours=stretches, by=by, at=NOON)
    assert refusal.value.field == "day_5"


def test_a_closure_is_made_once_and_taken_back_once(hall: Room, by: User) -> None:
    days = {"first": date(2026, 4, 10), "last": date(2026, 4, 12)}
    closures = [rooms.shut(hall.venue, **days, reason="检修", by=by, at=NOON) for _ in range(2)]
    assert closures[0] == closures[1]
    assert [rooms.reopen(hall.venue, closure=closures[0].pk, by=by, at=NOON) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    ("last", "reason", "field"),
    [(date(2026, 4, 9), "检修", "last"), (date(2026, 4, 10), "  ", "reason")],
)
def test_a_closure_has_its_days_in_order_and_a_reason(
    hall: Room, by: User, last: date, reason: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        rooms.shut(hall.venue, first=date(2026, 4, 10), last=last, reason=reason, by=by, at=NOON)
    assert refusal.value.field == field


def test_what_is_planned_outside_the_hours_is_named_once(offering: Offering, hall: Room, by: User) -> None:
    session = seated(offering, hall, by)
    assert outside(hall.venue, NOON) == []
    rooms.shut(hall.venue, first=session.held_on, last=session.held_on, reason="检修", by=by, at=NOON)
    [(named, why)] = outside(hall.venue, NOON)
    assert named == session
    assert "停用（检修）" in why


def test_a_stranger_and_another_role_may_not_keep_rooms(hall: Room, offering: Offering) -> None:
    for person in (scheduler(factories.ProviderFactory()), factories.staff(offering.provider)):
        for verb in (
            lambda by: rooms.lay_out(hall, plan="座", by=by, at=NOON),
            lambda by: rooms.remove_plan(hall, capacity=3, by=by, at=NOON),
            lambda by: rooms.set_stations(hall, counts={}, by=by, at=NOON),
            lambda by: rooms.set_hours(hall.venue, hours=[], by=by, at=NOON),
            lambda by: rooms.reopen(hall.venue, closure=1, by=by, at=NOON),
        ):
            with pytest.raises(NotAllowed):
                verb(person)


def test_a_plan_as_rows_is_what_the_page_reads(hall: Room) -> None:
    assert [spot.kind for spot in spots_of(plan(hall, "座无停"))] == ["usable", "accessible", "blocked"]
