"""Handing a group in: who goes, who is left out with a reason, what everybody is told, and when it is too late."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration import due
from registration.jobs import hand_in_job
from registration.models import Application, ApplicationLog, Candidate, Group, RosterRow, Submission
from registration.services import handing_in, progress, reviews
from skilleval.core import jobs
from skilleval.core.enums import JobState
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.leases import Lease
from skilleval.core.models import Job, OutboxMessage
from tests.factories import (
    BanFactory,
    CandidateFactory,
    CandidateRulesFactory,
    GroupFactory,
    UserFactory,
    at,
    staff,
)
from tests.registration.handing import APRIL, LAST_MOMENT, NOW, entered, stored, submit, texts
from tests.registration.ledger import earn
from tests.registration.passing import fresh, pass_rows
from tests.registration.rosters import member, officer_of, row_of, somebody

pytestmark = pytest.mark.django_db

# --- what happens -----------------------------------------------------------------------------------------------------


def test_everybody_passed_goes_to_review(group: Group) -> None:
    applications = [entered(group) for _ in range(3)]
    waiting = row_of(group)
    officer = officer_of(group.institution)
    submission = submit(group, by=officer)
    assert (submission.number, submission.state, submission.people, submission.left_out) == (1, "done", 3, 0)
    assert (submission.by_id, submission.at) == (officer.pk, NOW)
    for application in map(stored, applications):
        assert (application.state, application.submission) == ("review", submission)
        assert (application.submitted_on, application.review_by) == (date(2026, 3, 10), date(2026, 3, 17))
        assert application.background["as_of"] == "2026-03-10"
        log = ApplicationLog.objects.filter(subject=application).last()
        assert log
        assert (log.from_state, log.to_state, log.by_id, log.at) == ("prelim", "review", officer.pk, NOW)
    assert fresh(waiting).state == "clear"


def test_later_additions_are_a_further_submission(group: Group) -> None:
    first = entered(group)
    submit(group)
    second = entered(group)
    later = submit(group, at(2026, 3, 12))
    assert (later.number, later.people) == (2, 1)
    assert (stored(first).submission.number, stored(second).submission) == (1, later)  # type: ignore[union-attr]


def test_only_what_was_returned_comes_back_and_its_day_stays(group: Group) -> None:
    stays, back = entered(group), entered(group)
    submit(group)
    reviewer = staff(group.offering.provider)
    reviews.return_for_correction(back, by=reviewer, at=at(2026, 3, 30), reason="照片不清晰")
    pass_rows(group, moment=APRIL)
    again = submit(group, at(2026, 4, 2))
    assert (again.number, again.people) == (2, 1)
    now = stored(back)
    assert (now.state, now.submitted_on, now.returned_until) == ("review", date(2026, 3, 10), None)
    assert now.submission == again
    assert stored(stays).submission != again


def test_everybody_is_told_and_who_has_no_account_how_to_claim(group: Group, settings: Any) -> None:
    with_account = row_of(group, person=CandidateFactory(user=UserFactory(phone="+8613700001111", email=None)))
    stranger = entered(group)
    pass_rows(group, with_account)
    submit(group)
    portal = OutboxMessage.objects.get(channel="portal", subject="您的申报已由院校提交")
    assert portal.recipient_id == fresh(with_account).application.candidate.user_id  # type: ignore[union-attr]
    sms = {message.address: message.body for message in OutboxMessage.objects.filter(channel="sms")}
    told = sms[stranger.candidate.phone]
    for word in (str(group.institution), stranger.number, str(group.offering.provider), "认领", settings.SITE_URL):
        assert word in told
    assert "认领" not in sms["+8613700001111"]
    assert "/applications/" in sms["+8613700001111"]
    secrets = [stranger.candidate.id_number, stranger.candidate.name]
    assert not [secret for secret in secrets if secret in " ".join(texts("sms") + texts())]


def test_the_officers_are_told_how_many_and_not_who(group: Group) -> None:
    officers = [officer_of(group.institution) for _ in range(2)]
    application, banned = entered(group), entered(group)
    BanFactory(candidate=banned.candidate)
    submit(group, by=officers[0])
    for officer in officers:
        told = OutboxMessage.objects.get(channel="portal", recipient_id=officer.pk)
        assert group.number in told.body
        assert "1 人已交" in told.body
        assert "1 人重新核对时有问题" in told.body
        assert application.candidate.name not in told.body
        assert OutboxMessage.objects.filter(channel="email", recipient_id=officer.pk, body__contains=group.number)


# --- who may, and when ------------------------------------------------------------------------------------------------


def test_strangers_may_not(group: Group) -> None:
    entered(group)
    for stranger in (UserFactory(), officer_of(GroupFactory().institution), staff(group.offering.provider)):
        with pytest.raises(NotAllowed):
            submit(group, by=stranger)
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("moment", "fee", "says"),
    [
        (at(2026, 2, 28), True, "下一批次"),
        (LAST_MOMENT, True, None),
        (APRIL, True, "已经截止"),
        (NOW, False, "费用待公布"),
    ],
)
def test_the_window_and_the_fee_are_asked_for(group: Group, moment: datetime, fee: bool, says: str | None) -> None:
    application = member(group)
    if says is None:
        submit(group, moment, fee=fee)
        assert stored(application).state == "review"
        return
    with pytest.raises(Refused, match=says):
        submit(group, moment, fee=fee)
    assert stored(application).state == "prelim"


def test_a_correction_needs_neither_window_nor_fee(group: Group) -> None:
    returned = member(group, state="returned", returned_until=date(2026, 4, 1))
    unsent = member(group)
    submission = submit(group, APRIL, fee=False)
    assert (submission.people, submission.left_out) == (1, 0)
    assert [stored(one).state for one in (returned, unsent)] == ["review", "prelim"]


def test_past_its_deadline_a_correction_stays(group: Group) -> None:
    returned = member(group, state="returned", returned_until=date(2026, 3, 9))
    with pytest.raises(Refused, match="没有可以提交的人员"):
        submit(group)
    assert stored(returned).state == "returned"


def test_nothing_to_hand_in_is_said(group: Group) -> None:
    row_of(group)
    with pytest.raises(Refused, match="请先把核对通过的行做资格初审"):
        submit(group)
    entered(group)
    submit(group)
    with pytest.raises(Refused, match="没有可以提交的人员"):
        submit(group)


def test_new_candidate_rules_are_accepted_first(group: Group) -> None:
    application = entered(group)
    CandidateRulesFactory(edition="newer", in_force_from=date(2026, 3, 9))
    with pytest.raises(Refused, match="须知已更新"):
        submit(group)
    pass_rows(group)
    submit(group)
    assert stored(application).state == "review"


# --- looked at afresh -------------------------------------------------------------------------------------------------


def test_who_fails_goes_back_and_stops_nobody(group: Group) -> None:
    good, banned = entered(group), entered(group)
    BanFactory(candidate=banned.candidate)
    submission = submit(group)
    assert (submission.people, submission.left_out) == (1, 1)
    assert [stored(one).state for one in (good, banned)] == ["review", "prelim"]
    row = RosterRow.objects.get(application=banned)
    assert (row.state, row.kinds, row.passed) == ("faulty", ["ban"], None)


def test_credits_that_came_to_be_known_since_are_asked_about(group: Group) -> None:
    person = somebody()
    row = row_of(group, person=person)
    pass_rows(group)
    earn(person, group.offering, published_on=date(2026, 3, 9), submitted_on=date(2026, 1, 5))
    submission = submit(group)
    assert (submission.people, submission.left_out) == (0, 1)
    assert (fresh(row).state, fresh(row).kinds) == ("clear", ["credits"])
    assert "没有提交成功" in OutboxMessage.objects.filter(channel="portal").latest("pk").subject
    with pytest.raises(Refused) as refused:
        pass_rows(group, moment=at(2026, 3, 11))
    assert refused.value.field == "forfeits"
    pass_rows(group, moment=at(2026, 3, 11), forfeits=True)
    assert submit(group, at(2026, 3, 11)).people == 1


def test_a_resit_freezes_the_credits_it_relies_on(group: Group) -> None:
    person = somebody()
    (credit,) = earn(person, group.offering, published_on=date(2025, 5, 1), submitted_on=date(2025, 2, 1))
    row = row_of(group, person=person, kind="补考", resit_subjects="操作技能")
    pass_rows(group)
    submit(group)
    application = fresh(row).application
    assert application
    assert (application.state, application.subjects) == ("review", ["practical"])
    assert list(application.credits.all()) == [credit]


def test_a_resit_whose_credits_are_gone_is_left_out(group: Group) -> None:
    person = somebody()
    earn(person, group.offering, published_on=date(2024, 3, 8), submitted_on=date(2023, 12, 1))  # to 8 March 2026
    row = row_of(group, person=person, kind="补考", resit_subjects="操作技能")
    pass_rows(group, moment=at(2026, 3, 8))
    assert submit(group, at(2026, 3, 9)).left_out == 1
    assert (fresh(row).state, fresh(row).kinds) == ("faulty", ["credits"])


def test_who_withdrew_meanwhile_isnt_handed_in(group: Group) -> None:
    gone, stays = entered(group), entered(group)
    submit(group, run=False)
    progress.withdraw(gone, by=None, at=NOW, reason="不参加了")
    jobs.drain()
    assert [stored(one).state for one in (gone, stays)] == ["withdrawn", "review"]


def test_who_is_passed_after_the_officer_pressed_waits_for_the_next(group: Group) -> None:
    entered(group)
    submit(group, run=False)
    row = row_of(group)
    pass_rows(group, row, moment=at(2026, 3, 10, 5))
    jobs.drain()
    assert fresh(row).application.state == "prelim"  # type: ignore[union-attr]


def test_it_is_judged_by_the_moment_the_officer_pressed(group: Group) -> None:
    application = entered(group)
    submit(group, LAST_MOMENT, run=False)
    group.window.closes_on = date(2026, 3, 20)
    group.window.save()
    assert due.lapse_unsent(date(2026, 4, 1)) == 0  # not under a submission that runs
    jobs.drain()
    assert stored(application).state == "review"


# --- twice, half-way --------------------------------------------------------------------------------------------------


def test_a_second_submission_waits_for_the_first(group: Group) -> None:
    entered(group)
    submit(group, run=False)
    with pytest.raises(Conflict, match="正在提交"):
        submit(group, run=False)
    assert Submission.objects.count() == Job.objects.count() == 1


def test_killed_half_way_and_run_again_everybody_goes_once(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registration.jobs.CHUNK", 2)
    applications = [entered(group) for _ in range(5)]
    submission = submit(group, run=False)
    job, lease = _leased()
    _stop_after(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        hand_in_job(job, lease)
    assert sum(stored(one).state == "review" for one in applications) == 2
    monkeypatch.undo()
    monkeypatch.setattr("registration.jobs.CHUNK", 2)
    hand_in_job(job, lease)
    hand_in_job(job, lease)
    submission.refresh_from_db()
    assert (submission.people, submission.left_out, submission.state) == (5, 0, "done")
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (5, 5)
    for application in applications:
        assert ApplicationLog.objects.filter(subject=application, to_state="review").count() == 1
        assert OutboxMessage.objects.filter(key__startswith=f"handed-in:{application.pk}:").count() == 1


def _leased() -> tuple[Job, Lease]:
    from skilleval.core.leases import lease_next

    leased = lease_next()
    assert leased
    return leased


def _stop_after(monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """The worker dies after some chunks were committed."""
    went = []
    real = handing_in.hand_in

    def dying(*args: Any) -> int:
        if len(went) == chunks:
            raise KeyboardInterrupt
        went.append(args)
        return real(*args)

    monkeypatch.setattr(handing_in, "hand_in", dying)


def test_a_chunk_costs_the_same_for_one_and_thirty(group: Group) -> None:
    def handing_in_them() -> int:
        submit(group, run=False)
        with CaptureQueriesContext(connection) as counted:
            jobs.drain()
        assert Job.objects.latest("pk").state == JobState.DONE
        return len(counted)

    def somebody_each() -> None:
        entered(group)
        member(group, state="returned")
        banned = entered(group)
        BanFactory(candidate=banned.candidate)

    somebody_each()
    handing_in_them()
    somebody_each()
    once = handing_in_them()
    for _ in range(10):
        somebody_each()
    assert handing_in_them() == once


def test_a_person_is_one_across_institutions(group: Group) -> None:
    elsewhere = GroupFactory()  # another occupation
    person = CandidateFactory.build(user=None)
    for one in (group, elsewhere):
        row_of(one, person=person)
        pass_rows(one)
        submit(one)
    assert Candidate.objects.count() == 1
    assert Application.objects.filter(candidate=Candidate.objects.get(), state="review").count() == 2
