"""Bans by person: once for a decision, the longest rules, and a decision meets a submission (SPEC 10)."""

from __future__ import annotations

from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Application, Ban, Candidate
from registration.queries import applications as queries, bans as reads
from registration.services import applications, bans
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent
from tests.factories import BanFactory, CandidateFactory, OfferingFactory, at
from tests.races import run_together
from tests.registration.steps import filled, submit

pytestmark = pytest.mark.django_db
NOW = at(2026, 3, 10)
UNTIL = date(2028, 3, 9)


def impose(candidate: Candidate, source: str = "决定1", ends_on: date = UNTIL) -> Ban:
    return bans.impose(candidate, source=source, starts_on=NOW.date(), ends_on=ends_on, by=None, at=NOW)


def test_a_decision_bars_once_however_often_it_is_carried_out() -> None:
    candidate = CandidateFactory()
    assert impose(candidate) == impose(candidate, ends_on=date(2030, 1, 1))
    assert Ban.objects.get().ends_on == UNTIL
    assert AuditEvent.objects.filter(action="ban.imposed").count() == 1


def test_the_days_are_in_order() -> None:
    with pytest.raises(Refused):
        impose(CandidateFactory(), ends_on=date(2026, 3, 9))
    assert impose(CandidateFactory(), ends_on=NOW.date()).ends_on == NOW.date()


def test_of_overlapping_bans_the_longest_rules_and_lifting_one_leaves_the_others() -> None:
    candidate, offering = CandidateFactory(), OfferingFactory()
    for source, ends_on in (("决定1", date(2026, 12, 31)), ("决定2", UNTIL), ("决定3", date(2027, 1, 1))):
        impose(candidate, source, ends_on)
    on = date(2026, 6, 1)
    ruling = reads.ruling(candidate, on)
    assert ruling
    assert (ruling.source, ruling.ends_on) == ("决定2", UNTIL)
    (bar,) = queries.person_bars(candidate, offering, on)
    assert bar.from_on == date(2028, 3, 10)
    for times in (1, 0):
        assert bans.lift("决定2", on=date(2026, 5, 1), by=None, at=at(2026, 5, 1)) == times
    (bar,) = queries.person_bars(candidate, offering, on)
    assert (bar.from_on, "决定3" in bar.source) == (date(2027, 1, 2), True)
    assert [ban.lifted_on is None for ban in reads.history_of(candidate)] == [True, False, True]
    with pytest.raises(Refused, match="已撤销"):
        impose(candidate, "决定2")


@pytest.mark.parametrize(
    ("on", "barred"),
    [(date(2026, 3, 9), False), (date(2026, 3, 10), True), (UNTIL, True), (date(2028, 3, 10), False)],
)
def test_both_days_are_included(on: date, barred: bool) -> None:
    candidate = CandidateFactory()
    impose(candidate)
    assert (reads.ruling(candidate, on) is not None) is barred


def test_the_person_reads_their_bans(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skilleval.core.clock.now", lambda: at(2026, 6, 1))
    candidate = CandidateFactory()
    client.force_login(candidate.user)
    impose(candidate)
    BanFactory(candidate=candidate, source="旧决定", lifted_on=date(2026, 5, 1))
    page = client.get(reverse("profile")).content.decode()
    for words in ("禁考中", "已撤销", "处理决定 决定1", "2028年3月9日"):
        assert words in page


@pytest.mark.django_db(transaction=True)
def test_a_ban_and_a_submission_are_one_after_the_other(
    candidate: Candidate, offering: Offering, rules: CandidateRules
) -> None:
    draft = filled(candidate, offering, rules)
    handed_in, ban = run_together(lambda: submit(draft), lambda: impose(candidate))
    assert isinstance(ban, Ban)
    if isinstance(handed_in, Refused):
        assert (handed_in.field, Application.objects.get().state) == ("ban", "draft")
    else:  # first: whoever decides finds it, and ends it in the same transaction
        assert Application.objects.get().state == "review"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_banned_person_would_hand_in(
    candidate: Candidate, offering: Offering, rules: CandidateRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the ban is imposed between the look at bans and the submission."""
    draft, together = filled(candidate, offering, rules), Barrier(2)
    look = applications.read_all

    def look_then_wait(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        together.wait(5)
        together.wait(5)
        return found

    def impose_in_between() -> Ban:
        together.wait(5)
        ban = impose(candidate)
        together.wait(5)
        return ban

    monkeypatch.setattr(applications, "read_all", look_then_wait)
    monkeypatch.setattr(Candidate.objects, "select_for_update", lambda **_: Candidate.objects.all())
    handed_in, _ = run_together(lambda: submit(draft), impose_in_between)
    assert (handed_in.state, Ban.objects.count()) == ("review", 1)
