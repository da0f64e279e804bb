"""Members outside the review: what was not handed in or was returned lapses, or is cancelled (SPEC 5a)."""

from __future__ import annotations

from datetime import date

import pytest

from registration import due
from registration.models import Group
from registration.services import group_members
from skilleval.core import jobs
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, GroupFactory, at
from tests.registration.handing import NOW, stored, submit
from tests.registration.passing import fresh
from tests.registration.rosters import member, officer_of

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
