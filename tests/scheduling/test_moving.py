"""Changes of what is published: who is concerned gets another ticket and is told, nobody else is (SPEC 7.8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from registration.models import Application
from scheduling import bars, services
from scheduling.models import AdmissionTicket, ExamSession, Room, Seat, SeatDraw, SessionVersion, VenueClosure
from scheduling.queries.charts import places_then_and_now, standing_of
from scheduling.seating import repeats
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Conflict, NotAllowed, Refused
from tests import factories
from tests.scheduling.people import room, scheduler
from tests.scheduling.published import (
    EIGHTH,
    FIRST,
    SECOND,
    people_of,
    provider_of_three,
    told,
    two_sessions,
)

pytestmark = pytest.mark.django_db
CHANGED = "考试安排有变更"
Pair = tuple[ExamSession, ExamSession]


@pytest.fixture
def offering() -> Offering:
    return provider_of_three()


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def pair(offering: Offering, by: User) -> Pair:
    return two_sessions(offering, by)


def in_force(people: list[Application]) -> int:
    return AdmissionTicket.objects.in_force().filter(application__in=people).count()


def starts(session: ExamSession) -> list[datetime]:
    return [sitting.starts.astimezone(SHANGHAI) for sitting in session.sittings.order_by("during")]


def again(session: ExamSession) -> ExamSession:
    return ExamSession.objects.get(pk=session.pk)


def test_another_day_withdraws_tickets_and_tells_everybody(pair: Pair, by: User) -> None:
    first, _ = pair
    colleague = scheduler(first.batch.offering.provider)
    people = people_of(first)
    services.reschedule(first, held_on=date(2026, 4, 25), starts_at=time(13), reason="考点停电", by=by, at=EIGHTH)
    fresh = again(first)
    assert (fresh.held_on, fresh.version, fresh.state) == (date(2026, 4, 25), 2, "published")
    assert starts(first) == [datetime(2026, 4, 25, 13, tzinfo=SHANGHAI), datetime(2026, 4, 25, 15, tzinfo=SHANGHAI)]
    assert in_force(people) == 0  # the new release day is to come
    assert {one.recipient_id for one in told(CHANGED)} == {one.candidate.user_id for one in people}
    assert [one.recipient_id for one in told("已发布的场次有变动：安排变更（第 2 版）")] == [colleague.pk]
    assert "考点停电" in told(CHANGED)[0].body
    assert "考试日之前可以免费退考" in told(CHANGED)[0].body
    services.release_tickets(date(2026, 4, 22), at=EIGHTH)
    assert in_force(people) == 3


def test_another_hour_of_a_released_day_gives_new_tickets_at_once(pair: Pair, by: User) -> None:
    first, _ = pair
    old = set(AdmissionTicket.objects.values_list("number", flat=True))
    services.reschedule(first, held_on=FIRST, starts_at=time(13), reason="考点停电", by=by, at=EIGHTH)
    people = people_of(first)
    assert in_force(people) == 3
    assert not old & set(AdmissionTicket.objects.in_force().values_list("number", flat=True))
    assert "免费退考" not in told(CHANGED)[0].body


def test_a_day_outside_the_period_keeps_the_reason(pair: Pair, by: User) -> None:
    first, _ = pair
    services.reschedule(first, held_on=date(2026, 5, 9), starts_at=time(9), reason="考点停电", by=by, at=EIGHTH)
    assert again(first).period_override_reason == "考点停电"


def test_a_later_day_outside_the_period_keeps_the_reason_too(pair: Pair, by: User) -> None:
    practical = pair[1].sittings.get(subject="practical")
    practical.during = (practical.starts + timedelta(days=11), practical.ends + timedelta(days=11))
    practical.save()
    when = {"held_on": date(2026, 4, 20), "starts_at": time(9)}
    (moved,) = services.reschedule(pair[1], **when, reason="场地检修", by=by, at=EIGHTH)
    assert moved.period_override_reason == "场地检修"


@pytest.mark.parametrize(
    ("held_on", "starts_at", "reason", "words"),
    [
        (SECOND, time(9), " ", "请写明变更的原因"),
        (SECOND, time(9), "原" * 151, "不超过 150 字"),
        (FIRST, time(9), "停电", "没有变化"),
        (EIGHTH.date(), time(12), "停电", "已过"),
        (SECOND, time(21), "停电", "开始时间太晚"),
    ],
)
def test_what_another_time_is_refused_for(
    pair: Pair, by: User, held_on: date, starts_at: time, reason: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        services.reschedule(pair[0], held_on=held_on, starts_at=starts_at, reason=reason, by=by, at=EIGHTH)
    assert SessionVersion.objects.filter(number=2).count() == 0


def test_a_room_that_is_taken_and_a_venue_that_is_shut_are_named(pair: Pair, by: User) -> None:
    first, second = pair
    taken = second.sittings.select_related("room__venue").first()
    assert taken
    assert taken.room
    mine = first.sittings.order_by("during")[0]
    services.reschedule(first, held_on=SECOND, starts_at=time(9), reason="合并", by=by, at=EIGHTH)
    with pytest.raises(Conflict, match="考场冲突"):
        services.change_rooms(first, {mine.pk: taken.room}, reason="换考场", by=by, at=EIGHTH)
    VenueClosure.objects.create(venue=taken.room.venue, first=FIRST, last=FIRST, reason="检修")
    with pytest.raises(Conflict, match="停用（检修）"):
        services.reschedule(first, held_on=FIRST, starts_at=time(9), reason="合并", by=by, at=EIGHTH)


def test_two_sessions_change_places_in_time_and_room(pair: Pair, by: User) -> None:
    """Each takes the other's time and room: only once both have moved is anything judged."""
    first, second = pair
    before = [[sitting.room_id for sitting in one.sittings.order_by("during")] for one in pair]
    services.swap_sessions(first, second, times=True, rooms=True, reason="机房调配", by=by, at=EIGHTH)
    assert [again(one).held_on for one in pair] == [SECOND, FIRST]
    assert [[s.room_id for s in one.sittings.order_by("during")] for one in pair] == before[::-1]
    assert in_force(people_of(second)) == 3
    assert in_force(people_of(first)) == 0
    assert len(told(CHANGED)) == 6


def test_two_sessions_of_one_day_exchange_their_rooms(pair: Pair, by: User) -> None:
    first, second = pair
    services.reschedule(second, held_on=FIRST, starts_at=time(9), reason="合并", by=by, at=EIGHTH)
    rooms = {one.pk: one.sittings.values_list("room", flat=True)[0] for one in pair}
    services.swap_sessions(first, second, times=False, rooms=True, reason="机房调配", by=by, at=EIGHTH)
    assert set(first.sittings.values_list("room", flat=True)) == {rooms[second.pk]}
    assert set(second.sittings.values_list("room", flat=True)) == {rooms[first.pk]}


def test_another_room_for_one_subject(pair: Pair, by: User, offering: Offering) -> None:
    first, _ = pair
    theory = first.sittings.get(subject="theory")
    services.change_rooms(first, {theory.pk: room(offering.provider, 5, "新考场")}, reason="漏水", by=by, at=EIGHTH)
    assert first.sittings.get(subject="theory").room == Room.objects.get(name="新考场")
    (body, *_) = [message.body for message in told(CHANGED)]
    assert "理论知识座位由" in body
    assert "操作技能" not in body
    small, strange = room(offering.provider, 2, "小考场"), room(factories.ProviderFactory(), 20, "别处")
    with pytest.raises(Refused, match="可用 2 座，本场有 3 人"):
        services.change_rooms(first, {theory.pk: small}, reason="漏水", by=by, at=EIGHTH)
    with pytest.raises(Refused, match="本机构"):
        services.change_rooms(first, {theory.pk: strange}, reason="漏水", by=by, at=EIGHTH)


def test_the_draw_for_another_room_can_be_repeated_and_the_old_one_is_over(
    pair: Pair, by: User, offering: Offering
) -> None:
    first, _ = pair
    theory = first.sittings.get(subject="theory")
    old = SeatDraw.objects.get(session=first, subject="theory")
    services.change_rooms(first, {theory.pk: room(offering.provider, 5, "新考场")}, reason="漏水", by=by, at=EIGHTH)
    draw = SeatDraw.objects.filter(session=first, subject="theory").latest("pk")
    assert (draw.reason, draw.by_label, repeats(draw.facts, draw.seed)) == ("漏水", by.label, True)
    assert {one.now for one in places_then_and_now(draw)} == {one.then for one in places_then_and_now(draw)}
    assert (standing_of(old), standing_of(draw)) == (set(), {theory.pk})


def test_a_draw_goes_on_for_the_sittings_that_stay(pair: Pair, by: User, offering: Offering) -> None:
    _, second = pair
    services.postpone(second, reason="停电", by=by, at=EIGHTH)
    two = [room(offering.provider, 2, name) for name in ("甲", "乙")]
    services.assign_rooms(second, subject="theory", rooms=two, by=by, at=EIGHTH)
    services.publish(second, by=by, at=EIGHTH)
    draw = SeatDraw.objects.filter(session=second, subject="theory").latest("pk")
    moved, stays = second.sittings.filter(subject="theory").order_by("room__name")
    services.change_rooms(second, {moved.pk: room(offering.provider, 9, "丙")}, reason="漏水", by=by, at=EIGHTH)
    assert standing_of(draw) == {stays.pk}
    assert {one.now for one in places_then_and_now(draw)} == {one.then for one in places_then_and_now(draw)}


def test_one_person_goes_to_the_other_session_and_nobody_else_notices(pair: Pair, by: User) -> None:
    first, second = pair
    moved, *others = people_of(first)
    there = people_of(second)
    services.move_person(moved, to=second, reason="本人住院，申请改场", by=by, at=EIGHTH)
    assert {one.pk for one in people_of(second)} == {moved.pk, *(one.pk for one in there)}
    assert (again(first).size, again(second).size) == (2, 4)
    assert in_force(others) == 2
    assert in_force([moved]) == 0
    (message,) = told(CHANGED)
    assert message.recipient_id == moved.candidate.user_id
    assert list(SessionVersion.objects.filter(number=2).values_list("session", flat=True)) == [first.pk, second.pk]
    seats = Seat.objects.filter(application=moved)
    assert all(seat.during == seat.sitting.during and seat.live for seat in seats.select_related("sitting"))


def test_a_full_session_takes_nobody(pair: Pair, by: User) -> None:
    first, second = pair
    Room.objects.filter(pk__in=second.sittings.values("room")).update(capacity=3)
    with pytest.raises(Refused, match="没有空位"):
        services.move_person(people_of(first)[0], to=second, reason="改场", by=by, at=EIGHTH)


@pytest.mark.parametrize(
    ("number", "words"), [(40, ""), (41, "没有可用的 41 号"), (0, "没有可用的 0 号"), (1, "没有变化|已有人")]
)
def test_another_seat(pair: Pair, by: User, number: int, words: str) -> None:
    first, _ = pair
    person = people_of(first)[0]
    theory = first.sittings.get(subject="theory")
    if words:
        with pytest.raises(Refused, match=words):
            services.move_place(person, sitting=theory, number=number, reason="设备故障", by=by, at=EIGHTH)
        return
    services.move_place(person, sitting=theory, number=number, reason="设备故障", by=by, at=EIGHTH)
    assert Seat.objects.get(application=person, subject="theory").number == number
    assert len(told(CHANGED)) == 1


@pytest.mark.parametrize("across", [False, True])
def test_two_people_change_places(pair: Pair, by: User, across: bool) -> None:
    one = people_of(pair[0])[0]
    other = people_of(pair[1 if across else 0])[-1]
    before = [_places(person) for person in (one, other)]
    services.swap_people(one, other, reason="同行照顾", by=by, at=EIGHTH)
    assert [_places(person) for person in (one, other)] == before[::-1]
    assert len(told(CHANGED)) == 2
    assert [again(session).size for session in pair] == [3, 3]


def _places(person: Application) -> list[tuple[int, int]]:
    return list(Seat.objects.filter(application=person).order_by("subject").values_list("sitting", "number"))


Verb = Callable[[Pair, User, datetime], Any]
VERBS: dict[str, Verb] = {
    "reschedule": lambda pair, by, at: services.reschedule(
        pair[0], held_on=date(2026, 4, 25), starts_at=time(9), reason="停电", by=by, at=at
    ),
    "postpone": lambda pair, by, at: services.postpone(pair[0], reason="停电", by=by, at=at),
    "cancel": lambda pair, by, at: services.cancel_session(pair[0], then="refund", reason="停电", by=by, at=at),
    "swap": lambda pair, by, at: services.swap_sessions(
        pair[1], pair[0], times=True, rooms=False, reason="停电", by=by, at=at
    ),
    "move": lambda pair, by, at: services.move_person(people_of(pair[0])[0], to=pair[1], reason="停电", by=by, at=at),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())
def test_a_session_that_has_begun_isnt_moved(pair: Pair, by: User, verb: Verb) -> None:
    nine = datetime(2026, 4, 11, 9, tzinfo=SHANGHAI)
    with pytest.raises(Refused, match="已于4月11日（周六） 09:00开考"):
        verb(pair, by, nine)
    assert again(pair[0]).state == "published"
    verb(pair, by, nine - timedelta(seconds=1))


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())
def test_nor_one_with_noted_attendance(pair: Pair, by: User, verb: Verb) -> None:
    early = datetime(2026, 4, 11, 8, 40, tzinfo=SHANGHAI)
    services.note(Seat.objects.filter(sitting__session=pair[0])[0], present=True, by=by, at=early)
    with pytest.raises(Refused, match="已登记考勤"):
        verb(pair, by, early)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())
def test_nor_one_of_which_another_app_made_something(
    pair: Pair, by: User, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        bars, "_questions", {"marks": lambda sessions: "成绩册已打开" if pair[0].pk in sessions else ""}
    )
    with pytest.raises(Refused, match="成绩册已打开"):
        verb(pair, by, EIGHTH)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())
def test_strangers_move_nothing(pair: Pair, verb: Verb) -> None:
    with pytest.raises(NotAllowed):
        verb(pair, scheduler(factories.ProviderFactory()), EIGHTH)
