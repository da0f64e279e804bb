"""The mode of assessment changes while credits live: a provider's plan says what they count for (SPEC 9.3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fees.queries import order_of
from registration.models import Application, Candidate, Credit
from registration.queries import credits as queries
from registration.queries.schemes import words_of
from registration.services import applying_again, candidates
from registration.services.reminders import remind_of_credit
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core.errors import Refused
from skilleval.journeys.desk import verbs
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    CandidateRulesFactory,
    OfferingFactory,
    at,
    publish_fees,
    staff,
    window_of,
)
from tests.registration.ledger import ResitSchemeFactory, earn
from tests.registration.resitting import JUNE, begun, choose, fresh, submit
from tests.registration.steps import picture
from tests.registration.test_credits import accept

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)  # the plan's first
EARNED = date(2025, 4, 1)
PRACTICAL = {"practical": Decimal(70)}
MERGED = [("theory", "theory"), ("practical", "practical"), ("review", "practical")]


@pytest.fixture
def rules() -> CandidateRules:
    made: CandidateRules = CandidateRulesFactory()
    return made


@pytest.fixture
def candidate() -> Candidate:
    made: Candidate = CandidateFactory()
    candidates.set_photo(made, upload=picture(), by=made.user, at=at(2026, 3, 10))
    return made


@pytest.fixture
def before() -> Offering:
    """Last year's: theory and practical."""
    made: Offering = OfferingFactory(year=2025)
    return made


@pytest.fixture
def offering(before: Offering) -> Offering:
    """This year's: theory and a review."""
    made: Offering = OfferingFactory(
        provider=before.provider, work_type=before.work_type, subjects=[SubjectKind.THEORY, SubjectKind.REVIEW]
    )
    for month in (5, 6):
        window_of(made.provider, month)
    publish_fees(made)
    return made


def sits(candidate: Candidate, offering: Offering, on: date = DAY) -> tuple[str, ...]:
    return queries.plan_for(candidate, offering, on).sits


def test_without_a_plan_the_same_subject_counts(candidate: Candidate, before: Offering, offering: Offering) -> None:
    earn(candidate, before, {"theory": Decimal(70), **PRACTICAL}, EARNED, submitted_on=date(2025, 2, 2))
    assert sits(candidate, offering) == ("review",)
    told = [words_of(credit) for credit in queries.all_live(candidate, offering, DAY)]
    assert told == ["", "现行科目中没有操作技能，这项成绩不能用于补考"]


@pytest.mark.parametrize(
    ("on", "subjects"),
    [
        (date(2026, 4, 30), ("theory", "review")),  # the plan isn't in force
        (DAY, ("theory",)),
        (date(2027, 4, 1), ("theory",)),  # the anniversary of the credit's own publication
        (date(2027, 4, 2), ("theory", "review")),
    ],
)
def test_a_credit_counts_as_the_plan_of_the_day_says(
    candidate: Candidate, before: Offering, offering: Offering, on: date, subjects: tuple[str, ...]
) -> None:
    earn(candidate, before, PRACTICAL, EARNED, submitted_on=date(2025, 2, 2))
    ResitSchemeFactory(offering=offering)
    assert sits(candidate, offering, on) == subjects
    assert sits(candidate, before, on) == (("theory",) if on <= date(2027, 4, 1) else ("theory", "practical"))


def test_its_words(candidate: Candidate, before: Offering, offering: Offering) -> None:
    earn(candidate, before, PRACTICAL, EARNED, submitted_on=date(2025, 2, 2))
    scheme = ResitSchemeFactory(offering=offering)
    (credit,) = queries.live_credits(candidate, offering, DAY)
    assert words_of(credit) == f"原操作技能成绩按《{scheme.notice.title}》的补考方案认定为综合评审"
    ResitSchemeFactory(offering=offering, rows=[("practical", "")])
    (credit,) = queries.all_live(candidate, offering, DAY)
    assert words_of(credit).endswith("的补考方案不予认定，须重新考")


def test_two_old_subjects_cover_a_new_one_together(candidate: Candidate) -> None:
    old = OfferingFactory(level="2", year=2025)
    new = OfferingFactory(
        level="2",
        provider=old.provider,
        work_type=old.work_type,
        subjects=[SubjectKind.THEORY, SubjectKind.PRACTICAL],
    )
    ResitSchemeFactory(offering=new, rows=MERGED)
    earn(candidate, old, PRACTICAL, date(2024, 4, 1), submitted_on=date(2024, 2, 2))
    assert sits(candidate, new) == ("theory", "practical")
    (alone,) = queries.all_live(candidate, new, DAY)
    assert words_of(alone).endswith("须与综合评审的合格成绩一并认定，目前不能单独使用")
    earn(
        candidate,
        old,
        {"review": Decimal(60)},
        EARNED,
        submitted_on=date(2024, 6, 1),
        kind="resit",
    )
    planned, live = queries.plan_for(candidate, new, DAY), queries.live_credits(candidate, new, DAY)
    assert (planned.kind, planned.sits) == ("resit", ("theory",))
    assert {credit.subject for credit in queries.used_by(planned, live)} == {"practical", "review"}
    assert sits(candidate, new, date(2027, 4, 1)) == ("theory",)
    assert sits(candidate, new, date(2027, 4, 2)) == ("theory", "practical")  # the older of the two is over


def test_what_is_passed_in_the_new_mode_isnt_mapped(candidate: Candidate, offering: Offering) -> None:
    ResitSchemeFactory(offering=offering, rows=[("theory", ""), ("practical", "review")])
    earn(candidate, offering, submitted_on=DAY, published_on=date(2026, 6, 20))
    assert sits(candidate, offering, date(2026, 7, 1)) == ("review",)


def test_a_change_within_the_year_goes_by_the_day_of_the_old_application(candidate: Candidate) -> None:
    offering = OfferingFactory()
    ResitSchemeFactory(offering=offering, rows=[("theory", "practical")])
    earn(candidate, offering, submitted_on=date(2026, 4, 30), published_on=date(2026, 6, 20))
    assert sits(candidate, offering, date(2026, 7, 1)) == ("theory",)


@pytest.mark.parametrize(("accepted", "subjects"), [(date(2026, 4, 30), ("review",)), (DAY, ("theory",))])
def test_a_recognised_score_is_of_the_mode_it_was_accepted_in(
    candidate: Candidate, offering: Offering, accepted: date, subjects: tuple[str, ...]
) -> None:
    ResitSchemeFactory(offering=offering, rows=[("review", "theory"), ("theory", "")])
    accept(candidate, offering, subject="review", at=at(accepted.year, accepted.month, accepted.day))
    assert sits(candidate, offering, date(2026, 6, 1)) == subjects


def test_a_later_year_goes_by_the_last_plan_and_a_correction_replaces_it(
    candidate: Candidate, before: Offering, offering: Offering
) -> None:
    earn(candidate, before, PRACTICAL, EARNED, submitted_on=date(2025, 2, 2))
    wrong = ResitSchemeFactory(offering=offering, rows=[("practical", "")])
    later = OfferingFactory(
        provider=before.provider,
        work_type=before.work_type,
        year=2027,
        subjects=[SubjectKind.THEORY, SubjectKind.REVIEW],
    )
    assert sits(candidate, later, date(2027, 2, 1)) == ("theory", "review")
    ResitSchemeFactory(offering=offering, in_force_from=wrong.in_force_from)
    assert sits(candidate, later, date(2027, 2, 1)) == ("theory",)
    ResitSchemeFactory(in_force_from=wrong.in_force_from, rows=[("practical", "")])  # another provider's
    assert sits(candidate, later, date(2027, 2, 1)) == ("theory",)
    ResitSchemeFactory(offering=later, in_force_from=date(2027, 1, 1), rows=[("practical", "")])
    assert sits(candidate, later, date(2027, 2, 1)) == ("theory", "review")
    assert sits(candidate, offering, date(2027, 2, 1)) == ("theory",)


# --- through the services ---------------------------------------------------------------------------------------------


@pytest.fixture
def credit(candidate: Candidate, before: Offering) -> Credit:
    (made,) = earn(candidate, before, PRACTICAL, EARNED, submitted_on=date(2025, 2, 2), clause="4.1")
    return made


def test_a_resit_on_a_recognised_credit_is_handed_in_and_paid_by_what_is_sat(
    credit: Credit, offering: Offering, rules: CandidateRules
) -> None:
    ResitSchemeFactory(offering=offering)
    application = begun(credit, offering, rules)
    assert (application.kind, application.subjects, application.earlier) == ("resit", ["theory"], credit.application)
    submit(application)
    handed_in = fresh(application)
    assert list(handed_in.credits.all()) == [credit]
    verbs.approve(handed_in, by=staff(offering.provider), at=JUNE)
    order = order_of(handed_in)
    assert order is not None
    assert order.amount == Decimal(100)


def test_what_was_handed_in_keeps_the_words_of_its_day(
    credit: Credit, offering: Offering, rules: CandidateRules
) -> None:
    ResitSchemeFactory(offering=offering)
    application = begun(credit, offering, rules)
    submit(application)
    ResitSchemeFactory(offering=offering, in_force_from=date(2026, 7, 1), rows=[("practical", "")])
    (kept,) = queries.counted(fresh(application), date(2026, 8, 1))
    assert kept.counts_for == ("review",)
    assert words_of(kept).endswith("认定为综合评审")
    (kept,) = queries.counted(drafted(credit, offering), date(2026, 8, 1))
    assert words_of(kept).endswith("不予认定，须重新考")


def drafted(credit: Credit, offering: Offering) -> Application:
    """A draft that stands on a credit, whatever the plan of today."""
    made: Application = ApplicationFactory(
        candidate=credit.candidate, offering=offering, state="draft", subjects=["theory"]
    )
    made.credits.set([credit])
    return made


def test_a_plan_that_comes_into_force_changes_a_draft_with_its_reason(
    credit: Credit, offering: Offering, rules: CandidateRules
) -> None:
    ResitSchemeFactory(offering=offering)
    application = begun(credit, offering, rules)
    ResitSchemeFactory(offering=offering, in_force_from=JUNE.date(), rows=[("practical", "")])
    with pytest.raises(Refused, match=r"原操作技能成绩按.*不予认定，须重新考.*重新确认"):
        submit(application)
    assert applying_again.what_changed(fresh(application), [], JUNE.date()).endswith("须重新考")
    with pytest.raises(Refused, match="没有可用于补考"):
        choose(application, "resit")
    assert choose(application, "new", forfeits=False).subjects == ["theory", "review"]


@pytest.mark.parametrize(("rows", "told"), [(None, True), ([("practical", "")], False)])
def test_only_what_still_counts_is_reminded_of(credit: Credit, offering: Offering, rows: Any, told: bool) -> None:
    ResitSchemeFactory(offering=offering, rows=rows)
    assert remind_of_credit(credit, at=at(2027, 2, 1)) is told


def test_a_plan_costs_the_same_queries_for_many_credits(
    candidate: Candidate, before: Offering, offering: Offering
) -> None:
    ResitSchemeFactory(offering=offering)
    counts = []
    for month in (2, 3, 4):
        earn(candidate, before, PRACTICAL, date(2025, month, 20), submitted_on=date(2025, month - 1, 2), kind="resit")
        with CaptureQueriesContext(connection) as captured:
            assert [words_of(credit) for credit in queries.live_credits(candidate, offering, DAY)]
        counts.append(len(captured))
    assert len(set(counts)) == 1
