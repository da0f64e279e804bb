"""Rows move to the next window's group: which, when, and what becomes of what was made of them (SPEC 5.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration import due
from registration.models import Application, Group, RosterRow
from registration.queries import groups as queries
from registration.services import moving, progress
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests.factories import GroupFactory, UserFactory, at, window_of
from tests.registration.handing import APRIL, NOW, entered, stored, submit
from tests.registration.passing import application_of, fresh, pass_rows
from tests.registration.rosters import member, officer_of, row_of, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def april(group: Group) -> Group:
    """The group, with the window after its own known."""
    window_of(group.offering.provider, 4)
    return group


def move(
    group: Group, *rows: RosterRow, moment: datetime = APRIL, fee: bool = True, by: Any = None
) -> tuple[Group, int]:
    chosen = [row.pk for row in rows] or None
    officer = by or officer_of(group.institution)
    return moving.move_to_window(group, rows=chosen, fee_published=fee, by=officer, at=moment)


def test_what_wasnt_handed_in_goes_on_in_the_next_window(april: Group) -> None:
    sent = entered(april)
    submit(april)
    clear, faulty, passed = row_of(april), row_of(april, state="faulty", clause="4.2"), entered(april)
    row_of(april, state="removed")
    assert due.lapse_unsent(date(2026, 4, 1)) == 1
    to, moved = move(april)
    assert (to.window.opens_on, to.institution, to.offering, moved) == (
        date(2026, 4, 1),
        april.institution,
        april.offering,
        3,
    )
    rows = list(queries.rows_of(to))
    assert [row.number for row in rows] == [2, 3, 4]
    assert [row.pk for row in rows[:2]] == [clear.pk, faulty.pk]
    assert [row.state for row in rows] == ["clear", "faulty", "clear"]
    assert {(row.application, row.passed) for row in rows} == {(None, None)}
    assert str(rows[0].roster) == f"转自 {april.number}"
    assert stored(passed).state == "lapsed"
    assert list(april.rows.exclude(state="removed")) == [RosterRow.objects.get(application=sent)]
    pass_rows(to, moment=APRIL)
    assert application_of(clear).window == to.window


def test_before_it_lapsed_it_is_cancelled(april: Group) -> None:
    application = entered(april)
    row = RosterRow.objects.get(application=application)
    move(april)
    assert stored(application).state == "cancelled"
    assert (fresh(row).state, fresh(row).application) == ("clear", None)
    assert AuditEvent.objects.get(action="group.rows_moved").details["rows"] == [row.pk]


def test_what_is_over_moves_when_chosen(april: Group) -> None:
    lapsed = member(april, state="lapsed")
    Application.objects.filter(pk=lapsed.pk).update(submission=_submission(april))
    with pytest.raises(Refused, match="没有可以转入"):
        move(april)
    to, moved = move(april, lapsed.roster_row)
    assert (moved, fresh(lapsed.roster_row).group) == (1, to)


def _submission(group: Group) -> Any:
    return group.submissions.create(number=1, state="done", people=1, by_label="经办人", at=NOW)


def test_who_withdrew_before_it_was_handed_in_moves_only_when_chosen(april: Group) -> None:
    gone, stays = entered(april), entered(april)
    progress.withdraw(gone, by=None, at=NOW, reason="不参加了")
    due.lapse_unsent(date(2026, 4, 1))
    to, moved = move(april)
    row = RosterRow.objects.get(application=gone)
    assert (moved, row.group) == (1, april)
    assert stored(stays).state == "lapsed"
    assert move(april, row) == (to, 1)
    assert (fresh(row).group, stored(gone).state) == (to, "withdrawn")


def test_what_is_under_way_stays(april: Group) -> None:
    rows = [member(april, state=state).roster_row for state in ("review", "returned", "approved", "confirmed")]
    with pytest.raises(Refused, match="没有可以转入"):
        move(april, *rows)


def test_moving_more_later_goes_behind_them_and_doubles_are_told(april: Group) -> None:
    person = somebody()
    first, second = row_of(april, person=person), row_of(april)
    to, _ = move(april, first)
    rival = row_of(to)
    again, _ = move(april, second)
    assert again == to
    assert [fresh(row).number for row in (first, second)] == [2, fresh(rival).number + 1]
    double = row_of(april, person=person)
    move(april, double)
    assert (fresh(double).state, fresh(double).kinds) == ("faulty", ["duplicate"])


@pytest.mark.parametrize(
    ("moment", "known", "says", "from_on"),
    [
        (at(2026, 3, 31), True, "仍在申报时间内", None),
        (APRIL, False, "还没有公布下一批次", None),
        (at(2026, 5, 2), True, "还没有公布下一批次", None),
    ],
)
def test_without_another_window_open_it_says_when(
    group: Group, moment: datetime, known: bool, says: str, from_on: date | None
) -> None:
    if known:
        window_of(group.offering.provider, 4)
    row = row_of(group)
    with pytest.raises(Refused, match=says) as refused:
        move(group, moment=moment)
    assert refused.value.from_on == from_on
    assert fresh(row).group == group


def test_between_windows_it_names_the_day(group: Group) -> None:
    window_of(group.offering.provider, 5)
    row_of(group)
    with pytest.raises(Refused, match="2026年5月1日") as refused:
        move(group)
    assert refused.value.from_on == date(2026, 5, 1)


def test_a_submission_that_runs_is_waited_for(april: Group) -> None:
    application = entered(april)
    submit(april, run=False)
    with pytest.raises(Conflict):
        move(april)
    assert stored(application).state == "prelim"


def test_strangers_may_not(april: Group) -> None:
    row_of(april)
    for stranger in (UserFactory(), officer_of(GroupFactory().institution)):
        with pytest.raises(NotAllowed):
            move(april, by=stranger)


def test_without_a_fee_there_is_no_group_to_move_to(april: Group) -> None:
    row_of(april)
    with pytest.raises(Refused, match="费用待公布"):
        move(april, fee=False)


def test_many_rows_are_as_many_statements_as_one(april: Group) -> None:
    officer = officer_of(april.institution)

    def moving_them() -> int:
        with CaptureQueriesContext(connection) as counted:
            move(april, by=type(officer).objects.get(pk=officer.pk))
        return len(counted)

    member(april)
    row_of(april)
    moving_them()
    member(april)
    row_of(april)
    once = moving_them()
    for _ in range(15):
        member(april)
        row_of(april)
    assert moving_them() == once
