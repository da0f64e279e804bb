"""Two at once about a group: each race with what happens when the guard is off (RELIABILITY 2, 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from registration import due
from registration.enums import OPEN_STATES
from registration.models import Application, ApplicationLog, Candidate, Group, RosterRow, Submission
from registration.services import group_members, handing_in, member_applications, member_records, passing, progress
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core import jobs
from skilleval.core.crypto import blind_index
from skilleval.core.errors import Conflict, Refused
from skilleval.core.models import Job, OutboxMessage
from tests.factories import BanFactory, CandidateFactory, GroupFactory, at
from tests.races import run_together
from tests.registration.handing import LAST_MOMENT, NOW, entered, stored, submit
from tests.registration.passing import application_of, fresh, messages, pass_rows
from tests.registration.rosters import officer_of, row_of
from tests.registration.steps import filled, submit as hand_in_alone

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(call: Callable[[], Any]) -> None:
    """Run a call to its end on a connection of its own, as another process would in this moment."""

    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive()


def before(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, call: Callable[[], Any]) -> None:
    """Have something happen elsewhere just before a step."""
    real = getattr(where, name)

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        elsewhere(call)
        return real(*args, **kwargs)

    monkeypatch.setattr(where, name, interrupted)


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the guard away that the persons' locks are."""

    def found(keys: Any, others: Any = ()) -> dict[bytes, Candidate]:
        rows = Candidate.objects.filter(id_index__in=list(keys)).select_related("user", "photo")
        return {bytes(row.id_index or b""): row for row in rows}

    monkeypatch.setattr(member_records, "lock", found)


def open_ones() -> int:
    return Application.objects.filter(state__in=OPEN_STATES).count()


# --- a roster and an individual application for one person ------------------------------------------------------------


@pytest.fixture
def rivals(candidate: Candidate, offering: Offering, rules: CandidateRules) -> tuple[Application, RosterRow]:
    """A draft ready to be submitted, and a roster's row about the same person."""
    draft = filled(candidate, offering, rules)
    return draft, row_of(GroupFactory(offering=offering), person=candidate)


def test_of_a_roster_and_an_individual_application_one_comes_through(rivals: tuple[Application, RosterRow]) -> None:
    draft, row = rivals
    officer = officer_of(row.group.institution)
    alone, passed = run_together(lambda: hand_in_alone(draft), lambda: pass_rows(row.group, by=officer))
    assert open_ones() == 1
    if isinstance(alone, Exception):
        assert isinstance(alone, Refused)
        assert "已有同一职业（工种）、同一等级的申报" in alone.message
        assert fresh(row).state == "passed"
    else:
        assert isinstance(passed, Refused)
        assert (stored(draft).state, fresh(row).state) == ("review", "faulty")
        assert messages(row) == [passing.OPEN_ELSEWHERE.message]


def test_without_the_person_s_lock_the_database_lets_one_through(
    rivals: tuple[Application, RosterRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the check says clear, the individual application comes, and only the constraint is left."""
    draft, row = rivals
    other = row_of(row.group)
    unlocked(monkeypatch)
    before(monkeypatch, member_applications, "enter", lambda: hand_in_alone(draft))
    review = pass_rows(row.group)
    assert (review.people, review.left_out) == (1, 1)
    assert (stored(draft).state, fresh(row).state, fresh(other).state) == ("review", "faulty", "passed")
    assert messages(row) == [passing.OPEN_ELSEWHERE.message]
    assert ApplicationLog.objects.filter(to_state="prelim").count() == 1


# --- one person in two rosters ----------------------------------------------------------------------------------------


def two_groups(*, same_offering: bool) -> tuple[Group, Group]:
    one = GroupFactory()
    other = GroupFactory(offering=one.offering, window=one.window) if same_offering else GroupFactory()
    return one, other


def test_two_institutions_meet_the_same_new_person(rules: CandidateRules) -> None:
    person = CandidateFactory.build(user=None)
    rows = [row_of(group, person=person) for group in two_groups(same_offering=False)]
    outcomes = run_together(*[lambda row=row: pass_rows(row.group) for row in rows])
    assert [outcome.people for outcome in outcomes] == [1, 1]
    assert {application_of(row).candidate for row in rows} == {Candidate.objects.get()}


def test_of_two_institutions_for_the_same_one_comes_through(rules: CandidateRules) -> None:
    person = CandidateFactory.build(user=None)
    rows = [row_of(group, person=person) for group in two_groups(same_offering=True)]
    outcomes = run_together(*[lambda row=row: pass_rows(row.group) for row in rows])
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    assert sorted(fresh(row).state for row in rows) == ["faulty", "passed"]
    assert Candidate.objects.count() == open_ones() == 1


def test_who_came_to_be_known_this_moment_is_looked_at_again(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: found a stranger, the record made meanwhile has to be met, not made twice."""
    person = CandidateFactory.build(user=None)
    row, other = row_of(group, person=person), row_of(group)

    def made_elsewhere() -> None:
        person.save()
        BanFactory(candidate=person)

    before(monkeypatch, member_records, "make", made_elsewhere)
    assert pass_rows(group).left_out == 1
    assert (fresh(row).kinds, fresh(other).state) == (["ban"], "passed")
    assert Candidate.objects.with_number(person.id_number).count() == 1


def test_of_two_officers_each_row_is_passed_once(group: Group) -> None:
    rows = [row_of(group) for _ in range(5)]
    officers = [officer_of(group.institution) for _ in range(2)]
    outcomes = run_together(*[lambda by=by: pass_rows(group, by=by) for by in officers])
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    assert Application.objects.count() == len(rows)


# --- the window closes ------------------------------------------------------------------------------------------------


def test_at_midnight_either_all_go_or_all_lapse(group: Group) -> None:
    applications = [entered(group) for _ in range(4)]
    officer = officer_of(group.institution)
    pressed, lapsed = run_together(
        lambda: handing_in.submit_group(group, fee_published=True, by=officer, at=LAST_MOMENT),
        lambda: due.lapse_unsent(date(2026, 4, 1)),
    )
    jobs.drain()
    states = {stored(application).state for application in applications}
    if isinstance(pressed, Refused):
        assert (lapsed, states) == (4, {"lapsed"})
    else:
        assert (lapsed, states) == (0, {"review"})


def test_without_the_group_s_lock_they_would_be_taken_from_under_the_submission(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: no submission runs, the officer presses, and what was to go lapses all the same."""
    application, officer = entered(group), officer_of(group.institution)
    monkeypatch.setattr(group_members, "locked", lambda group: group)

    def pressed() -> None:
        handing_in.submit_group(group, fee_published=True, by=officer, at=LAST_MOMENT)

    before(monkeypatch, group_members, "move_many", pressed)
    assert due.lapse_unsent(date(2026, 4, 1)) == 1
    jobs.drain()
    assert stored(application).state == "lapsed"
    assert Submission.objects.get().people == 0


# --- submissions and withdrawals --------------------------------------------------------------------------------------


def test_of_two_submissions_at_once_one_wins(group: Group) -> None:
    entered(group)
    officers = [officer_of(group.institution) for _ in range(2)]
    outcomes = run_together(
        *[lambda by=by: handing_in.submit_group(group, fee_published=True, by=by, at=NOW) for by in officers]
    )
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]
    assert Submission.objects.count() == Job.objects.count() == 1


def test_without_the_group_s_lock_the_constraint_says_so(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: none runs when the second asks, and the first is there when it writes."""
    entered(group)
    officer = officer_of(group.institution)
    monkeypatch.setattr(handing_in, "locked", lambda group: group)
    first: list[Submission] = []

    def pressed() -> None:
        if not first:
            first.append(Submission.objects.create(group=group, number=1, by_label="同事", at=NOW))

    before(monkeypatch, handing_in, "_check_rules", pressed)
    with pytest.raises(Conflict, match="正在提交"):
        handing_in.submit_group(group, fee_published=True, by=officer, at=NOW)
    assert list(Submission.objects.all()) == first
    assert not Job.objects.exists()


def test_a_withdrawal_and_the_handing_in_come_one_after_the_other(group: Group) -> None:
    gone, stays = entered(group), entered(group)
    submit(group, run=False)
    _, withdrawn = run_together(jobs.drain, lambda: progress.withdraw(gone, by=None, at=NOW, reason="不参加了"))
    jobs.drain()
    assert not isinstance(withdrawn, Exception)
    assert [stored(one).state for one in (gone, stays)] == ["withdrawn", "review"]
    path = list(ApplicationLog.objects.filter(subject=gone).order_by("pk").values_list("from_state", "to_state"))
    assert path in (
        [("", "prelim"), ("prelim", "withdrawn")],
        [("", "prelim"), ("prelim", "review"), ("review", "withdrawn")],
    )
    told = OutboxMessage.objects.filter(key__startswith=f"handed-in:{gone.pk}:").count()
    assert told == len(path) - 2
    assert Submission.objects.get().people == len(path) - 1


def test_without_the_lock_and_the_condition_who_withdrew_would_be_handed_in(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the rows are read, the person withdraws, and the state is written by primary key alone."""
    gone = entered(group)
    submit(group, run=False)

    def careless(rows: Any, from_state: str, to: str, *, by: Any, at: Any, **fields: Any) -> int:
        fields.pop("reason", None)
        return Application.objects.filter(pk__in=rows.values("pk")).update(state=to, **fields)

    def read(rows: Any) -> list[RosterRow]:
        found = list(rows.select_related("application__candidate__user", "application__rule_set", "roster"))
        elsewhere(lambda: progress.withdraw(gone, by=None, at=NOW, reason="不参加了"))
        return found

    monkeypatch.setattr(handing_in, "_lock_rows", read)
    monkeypatch.setattr(handing_in, "move_many", careless)
    unlocked(monkeypatch)
    jobs.drain()
    assert stored(gone).state == "review"


# --- a great many -----------------------------------------------------------------------------------------------------


def test_two_thousand_rows_are_passed_within_the_time_a_statement_has(group: Group) -> None:
    """Under the connection's real limits: 30 s a statement, 3 s for a lock."""
    first = row_of(group)
    rows = []
    for number in range(1999):
        person = CandidateFactory.build(user=None)
        row = RosterRow(roster=first.roster, group=group, number=number + 3, state="clear", photo=first.photo)
        row.cells = first.cells | {"name": person.name}
        row.id_cipher, row.phone_cipher = person.id_number, person.phone
        row.id_key = blind_index(person.id_number)
        rows.append(row)
    RosterRow.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("30s",)
    assert pass_rows(group).people == 2000
    assert Application.objects.filter(state="prelim").count() == Candidate.objects.count() == 2000
    submission = submit(group, at(2026, 3, 11))
    assert (submission.people, submission.left_out) == (2000, 0)
