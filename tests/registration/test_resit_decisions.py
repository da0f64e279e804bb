"""A resit meets the reviewer, a decision on its credit, and another tab (SPEC 9.3)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from registration.models import Application, Candidate, Credit
from registration.queries import credits as queries
from registration.services import applications, applying_again as services, reviews
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests.factories import ApplicationFactory, OfferingFactory, staff
from tests.races import run_together
from tests.registration.resitting import BOTH, JUNE, begun, choose, fresh, submit, withdraw
from tests.registration.steps import picture, start

pytestmark = pytest.mark.django_db


def test_a_resit_whose_credit_was_taken_isnt_approved(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = submit(begun(credit, offering, rules))
    withdraw(credit)
    with pytest.raises(Refused, match="成绩已取消"):
        reviews.approve(application, by=staff(offering.provider), at=JUNE)


def test_the_reviewer_marks_competition_entrants(candidate: Candidate, offering: Offering) -> None:
    made, by = ApplicationFactory(candidate=candidate, offering=offering), staff(offering.provider)
    for mark in (True, True, False, True):
        reviews.set_competition(made, competition=mark, by=by, at=JUNE)
    assert fresh(made).competition
    assert AuditEvent.objects.filter(action="application.competition_set").count() == 3


@pytest.mark.parametrize("state", ["draft", "completed", "rejected", "cancelled"])
def test_the_mark_comes_before_the_results(candidate: Candidate, offering: Offering, state: str) -> None:
    made = ApplicationFactory(candidate=candidate, offering=offering, state=state)
    with pytest.raises(Refused):
        reviews.set_competition(made, competition=True, by=staff(offering.provider), at=JUNE)


def test_the_mark_is_the_reviewers_and_not_a_resits(candidate: Candidate, offering: Offering) -> None:
    made = ApplicationFactory(candidate=candidate, offering=offering, kind="resit", subjects=["practical"])
    with pytest.raises(Refused, match="补考"):
        reviews.set_competition(made, competition=True, by=staff(offering.provider), at=JUNE)
    for stranger in (staff(offering.provider, "finance"), staff(OfferingFactory().provider)):
        with pytest.raises(NotAllowed):
            reviews.set_competition(made, competition=True, by=stranger, at=JUNE)


def test_what_another_tab_chose_isnt_handed_in_unseen(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = begun(credit, offering, rules)
    applications.attach(application, title="其他材料", upload=picture(), by=credit.candidate.user, at=JUNE)
    choose(application, "new")
    with pytest.raises(Conflict, match="另一页面"):
        submit(application, seen=["practical"])
    assert fresh(application).state == "draft"


@pytest.mark.django_db(transaction=True)
def test_two_tabs_choose_differently_and_one_choice_holds(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = begun(credit, offering, rules)
    outcomes = run_together(
        lambda: choose(fresh(application), "new"),
        lambda: choose(fresh(application), "resit"),
        lambda: choose(fresh(application), "new"),
    )
    assert [type(outcome) for outcome in outcomes] == [Application] * 3
    left = fresh(application)
    relied = list(left.credits.all())
    expected = (["practical"], [credit]) if left.kind == "resit" else (BOTH, [])
    assert (left.subjects, relied) == expected
    assert (left.kind == "new") == (left.forfeits_accepted_at is not None) == (left.earlier_id is None)


@pytest.mark.django_db(transaction=True)
def test_a_decision_on_the_credit_and_the_submission_are_one_after_the_other(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = begun(credit, offering, rules)
    handed_in, _ = run_together(lambda: submit(application), lambda: withdraw(credit))
    left = fresh(application)
    if isinstance(handed_in, Refused):
        assert (left.state, handed_in.field) == ("draft", "credits")
    else:  # first: the decision finds the resit that stands on the credit
        assert left.state == "review"
        assert list(queries.relying_on([credit])) == [left]


def test_without_credits_nothing_is_held(candidate: Candidate, offering: Offering) -> None:
    application = start(candidate, offering)
    with transaction.atomic():
        assert services.hold(application, date(2026, 3, 10)) == []
