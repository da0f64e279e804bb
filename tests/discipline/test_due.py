"""What passes with the days, and reminders that come once (SPEC 10)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from discipline import due
from discipline.models import Case
from discipline.services import appeals, serving
from skilleval.core import clock
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.discipline import making
from tests.discipline.making import SERVED, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return making.scene()


def on(day: date, monkeypatch: pytest.MonkeyPatch) -> date:
    monkeypatch.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, 10, tzinfo=clock.SHANGHAI))
    return day


def reminders(user_id: int, subject: str) -> int:
    return OutboxMessage.objects.filter(recipient_id=user_id, subject=subject, body__contains="等待已超过").count()


def test_a_silent_period_is_closed_the_day_after_its_last(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    case = making.notified(scene)
    assert due.close_hearings(on(date(2026, 5, 7), monkeypatch)) == 0
    assert due.close_hearings(on(date(2026, 5, 8), monkeypatch)) == 1
    assert due.close_hearings(on(date(2026, 5, 8), monkeypatch)) == 0
    assert making.fresh(case).state == "heard"
    told = OutboxMessage.objects.filter(recipient_id=scene.proposer.pk, subject="陈述申辩期满")
    assert told.count() == 1


def test_an_appeal_period_that_passed_makes_it_final(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    decision = making.served(scene)
    assert due.finalise(on(date(2026, 5, 27), monkeypatch)) == 0
    assert due.finalise(on(date(2026, 5, 28), monkeypatch)) == 1
    assert due.finalise(on(date(2026, 5, 29), monkeypatch)) == 0
    assert making.fresh(decision.case).state == "final"


@pytest.mark.parametrize(
    ("state", "quiet", "loud"),
    [  # five working days pass without a word; the schedule of May 2026 is counted
        ("reported", date(2026, 5, 6), date(2026, 5, 7)),  # since Saturday 25 April
        ("heard", date(2026, 5, 9), date(2026, 5, 11)),  # since Wednesday 29 April
        ("decided", date(2026, 5, 18), date(2026, 5, 19)),  # since Monday 11 May
    ],
)
def test_the_provider_is_reminded_once_for_each_step(
    scene: Scene, state: str, quiet: date, loud: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = making.at_state(scene, state)
    subject = f"案件{case.get_state_display()}"
    assert due.remind_provider(on(quiet, monkeypatch)) == 0
    assert due.remind_provider(on(loud, monkeypatch)) == 1
    assert due.remind_provider(on(date(2026, 6, 30), monkeypatch)) == 0
    assert (reminders(scene.proposer.pk, subject), reminders(scene.supervisor.pk, subject)) == (1, 0)


def test_supervisors_are_reminded_of_proposals_and_of_appeals(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    case = making.proposed(scene)  # on Friday 8 May; Saturday the 9th is a make-up workday
    assert due.remind_supervisors(on(date(2026, 5, 14), monkeypatch)) == 0
    assert due.remind_supervisors(on(date(2026, 5, 15), monkeypatch)) == 1
    decision = making.decide(case, scene, at=factories.at(2026, 5, 18))
    appeals.appeal(served(decision.case, scene), text="不服。", by=scene.person, at=factories.at(2026, 5, 19))
    assert due.remind_supervisors(on(date(2026, 5, 26), monkeypatch)) == 0
    assert due.remind_supervisors(on(date(2026, 5, 27), monkeypatch)) == 1
    assert due.remind_supervisors(on(date(2026, 5, 28), monkeypatch)) == 0
    for user in (scene.supervisor, scene.other_supervisor):
        assert (reminders(user.pk, "案件待决定"), reminders(user.pk, "案件申诉中")) == (1, 1)


def test_what_moved_on_meanwhile_isnt_reminded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = making.reported(scene)
    Case.objects.filter(pk=stale.pk).update(waiting_since=SERVED.date())
    assert due._remind_one(stale, lambda case, days: pytest.fail("told")) == 0


def served(case: Case, scene: Scene) -> Case:
    serving.acknowledge(case.decisions.get(), by=scene.person, at=factories.at(2026, 5, 18))
    return making.fresh(case)
