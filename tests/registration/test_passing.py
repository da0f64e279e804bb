"""资格初审: what a passed row becomes, who is found or made, and who is left out with a reason (SPEC 5.2, 5.5, 9.3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import Application, ApplicationLog, Candidate, Group, PreliminaryReview
from registration.queries import backgrounds
from registration.queries.applications import current_rules
from registration.services import candidates, passing, progress
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests.factories import (
    ApplicationFactory,
    BanFactory,
    CandidateFactory,
    GroupFactory,
    UserFactory,
    at,
    staff,
)
from tests.registration.handed_in import submission_of
from tests.registration.ledger import earn
from tests.registration.passing import APRIL, NOW, application_of, fresh, messages, pass_rows
from tests.registration.rosters import member, officer_of, portrait, row_of, somebody

pytestmark = pytest.mark.django_db

# --- what a passed row becomes ----------------------------------------------------------------------------------------


def test_a_row_becomes_an_application_of_a_record_made_for_it(group: Group) -> None:
    person = CandidateFactory.build(user=None)
    row = row_of(group, person=person, schooling="高中")
    officer = officer_of(group.institution)
    review = pass_rows(group, by=officer)
    assert (review.people, review.left_out, review.statement) == (1, 0, passing.STATEMENT)
    assert (review.by_id, review.by_label, review.at) == (officer.pk, officer.label, NOW)
    found, application = fresh(row), application_of(row)
    assert (found.state, found.passed, found.checked_on) == ("passed", review, date(2026, 3, 10))
    assert (application.state, application.channel, application.clause) == ("prelim", "group", "4.1")
    assert (application.group, application.institution, application.window) == (group, group.institution, group.window)
    assert (application.kind, application.subjects) == ("new", ["theory", "practical"])
    assert (application.rules, application.rules_accepted_at) == (current_rules(group.offering, NOW.date()), NOW)
    assert (application.rule_set, application.submitted_on) == (group.offering.rule_set, date(2026, 3, 10))
    assert application.number.startswith("SQ2026")
    assert application.background["work"][0]["from"] == "2015-07-01"
    record = application.candidate
    assert (record.user, record.id_number, record.phone) == (None, person.id_number, person.phone)
    assert (record.name, record.sex, record.born) == (row.cells["name"], person.sex, person.born)
    assert (record.photo, record.schooling) == (row.photo, "senior_middle")
    log = ApplicationLog.objects.get(subject=application)
    assert (log.from_state, log.to_state, log.by_id, log.at) == ("", "prelim", officer.pk, NOW)
    assert not OutboxMessage.objects.exists()  # nobody hears of it before it is handed in


def test_the_background_is_kept_in_the_shape_of_an_individual_s(group: Group) -> None:
    row = row_of(group)
    pass_rows(group)
    kept = application_of(row)
    assert kept.background.keys() == backgrounds.snapshot(kept.candidate, on=NOW.date()).keys()


def test_the_trail_names_rows_and_records_by_number_only(group: Group) -> None:
    row = row_of(group)
    review = pass_rows(group)
    event = AuditEvent.objects.get(action="group.rows_passed")
    assert (event.object_id, event.details["people"], event.details["made"]) == (str(review.pk), 1, 1)
    assert row.id_cipher not in str(event.details)
    assert row.cells["name"] not in str(event.details)


def test_numbers_are_taken_in_one_go_without_gap(group: Group) -> None:
    rows = [row_of(group) for _ in range(3)]
    pass_rows(group)
    later = row_of(group)
    pass_rows(group)
    numbers = [application_of(row).number for row in (*rows, later)]
    assert [int(number[-7:]) for number in numbers] == [1, 2, 3, 4]


def test_only_those_chosen_are_passed(group: Group) -> None:
    one, other = row_of(group), row_of(group)
    pass_rows(group, one)
    assert [fresh(row).state for row in (one, other)] == ["passed", "clear"]


def test_rows_of_another_group_cant_be_chosen(group: Group) -> None:
    foreign = row_of(GroupFactory())
    with pytest.raises(Refused):
        pass_rows(group, foreign)
    assert fresh(foreign).state == "clear"


# --- who may, and when ------------------------------------------------------------------------------------------------


def test_strangers_may_not(group: Group) -> None:
    row = row_of(group)
    for stranger in (UserFactory(), officer_of(GroupFactory().institution), staff(group.offering.provider)):
        with pytest.raises(NotAllowed):
            pass_rows(group, by=stranger)
    assert fresh(row).state == "clear"


def test_the_statement_is_the_one_that_was_read(group: Group) -> None:
    row_of(group)
    with pytest.raises(Refused) as refused:
        pass_rows(group, statement="都看过了")
    assert refused.value.field == "statement"


@pytest.mark.parametrize(
    ("moment", "says"),
    [(at(2026, 2, 28), "下一批次"), (APRIL, "已经截止"), (at(2026, 3, 31), None), (at(2026, 3, 1), None)],
)
def test_new_rows_pass_while_the_window_is_open(group: Group, moment: datetime, says: str | None) -> None:
    row = row_of(group)
    if says is None:
        assert pass_rows(group, moment=moment).people == 1
        return
    with pytest.raises(Refused, match=says):
        pass_rows(group, moment=moment)
    assert (fresh(row).state, Candidate.objects.count()) == ("clear", 0)


def test_without_rows_or_rules_it_says_what_to_do(group: Group) -> None:
    with pytest.raises(Refused, match="没有可以初审的人员"):
        pass_rows(group)
    row_of(group)
    current = current_rules(group.offering, NOW.date())
    assert current
    current.delete()
    with pytest.raises(Refused, match="须知尚未公布"):
        pass_rows(group)


# --- looked at afresh -------------------------------------------------------------------------------------------------


def test_who_is_faulty_now_is_left_out_and_stops_nobody(group: Group) -> None:
    good, banned, applying = row_of(group), row_of(group, person=somebody()), row_of(group, person=somebody())
    BanFactory(candidate=Candidate.objects.with_number(banned.id_cipher).get())
    other = Candidate.objects.with_number(applying.id_cipher).get()
    ApplicationFactory(candidate=other, offering=group.offering)
    review = pass_rows(group)
    assert (review.people, review.left_out) == (1, 2)
    assert [fresh(row).state for row in (good, banned, applying)] == ["passed", "faulty", "faulty"]
    assert fresh(banned).kinds == ["ban"]
    assert "2028年2月1日" in messages(banned)[0]
    assert messages(applying) == ["该人员已有同一职业（工种）、同一等级的申报正在办理"]
    assert Application.objects.filter(group=group).count() == 1


def test_where_all_are_faulty_the_report_says_so_and_nothing_is_made(group: Group) -> None:
    row = row_of(group, clause="4.2")
    with pytest.raises(Refused, match="没有通过初审"):
        pass_rows(group)
    assert (fresh(row).state, fresh(row).kinds) == ("faulty", ["evidence"])
    assert not PreliminaryReview.objects.exists()
    assert not Candidate.objects.exists()


# --- the person -------------------------------------------------------------------------------------------------------


def test_a_person_s_own_record_is_never_overwritten(group: Group) -> None:
    person = CandidateFactory(name="本人所填", schooling="", photo=None)
    row = row_of(group, person=person, name="名册所填", schooling="高中")
    pass_rows(group)
    application = application_of(row)
    assert application.candidate == person
    record = Candidate.objects.get(pk=person.pk)
    assert (record.name, record.schooling, record.photo, record.phone) == ("本人所填", "", None, person.phone)
    assert application.background["schooling"] == "senior_middle"  # the row's facts are the application's


def test_a_record_without_account_follows_the_newest_roster(group: Group) -> None:
    person = somebody(photo=portrait(), schooling="")
    old = person.photo
    row = row_of(group, person=person, name="改正后的名字", schooling="高中")
    row.phone_cipher = "13900001111"
    row.save()
    pass_rows(group)
    record = Candidate.objects.get(pk=person.pk)
    assert (record.name, record.phone, record.photo) == ("改正后的名字", "+8613900001111", row.photo)
    assert record.schooling == "senior_middle"
    assert AuditEvent.objects.get(action="group.rows_passed").details["refreshed"] == [person.pk]
    assert old
    assert not type(old).objects.filter(pk=old.pk).exists()  # shown by nobody any more


@pytest.mark.parametrize(
    ("whose", "state", "changes"),
    [
        *(("the institution's", state, False) for state in ("prelim", "review", "completed")),
        *(("the institution's", state, True) for state in ("returned", "rejected", "withdrawn")),
        *(("another's", state, False) for state in ("prelim", "returned", "rejected", "withdrawn", "completed")),
        ("another's, never handed in", "cancelled", True),
        ("the person's", "withdrawn", False),
    ],
)
def test_while_something_else_relies_on_it_it_stays(group: Group, whose: str, state: str, changes: bool) -> None:
    person = somebody()
    if whose == "the person's":
        ApplicationFactory(candidate=person, state=state)
    else:
        its = {"institution": group.institution} if whose == "the institution's" else {}
        other = GroupFactory(**its)
        sent = None if "never" in whose or state == "prelim" else submission_of(other)
        member(other, candidate=person, state=state, row_state="clear", submission=sent)
    row = row_of(group, person=person, name="另一种写法")
    pass_rows(group)
    assert application_of(row).candidate == person
    record = Candidate.objects.get(pk=person.pk)
    assert (record.name == "另一种写法", record.photo == row.photo) == (changes, changes)


def test_an_old_portrait_stays_while_a_row_shows_it(group: Group) -> None:
    person = somebody()
    elsewhere = row_of(GroupFactory(), person=person)
    person.photo = elsewhere.photo
    person.save()
    row = row_of(group, person=person)
    pass_rows(group)
    assert Candidate.objects.get(pk=person.pk).photo == row.photo
    assert fresh(elsewhere).photo == elsewhere.photo


def test_a_claimed_portrait_can_be_replaced_by_its_person(group: Group, tmp_path: Any, settings: Any) -> None:
    from tests.registration.steps import picture

    settings.MEDIA_ROOT = str(tmp_path)
    row = row_of(group)
    pass_rows(group)
    application = application_of(row)
    progress.cancel(application, by=None, at=NOW, reason="测试")
    candidates.set_photo(application.candidate, upload=picture(), by=None, at=NOW)
    assert fresh(row).photo == row.photo
    assert Candidate.objects.get().photo != row.photo


# --- many -------------------------------------------------------------------------------------------------------------


def test_many_rows_are_as_many_statements_as_one(group: Group) -> None:
    officer = officer_of(group.institution)

    def passing_them() -> int:
        with CaptureQueriesContext(connection) as counted:
            pass_rows(group, by=type(officer).objects.get(pk=officer.pk))
        return len(counted)

    def one_of_each() -> None:
        row_of(group)
        row_of(group, person=somebody(), name="新的名字")
        row_of(group, person=CandidateFactory())
        again = somebody()
        earn(again, group.offering, published_on=date(2025, 5, 1), submitted_on=date(2025, 2, 1))
        row_of(group, person=again, kind="补考", resit_subjects="操作技能")
        member(group, row_state="clear")

    row_of(group)
    passing_them()  # what is read once and kept
    one_of_each()
    once = passing_them()
    for _ in range(10):
        one_of_each()
    assert passing_them() == once
