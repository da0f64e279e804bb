"""Resit or anew: what a draft begins as, what is asked, what handing in finds changed, and two tabs (SPEC 9.3)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from fees.queries import order_of
from registration.models import Application, Candidate, Credit
from registration.queries import credits as queries
from registration.services import applications, progress, reviews
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent
from skilleval.journeys.desk import verbs
from tests.factories import ApplicationFactory, OfferingFactory, WindowFactory, at, publish_fees, staff, window_of
from tests.registration.ledger import earn
from tests.registration.resitting import BOTH, EARNED, JUNE, LAST_DAY, begun, choose, correct, fresh, submit, withdraw
from tests.registration.steps import PAPER, picture, start
from tests.registration.test_credits import accept

pytestmark = pytest.mark.django_db

# --- the draft --------------------------------------------------------------------------------------------------------


def test_somebody_with_a_credit_begins_a_resit_of_the_rest(credit: Credit, offering: Offering) -> None:
    application = start(credit.candidate, offering, JUNE)
    assert (application.kind, application.subjects) == ("resit", ["practical"])
    assert list(application.credits.all()) == [credit]
    assert (application.earlier, application.clause) == (credit.application, "4.1")


def test_without_one_it_is_new(candidate: Candidate, offering: Offering) -> None:
    application = start(candidate, offering)
    assert (application.kind, application.subjects, application.earlier) == ("new", BOTH, None)


def test_a_resit_is_handed_in_on_an_earlier_applications_papers(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    earlier = credit.application
    assert earlier
    earlier.background, earlier.declared = {"as_of": "2025-02-02", "born": "1990-05-20"}, {"majors": {}}
    earlier.save()
    application = begun(credit, offering, rules)
    credit.candidate.workperiod_rows.all().delete()  # who moved on is still who was found qualified
    assert submit(application).state == "review"
    handed_in = fresh(application)
    assert (handed_in.subjects, handed_in.background, handed_in.rule_set) == (
        ["practical"],
        earlier.background,
        earlier.rule_set,
    )
    assert list(handed_in.credits.all()) == [credit]
    for change in (
        lambda: applications.choose_clause(application, clause="4.3", declared={}, by=None, at=JUNE),
        lambda: applications.declare(application, declared={}, by=None, at=JUNE),
    ):
        Application.objects.filter(pk=application.pk).update(state="draft")
        with pytest.raises(Refused, match=earlier.number):
            change()


def test_an_external_credit_takes_the_normal_path(
    candidate: Candidate,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    accept(candidate, offering)
    application = start(candidate, offering)
    applications.accept_rules(application, rules=rules, by=candidate.user, at=at(2026, 3, 10))
    assert (application.kind, application.earlier, application.clause) == ("resit", None, "")
    with pytest.raises(Refused) as refused:
        submit(application, at(2026, 3, 10))
    assert refused.value.field == "clause"
    applications.choose_clause(application, clause="4.1", declared={}, by=candidate.user, at=at(2026, 3, 10))
    applications.attach(application, title=PAPER, upload=picture(), by=candidate.user, at=at(2026, 3, 10))
    assert submit(application, at(2026, 3, 10)).subjects == ["practical"]


def test_the_resit_costs_what_is_sat(credit: Credit, offering: Offering, rules: CandidateRules) -> None:
    publish_fees(offering)
    application = submit(begun(credit, offering, rules))
    verbs.approve(application, by=staff(offering.provider), at=JUNE)
    order = order_of(application)
    assert order
    assert (order.amount, order.lines.get().prices) == (Decimal(300), {"practical": "300.00"})


# --- the choice -------------------------------------------------------------------------------------------------------


def test_choosing_anew_needs_ones_word_and_keeps_it(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = begun(credit, offering, rules)
    with pytest.raises(Refused, match="理论知识") as refused:
        choose(application, "new", forfeits=False)
    assert refused.value.field == "forfeits"
    assert fresh(application).kind == "resit"
    chosen = choose(application, "new")
    assert (chosen.kind, chosen.subjects, chosen.forfeits_accepted_at) == ("new", BOTH, JUNE)
    assert (chosen.earlier, list(chosen.credits.all())) == (None, [])
    event = AuditEvent.objects.get(action="application.kind_chosen")
    assert (event.details["kind"], event.details["forfeits"]) == ("new", [credit.pk])
    again = start(credit.candidate, offering, JUNE)  # the draft that was begun, with what was chosen
    assert (again.pk, again.kind) == (application.pk, "new")


def test_handed_in_anew_the_credit_is_gone_and_lives_again_if_it_came_to_nothing(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = choose(begun(credit, offering, rules), "new")
    with pytest.raises(Refused) as refused:  # the papers of the earlier application aren't waived now
        submit(application)
    assert refused.value.field == "evidence"
    applications.attach(application, title=PAPER, upload=picture(), by=credit.candidate.user, at=JUNE)
    submit(application)
    assert queries.live_credits(credit.candidate, offering, JUNE.date()) == []
    reviews.reject(application, by=staff(offering.provider), at=JUNE, reason="材料不符")
    assert queries.live_credits(credit.candidate, offering, JUNE.date()) == [credit]
    assert start(credit.candidate, offering, JUNE).kind == "resit"


def test_the_choice_can_be_taken_back(credit: Credit, offering: Offering, rules: CandidateRules) -> None:
    application = choose(begun(credit, offering, rules), "new")
    back = choose(application, "resit")
    assert (back.kind, back.subjects, back.forfeits_accepted_at) == ("resit", ["practical"], None)
    assert back.earlier == credit.application
    assert submit(back).state == "review"


def test_a_resit_without_a_credit_is_refused(candidate: Candidate, offering: Offering) -> None:
    with pytest.raises(Refused, match="没有可用于补考"):
        choose(start(candidate, offering), "resit", when=at(2026, 3, 10))
    special = OfferingFactory(level="special")
    window_of(special.provider)
    with pytest.raises(Refused):
        choose(start(candidate, special), "resit", when=at(2026, 3, 10))


def test_competition_entrants_have_no_resit(credit: Credit, offering: Offering) -> None:
    application = start(credit.candidate, offering, JUNE)
    Application.objects.filter(pk=application.pk).update(kind="new", competition=True)
    with pytest.raises(Refused, match="没有可用于补考"):
        choose(application, "resit")


# --- what handing in finds --------------------------------------------------------------------------------------------


def test_a_credit_published_after_the_draft_is_asked_about(
    candidate: Candidate,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = start(candidate, offering)
    by, now = candidate.user, at(2026, 3, 10)
    applications.choose_clause(application, clause="4.1", declared={}, by=by, at=now)
    applications.attach(application, title=PAPER, upload=picture(), by=by, at=now)
    applications.accept_rules(application, rules=rules, by=by, at=now)
    earn(candidate, offering, published_on=date(2026, 3, 10), submitted_on=date(2026, 1, 20))
    with pytest.raises(Refused, match="补考还是重新申报") as refused:
        submit(application, now)
    assert refused.value.field == "credits"
    choose(application, "new", when=now)
    assert submit(application, now).subjects == BOTH


def test_a_word_given_for_one_credit_is_none_for_the_next(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = choose(begun(credit, offering, rules), "new")
    applications.attach(application, title=PAPER, upload=picture(), by=credit.candidate.user, at=JUNE)
    later = at(2026, 6, 11)
    accept(credit.candidate, offering, subject="practical", published_on=date(2025, 6, 1), at=later)
    with pytest.raises(Refused, match="操作技能"):
        submit(application, later)
    assert choose(application, "new", when=later).forfeits_accepted_at == later
    assert submit(application, later).state == "review"


@pytest.mark.parametrize(("when", "goes"), [(LAST_DAY, True), (at(2027, 4, 2), False)])
def test_a_resit_is_handed_in_by_the_credits_last_day(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
    when: datetime,
    goes: bool,
) -> None:
    provider = offering.provider
    WindowFactory(provider=provider, opens_on=date(2027, 4, 1), closes_on=date(2027, 4, 30), exam_by=date(2027, 5, 31))
    application = begun(credit, offering, rules, LAST_DAY)
    if goes:
        assert submit(application, when).kind == "resit"
        return
    with pytest.raises(Refused, match="有效期至2027年4月1日") as refused:
        submit(application, when)
    assert refused.value.field == "credits"
    chosen = choose(application, "new", forfeits=False, when=when)  # nothing left to give up
    assert (chosen.kind, chosen.subjects, chosen.forfeits_accepted_at) == ("new", BOTH, None)


def test_a_decision_between_draft_and_submission_is_told(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = begun(credit, offering, rules)
    withdraw(credit)
    with pytest.raises(Refused, match="理论知识的合格成绩已取消"):
        submit(application)
    assert start(credit.candidate, offering, JUNE).kind == "new"  # beginning again plans afresh


def test_one_more_credit_leaves_less_to_sit(candidate: Candidate, rules: CandidateRules) -> None:
    offering = OfferingFactory(level="2", work_type__occupation__code="4-04-05-05")
    window_of(offering.provider)
    (theory,) = earn(candidate, offering, published_on=EARNED, submitted_on=date(2025, 2, 2), clause="2.1")
    now = at(2026, 3, 10)
    application = begun(theory, offering, rules, now)
    assert application.subjects == ["practical", "review"]
    correct(theory, now, theory=72, review=60)
    with pytest.raises(Refused, match="补考科目与原来不同"):
        submit(application, now)
    assert choose(application, "resit", when=now).subjects == ["practical"]
    assert submit(application, now).credits.count() == 2


def test_time_and_roll_overs_dont_end_what_was_handed_in(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    application = submit(begun(credit, offering, rules))
    Application.objects.filter(pk=application.pk).update(state="confirmed", confirmed_on=date(2026, 6, 20))
    late = WindowFactory(
        provider=offering.provider, opens_on=date(2027, 6, 1), closes_on=date(2027, 6, 30), exam_by=date(2027, 7, 31)
    )
    moved = progress.roll_over(
        Application.objects.filter(pk=application.pk), to_window=late, reason="未满", at=at(2026, 7, 10)
    )
    assert moved == 1
    assert fresh(application).subjects == ["practical"]
    assert list(fresh(application).credits.standing()) == [credit]


@pytest.mark.parametrize("gone", [False, True])
def test_a_returned_resit_is_judged_by_the_day_it_was_first_handed_in(
    credit: Credit,
    offering: Offering,
    rules: CandidateRules,
    gone: bool,
) -> None:
    application = submit(begun(credit, offering, rules))
    late = at(2027, 4, 5)
    Application.objects.filter(pk=application.pk).update(state="returned", returned_until=date(2027, 4, 9))
    if not gone:
        assert submit(application, late).subjects == ["practical"]
        return
    withdraw(credit, late)
    with pytest.raises(Refused, match="已取消"):
        submit(application, late)
    assert choose(application, "new", when=late).submitted_on == JUNE.date()


def test_a_returned_new_application_stays_what_it_was(
    candidate: Candidate,
    offering: Offering,
    rules: CandidateRules,
) -> None:
    made = ApplicationFactory(
        candidate=candidate, offering=offering, state="returned", returned_until=date(2026, 4, 1), rules=rules
    )
    applications.attach(made, title=PAPER, upload=picture(), by=candidate.user, at=at(2026, 3, 10))
    accept(candidate, offering)
    assert submit(made, at(2026, 3, 12)).subjects == BOTH
