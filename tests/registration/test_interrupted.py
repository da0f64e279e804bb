"""A submission whose job was given up: who went stays, the others go on, and nobody loses by it unwarned (SPEC 5.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registration import due
from registration.models import Application, Group, Submission
from registration.services import handing_in
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.core import jobs
from skilleval.core.enums import JobState
from skilleval.core.models import AuditEvent, Job, OutboxMessage
from tests.factories import MembershipFactory, at
from tests.registration.handing import LAST_MOMENT, NOW, entered, stored, submit
from tests.registration.passing import fresh
from tests.registration.rosters import member, officer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> User:
    held: User = MembershipFactory(role=Role.ADMINISTRATOR).user
    return held


def give_up(monkeypatch: pytest.MonkeyPatch, group: Group, moment: Any = NOW, *, after: int = 0) -> Submission:
    """Hand the group in, one by one; the worker fails after some until the job is put aside."""
    monkeypatch.setattr("registration.jobs.CHUNK", 1)
    went, real = [], handing_in.hand_in

    def failing(*args: Any) -> int:
        if len(went) == after:
            raise RuntimeError("broken")
        went.append(args)
        return real(*args)

    with monkeypatch.context() as broken:
        broken.setattr(handing_in, "hand_in", failing)
        submission = submit(group, moment)
    Job.objects.filter(key=handing_in.key_of(submission)).update(state=JobState.QUARANTINED)
    return submission


def state(submission: Submission) -> tuple[str, int]:
    submission.refresh_from_db()
    return submission.state, submission.people


def told(user: User) -> list[str]:
    messages = OutboxMessage.objects.filter(channel="portal", recipient_id=user.pk).order_by("pk")
    return list(messages.values_list("subject", flat=True))


def test_it_ends_with_those_who_went_and_the_others_go_with_the_next(
    group: Group, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = officer_of(group.institution)
    went, stays = entered(group), entered(group)
    submission = give_up(monkeypatch, group, after=1)
    assert due.end_interrupted(date(2026, 3, 10)) == 1
    assert due.end_interrupted(date(2026, 3, 10)) == 0
    assert state(submission) == ("done", 1)
    assert [stored(one).state for one in (went, stays)] == ["review", "prelim"]
    assert fresh(stays.roster_row).state == "passed"
    assert told(officer)[-1] == "团体申报提交中断"
    assert told(administrator) == ["团体提交的后台作业已隔离，提交已结束"]
    for message in OutboxMessage.objects.filter(subject__contains="中断"):
        assert "1 人已交审核，1 人没有提交" in message.body
    assert AuditEvent.objects.get(action="group.submission_interrupted").details["left"] == 1
    assert submit(group).people == 1
    assert stored(stays).state == "review"


def test_released_afterwards_the_job_changes_nothing(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    stays = entered(group)
    submission = give_up(monkeypatch, group)
    due.end_interrupted(date(2026, 3, 10))
    job = Job.objects.get(key=handing_in.key_of(submission))
    jobs.release(job, by=None)
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, state(submission), stored(stays).state) == ("done", ("done", 0), "prelim")


@pytest.mark.parametrize("job_state", [JobState.QUEUED, JobState.DONE])
def test_what_is_worked_on_or_was_released_isnt_ended(group: Group, job_state: str) -> None:
    entered(group)
    submission = submit(group, run=False)
    Job.objects.update(state=job_state, finished_at=NOW if job_state == JobState.DONE else None)
    assert due.end_interrupted(date(2026, 3, 20)) == 0
    assert state(submission) == ("running", 0)


def test_past_the_close_the_administrator_has_time_to_mend_it(
    group: Group, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays = entered(group)
    submission = give_up(monkeypatch, group, LAST_MOMENT)
    assert [due.end_interrupted(date(2026, 4, day)) for day in (1, 3)] == [0, 0]
    assert told(administrator) == ["团体提交的后台作业已隔离"]
    assert "4月3日 24:00 前" in OutboxMessage.objects.get(channel="portal", recipient_id=administrator.pk).body
    assert due.lapse_unsent(date(2026, 4, 3)) == 0
    jobs.release(Job.objects.get(key=handing_in.key_of(submission)), by=None)
    jobs.drain()
    assert (state(submission), stored(stays).state) == (("done", 1), "review")


def test_when_the_time_is_over_what_didnt_go_lapses(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    stays = entered(group)
    submission = give_up(monkeypatch, group, LAST_MOMENT)
    assert due.end_interrupted(date(2026, 4, 4)) == 1
    assert due.lapse_unsent(date(2026, 4, 4)) == 1
    assert (state(submission), stored(stays).state) == (("done", 0), "lapsed")


@pytest.mark.parametrize(("until", "ended"), [(date(2026, 4, 2), 1), (date(2026, 4, 1), 0)])
def test_a_correction_still_in_time_is_handed_in_anew(
    group: Group, monkeypatch: pytest.MonkeyPatch, until: date, ended: int
) -> None:
    returned = member(group, state="returned", returned_until=until)
    give_up(monkeypatch, group, at(2026, 4, 1))
    assert due.end_interrupted(date(2026, 4, 2)) == ended
    assert Application.objects.get(pk=returned.pk).state == "returned"


def test_however_the_due_verbs_run_the_end_comes_before_the_lapse() -> None:
    from skilleval.core.due import names

    order = [names().index(name) for name in ("registration.end_interrupted", "registration.lapse_unsent")]
    assert order == sorted(order)
