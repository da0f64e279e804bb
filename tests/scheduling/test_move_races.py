"""Changes of what is published, at the same time as others; each guard with what happens without it (RELIABILITY 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count

from registration.models import Application
from scheduling import services
from scheduling.models import ExamSession, Seat, SessionVersion
from scheduling.services import cancelling, changing, moving, moving_people, publishing
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Conflict, Refused
from tests import factories
from tests.races import behind, run_together
from tests.scheduling.people import planned, room, scheduler
from tests.scheduling.published import EIGHTH, FIRST, SECOND, people_of, provider_of_three, two_sessions

pytestmark = pytest.mark.django_db(transaction=True)
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


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the locks of a change away."""

    def plain(sessions: Iterable[ExamSession], *, by: User) -> list[ExamSession]:
        keys = {session.pk for session in sessions}
        rows = ExamSession.objects.select_related("batch__window", "batch__offering__provider")
        return list(rows.filter(pk__in=keys).order_by("pk"))

    monkeypatch.setattr(changing, "locked_all", plain)
    monkeypatch.setattr(cancelling, "locked_all", plain)
    monkeypatch.setattr(changing, "check_open", lambda sessions, at: None)


def whole() -> bool:
    """Whether every session's size is the number of people who sit in it."""
    counted = ExamSession.objects.annotate(people=Count("sittings__seats__application", distinct=True))
    return all(session.size == session.people for session in counted)


def go(person: Application, to: ExamSession, by: User) -> Callable[[], Any]:
    return lambda: services.move_person(person, to=to, reason="改场", by=by, at=EIGHTH)


def test_two_moves_of_one_person_are_one(pair: Pair, by: User, meet: Callable[[Any, str], None]) -> None:
    person = people_of(pair[0])[0]
    meet(moving_people, "_seats")
    results = run_together(go(person, pair[1], by), go(person, pair[1], by))
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert whole()
    assert SessionVersion.objects.filter(number=2).count() == 2


def test_without_the_locks_a_session_counts_somebody_twice(
    pair: Pair, by: User, meet: Callable[[Any, str], None], unlocked: None
) -> None:
    person = people_of(pair[0])[0]
    meet(moving_people, "_sit")
    results = run_together(go(person, pair[1], by), go(person, pair[1], by))
    refused = [result for result in results if isinstance(result, IntegrityError | Refused)]
    assert refused or not whole(), results  # where the key on versions doesn't hold one of them back


def test_two_new_dates_are_two_versions_in_order(pair: Pair, by: User, meet: Callable[[Any, str], None]) -> None:
    def at_hour(hour: int) -> Callable[[], Any]:
        start = EIGHTH.replace(hour=hour).time()
        return lambda: services.reschedule(pair[0], held_on=FIRST, starts_at=start, reason="改期", by=by, at=EIGHTH)

    meet(moving, "_start")
    results = run_together(at_hour(13), at_hour(15))
    assert not [result for result in results if isinstance(result, Exception)], results
    assert list(SessionVersion.objects.filter(session=pair[0]).values_list("number", flat=True)) == [1, 2, 3]


def leave(person: Application) -> None:
    with transaction.atomic():
        services.free_seats(person, by=None, at=EIGHTH, reason="本人申请")


def test_who_withdraws_meanwhile_isnt_moved(pair: Pair, by: User) -> None:
    person = people_of(pair[0])[0]
    result = behind(lambda: leave(person), go(person, pair[1], by))
    assert isinstance(result, Refused), result
    assert not Seat.objects.filter(application=person).exists()
    assert whole()


def test_without_the_locks_their_place_is_counted(pair: Pair, by: User, unlocked: None) -> None:
    person = people_of(pair[0])[0]
    result = behind(lambda: leave(person), go(person, pair[1], by))
    assert not isinstance(result, Refused), result
    assert not whole()


def test_attendance_noted_meanwhile_bars_the_move(pair: Pair, by: User) -> None:
    result = behind(lambda: note(pair[0], by), later(pair[0], by))
    assert isinstance(result, Refused), result
    assert "已登记考勤" in result.message
    assert SessionVersion.objects.filter(number=2).count() == 0


def test_without_the_locks_whoever_came_is_moved_away(pair: Pair, by: User, unlocked: None) -> None:
    result = behind(lambda: note(pair[0], by), later(pair[0], by))
    assert not isinstance(result, Exception), result
    assert ExamSession.objects.get(pk=pair[0].pk).held_on == SECOND


def note(session: ExamSession, by: User) -> None:
    seat = Seat.objects.filter(sitting__session=session).order_by("pk")[0]
    services.note(seat, present=True, by=by, at=EIGHTH.replace(day=11, hour=8))


def later(session: ExamSession, by: User) -> Callable[[], Any]:
    start = EIGHTH.replace(hour=14).time()
    return lambda: services.reschedule(
        session, held_on=SECOND, starts_at=start, reason="改期", by=by, at=EIGHTH.replace(day=11, hour=8)
    )


def one_room(pair: Pair, by: User) -> None:
    """Both in one room, a week apart."""
    shared = room(pair[0].batch.offering.provider, 40, "共用考场")
    for session in pair:
        rooms = {sitting.pk: shared for sitting in session.sittings.all()}
        services.change_rooms(session, rooms, reason="合用", by=by, at=EIGHTH)


def swap(pair: Pair, by: User) -> list[ExamSession]:
    return services.swap_sessions(*pair, times=True, rooms=False, reason="对调", by=by, at=EIGHTH)


def test_a_swap_in_one_room_is_judged_once_both_have_moved(pair: Pair, by: User) -> None:
    one_room(pair, by)
    swap(pair, by)
    assert [ExamSession.objects.get(pk=session.pk).held_on for session in pair] == [SECOND, FIRST]


def test_judged_at_once_a_swap_would_never_be_possible(pair: Pair, by: User) -> None:
    one_room(pair, by)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS sitting_room_free IMMEDIATE")
        with pytest.raises(Conflict, match="该考场在这段时间已安排其他场次"):
            swap(pair, by)


def test_the_database_refuses_a_room_in_two_sessions(pair: Pair, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    one_room(pair, by)
    monkeypatch.setattr(changing, "obstacles_of", lambda sessions: {})
    with pytest.raises(Conflict, match="该考场在这段时间已安排其他场次"):
        services.reschedule(
            pair[0], held_on=SECOND, starts_at=EIGHTH.replace(hour=9).time(), reason="合并", by=by, at=EIGHTH
        )


def test_one_session_published_twice_at_once_is_published_once(
    offering: Offering, by: User, meet: Callable[[Any, str], None]
) -> None:
    factories.window_of(offering.provider, 4)
    (session,) = planned(offering, 3)
    services.assign_room(session, room=room(offering.provider), by=by, at=EIGHTH)
    services.set_time(session, held_on=SECOND, starts_at=EIGHTH.replace(hour=9).time(), by=by, at=EIGHTH)
    meet(publishing, "obstacles")
    results = run_together(*[lambda: services.publish(session, by=by, at=EIGHTH)] * 2)
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert SessionVersion.objects.count() == 1
