"""Two at once: judges, deciding confirmations, publishers, a withdrawal against the judgment.

Each has its negative control: with the guard taken away the same meeting goes wrong, so that the test can fail.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from registration.models import Application
from registration.services import progress
from scheduling import services
from scheduling.models import Batch, BatchLog, ExamSession, Seat
from scheduling.services import batches, drawing, judging, publishing, seats
from skilleval.catalogue.models import Offering
from skilleval.core.due import SomeFailed
from skilleval.core.errors import Conflict
from skilleval.core.models import Job
from tests import factories
from tests.scheduling.people import JUDGED, NOON, batch_of, gather, planned, room, scheduler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offering() -> Offering:
    offering = factories.OfferingFactory()
    factories.window_of(offering.provider, 4)
    return offering


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returned or raised, run in threads with connections of their own."""

    def run(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def judge() -> int:
    return services.judge_due(JUDGED, at=NOON)


def test_two_judges_make_one_plan(offering: Offering, meet: Callable[[Any, str], None]) -> None:
    gather(offering, 41)
    batches.open_missing_batches()
    batches.announce_reached(at=NOON)
    meet(drawing, "draw")
    assert sorted(at_once(judge, judge)) == [0, 1]
    assert ExamSession.objects.count() == 2
    assert Seat.objects.count() == 82


def test_without_the_locks_two_judges_collide(
    offering: Offering, meet: Callable[[Any, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    gather(offering, 41)
    batches.open_missing_batches()
    batches.announce_reached(at=NOON)
    unlocked = judging._unjudged().query
    unlocked.select_for_update = False
    monkeypatch.setattr(judging, "_lock", lambda provider_id: None)
    monkeypatch.setattr(judging, "_unjudged", lambda: _plain(unlocked))
    meet(drawing, "draw")
    results = at_once(judge, judge)
    assert any(isinstance(result, SomeFailed) for result in results), results
    assert Seat.objects.count() == 82  # the constraints still hold


def _plain(query: Any) -> Any:
    rows = Batch.objects.all()
    rows.query = query.clone()
    return rows


def test_the_deciding_confirmation_arriving_twice_announces_once(
    offering: Offering, meet: Callable[[Any, str], None]
) -> None:
    people = gather(offering, 30)
    batch_of(offering)
    meet(batches, "fill_of")
    results = at_once(*(lambda pk=one.pk: services.check_threshold(pk, at=NOON) for one in people[:2]))
    assert sorted(results) == [False, True]
    assert BatchLog.objects.count() == 1
    assert Job.objects.filter(kind="scheduling.tell_going_ahead").count() == 1


def test_without_the_lock_both_confirmations_decide(
    offering: Offering, meet: Callable[[Any, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = gather(offering, 30)
    batch = batch_of(offering)
    monkeypatch.setattr(batches, "_locked", lambda offering, window: Batch.objects.get(pk=batch.pk))
    meet(batches, "fill_of")
    results = at_once(*(lambda pk=one.pk: services.check_threshold(pk, at=NOON) for one in people[:2]))
    assert any(isinstance(result, Conflict) for result in results), results
    assert BatchLog.objects.count() == 1  # the conditional update still holds


@pytest.fixture
def two_sessions(offering: Offering) -> tuple[ExamSession, ExamSession]:
    """Two sessions of one day in one room."""
    first, second = planned(offering, 41)
    by, one = scheduler(offering.provider), room(offering.provider)
    for session in (first, second):
        services.set_time(session, held_on=first.held_on, starts_at=NOON.time(), by=by, at=NOON)
        services.assign_room(session, room=one, by=by, at=NOON)
    return first, second


def test_two_publishers_of_one_room(
    offering: Offering, two_sessions: tuple[ExamSession, ExamSession], meet: Callable[[Any, str], None]
) -> None:
    by = scheduler(offering.provider)
    meet(publishing, "obstacles")
    results = at_once(*(lambda s=session: services.publish(s, by=by, at=NOON) for session in two_sessions))
    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 1
    assert ExamSession.objects.filter(state="published").count() == 1


def withdraw(application: Application) -> None:
    """As the desk does it: the seat first, then the application, in one transaction."""
    with transaction.atomic():
        services.free_seats(application, by=None, at=NOON, reason="本人申请")
        progress.withdraw(Application.objects.get(pk=application.pk), by=None, at=NOON, reason="本人申请")


def test_a_withdrawal_during_the_judgment_leaves_no_seat_behind(
    offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = gather(offering, 31)[0]
    batches.open_missing_batches()
    batches.announce_reached(at=NOON)
    at_once(judge, lambda: withdraw(leaving))
    leaving.refresh_from_db()
    assert leaving.state == "withdrawn"
    assert not Seat.objects.filter(application=leaving).exists()
    assert ExamSession.objects.get().size == 30
    assert Seat.objects.count() == 60


def test_without_the_providers_lock_the_seat_stays(offering: Offering, monkeypatch: pytest.MonkeyPatch) -> None:
    """The withdrawal looks for seats, the judgment makes them, the withdrawal goes on: nobody took the seat back."""
    leaving = gather(offering, 31)[0]
    batches.open_missing_batches()
    batches.announce_reached(at=NOON)
    looked, judged = Barrier(2), Barrier(2)
    monkeypatch.setattr(seats.Provider.objects.__class__, "select_for_update", lambda self, **how: self.all())

    def slow_withdrawal() -> None:
        with transaction.atomic():
            services.free_seats(leaving, by=None, at=NOON, reason="本人申请")
            looked.wait(5)
            judged.wait(5)
            progress.withdraw(Application.objects.get(pk=leaving.pk), by=None, at=NOON, reason="本人申请")

    def judgment_meanwhile() -> None:
        looked.wait(5)
        try:
            judge()
        finally:
            judged.wait(5)

    results = at_once(slow_withdrawal, judgment_meanwhile)
    assert results == [None, None]
    assert Seat.objects.filter(application=leaving, application__state="withdrawn").exists()
