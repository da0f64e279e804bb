"""Passing, returning and receiving for many members at once: who may, what is left behind, and two at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from registration.enums import ApplicationState, RowState
from registration.models import Application, ApplicationLog, Group, OriginalsReceipt, RosterRow
from registration.services import group_reviews, reviews
from registration.services.group_members import NO_ROW
from registration.services.group_reviews import OWN, Handled
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests.factories import CandidateFactory, MembershipFactory, ProviderFactory, at, staff
from tests.races import run_together
from tests.registration.handed_in import group_with, handed_in
from tests.registration.rosters import officer_of, row_of, suspend

NOW = at(2026, 3, 20)
DAY = date(2026, 3, 20)


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def reviewer_of(group: Group) -> User:
    return staff(group.offering.provider, Role.REVIEWING)


def keys(group: Group) -> list[int]:
    return list(group.members.order_by("pk").values_list("pk", flat=True))


def states(group: Group) -> list[str]:
    return list(group.members.order_by("pk").values_list("state", flat=True))


def approve(group: Group, by: User, *, only: list[int] | None = None, held: dict[int, str] | None = None) -> Handled:
    return group_reviews.approve_clear(
        group, applications=keys(group) if only is None else only, held=held or {}, by=by, at=NOW
    )


def send_back(group: Group, by: User, *, only: list[int] | None = None, reason: str = "照片不清晰") -> Handled:
    chosen = keys(group) if only is None else only
    return group_reviews.return_members(group, applications=chosen, reason=reason, by=by, at=NOW)


def receive(group: Group, by: User, *, on: date = DAY, who: str = "王经办", when: Any = NOW) -> OriginalsReceipt:
    return group_reviews.receive_originals(group, applications=keys(group), on=on, handed_in_by=who, by=by, at=when)


VERBS: dict[str, Callable[[Group, User], object]] = {"approve": approve, "return": send_back, "receive": receive}
EVERY_VERB = pytest.mark.parametrize("verb", VERBS)


def untouched(group: Group) -> bool:
    return set(states(group)) == {"review"} and not group.members.exclude(original_received_on=None).exists()


# --- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@EVERY_VERB
@pytest.mark.parametrize("role", [role for role in PROVIDER_ROLES if role != Role.REVIEWING])
def test_other_roles_of_the_provider_may_not(verb: str, role: str) -> None:
    group = group_with(1)
    with pytest.raises(NotAllowed):
        VERBS[verb](group, staff(group.offering.provider, role))
    assert untouched(group)


@pytest.mark.django_db
@EVERY_VERB
def test_strangers_may_not_an_officer_least_of_all(verb: str) -> None:
    group = group_with(1)
    for stranger in (staff(ProviderFactory(), Role.REVIEWING), officer_of(group.institution)):
        with pytest.raises(NotAllowed):
            VERBS[verb](group, stranger)
    assert untouched(group)


@pytest.mark.django_db
@EVERY_VERB
@pytest.mark.parametrize("suspended", [False, True])
def test_nobody_decides_for_an_institution_they_work_for(verb: str, suspended: bool) -> None:
    group = group_with(1)
    if suspended:
        suspend(group.institution)
    reviewer = reviewer_of(group)
    MembershipFactory(user=reviewer, role=Role.OFFICER, institution=group.institution)
    with pytest.raises(NotAllowed, match="经办人"):
        VERBS[verb](group, User.objects.get(pk=reviewer.pk))
    assert untouched(group)


@pytest.mark.django_db
def test_one_s_own_application_is_left_to_somebody_else() -> None:
    group = group_with(1)
    reviewer = reviewer_of(group)
    own = handed_in(group, candidate=CandidateFactory(user=reviewer))
    assert approve(group, reviewer).left == {own.pk: OWN}
    assert states(group) == ["approved", "review"]
    assert send_back(group, reviewer, only=[own.pk]).left == {own.pk: OWN}
    assert receive(group, reviewer).people == 1
    assert Application.objects.get(pk=own.pk).original_received_on is None


# --- passing ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_clear_pass_in_one_go_and_leave_who_and_when() -> None:
    group = group_with(3)
    reviewer = reviewer_of(group)
    handled = approve(group, reviewer)
    assert [member.pk for member in handled.done] == keys(group)
    assert handled.left == {}
    assert set(group.members.values_list("state", "approved_on")) == {("approved", DAY)}
    logged = ApplicationLog.objects.values_list("from_state", "to_state", "by_id", "at")
    assert list(logged) == [("review", "approved", reviewer.pk, NOW)] * 3
    event = AuditEvent.objects.get(action="group.members_approved")
    assert (event.object_id, event.details) == (str(group.pk), {"people": 3, "left": 0})
    assert not OutboxMessage.objects.exists()  # the root tells, once it knows the fee


@pytest.mark.django_db
def test_doubtful_ones_held_ones_and_those_handled_meanwhile_are_left_with_the_reason() -> None:
    group = group_with(2)
    doubtful = handed_in(group, photo=False)
    returned = handed_in(group, state="returned")
    clear, held = keys(group)[:2]
    handled = approve(group, reviewer_of(group), held={held: "有案件"})
    assert [member.pk for member in handled.done] == [clear]
    assert handled.left == {held: "有案件", doubtful.pk: "缺证件照", returned.pk: "已是“退回补正”"}
    assert states(group) == ["approved", "review", "review", "returned"]


@pytest.mark.django_db
def test_only_members_of_the_group_are_reached_and_only_those_asked_for() -> None:
    group, other = group_with(2), group_with(1)
    reviewer = reviewer_of(group)
    MembershipFactory(user=reviewer, role=Role.REVIEWING, provider=other.offering.provider)
    first = keys(group)[0]
    approve(group, User.objects.get(pk=reviewer.pk), only=[first, *keys(other), 0])
    assert (states(group), states(other)) == (["approved", "review"], ["review"])


@pytest.mark.django_db
def test_run_twice_nobody_passes_twice() -> None:
    group = group_with(2)
    reviewer = reviewer_of(group)
    approve(group, reviewer)
    again = approve(group, reviewer)
    assert (again.done, set(again.left.values())) == ((), {"已是“待缴费”"})
    assert ApplicationLog.objects.count() == 2


# --- returning ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_returned_members_go_back_to_the_officer_with_one_reason_and_one_deadline() -> None:
    group = group_with(3)
    officer = officer_of(group.institution)
    chosen, stays = keys(group)[:2], keys(group)[2]
    handled = send_back(group, reviewer_of(group), only=chosen, reason="照片不清晰。")
    assert [member.pk for member in handled.done] == chosen
    back = Application.objects.filter(pk__in=chosen)
    assert set(back.values_list("state", "returned_until")) == {("returned", date(2026, 3, 27))}
    assert set(back.values_list("roster_row__state", "roster_row__passed")) == {(RowState.CLEAR, None)}
    assert Application.objects.get(pk=stays).roster_row.state == RowState.PASSED
    assert set(ApplicationLog.objects.values_list("reason", flat=True)) == {"照片不清晰"}
    told = OutboxMessage.objects.filter(recipient_id=officer.pk, channel="portal").get()
    assert told.subject == "团体申报有 2 人退回补正"
    assert "照片不清晰" not in told.body  # a reason may say who
    assert "3月27日 24:00 前" in told.body


@pytest.mark.django_db
def test_each_person_is_told_once_and_no_message_names_anybody() -> None:
    group = group_with(2)
    officer_of(group.institution)
    people = list(group.members.select_related("candidate"))
    send_back(group, reviewer_of(group))
    messages = list(OutboxMessage.objects.filter(recipient_id=None))  # people without account: an SMS each
    assert sorted(message.address for message in messages) == sorted(row.candidate.phone for row in people)
    for message in OutboxMessage.objects.all():
        for row in people:
            assert row.candidate.name not in message.subject + message.body


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", " 。", "长" * 1001])
def test_a_reason_is_needed_and_has_an_end(reason: str) -> None:
    group = group_with(1)
    with pytest.raises(Refused) as refused:
        send_back(group, reviewer_of(group), reason=reason)
    assert refused.value.field == "words"
    assert untouched(group)


@pytest.mark.django_db
def test_where_nobody_is_left_nobody_is_told() -> None:
    group = group_with()
    handed_in(group, state="approved")
    officer_of(group.institution)
    assert send_back(group, reviewer_of(group)).done == ()
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_who_has_no_row_any_more_isnt_returned() -> None:
    """Reinstated after the institution had taken the row out and entered the number again, or used the row anew."""
    group = group_with(1)
    reviewer = reviewer_of(group)
    taken_out, become_another = handed_in(group), handed_in(group)
    RosterRow.objects.filter(application=taken_out).update(state=RowState.REMOVED, passed=None)
    row_of(group, person=taken_out.candidate)
    later = handed_in(group_with(), state="lapsed")
    RosterRow.objects.filter(application=later).delete()
    RosterRow.objects.filter(application=become_another).update(application=later)
    handled = send_back(group, reviewer)
    assert handled.left == {taken_out.pk: NO_ROW, become_another.pk: NO_ROW}
    assert states(group) == ["returned", "review", "review"]
    assert RosterRow.objects.get(application=taken_out).state == RowState.REMOVED
    with pytest.raises(Refused, match="按现有材料审核"):
        reviews.return_for_correction(taken_out, by=reviewer, at=NOW, reason="照片不清晰")
    assert reviews.approve(taken_out, by=reviewer, at=NOW).state == "approved"


# --- originals ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_receipt_takes_everybody_whose_original_is_outstanding() -> None:
    group = group_with(2)
    over = [handed_in(group, state=state) for state in ("withdrawn", "rejected")]
    there = handed_in(group, state="approved", original_received_on=date(2026, 3, 12))
    receipt = receive(group, reviewer_of(group), who="  王 经办 ")
    assert (receipt.people, receipt.received_on, receipt.handed_in_by) == (2, DAY, "王 经办")
    assert receipt.number == f"YJ{group.offering.provider.filing_number[-4:]}260300001"
    assert set(receipt.applications.values_list("original_received_on", flat=True)) == {DAY}
    assert set(receipt.applications.values_list("pk", flat=True)).isdisjoint(row.pk for row in (*over, there))
    there.refresh_from_db()
    assert there.original_received_on == date(2026, 3, 12)
    assert AuditEvent.objects.get(action="group.originals_received").details == {"people": 2, "on": "2026-03-20"}


@pytest.mark.django_db
def test_run_twice_it_finds_the_receipt_there_is() -> None:
    group = group_with(2)
    reviewer = reviewer_of(group)
    first = receive(group, reviewer)
    assert receive(group, reviewer, on=date(2026, 3, 19)) == first
    assert (OriginalsReceipt.objects.count(), first.applications.count()) == (1, 2)
    later = handed_in(group)
    second = receive(group, reviewer)
    assert second.number.endswith("00002")
    assert list(second.applications.all()) == [later]


@pytest.mark.django_db
def test_where_nothing_is_outstanding_it_says_so() -> None:
    group = group_with()
    handed_in(group, original_received_on=date(2026, 3, 12))  # recorded singly, on no receipt
    with pytest.raises(Conflict, match="没有待收的原件"):
        receive(group, reviewer_of(group))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "who", "field"),
    [
        (date(2026, 3, 21), "王经办", "on"),  # tomorrow
        (date(2026, 3, 1), "王经办", "on"),  # before the submission of 2 March
        (DAY, "  ", "handed_in_by"),
        (DAY, "名" * 61, "handed_in_by"),
    ],
)
def test_a_wrong_day_or_nobody_s_name_is_refused(on: date, who: str, field: str) -> None:
    group = group_with(1)
    with pytest.raises(Refused) as refused:
        receive(group, reviewer_of(group), on=on, who=who)
    assert refused.value.field == field
    assert untouched(group)
    assert not OriginalsReceipt.objects.exists()


@pytest.mark.django_db
def test_today_and_the_day_of_the_submission_are_days_to_receive_on() -> None:
    for on in (DAY, date(2026, 3, 2)):
        group = group_with(1)
        assert receive(group, reviewer_of(group), on=on).received_on == on


# --- how much is asked ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@EVERY_VERB
def test_thirty_members_take_the_statements_of_one(verb: str) -> None:
    counts = []
    for size in (1, 1, 30):  # the first fills the caches of the process
        group = group_with(size)
        reviewer = reviewer_of(group)
        with CaptureQueriesContext(connection) as asked:
            VERBS[verb](group, reviewer)
        counts.append(len(asked))
    assert counts[1] == counts[2]
    assert counts[2] <= 30


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", VERBS)
def test_of_two_reviewers_each_member_is_one_s(second: str) -> None:
    """Two pass the same group, or one passes it while the other sends it back: nobody fails, and nobody is doubled."""
    group = group_with(5)
    one, two = reviewer_of(group), reviewer_of(group)
    outcomes = run_together(lambda: approve(group, one), lambda: VERBS[second](group, two))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert ApplicationLog.objects.count() == 5
    if second != "receive":
        assert sum(len(outcome.done) for outcome in outcomes) == 5
        assert sum(len(outcome.left) for outcome in outcomes) == 5
        assert len(set(states(group))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_single_decision_and_the_crowd_s_come_one_after_the_other() -> None:
    group = group_with(5)
    one, two = reviewer_of(group), reviewer_of(group)
    member = group.members.order_by("pk")[2]
    outcomes = run_together(
        lambda: approve(group, one), lambda: reviews.return_for_correction(member, by=two, at=NOW, reason="照片不清晰")
    )
    lost = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [type(outcome) for outcome in lost] in ([], [Conflict])
    assert ApplicationLog.objects.filter(subject=member).count() == 1
    assert states(group).count("approved") == (5 if lost else 4)


@pytest.mark.django_db(transaction=True)
def test_the_same_originals_recorded_twice_at_once_are_on_one_receipt() -> None:
    group = group_with(3)
    one, two = reviewer_of(group), reviewer_of(group)
    first, second = run_together(lambda: receive(group, one), lambda: receive(group, two))
    assert first == second == OriginalsReceipt.objects.get()
    assert first.applications.count() == 3


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_would_write_a_receipt_each() -> None:
    """The negative control: read who is outstanding, wait, write, as a careless verb would."""
    group = group_with(3)
    read = Barrier(2, timeout=20)

    def careless(number: str) -> None:
        with transaction.atomic():
            outstanding = list(group.members.filter(original_received_on=None).values_list("pk", flat=True))
            read.wait()
            receipt = OriginalsReceipt.objects.create(
                number=number, group=group, received_on=DAY, people=len(outstanding), by_label="测试", at=NOW
            )
            group.members.filter(pk__in=outstanding).update(original_received_on=DAY, originals_receipt=receipt)

    run_together(lambda: careless("A"), lambda: careless("B"))
    assert OriginalsReceipt.objects.filter(people=3).count() == 2


@pytest.mark.django_db
def test_a_member_stays_what_the_state_table_allows() -> None:
    """What the verbs leave is what a single review leaves."""
    group = group_with(2)
    first, second = group.members.order_by("pk")
    reviewer = reviewer_of(group)
    reviews.approve(first, by=reviewer, at=NOW)
    approve(group, reviewer)
    rows = Application.objects.filter(pk__in=[first.pk, second.pk])
    facts = set(rows.values_list("state", "approved_on", "returned_until", "confirmed_on"))
    assert facts == {(ApplicationState.APPROVED, DAY, None, None)}
