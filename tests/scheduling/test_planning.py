"""Moving and housing a proposed session, and publishing it: what is refused, and by whom (SPEC 7.4, 7.5)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from registration.models import Application, Window
from scheduling import services
from scheduling.models import ExamSession, Room, Seat, Sitting, Station
from scheduling.queries.plans import conflicts_of, missing_rooms
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import OutboxMessage
from skilleval.core.wording import cn_time
from tests import factories
from tests.scheduling.people import NOON, gather, planned, publish, room, scheduler

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


def test_a_new_start_moves_every_subject_and_its_seats(session: ExamSession, by: User) -> None:
    services.set_time(session, held_on=date(2026, 4, 18), starts_at=time(13, 30), by=by, at=NOON)
    theory, practical = session.sittings.order_by("during")
    assert [cn_time(s.during.lower) for s in (theory, practical)] == ["13:30", "15:30"]
    assert {seat.during for seat in Seat.objects.filter(sitting=theory)} == {theory.during}
    assert theory.during.lower.date() == date(2026, 4, 18)


@pytest.mark.parametrize("turns", [1, -1])
def test_a_plan_in_turns_moves_by_exactly_one(session: ExamSession, by: User, offering: Offering, turns: int) -> None:
    """Each turn moves to where another is still."""
    one = room(offering.provider)
    Station.objects.create(room=one, occupation=offering.work_type.occupation, count=15)
    services.assign_room(session, room=one, by=by, at=NOON)
    before = [sitting.starts for sitting in session.sittings.filter(subject="practical").order_by("rotation")]
    length = turns * (before[1] - before[0])
    starts = datetime.combine(session.held_on, time(10)) + length
    services.set_time(session, held_on=session.held_on, starts_at=time(10), by=by, at=NOON)
    services.set_time(session, held_on=session.held_on, starts_at=starts.time(), by=by, at=NOON)
    after = [sitting.starts for sitting in session.sittings.filter(subject="practical").order_by("rotation")]
    assert after == [start + timedelta(hours=1) + length for start in before]


@pytest.mark.parametrize(
    ("held_on", "reason", "message"),
    [
        (date(2026, 5, 1), "", "评价期内"),
        (date(2026, 3, 31), "", "已过"),
        (date(2026, 5, 1), "   ", "评价期内"),
    ],
)
def test_a_day_outside_the_period_or_gone_by_is_refused(
    session: ExamSession, by: User, held_on: date, reason: str, message: str
) -> None:
    with pytest.raises(Refused, match=message) as refusal:
        services.set_time(session, held_on=held_on, starts_at=time(9), by=by, at=NOON, reason=reason)
    assert refusal.value.field == "held_on"


def test_with_a_reason_it_may_leave_the_period_and_forgets_it_on_return(session: ExamSession, by: User) -> None:
    moved = services.set_time(session, held_on=date(2026, 5, 9), starts_at=time(9), by=by, at=NOON, reason="考点停电")
    assert moved.period_override_reason == "考点停电"
    back = services.set_time(session, held_on=date(2026, 4, 30), starts_at=time(9), by=by, at=NOON, reason="考点停电")
    assert back.period_override_reason == ""


def test_the_database_itself_refuses_a_day_outside_the_period(session: ExamSession) -> None:
    with pytest.raises(IntegrityError, match="评价期"), transaction.atomic():
        ExamSession.objects.filter(pk=session.pk).update(held_on=date(2026, 5, 1))
    ExamSession.objects.filter(pk=session.pk).update(held_on=date(2026, 5, 1), period_override_reason="停电")


@pytest.mark.parametrize("starts_at", [time(22), time(23, 59)])
def test_too_late_a_start_is_refused(session: ExamSession, by: User, starts_at: time) -> None:
    with pytest.raises(Refused, match="当天结束"):
        services.set_time(session, held_on=date(2026, 4, 18), starts_at=starts_at, by=by, at=NOON)
    session.refresh_from_db()
    assert session.held_on == date(2026, 4, 11)


def test_a_room_too_small_is_refused_with_the_figure(session: ExamSession, by: User, offering: Offering) -> None:
    with pytest.raises(Refused, match="还差 1 座"):
        services.assign_room(session, room=room(offering.provider, 29), by=by, at=NOON)


def test_several_rooms_share_the_people(session: ExamSession, by: User, offering: Offering) -> None:
    rooms = [room(offering.provider, 20, "101 室"), room(offering.provider, 12, "102 室")]
    before = set(Seat.objects.filter(subject="theory").values_list("application", flat=True))
    services.assign_rooms(session, subject="theory", rooms=rooms, by=by, at=NOON)
    shared = [
        sorted(Seat.objects.filter(sitting__room=one, subject="theory").values_list("number", flat=True))
        for one in rooms
    ]
    assert shared == [list(range(1, 19)), list(range(1, 13))]
    assert set(Seat.objects.filter(subject="theory").values_list("application", flat=True)) == before
    services.assign_rooms(session, subject="theory", rooms=[room(offering.provider, 30, "大教室")], by=by, at=NOON)
    assert Sitting.objects.filter(subject="theory").count() == 1
    assert missing_rooms(session) == ["操作技能"]


def test_another_providers_room_is_refused(session: ExamSession, by: User) -> None:
    with pytest.raises(Refused, match="本机构"):
        services.assign_room(session, room=room(factories.ProviderFactory()), by=by, at=NOON)


def test_the_database_refuses_a_seat_beyond_the_room_and_a_room_made_too_small(
    session: ExamSession, by: User, offering: Offering
) -> None:
    one = room(offering.provider, 30)
    services.assign_room(session, room=one, by=by, at=NOON)
    seat = Seat.objects.filter(subject="theory", number=30).get()
    with pytest.raises(IntegrityError, match="没有可用的第 31 座"), transaction.atomic():
        Seat.objects.filter(pk=seat.pk).update(number=31)
    with pytest.raises(IntegrityError, match="没有可用的第 30 座"), transaction.atomic():
        Room.objects.filter(pk=one.pk).update(capacity=29)
    Room.objects.filter(pk=one.pk).update(capacity=31)
    Seat.objects.filter(pk=seat.pk).update(number=31)


def test_a_seat_keeps_the_time_of_its_sitting(session: ExamSession) -> None:
    seat = Seat.objects.first()
    other = Sitting.objects.exclude(subject=seat.subject).get()  # type: ignore[union-attr]
    with pytest.raises(IntegrityError, match="seat_sitting_time"):
        move_alone(seat, other)


@transaction.atomic
def move_alone(seat: Seat | None, other: Sitting) -> None:
    Seat.objects.filter(pk=seat and seat.pk).update(during=other.during)
    connection.check_constraints()


def test_publishing_schedules_everybody_and_tells_them_once(session: ExamSession, by: User) -> None:
    published = publish(session, by=by)
    assert published.state == "published"
    assert published.tickets_from == date(2026, 4, 8)
    assert published.batch.state == "published"
    assert set(Application.objects.values_list("state", flat=True)) == {"scheduled"}
    assert set(Seat.objects.values_list("live", flat=True)) == {True}
    told = OutboxMessage.objects.filter(channel="portal", subject__startswith="考试时间已确定")
    assert told.count() == 30
    assert "测试路 1 号" in told[0].body
    assert "自2026年4月8日（周三）起发放" in told[0].body


def test_without_a_room_it_is_not_published(session: ExamSession, by: User) -> None:
    with pytest.raises(Refused, match="理论知识、操作技能的考场"):
        services.publish(session, by=by, at=NOON)


def test_a_subject_that_nobody_sits_needs_no_room(offering: Offering, by: User) -> None:
    """And whoever sits it joins no such session when it is put off."""
    session = planned(offering, 30, subjects=["practical"])[0]
    hall = room(offering.provider)
    assert missing_rooms(session) == ["操作技能"]
    services.assign_rooms(session, subject="practical", rooms=[hall], by=by, at=NOON)
    services.publish(session, by=by, at=NOON)
    assert list(Sitting.objects.values_list("subject", "room", "live")) == [("practical", hall.pk, True)]
    services.postpone(session, reason="考点停电", by=by, at=NOON)
    factories.window_of(offering.provider, 4)
    gather(offering, 1, approved_on=date(2026, 3, 30), subjects=["practical"])
    gather(offering, 1, approved_on=date(2026, 3, 30))
    assert services.place_latecomers(at=NOON) == 2
    assert Seat.objects.count() == 31


def test_after_its_day_it_is_not_published(session: ExamSession, by: User, offering: Offering) -> None:
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    with pytest.raises(Refused, match="已过"):
        services.publish(session, by=by, at=factories.at(2026, 4, 12))


def test_once_it_would_have_begun_it_is_neither_published_nor_dated_so(
    session: ExamSession, by: User, offering: Offering
) -> None:
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    begun = session.sittings.order_by("during")[0].starts
    with pytest.raises(Refused, match=r"开考时间 2026年4月11日（周六） 09:00 已过"):
        services.publish(session, by=by, at=begun)
    with pytest.raises(Refused, match=r"今天 09:00 已过") as refusal:
        services.set_time(session, held_on=date(2026, 4, 11), starts_at=time(9), by=by, at=begun)
    assert refusal.value.field == "starts_at"
    services.publish(session, by=by, at=begun - timedelta(minutes=1))


def test_a_day_that_a_moved_period_left_outside_needs_a_reason(
    session: ExamSession, by: User, offering: Offering
) -> None:
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    Window.objects.filter(pk=session.batch.window_id).update(exam_from=date(2026, 4, 20))
    with pytest.raises(Refused, match=r"不在本批次评价期内（2026年4月20日"):
        services.publish(session, by=by, at=NOON)
    with pytest.raises(IntegrityError, match="评价期"), transaction.atomic():
        ExamSession.objects.filter(pk=session.pk).update(state="published", published_at=NOON)
    services.set_time(session, held_on=date(2026, 4, 11), starts_at=time(9), by=by, at=NOON, reason="考点停电")
    assert services.publish(session, by=by, at=NOON).state == "published"


def test_tickets_that_fail_to_come_out_are_left_to_the_day_s_run(
    offering: Offering, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    (session,) = planned(offering, 30, original_received_on=date(2026, 3, 10))
    with monkeypatch.context() as broken:
        broken.setattr("scheduling.ticket_numbers.SERIALS", 29)
        assert publish(session, by=by, at=factories.at(2026, 4, 9)).state == "published"
    assert services.release_tickets(date(2026, 4, 9), at=NOON) == 30


def test_published_it_is_neither_moved_nor_published_again(session: ExamSession, by: User, offering: Offering) -> None:
    publish(session, by=by)
    with pytest.raises(Refused, match="已发布"):
        services.publish(session, by=by, at=NOON)
    with pytest.raises(Refused, match="已发布"):
        services.set_time(session, held_on=date(2026, 4, 18), starts_at=time(9), by=by, at=NOON)
    with pytest.raises(Refused, match="已发布"):
        services.assign_room(session, room=room(offering.provider, name="别处"), by=by, at=NOON)


def test_a_batch_of_two_sessions_is_published_with_the_second(offering: Offering, by: User) -> None:
    first, second = planned(offering, 41)
    assert publish(first, by=by).batch.state == "planned"
    assert publish(second, by=by).batch.state == "published"


def test_a_taken_room_is_refused_and_named(offering: Offering, by: User) -> None:
    first, second = planned(offering, 41)
    one = room(offering.provider)
    for session in (first, second):
        services.set_time(session, held_on=date(2026, 4, 11), starts_at=time(9), by=by, at=NOON)
        services.assign_room(session, room=one, by=by, at=NOON)
    assert len(conflicts_of(second)) == 2  # theory and practical
    services.set_time(first, held_on=date(2026, 4, 18), starts_at=time(9), by=by, at=NOON)
    assert conflicts_of(second) == []
    services.publish(first, by=by, at=NOON)
    services.set_time(second, held_on=date(2026, 4, 18), starts_at=time(9), by=by, at=NOON)
    with pytest.raises(Conflict, match="考场冲突：测试考点 101 室在4月18日（周六） 09:00–10:30已安排给"):
        services.publish(second, by=by, at=NOON)


def test_the_database_refuses_a_taken_room_in_chinese(
    offering: Offering, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look before publishing finds nothing, as it would when two publish at once: the constraint speaks."""
    first, second = planned(offering, 41)
    one = room(offering.provider)
    for session in (first, second):
        services.set_time(session, held_on=date(2026, 4, 11), starts_at=time(9), by=by, at=NOON)
        services.assign_room(session, room=one, by=by, at=NOON)
    monkeypatch.setattr("scheduling.services.publishing.obstacles", lambda session: [])
    services.publish(first, by=by, at=NOON)
    with pytest.raises(Conflict, match="该考场在这段时间已安排其他场次"):
        services.publish(second, by=by, at=NOON)
    second.refresh_from_db()
    assert second.state == "proposed"
    assert not Seat.objects.filter(sitting__session=second, live=True).exists()


def test_a_candidate_in_two_places_is_refused_and_named(offering: Offering, by: User) -> None:
    other = factories.OfferingFactory(provider=offering.provider)
    somebody = factories.CandidateFactory(name="甲某")
    gather(offering, 1, candidate=somebody)
    gather(other, 1, candidate=somebody)
    gather(other, 29)
    first = planned(offering, 29)[0]
    second = ExamSession.objects.get(batch__offering=other)
    publish(first, by=by, held_on=first.held_on)
    with pytest.raises(Conflict, match="人员冲突：甲某"):
        publish(second, by=by, held_on=first.held_on)


def test_another_providers_plan_stays_its_own(offering: Offering, by: User) -> None:
    """Its proposal isn't named at all; published it bars, without number, work type or session (SPEC 12)."""
    other, somebody = factories.OfferingFactory(), factories.CandidateFactory(name="甲某")
    gather(other, 1, candidate=somebody)
    gather(other, 29)
    gather(offering, 1, candidate=somebody)
    first = planned(offering, 29)[0]
    assert conflicts_of(first) == []
    publish(ExamSession.objects.get(batch__offering=other), by=scheduler(other.provider))
    named = [word for word in conflicts_of(first) if word.startswith("人员冲突")]
    assert named == [
        "人员冲突：甲某在4月11日（周六） 09:00–10:30已有其他机构的考试安排，请改时间",
        "人员冲突：甲某在4月11日（周六） 11:00–12:30已有其他机构的考试安排，请改时间",
    ]


def test_the_database_refuses_a_candidate_in_two_places_in_chinese(
    offering: Offering, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.OfferingFactory(provider=offering.provider)
    somebody = factories.CandidateFactory()
    gather(offering, 1, candidate=somebody)
    gather(other, 1, candidate=somebody)
    gather(other, 29)
    first = publish(planned(offering, 29)[0], by=by, held_on=date(2026, 4, 11))
    monkeypatch.setattr("scheduling.services.publishing.obstacles", lambda session: [])
    with pytest.raises(Conflict, match="该参评人员在这段时间已安排其他考试"):
        publish(ExamSession.objects.get(batch__offering=other), by=by, held_on=first.held_on)


@pytest.mark.parametrize("role", [Role.REVIEWING, Role.FINANCE, Role.MANAGER])
def test_only_schedulers_of_the_provider_plan(session: ExamSession, offering: Offering, role: str) -> None:
    for somebody in (factories.staff(offering.provider, role), scheduler(factories.ProviderFactory())):
        with pytest.raises(NotAllowed):
            services.set_time(session, held_on=date(2026, 4, 18), starts_at=time(9), by=somebody, at=NOON)
        with pytest.raises(NotAllowed):
            services.publish(session, by=somebody, at=NOON)


def test_who_leaves_gives_seat_and_ticket_back(session: ExamSession, by: User) -> None:
    publish(session, by=by)
    application = Application.objects.first()
    assert application is not None
    assert services.free_seats(application, by=by, at=NOON, reason="本人申请") == 2
    application.refresh_from_db()
    session.refresh_from_db()
    assert (application.state, session.size) == ("confirmed", 29)
    assert services.free_seats(application, by=by, at=NOON, reason="本人申请") == 0


def test_who_left_before_publication_is_not_published(session: ExamSession, by: User) -> None:
    gone = Application.objects.order_by("pk")[0]
    Application.objects.filter(pk=gone.pk).update(state="cancelled")
    assert publish(session, by=by).size == 29
    assert not Seat.objects.filter(application=gone).exists()
    assert Application.objects.filter(state="scheduled").count() == 29
