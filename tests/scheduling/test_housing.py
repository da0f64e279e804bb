"""Rooms for a proposed session: turns where stations are few, times, seats and duties (SPEC 7.4)."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.utils import timezone

from scheduling import services
from scheduling.models import ExamSession, Room, Seat, Sitting, Station
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Refused
from tests import factories
from tests.scheduling.people import NOON, planned, room, scheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def session(offering: Offering) -> ExamSession:
    return planned(offering, 30)[0]


def workshop(offering: Offering, stations: int, name: str = "实训室", capacity: int = 40) -> Room:
    made = room(offering.provider, capacity, name)
    Station.objects.create(room=made, occupation=offering.work_type.occupation, count=stations)
    return made


def hours(session: ExamSession, subject: str = "practical") -> list[str]:
    sittings = session.sittings.filter(subject=subject).order_by("rotation", "pk")
    return [f"{timezone.localtime(one.starts):%H:%M}–{timezone.localtime(one.ends):%H:%M}" for one in sittings]


def sizes(session: ExamSession, subject: str = "practical") -> list[int]:
    return [one.seats.count() for one in session.sittings.filter(subject=subject).order_by("rotation", "pk")]


@pytest.mark.parametrize(
    ("stations", "people", "times"),
    [
        ([30], [30], ["11:00–12:30"]),
        ([29], [15, 15], ["11:00–12:30", "12:30–14:00"]),
        ([10], [10, 10, 10], ["11:00–12:30", "12:30–14:00", "14:00–15:30"]),
        ([8, 7], [8, 7, 8, 7], ["11:00–12:30", "11:00–12:30", "12:30–14:00", "12:30–14:00"]),
    ],
)
def test_few_stations_are_sat_at_in_turns(
    session: ExamSession, offering: Offering, by: User, stations: list[int], people: list[int], times: list[str]
) -> None:
    rooms = [workshop(offering, count, f"实训室 {number}") for number, count in enumerate(stations)]
    services.assign_rooms(session, subject="practical", rooms=rooms, by=by, at=NOON)
    assert sorted(sizes(session)) == sorted(people)
    assert hours(session) == times
    for seat in Seat.objects.filter(subject="practical").select_related("sitting"):
        assert seat.during == seat.sitting.during


def test_theory_never_sits_in_turns_nor_does_practice_without_stations(
    session: ExamSession, offering: Offering, by: User
) -> None:
    staged = workshop(offering, 40, capacity=20)
    for subject, small in (("theory", staged), ("practical", room(offering.provider, 20))):
        with pytest.raises(Refused, match="还差 10 座"):
            services.assign_rooms(session, subject=subject, rooms=[small], by=by, at=NOON)


def test_other_rooms_end_the_turns(session: ExamSession, offering: Offering, by: User) -> None:
    services.assign_rooms(session, subject="practical", rooms=[workshop(offering, 10)], by=by, at=NOON)
    services.assign_rooms(session, subject="practical", rooms=[room(offering.provider)], by=by, at=NOON)
    assert (sizes(session), hours(session)) == ([30], ["11:00–12:30"])


def test_turns_that_dont_end_on_the_day_are_refused_and_nothing_is_written(
    session: ExamSession, offering: Offering, by: User
) -> None:
    before = hours(session)
    with pytest.raises(Refused, match=r"操作技能分 15 轮，开始时间太晚.*或增加工位") as refusal:
        services.assign_rooms(session, subject="practical", rooms=[workshop(offering, 2)], by=by, at=NOON)
    assert refusal.value.field == "starts_at"
    assert hours(session) == before
    assert not Sitting.objects.exclude(room=None).exists()


def test_what_follows_the_turns_moves_on_with_them(offering: Offering, by: User) -> None:
    factories.SubjectFactory(offering=offering, kind="review", minutes=60, position=3, notice=offering.notice)
    session = planned(offering, 30)[0]
    assert hours(session, "review") == ["13:00–14:00"]
    services.assign_rooms(session, subject="practical", rooms=[workshop(offering, 10)], by=by, at=NOON)
    assert hours(session, "review") == ["16:00–17:00"]
    services.set_time(session, held_on=date(2026, 4, 18), starts_at=time(8), by=by, at=NOON)
    assert hours(session) == ["10:00–11:30", "11:30–13:00", "13:00–14:30"]
    assert hours(session, "review") == ["15:00–16:00"]


def test_a_sitting_stays_where_its_room_and_turn_stay(session: ExamSession, offering: Offering, by: User) -> None:
    one, other = room(offering.provider, 20, "101 室"), room(offering.provider, 20, "102 室")
    services.assign_rooms(session, subject="theory", rooms=[one, other], by=by, at=NOON)
    kept = Sitting.objects.get(room=other)
    services.assign_rooms(
        session, subject="theory", rooms=[other, room(offering.provider, 20, "103 室")], by=by, at=NOON
    )
    assert Sitting.objects.get(room=other) == kept


@pytest.mark.parametrize("same_day", [True, False])
def test_a_subject_has_a_day_of_its_own_only_where_the_provider_says_so(
    session: ExamSession, offering: Offering, by: User, same_day: bool
) -> None:
    type(offering.provider).objects.update(same_day_subjects=same_day)
    when = {"held_on": date(2026, 4, 18), "starts_at": time(9), "elsewhen": {"practical": date(2026, 4, 19)}}
    if same_day:
        with pytest.raises(Refused, match="同一天"):
            services.set_time(session, by=by, at=NOON, **when)  # type: ignore[arg-type]
        return
    services.set_time(session, by=by, at=NOON, **when)  # type: ignore[arg-type]
    practical = session.sittings.get(subject="practical")
    assert f"{timezone.localtime(practical.starts):%d %H:%M}" == "19 09:00"
    services.assign_rooms(session, subject="practical", rooms=[workshop(offering, 10)], by=by, at=NOON)
    assert hours(session) == ["09:00–10:30", "10:30–12:00", "12:00–13:30"]
    assert {timezone.localdate(one.starts) for one in session.sittings.filter(subject="practical")} == {
        date(2026, 4, 19)
    }


@pytest.mark.parametrize(
    ("day", "reason", "message"),
    [(date(2026, 5, 9), "", "评价期内"), (date(2026, 4, 10), "", "不能早于"), (date(2026, 5, 9), "考点停电", "")],
)
def test_a_subjects_own_day_keeps_the_period_too(
    session: ExamSession, offering: Offering, by: User, day: date, reason: str, message: str
) -> None:
    type(offering.provider).objects.update(same_day_subjects=False)
    when = {"held_on": date(2026, 4, 18), "starts_at": time(9), "elsewhen": {"practical": day}, "reason": reason}
    if message:
        with pytest.raises(Refused, match=message):
            services.set_time(session, by=by, at=NOON, **when)  # type: ignore[arg-type]
    else:
        assert services.set_time(session, by=by, at=NOON, **when).period_override_reason == reason  # type: ignore[arg-type]
