"""Members outside the review: what was not handed in or was returned lapses, or is cancelled (SPEC 5a)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from registration import due
from registration.models import Group
from registration.queries import applications as queries
from registration.services import applications, applying_again, group_members, offers, progress, reviews, rosters
from skilleval.accounts.enums import Role
from skilleval.core import jobs
from skilleval.core.errors import NotAllowed
from skilleval.core.models import OutboxMessage
from skilleval.journeys.desk import verbs
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    GroupFactory,
    MembershipFactory,
    UserFactory,
    at,
    staff,
)
from tests.registration.handed_in import submission_of
from tests.registration.handing import NOW, stored, submit
from tests.registration.passing import application_of, fresh, pass_rows
from tests.registration.rosters import member, officer_of, portrait, row_of, suspend

pytestmark = pytest.mark.django_db


def test_what_wasnt_handed_in_lapses_when_the_window_is_over(group: Group) -> None:
    officer = officer_of(group.institution)
    unsent, sent = member(group), member(group, state="review")
    other = member(GroupFactory(offering=group.offering, window=group.window))
    assert due.lapse_unsent(date(2026, 3, 31)) == 0
    assert due.lapse_unsent(date(2026, 4, 1)) == 2
    assert due.lapse_unsent(date(2026, 4, 1)) == 0
    assert [stored(one).state for one in (unsent, sent, other)] == ["lapsed", "review", "lapsed"]
    assert fresh(unsent.roster_row).state == "passed"  # it stays, to be moved
    told = OutboxMessage.objects.get(channel="portal", recipient_id=officer.pk)
    assert "1 人的申报已失效" in told.body
    assert not OutboxMessage.objects.filter(channel="sms").exists()  # nobody else had heard of it


@pytest.mark.parametrize("state", ["prelim", "lapsed", "withdrawn", "cancelled"])
def test_what_an_institution_kept_to_itself_the_provider_never_sees(group: Group, state: str) -> None:
    reviewer = staff(group.offering.provider)
    kept = member(group, state=state, candidate=CandidateFactory(user=None, photo=portrait()))
    assert queries.find(reviewer, kept.uuid) is None
    assert queries.photo_visible_to(reviewer, kept.candidate.uuid) is None
    assert not kept.was_handed_in
    if state != "prelim":  # the same once it was handed in
        kept.submission = submission_of(group)
        kept.save()
        assert queries.find(reviewer, kept.uuid) == kept
        assert queries.photo_visible_to(reviewer, kept.candidate.uuid) == kept.candidate
        assert kept.was_handed_in


def test_a_draft_thrown_away_was_never_handed_in() -> None:
    thrown_away = ApplicationFactory(state="cancelled", submitted_on=None)
    assert queries.find(staff(thrown_away.offering.provider), thrown_away.uuid) is None
    assert not thrown_away.was_handed_in


def test_corrections_of_a_group_lapse_together(group: Group) -> None:
    officer = officer_of(group.institution)
    late = [member(group, state="returned", returned_until=date(2026, 3, 12)) for _ in range(2)]
    in_time = member(group, state="returned", returned_until=date(2026, 3, 13))
    alone = ApplicationFactory(offering=group.offering, state="returned", returned_until=date(2026, 3, 12))
    assert due.lapse_returned(date(2026, 3, 13)) == 3
    assert due.lapse_returned(date(2026, 3, 13)) == 0
    assert [stored(one).state for one in (*late, in_time, alone)] == ["lapsed", "lapsed", "returned", "lapsed"]
    assert "2 人的申报已失效" in OutboxMessage.objects.get(channel="portal", recipient_id=officer.pk).body
    assert [sms.address for sms in OutboxMessage.objects.filter(channel="sms").order_by("pk")] == [
        one.candidate.phone for one in late
    ]


def test_corrections_dont_lapse_under_a_submission_that_runs(group: Group) -> None:
    returned = member(group, state="returned", returned_until=date(2026, 3, 10))
    submit(group, at(2026, 3, 10, 15), run=False)
    assert due.lapse_returned(date(2026, 3, 11)) == 0
    jobs.drain()
    assert stored(returned).state == "review"


def test_who_never_left_the_institution_is_cancelled_without_a_word(group: Group) -> None:
    unsent, sent = member(group), member(group, state="review")
    assert group_members.cancel_prelim([unsent, sent], by=None, at=NOW, reason="移除") == 1
    assert [stored(one).state for one in (unsent, sent)] == ["cancelled", "review"]
    assert not OutboxMessage.objects.exists()


# --- the review, the person, a decision -------------------------------------------------------------------------------


def test_a_returned_member_s_row_goes_back_to_the_officers(group: Group) -> None:
    officer, reviewer = officer_of(group.institution), staff(group.offering.provider)
    person = CandidateFactory(user=UserFactory(phone="+8613700001111"))
    application, other = member(group, state="review", candidate=person), member(group, state="review")
    reviews.return_for_correction(application, by=reviewer, at=NOW, reason="照片不清晰")
    assert [(fresh(one.roster_row).state, stored(one).state) for one in (application, other)] == [
        ("clear", "returned"),
        ("passed", "review"),
    ]
    assert fresh(application.roster_row).passed is None
    told = OutboxMessage.objects.get(channel="portal", recipient_id=officer.pk)
    assert group.number in told.body
    assert "1 人退回补正" in told.body
    assert "照片不清晰" not in told.body  # a reason may tell who
    (person_told,) = OutboxMessage.objects.filter(channel="portal", recipient_id=person.user_id)
    assert f"由{group.institution}" in person_told.body
    assert "您不需操作" in person_told.body


@pytest.mark.parametrize("verb", ["approve", "return", "reject", "competition", "receive"])
@pytest.mark.parametrize("suspended", [False, True])
def test_who_entered_them_doesnt_review_them(group: Group, verb: str, suspended: bool) -> None:
    application = member(group, state="review")
    if suspended:
        suspend(group.institution)
    both = officer_of(group.institution)
    MembershipFactory(user=both, role=Role.REVIEWING, provider=group.offering.provider)
    verbs = {
        "approve": lambda by: reviews.approve(application, by=by, at=NOW),
        "return": lambda by: reviews.return_for_correction(application, by=by, at=NOW, reason="照片不清晰"),
        "reject": lambda by: reviews.reject(application, by=by, at=NOW, reason="年限不足"),
        "competition": lambda by: reviews.set_competition(application, competition=True, by=by, at=NOW),
        "receive": lambda by: reviews.receive_original(application, by=by, on=NOW.date()),
    }
    with pytest.raises(NotAllowed, match="经办人"):
        verbs[verb](both)
    assert (stored(application).state, stored(application).original_received_on) == ("review", None)
    verbs[verb](staff(group.offering.provider))


def test_the_person_doesnt_change_what_the_institution_states(group: Group) -> None:
    person = CandidateFactory()
    application = member(group, state="returned", candidate=person)
    changes = [
        lambda: applications.choose_clause(application, clause="4.3", declared={}, by=person.user, at=NOW),
        lambda: applications.submit(application, fee_published=True, by=person.user, at=NOW),
        lambda: applications.discard(application, by=person.user, at=NOW),
        lambda: applying_again.choose(application, kind="new", forfeits=True, by=person.user, at=NOW),
    ]
    for change in changes:
        with pytest.raises(NotAllowed, match=f"由{group.institution}提交.*由院校修改"):
            change()
    assert stored(application).state == "returned"


def test_the_person_may_withdraw_at_any_time_before_it_is_paid(group: Group) -> None:
    person = CandidateFactory()
    for state in ("prelim", "review", "returned"):
        application = member(GroupFactory(), state=state, candidate=person)
        verbs.withdraw(application, by=person.user, at=NOW, reason="不参加了")
        assert stored(application).state == "withdrawn"


def test_what_wasnt_handed_in_isnt_offered_again(group: Group) -> None:
    application = member(group)
    progress.cancel(application, by=None, at=NOW, reason="处理决定")
    assert offers.offer_again(application, source="决定〔2026〕1号", at=NOW) is None
    pass_rows(group, application.roster_row)
    assert application_of(application.roster_row).state == "prelim"


@pytest.mark.parametrize("entered_again", [False, True])
def test_a_row_taken_out_stands_again_with_its_member(group: Group, entered_again: bool) -> None:
    application = member(group, state="review", submission=submission_of(group))
    row, officer = application.roster_row, officer_of(group.institution)
    progress.cancel(application, by=None, at=NOW, reason="处理决定")
    rosters.remove_rows(group, rows=[row.pk], by=officer, at=NOW)
    if entered_again:
        row_of(group, person=application.candidate)
    offer = offers.offer_again(application, source="决定〔2026〕1号", at=NOW)
    assert offer
    offer.application = stored(application)
    with transaction.atomic():
        offers.reopen(offer, "review", by=None, at=NOW, reason="恢复申报")
    assert fresh(row).state == ("removed" if entered_again else "clear")
    if entered_again:
        return
    reviews.return_for_correction(application, by=staff(group.offering.provider), at=NOW, reason="照片不清晰")
    assert pass_rows(group).people == 1
    assert submit(group).people == 1


def test_so_does_that_of_somebody_who_had_sat(group: Group) -> None:
    application = member(group, state="scheduled", submission=submission_of(group))
    progress.void(application, by=None, at=NOW, reason="处理决定")
    rosters.remove_rows(group, rows=[application.roster_row.pk], by=officer_of(group.institution), at=NOW)
    progress.restore_sat(application, by=None, at=NOW, reason="决定撤销")
    assert (stored(application).state, fresh(application.roster_row).state) == ("scheduled", "clear")
