"""The ledger of credits through its services, and what can be read from it, to the day (SPEC 9.3, 9.4)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import Application, Candidate, Credit
from registration.queries import credits as queries
from registration.services import credits as services, held
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent
from tests.factories import ApplicationFactory, CandidateFactory, OfferingFactory, WorkTypeFactory, at, staff, window_of
from tests.registration.ledger import PUBLISHED, THEORY, earn, noon_of, sat
from tests.registration.steps import picture

pytestmark = pytest.mark.django_db
BOTH = ("theory", "practical")
LAST = date(2028, 5, 20)


@pytest.fixture
def offering() -> Offering:
    made: Offering = OfferingFactory()
    return made


@pytest.fixture
def candidate() -> Candidate:
    made: Candidate = CandidateFactory()
    return made


def again(candidate: Candidate, offering: Offering, on: date, state: str = "confirmed", **fields: Any) -> Application:
    """A further application handed in on a day."""
    made: Application = ApplicationFactory(
        candidate=candidate, offering=offering, submitted_on=on, state=state, **fields
    )
    return made


def live(candidate: Candidate, offering: Offering, on: date) -> list[str]:
    return [credit.subject for credit in queries.live_credits(candidate, offering, on)]


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (PUBLISHED - timedelta(days=1), "new"),
        (PUBLISHED, "resit"),
        (LAST, "resit"),  # the anniversary itself
        (LAST + timedelta(days=1), "new"),
    ],
)
def test_a_credit_from_its_first_to_its_last_day(candidate: Candidate, offering: Offering, on: date, kind: str) -> None:
    (credit,) = earn(candidate, offering)
    assert (credit.valid_until, credit.score, credit.provider) == (LAST, Decimal("72.50"), offering.provider)
    planned = queries.plan_for(candidate, offering, on)
    assert (planned.kind, planned.sits) == (kind, ("practical",) if kind == "resit" else BOTH)


@pytest.mark.parametrize(("level", "years"), [("5", 2), ("4", 2), ("3", 2), ("2", 3), ("1", 3)])
def test_how_long_it_lasts_at_each_level(candidate: Candidate, level: str, years: int) -> None:
    offering = OfferingFactory(level=level)
    (credit,) = earn(candidate, offering)
    assert credit.valid_until == PUBLISHED.replace(year=2026 + years)


@pytest.mark.parametrize("state", ["review", "returned", "approved", "confirmed", "scheduled", "completed", "void"])
@pytest.mark.parametrize(
    ("submitted_on", "left"),
    [
        (PUBLISHED - timedelta(days=1), ["theory"]),
        (PUBLISHED, []),
        (PUBLISHED + timedelta(days=100), []),
    ],
)
def test_a_new_application_forfeits_what_was_published_by_its_day(
    candidate: Candidate, offering: Offering, state: str, submitted_on: date, left: list[str]
) -> None:
    earn(candidate, offering)
    again(candidate, offering, submitted_on, state)
    assert live(candidate, offering, date(2026, 12, 1)) == left


@pytest.mark.parametrize(
    ("state", "confirmed_on", "left"),
    [
        ("rejected", None, ["theory"]),
        ("lapsed", None, ["theory"]),
        ("withdrawn", None, ["theory"]),
        ("cancelled", None, ["theory"]),
        ("cancelled", date(2026, 7, 1), ["theory"]),  # by a ban or the provider: it was never sat
        ("withdrawn", date(2026, 7, 1), []),  # after it was paid
    ],
)
def test_one_that_came_to_nothing_was_none(
    candidate: Candidate, offering: Offering, state: str, confirmed_on: date | None, left: list[str]
) -> None:
    earn(candidate, offering)
    made = again(candidate, offering, date(2026, 6, 1), "review")
    assert live(candidate, offering, date(2026, 12, 1)) == []
    Application.objects.filter(pk=made.pk).update(state=state, confirmed_on=confirmed_on)
    assert live(candidate, offering, date(2026, 12, 1)) == left


def test_what_the_new_application_earns_it_keeps(candidate: Candidate, offering: Offering) -> None:
    earn(candidate, offering)
    earn(candidate, offering, {"practical": Decimal(80)}, date(2026, 9, 1), submitted_on=date(2026, 6, 1))
    assert live(candidate, offering, date(2026, 12, 1)) == ["practical"]


def test_a_resit_forfeits_nothing_and_a_draft_neither(candidate: Candidate, offering: Offering) -> None:
    earn(candidate, offering)
    again(candidate, offering, date(2026, 6, 1), "completed", kind="resit", subjects=["practical"])
    ApplicationFactory(candidate=candidate, offering=offering, state="draft")
    assert live(candidate, offering, date(2026, 12, 1)) == ["theory"]


def test_credits_are_the_providers_the_work_types_and_the_levels(candidate: Candidate, offering: Offering) -> None:
    earn(candidate, offering)
    work_type = offering.work_type
    others = [
        OfferingFactory(work_type=work_type),  # elsewhere
        OfferingFactory(provider=offering.provider, work_type=work_type, level="3"),
        OfferingFactory(
            provider=offering.provider, work_type=WorkTypeFactory(occupation=work_type.occupation, name="乙")
        ),
    ]
    for other in others:
        assert live(candidate, other, date(2026, 6, 1)) == []
        again(candidate, other, date(2026, 6, 1), "completed")
    next_year = OfferingFactory(provider=offering.provider, work_type=work_type, year=2027)
    assert live(candidate, next_year, date(2026, 12, 1)) == ["theory"]
    again(candidate, next_year, date(2026, 12, 1), "completed")  # of another year's notice: the same
    assert live(candidate, offering, date(2026, 12, 2)) == []


@pytest.mark.parametrize("subjects", [{}, THEORY, {"theory": Decimal(60), "practical": Decimal(60)}])
def test_special_capabilities_and_competition_entrants_earn_nothing(candidate: Candidate, subjects: Any) -> None:
    special = OfferingFactory(level="special")
    assert earn(candidate, special, subjects) == []
    assert earn(candidate, OfferingFactory(), subjects, competition=True) == []


def test_a_competition_entrant_sits_everything(candidate: Candidate, offering: Offering) -> None:
    earn(candidate, offering)
    entrant = ApplicationFactory(candidate=candidate, offering=offering, state="review", competition=True)
    assert queries.plan_for(candidate, offering, date(2026, 6, 1), but=entrant).kind == "new"


def test_a_choice_or_credits_for_everything_leave_a_new_application(candidate: Candidate, offering: Offering) -> None:
    earn(candidate, offering)
    on = date(2026, 6, 1)
    assert queries.plan_for(candidate, offering, on, as_new=True).sits == BOTH
    earn(candidate, offering, {"practical": Decimal(61)}, date(2026, 5, 21), submitted_on=date(2026, 5, 1))
    assert queries.plan_for(candidate, offering, on).kind == "new"
    assert live(candidate, offering, on) == list(BOTH)


# --- written by results and decisions ---------------------------------------------------------------------------------


def test_setting_the_same_again_changes_nothing(candidate: Candidate, offering: Offering) -> None:
    (credit,) = earn(candidate, offering)
    events = AuditEvent.objects.count()
    services.set_credits(
        _by(credit), subjects=THEORY, published_on=date(2026, 6, 1), source="成绩公布", by=None, at=at(2026, 6, 1)
    )
    assert Credit.objects.get() == credit
    assert Credit.objects.get().published_on == PUBLISHED
    assert AuditEvent.objects.count() == events


def test_a_correction_takes_gives_and_gives_back(candidate: Candidate, offering: Offering) -> None:
    (theory,) = earn(candidate, offering)
    application = _by(theory)
    june, july = date(2026, 6, 1), date(2026, 7, 1)
    practical = {"practical": Decimal(60)}
    services.set_credits(application, subjects=practical, published_on=june, source="更正1", by=None, at=noon_of(june))
    assert live(candidate, offering, july) == ["practical"]
    theory.refresh_from_db()
    assert (theory.withdrawn_on, theory.unearned_by) == (june, "更正1")
    services.set_credits(application, subjects=THEORY, published_on=july, source="更正2", by=None, at=noon_of(july))
    theory.refresh_from_db()
    assert (theory.withdrawn_on, theory.published_on, theory.valid_until) == (None, PUBLISHED, LAST)
    assert live(candidate, offering, july) == ["theory"]
    assert Credit.objects.count() == 2


@pytest.mark.parametrize(
    ("submitted_on", "asked", "left"),
    [
        (date(2026, 5, 25), False, []),  # it had forfeited the credit before
        (date(2026, 6, 10), False, ["theory"]),  # the decision had taken it: nobody could ask
        (date(2026, 6, 10), True, []),
        (date(2026, 7, 2), False, []),
    ],
)
def test_what_was_applied_for_while_a_credit_was_away_didnt_forfeit_it(
    candidate: Candidate, offering: Offering, submitted_on: date, asked: bool, left: list[str]
) -> None:
    (theory,) = earn(candidate, offering)
    for day, subjects in ((date(2026, 6, 1), {}), (date(2026, 7, 1), THEORY)):
        services.set_credits(_by(theory), subjects=subjects, published_on=day, source="决定", by=None, at=noon_of(day))
    agreed = at(2026, 6, 10) if asked else None
    again(candidate, offering, submitted_on, "completed", forfeits_accepted_at=agreed)
    assert live(candidate, offering, date(2026, 12, 1)) == left


def test_a_decision_takes_older_credits_and_lifting_it_gives_them_back(
    candidate: Candidate, offering: Offering
) -> None:
    (older,) = earn(candidate, offering)
    elsewhere = OfferingFactory(work_type=offering.work_type)
    earn(candidate, elsewhere)
    (own,) = earn(candidate, offering, {"practical": Decimal(80)}, date(2026, 9, 1), submitted_on=date(2026, 6, 1))
    Application.objects.filter(pk=own.application_id).update(kind="resit")
    for times in (1, 0):
        done = services.withdraw_older(_by(own), source="决定1", by=None, at=at(2026, 10, 1))
        assert done == times
    assert live(candidate, offering, date(2026, 10, 1)) == ["practical"]
    assert live(candidate, elsewhere, date(2026, 10, 1)) == ["theory"]
    services.withdraw_older(_by(own), source="决定2", by=None, at=at(2026, 10, 2))
    # its own result, corrected meanwhile, doesn't bring back what decisions took
    services.set_credits(
        _by(older), subjects=THEORY, published_on=PUBLISHED, source="更正", by=None, at=at(2026, 10, 3)
    )
    assert services.restore_withdrawn("决定1", by=None, at=at(2026, 10, 4)) == 1
    assert live(candidate, offering, date(2026, 10, 5)) == ["practical"]
    assert services.restore_withdrawn("决定2", by=None, at=at(2026, 10, 5)) == 1
    assert services.restore_withdrawn("决定2", by=None, at=at(2026, 10, 6)) == 0
    assert live(candidate, offering, date(2026, 10, 6)) == list(BOTH)


def test_a_credit_that_led_to_a_certificate_is_spent_while_that_is_in_force(
    candidate: Candidate, offering: Offering
) -> None:
    (theory,) = earn(candidate, offering)
    resit = again(candidate, offering, date(2026, 6, 1), "completed", kind="resit", subjects=["practical"])
    resit.credits.add(theory)
    on = date(2026, 12, 1)
    assert live(candidate, offering, on) == ["theory"]  # the resit was failed, as far as is known
    code = offering.work_type.occupation.code
    held.record_held(
        candidate,
        number="1" * 22,
        code=code,
        level="4",
        issued_on=date(2026, 9, 1),
        issuer="甲",
        by=None,
        at=at(2026, 9, 1),
    )
    assert live(candidate, offering, on) == []
    held.withdraw_held("1" * 22, on=on, by=None, at=at(2026, 12, 1))
    assert live(candidate, offering, on) == ["theory"]


# --- recognised from elsewhere ----------------------------------------------------------------------------------------


def accept(candidate: Candidate, offering: Offering, **fields: Any) -> Credit:
    given: dict[str, Any] = {
        "subject": "theory",
        "score": Decimal(66),
        "published_on": date(2025, 6, 1),
        "upload": picture(),
        "note": "原鉴定理论成绩",
        "at": at(2026, 3, 10),
        "by": staff(offering.provider, "results"),
    } | fields
    return services.record_external(candidate, offering=offering, **given)


def test_a_recognised_score_counts_like_one_of_the_providers(candidate: Candidate, offering: Offering) -> None:
    credit = accept(candidate, offering)
    assert (credit.origin, credit.valid_until, credit.application) == ("external", date(2027, 6, 1), None)
    planned = queries.plan_for(candidate, offering, date(2027, 6, 1))
    assert (planned.kind, planned.sits) == ("resit", ("practical",))
    assert live(candidate, OfferingFactory(work_type=offering.work_type), date(2026, 6, 1)) == []
    assert AuditEvent.objects.filter(action="credit.accepted", object_id=str(credit.pk)).exists()


@pytest.mark.parametrize(("submitted_on", "left"), [(date(2026, 3, 9), ["theory"]), (date(2026, 3, 10), [])])
def test_only_what_is_applied_for_after_the_recognition_forfeits_it(
    candidate: Candidate, offering: Offering, submitted_on: date, left: list[str]
) -> None:
    accept(candidate, offering)
    again(candidate, offering, submitted_on, "completed")
    assert live(candidate, offering, date(2026, 12, 1)) == left


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subject": "review"}, "subject"),
        ({"score": Decimal("59.99")}, "score"),
        ({"score": Decimal("100.01")}, "score"),
        ({"published_on": date(2026, 3, 11)}, "published_on"),
        ({"published_on": date(2024, 3, 9)}, "published_on"),
    ],
)
def test_what_isnt_recognised(candidate: Candidate, offering: Offering, fields: Any, field: str) -> None:
    with pytest.raises(Refused) as refused:
        accept(candidate, offering, **fields)
    assert refused.value.field == field
    assert not Credit.objects.exists()


def test_the_last_day_the_limits_and_no_score_are_recognised(candidate: Candidate, offering: Offering) -> None:
    accept(candidate, offering, published_on=date(2024, 3, 10), score=Decimal(60))
    accept(candidate, offering, published_on=date(2024, 3, 11), score=None)
    accept(candidate, offering, published_on=date(2026, 3, 10), score=Decimal(100))
    with pytest.raises(Refused, match="已登记"):
        accept(candidate, offering, published_on=date(2026, 3, 10))
    on = date(2026, 3, 10)
    live = queries.live_credits(candidate, offering, on)
    assert (len(live), len(queries.used_by(queries.plan_for(candidate, offering, on), live))) == (3, 1)


def test_nobody_recognises_their_own_and_specials_have_none(candidate: Candidate, offering: Offering) -> None:
    with pytest.raises(Refused, match="本人"):
        accept(candidate, offering, by=candidate.user)
    with pytest.raises(Refused, match="专项"):
        accept(candidate, OfferingFactory(level="special"))


# --- reading ----------------------------------------------------------------------------------------------------------


def test_what_a_new_application_forfeited_or_would(candidate: Candidate, offering: Offering) -> None:
    (theory,) = earn(candidate, offering)
    window_of(offering.provider)
    draft = ApplicationFactory(candidate=candidate, offering=offering, state="draft")
    assert queries.forfeited_by(draft, date(2026, 6, 1)) == [theory]
    assert queries.forfeited_by(draft, LAST + timedelta(days=1)) == []
    made = again(candidate, offering, date(2026, 6, 1))
    assert queries.forfeited_by(made, date(2030, 1, 1)) == [theory]
    resit = again(CandidateFactory(), offering, date(2026, 6, 1), kind="resit", subjects=["practical"])
    assert queries.forfeited_by(resit, date(2026, 6, 1)) == []


def test_who_stands_on_a_credit(candidate: Candidate, offering: Offering) -> None:
    (theory,) = earn(candidate, offering)
    resit = again(candidate, offering, date(2026, 6, 1), kind="resit", subjects=["practical"])
    resit.credits.add(theory)
    assert list(queries.relying_on([theory])) == [resit]
    assert list(resit.credits.standing()) == [theory]
    services.set_credits(_by(theory), subjects={}, published_on=PUBLISHED, source="决定", by=None, at=at(2026, 7, 1))
    assert list(resit.credits.standing()) == []


def test_asking_costs_the_same_whatever_there_is(candidate: Candidate, offering: Offering) -> None:
    def asking() -> int:
        fresh = Offering.objects.get(pk=offering.pk)
        with CaptureQueriesContext(connection) as counted:
            queries.plan_for(candidate, fresh, date(2026, 12, 1))
        return len(counted)

    earn(candidate, offering)
    once = asking()
    for month in range(1, 13):
        for day in (3, 5, 7):
            earn(candidate, offering, published_on=date(2026, month, day), submitted_on=date(2026, month, 1))
    assert asking() == once


def _by(credit: Credit) -> Application:
    assert credit.application is not None
    return credit.application


def test_results_of_a_sitting_nobody_passed_earn_nothing(candidate: Candidate, offering: Offering) -> None:
    application = sat(candidate, offering)
    services.set_credits(
        application, subjects={}, published_on=PUBLISHED, source="成绩公布", by=None, at=at(2026, 5, 20)
    )
    assert not application.earned.exists()
