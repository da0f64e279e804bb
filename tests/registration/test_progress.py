"""Confirmed, scheduled, rolled over, withdrawn, lapsed: each with its trace and its message."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.due import lapse_returned
from registration.enums import ENDED_STATES, ApplicationState
from registration.models import Application, ApplicationLog, RollOver
from registration.services import progress
from skilleval.core.errors import Refused
from skilleval.core.models import Event, OutboxMessage
from tests.factories import ApplicationFactory, at, window_of

pytestmark = pytest.mark.django_db

NOW = at(2026, 4, 3)


def stored(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def test_a_confirmation_counts_by_the_day_of_the_money_and_rings_once() -> None:
    application = ApplicationFactory(state="approved")
    progress.mark_confirmed(application, value_on=date(2026, 3, 31), by=None, at=NOW)
    now = stored(application)
    assert (now.state, now.confirmed_on) == (ApplicationState.CONFIRMED, date(2026, 3, 31))
    event = Event.objects.get(kind="registration.confirmed")
    assert event.object_id == application.pk
    assert event.key == f"registration.confirmed:{application.pk}:{application.window_id}"
    assert OutboxMessage.objects.filter(subject="您的报名已确认", channel="portal").count() == 1


@pytest.mark.parametrize("state", ["review", "returned", "confirmed", "scheduled", "withdrawn", "lapsed"])
def test_only_what_was_approved_is_confirmed(state: str) -> None:
    application = ApplicationFactory(state=state)
    with pytest.raises(Refused):
        progress.mark_confirmed(application, value_on=date(2026, 3, 31), by=None, at=NOW)
    assert not Event.objects.exists()


def test_scheduling_moves_only_the_confirmed_and_back() -> None:
    first = ApplicationFactory(state="confirmed")
    others = [ApplicationFactory(offering=first.offering, state=state) for state in ("confirmed", "approved")]
    everybody = Application.objects.filter(offering=first.offering)
    assert progress.mark_scheduled(everybody, by=None, at=NOW) == 2
    assert [stored(one).state for one in (first, *others)] == ["scheduled", "scheduled", "approved"]
    assert progress.unschedule(everybody, by=None, at=NOW, reason="场次取消") == 2
    assert stored(first).state == "confirmed"
    assert [log.reason for log in ApplicationLog.objects.filter(subject=first)] == ["", "场次取消"]


def test_rolling_over_moves_the_confirmed_with_a_row_and_a_message_each() -> None:
    first = ApplicationFactory(state="confirmed")
    second = ApplicationFactory(state="confirmed", offering=first.offering)
    unpaid = ApplicationFactory(state="approved", offering=first.offering)
    april = window_of(first.offering.provider, 4)
    batch = Application.objects.filter(offering=first.offering, window=first.window)
    assert progress.roll_over(batch, to_window=april, reason="人数未满 30 人", at=NOW) == 2
    assert {stored(first).window, stored(second).window} == {april}
    assert stored(unpaid).window == unpaid.window
    assert stored(first).first_window == first.window
    rows = RollOver.objects.order_by("application_id")
    assert [(row.application, row.from_window, row.to_window) for row in rows] == [
        (first, first.window, april),
        (second, first.window, april),
    ]
    bodies = OutboxMessage.objects.filter(channel="portal").values_list("body", flat=True)
    assert len(bodies) == 2
    assert all("2026年5月1日至5月31日" in body for body in bodies)


def test_rolling_over_again_changes_nothing_and_the_next_time_is_a_second_row() -> None:
    application = ApplicationFactory(state="confirmed")
    march, (april, may) = application.window, (window_of(application.offering.provider, month) for month in (4, 5))
    everybody = Application.objects.filter(pk=application.pk)
    for _ in range(2):
        progress.roll_over(everybody.filter(window=march), to_window=april, reason="人数未满", at=NOW)
    assert progress.roll_over(everybody, to_window=april, reason="人数未满", at=NOW) == 0
    assert progress.roll_over(everybody, to_window=may, reason="人数仍未满", at=NOW) == 1
    assert RollOver.objects.filter(application=application).count() == 2
    assert stored(application).first_window == march


def test_without_a_next_window_they_wait_for_the_notice() -> None:
    application = ApplicationFactory(state="confirmed")
    everybody = Application.objects.filter(pk=application.pk)
    assert progress.roll_over(everybody, to_window=None, reason="人数未满", at=NOW) == 1
    assert stored(application).window is None
    assert RollOver.objects.get().to_window is None
    assert progress.roll_over(everybody, to_window=None, reason="人数未满", at=NOW) == 0


def test_a_roll_over_takes_the_same_statements_for_1_and_30() -> None:
    counts = []
    for size in (1, 30):
        first = ApplicationFactory(state="confirmed")
        for _ in range(size - 1):
            ApplicationFactory(state="confirmed", offering=first.offering)
        april = window_of(first.offering.provider, 4)
        with CaptureQueriesContext(connection) as queries:
            batch = Application.objects.filter(offering=first.offering)
            assert progress.roll_over(batch, to_window=april, reason="人数未满", at=NOW) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("state", ["prelim", "review", "returned", "approved", "confirmed"])
def test_one_may_withdraw_before_the_sitting(state: str) -> None:
    application = ApplicationFactory(state=state)
    progress.withdraw(application, by=application.candidate.user, at=NOW, reason="个人原因")
    assert stored(application).state == ApplicationState.WITHDRAWN
    assert Event.objects.get().kind == "registration.withdrawn"


@pytest.mark.parametrize("state", ["scheduled", *ENDED_STATES])
def test_but_not_from_a_seat_nor_from_an_end(state: str) -> None:
    application = ApplicationFactory(state=state)
    with pytest.raises(Refused):
        progress.withdraw(application, by=application.candidate.user, at=NOW, reason="")
    assert stored(application).state == state


@pytest.mark.parametrize(
    ("on", "lapsed"), [(date(2026, 3, 11), False), (date(2026, 3, 12), False), (date(2026, 3, 13), True)]
)
def test_a_correction_lapses_the_day_after_its_deadline(on: date, lapsed: bool) -> None:
    application = ApplicationFactory(state="returned", returned_until=date(2026, 3, 12))
    assert lapse_returned(on) == int(lapsed)
    now = stored(application)
    assert now.state == ("lapsed" if lapsed else "returned")
    if lapsed:
        assert "补正截止日 2026年3月12日（周四）已过" in ApplicationLog.objects.get(subject=now).reason
        assert OutboxMessage.objects.filter(channel="portal").count() == 1
    assert lapse_returned(on) == 0


def test_a_missed_run_is_made_up_for() -> None:
    ApplicationFactory(state="returned", returned_until=date(2026, 3, 12))
    assert lapse_returned(date(2026, 6, 1)) == 1


# --- completed, cancelled, void, and back -----------------------------------------------------------------------------


def test_published_results_complete_the_scheduled_alone() -> None:
    first = ApplicationFactory(state="scheduled")
    others = [ApplicationFactory(offering=first.offering, state=state) for state in ("scheduled", "confirmed", "void")]
    everybody = Application.objects.filter(offering=first.offering)
    assert [progress.complete(everybody, by=None, at=NOW) for _ in range(2)] == [2, 0]
    assert [stored(one).state for one in (first, *others)] == ["completed", "completed", "confirmed", "void"]
    assert not OutboxMessage.objects.exists()  # whoever publishes tells, with the result


OPEN = ("prelim", "review", "returned", "approved", "confirmed", "scheduled")


@pytest.mark.parametrize("state", OPEN)
def test_a_ban_or_the_provider_cancels_what_is_open(state: str) -> None:
    application = ApplicationFactory(state=state)
    for _ in range(2):
        progress.cancel(application, by=None, at=NOW, reason="禁考，处理决定 1")
    assert stored(application).state == "cancelled"
    message = OutboxMessage.objects.get(channel="portal")
    assert (message.subject, "禁考，处理决定 1。" in message.body) == ("您的申报已取消", True)


@pytest.mark.parametrize("state", [*OPEN[1:], "completed"])
def test_misconduct_makes_void_what_was_reviewed_or_is_to_be(state: str) -> None:
    application = ApplicationFactory(state=state)
    for _ in range(2):
        progress.void(application, by=None, at=NOW, reason="材料虚假")
    assert stored(application).state == "void"
    assert OutboxMessage.objects.filter(subject="您的申报已作废", channel="portal").count() == 1


@pytest.mark.parametrize("state", ["completed", "rejected", "lapsed", "withdrawn", "void"])
def test_what_is_over_isnt_cancelled(state: str) -> None:
    with pytest.raises(Refused):
        progress.cancel(ApplicationFactory(state=state), by=None, at=NOW, reason="禁考")


def test_only_what_had_results_is_restored_as_it_was() -> None:
    published, under_way = ApplicationFactory(state="completed"), ApplicationFactory(state="approved")
    for application in (published, under_way):
        progress.void(application, by=None, at=NOW, reason="材料虚假")
    for _ in range(2):
        progress.restore_sat(published, by=None, at=NOW, reason="决定撤销")
    assert stored(published).state == "completed"
    assert [log.to_state for log in published.log.all()] == ["void", "completed"]
    with pytest.raises(Refused):
        progress.restore_sat(under_way, by=None, at=NOW, reason="决定撤销")
