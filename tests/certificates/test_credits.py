"""Credits follow the results: earned, withdrawn, revived, and what a resit that stands on one is worth (SPEC 9.3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from certificates.models import Certificate
from certificates.queries.results import current_result, versions_of
from certificates.services import correcting
from certificates.services.cancelling import cancel_marks, restore_marks
from certificates.services.regrading import regrade_dependents
from registration.models import Application, Credit
from registration.queries.credits import live_credits, plan_for, used_by
from registration.services.credits import restore_withdrawn, withdraw_older
from scheduling import services
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from tests import factories
from tests.certificates.marking import people, published, sat
from tests.certificates.test_correcting import marks
from tests.registration.ledger import ResitSchemeFactory
from tests.scheduling.people import batch_of, gather, publish, scheduler

pytestmark = pytest.mark.django_db
LATER = factories.at(2026, 7, 20)
RESIT_DAY = date(2026, 6, 20)


def standing(application: Application) -> dict[str, date]:
    rows = Credit.objects.standing().filter(application=application)
    return {credit.subject: credit.published_on for credit in rows}


@pytest.fixture
def session() -> ExamSession:
    return sat(factories.OfferingFactory(), 1)


@pytest.fixture
def staff(session: ExamSession) -> tuple[User, User]:
    """The first sitting: theory passed, practical missed by a half."""
    return published(session, practical={people(session)[0].pk: "59.5"})


def resit(first: Application, score: str = "75") -> Application:
    """The practical sat again on the strength of the first sitting's theory, with its result out."""
    again = sat_again(first)
    published(again, score=score, at=factories.at(2026, 6, 25))
    return people(again)[0]


def sat_again(first: Application, *subjects: str) -> ExamSession:
    sits = list(subjects or ["practical"])
    (application,) = gather(first.offering, 1, month=5, candidate=first.candidate, kind="resit", subjects=sits)
    application.credits.set(Credit.objects.filter(application=first))
    batch = batch_of(first.offering, month=5)
    services.judge_due(batch.judge_on, at=factories.at(2026, 6, 4))
    session = ExamSession.objects.get(batch=batch)
    publish(session, by=scheduler(first.offering.provider), at=factories.at(2026, 6, 5), held_on=RESIT_DAY)
    return ExamSession.objects.select_related("batch__window", "batch__offering__provider").get(pk=session.pk)


def test_the_subjects_passed_stay_from_the_publication(session: ExamSession, staff: Any) -> None:
    (first,) = people(session)
    (credit,) = Credit.objects.all()
    assert (credit.application, credit.subject, credit.score) == (first, "theory", Decimal(80))
    assert (credit.published_on, credit.valid_until) == (date(2026, 4, 30), date(2028, 4, 30))


def test_whoever_passes_all_or_nothing_earns_none() -> None:
    published(sat(factories.OfferingFactory(), 1))
    published(sat(factories.OfferingFactory(), 1), score="59")
    assert not Credit.objects.exists()


def test_competition_entrants_earn_none() -> None:
    session = sat(factories.OfferingFactory(), 1, competition=True)
    published(session, practical={people(session)[0].pk: "缺考"})
    assert not Credit.objects.exists()
    assert not current_result(people(session)[0]).passed  # type: ignore[union-attr]


def test_a_correction_moves_them(session: ExamSession, staff: tuple[User, User]) -> None:
    (one,) = people(session)
    first, second = staff
    swap = correcting.propose(one, marks=marks(theory="50", practical="70"), reason="两科录反", by=first, at=LATER)
    correcting.accept(swap, by=second, at=LATER)
    assert standing(one) == {"practical": date(2026, 7, 20)}
    back = correcting.propose(one, marks=marks(theory="60"), reason="合分有误", by=first, at=LATER)
    correcting.accept(back, by=second, at=LATER)
    assert current_result(one).passed  # type: ignore[union-attr]
    assert standing(one) == {}


def test_a_decision_takes_them_and_its_lifting_gives_them_back(session: ExamSession, staff: Any) -> None:
    (one,) = people(session)
    cancel_marks(one, source="决定1", by=None, at=LATER, reason="处理决定1号")
    assert standing(one) == {}
    restore_marks("决定1", by=None, at=LATER, reason="已撤销")
    assert standing(one) == {"theory": date(2026, 4, 30)}


@pytest.mark.parametrize(("score", "passed"), [("60", True), ("59.99", False)])
def test_a_resit_is_graded_on_what_was_sat(session: ExamSession, staff: Any, score: str, passed: bool) -> None:
    (first,) = people(session)
    again = resit(first, score)
    result = current_result(again)
    assert result is not None
    assert (result.passed, [mark.subject for mark in result.marks.all()]) == (passed, ["practical"])
    assert standing(first) == {"theory": date(2026, 4, 30)}
    assert Certificate.objects.live().filter(application=again).exists() is passed


def test_a_credit_recognised_under_a_plan_is_lost_like_any(session: ExamSession, staff: Any) -> None:
    """Theory passed before the change of mode counts for practical, so theory is sat (SPEC 9.3)."""
    (first,) = people(session)
    ResitSchemeFactory(offering=first.offering, rows=[("theory", "practical")])
    planned = plan_for(first.candidate, first.offering, date(2026, 5, 2))
    live = live_credits(first.candidate, first.offering, date(2026, 5, 2))
    assert (planned.sits, [credit.subject for credit in used_by(planned, live)]) == (("theory",), ["theory"])
    again = sat_again(first, *planned.sits)
    published(again, theory={people(again)[0].pk: "75"}, at=factories.at(2026, 6, 25))
    (application,) = people(again)
    assert current_result(application).passed  # type: ignore[union-attr]
    cancel_marks(first, subject="theory", source="决定1", by=None, at=LATER, reason="处理决定1号")
    assert [result.passed for result in versions_of(application)] == [True, False]
    assert standing(application) == {"theory": date(2026, 7, 20)}


def test_a_credit_lost_before_the_resit_is_published_doesnt_count(session: ExamSession, staff: Any) -> None:
    (first,) = people(session)
    again = sat_again(first)
    cancel_marks(first, source="决定1", by=None, at=LATER, reason="处理决定1号")
    published(again, score="75", at=LATER)
    result = current_result(people(again)[0])
    assert result is not None
    assert not result.passed


def test_a_credit_lost_afterwards_grades_the_resit_anew(session: ExamSession, staff: Any) -> None:
    (first,) = people(session)
    again = resit(first)
    cancel_marks(first, subject="theory", source="决定1", by=None, at=LATER, reason="处理决定1号")
    assert [(r.passed, r.reason) for r in versions_of(again)] == [(True, ""), (False, "处理决定1号")]
    assert not Certificate.objects.live().filter(application=again).exists()
    assert standing(again) == {"practical": date(2026, 7, 20)}
    restore_marks("决定1", by=None, at=LATER, reason="已撤销")
    assert [r.passed for r in versions_of(again)] == [True, False, True]
    assert Certificate.objects.live().filter(application=again).count() == 1


def test_a_credit_withdrawn_by_a_decision_on_another_application(session: ExamSession, staff: Any) -> None:
    (first,) = people(session)
    again = resit(first)
    Application.objects.filter(pk=again.pk).update(submitted_on=date(2026, 5, 3))
    again.refresh_from_db()
    later = factories.ApplicationFactory(
        offering=first.offering, candidate=first.candidate, submitted_on=date(2026, 7, 1), state="review"
    )
    withdraw_older(later, source="决定9", by=None, at=LATER)
    regrade_dependents(later, by=None, at=LATER, reason="处理决定9号")
    assert [r.passed for r in versions_of(again)] == [True, False]
    restore_withdrawn("决定9", by=None, at=LATER)
    regrade_dependents(later, by=None, at=LATER, reason="已撤销")
    assert [r.passed for r in versions_of(again)] == [True, False, True]


def test_passed_after_all_the_first_sitting_leaves_the_resit_its_credit(
    session: ExamSession, staff: tuple[User, User]
) -> None:
    (first,) = people(session)
    again = resit(first)
    correction = correcting.propose(first, marks=marks(practical="60"), reason="合分有误", by=staff[0], at=LATER)
    correcting.accept(correction, by=staff[1], at=LATER)
    assert standing(first) == {"theory": date(2026, 4, 30)}
    assert [r.passed for r in versions_of(again)] == [True]
