"""Reading groups: whose they are, the counts in one query, what can be passed and handed in on a day (SPEC 5.2, 12)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import Group, Submission
from registration.queries import groups as queries
from skilleval.accounts.enums import Role
from tests.factories import GroupFactory, MembershipFactory, OfferingFactory, UserFactory, at, staff
from tests.registration.rosters import member, officer_of, row_of

pytestmark = pytest.mark.django_db

LAST = date(2026, 3, 31)
AFTER = date(2026, 4, 1)


@pytest.fixture
def group() -> Group:
    made: Group = GroupFactory()
    return made


def handed_in(group: Group, people: int = 1) -> Submission:
    return Submission.objects.create(
        group=group, number=1, state="done", people=people, by_label="经办人", at=at(2026, 3, 3)
    )


def test_officers_see_their_own_and_the_provider_what_was_handed_in(group: Group) -> None:
    officer, reviewer = officer_of(group.institution), staff(group.offering.provider)
    strangers = [UserFactory(), officer_of(GroupFactory().institution), staff(OfferingFactory().provider)]
    assert queries.find(officer, group.uuid) == queries.own(officer, group.uuid) == group
    assert queries.find(reviewer, group.uuid) is None
    submission = handed_in(group, people=0)  # nobody came through
    assert queries.find(reviewer, group.uuid) is None
    Submission.objects.filter(pk=submission.pk).update(people=1)
    assert queries.find(reviewer, group.uuid) == group
    assert queries.own(reviewer, group.uuid) is None
    assert list(queries.groups_of(reviewer)) == []
    for stranger in strangers:
        assert queries.find(stranger, group.uuid) is None


def test_an_officer_of_an_institution_not_approved_sees_nothing(group: Group) -> None:
    group.institution.state, group.institution.state_reason = "suspended", "资质核查"
    group.institution.save()
    officer = MembershipFactory(role=Role.OFFICER, institution=group.institution).user
    assert list(queries.groups_of(officer)) == []


def test_the_counts_are_one_query(group: Group) -> None:
    other = GroupFactory()
    for state in ("faulty", "faulty", "clear", "removed"):
        row_of(group, state=state)
    sent = {"submission": handed_in(group)}
    for state in ("prelim", "prelim", "withdrawn"):
        member(group, state=state)
    for state in ("review", "confirmed", "returned"):
        member(group, state=state, **sent)
    member(group, state="returned", row_state="clear", **sent)
    member(group, state="lapsed", row_state="clear", **sent)  # returned, and too late
    member(other, state="review")
    with CaptureQueriesContext(connection) as counted:
        found = queries.counts_of_many([group, other])
    assert len(counted) == 1
    counts = found[group.pk]
    assert counts.rows == {"faulty": 2, "clear": 3, "removed": 1, "passed": 6}
    assert counts.members == {"prelim": 2, "review": 1, "withdrawn": 1, "confirmed": 1, "returned": 2, "lapsed": 1}
    assert (counts.people, counts.to_mend, counts.to_pass, counts.to_hand_in, counts.handed_in) == (11, 2, 2, 3, 5)
    assert (found[other.pk].rows, found[other.pk].people) == ({"passed": 1}, 1)


def test_an_empty_group_has_counts(group: Group) -> None:
    counts = queries.counts_of(group)
    assert (counts.rows, counts.members, counts.people, counts.to_hand_in, counts.handed_in) == ({}, {}, 0, 0, 0)


@pytest.mark.parametrize(
    ("on", "passable", "ready"),
    [
        (date(2026, 2, 28), {"returned"}, {"returned"}),  # before it opens (the deadline is still to come)
        (date(2026, 3, 12), {"new", "returned"}, {"prelim", "returned"}),
        (date(2026, 3, 13), {"new"}, {"prelim"}),  # past the deadline of what was returned
        (LAST, {"new"}, {"prelim"}),
        (AFTER, set(), set()),
    ],
)
def test_what_can_be_passed_and_handed_in_on_a_day(group: Group, on: date, passable: set[str], ready: set[str]) -> None:
    to_pass = {"new": row_of(group), "returned": member(group, state="returned", row_state="clear").roster_row}
    row_of(group, state="faulty")
    over = {member(group, state=state, row_state="clear").roster_row for state in ("withdrawn", "lapsed")}
    to_hand_in = {state: member(group, state=state).roster_row for state in ("prelim", "returned", "review")}
    assert set(queries.passable(group, on)) == {to_pass[name] for name in passable}
    may = not queries.bars(group.offering, group.window, on, fee_published=True)
    asked_for = queries.passable(group, on, again=True)
    assert set(asked_for) == {to_pass[name] for name in passable} | (over if may else set())
    assert set(queries.ready(group, on, new=may)) == {to_hand_in[name] for name in ready}


@pytest.mark.parametrize(
    ("change", "on", "fee", "codes"),
    [
        ({}, LAST, True, []),
        ({}, AFTER, True, ["window"]),
        ({}, LAST, False, ["fee"]),
        ({"accepts_group": False}, LAST, True, ["individual_only"]),
        ({"accepts_individual": False}, LAST, True, []),
        ({"filing_until": date(2026, 3, 30)}, LAST, True, ["filing_ended"]),
    ],
)
def test_what_stops_every_group(group: Group, change: dict[str, Any], on: date, fee: bool, codes: list[str]) -> None:
    for name, value in change.items():
        setattr(group.offering.provider, name, value)
    assert [bar.code for bar in queries.bars(group.offering, group.window, on, fee_published=fee)] == codes


def test_the_first_deadline_of_what_was_returned(group: Group) -> None:
    assert queries.return_deadline(group) is None
    member(group, state="returned", returned_until=date(2026, 3, 20))
    member(group, state="returned", returned_until=date(2026, 3, 18))
    member(group, state="review")
    assert queries.return_deadline(group) == date(2026, 3, 18)


def test_a_list_of_rows_costs_the_same_for_one_and_thirty(group: Group) -> None:
    def reading() -> int:
        with CaptureQueriesContext(connection) as counted:
            told = [(str(row), row.application and row.application.number) for row in queries.rows_of(group)]
        assert len(told) == group.members.count()
        return len(counted)

    member(group)
    once = reading()
    for _ in range(29):
        member(group)
    assert reading() == once
