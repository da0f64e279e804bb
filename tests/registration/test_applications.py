"""From draft to submitted: every rule afresh, at the edges of its dates, and one of two in a race."""

from collections.abc import Callable
from datetime import date, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from registration.models import Application, Candidate
from registration.queries import applications as queries
from registration.services import applications as services, candidates
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core.errors import Conflict, Refused
from skilleval.core.models import OutboxMessage
from tests.factories import (
    ApplicationFactory,
    BanFactory,
    CandidateFactory,
    CandidateRulesFactory,
    EducationFactory,
    HeldCertificateFactory,
    OfferingFactory,
    UserFactory,
    WindowFactory,
    WorkPeriodFactory,
    WorkTypeFactory,
    at,
    window_of,
)
from tests.races import run_together
from tests.registration.steps import NOW, filled, picture, start, submit


def test_a_filled_draft_is_submitted_with_what_it_was_judged_by(
    candidate: Candidate, offering: Offering, rules: CandidateRules
) -> None:
    application = submit(filled(candidate, offering, rules))
    application.refresh_from_db()
    assert (application.state, application.submitted_on) == ("review", date(2026, 3, 10))
    assert application.review_by == date(2026, 3, 17)
    assert application.rule_set == offering.rule_set
    assert application.subjects == ["theory", "practical"]
    assert application.background["work"][0]["employer"] == "测试单位"
    assert [(log.from_state, log.to_state) for log in application.log.all()] == [("", "draft"), ("draft", "review")]
    assert OutboxMessage.objects.filter(recipient_id=candidate.user_id, subject="您的申报已提交").exists()
    assert candidate.id_number not in str(application.background)


def test_numbers_run_without_gap(candidate: Candidate, offering: Offering) -> None:
    first = start(candidate, offering)
    second = start(candidate, OfferingFactory(provider=offering.provider))
    assert (first.number, second.number) == ("SQ20260000001", "SQ20260000002")


def test_starting_again_finds_the_draft_and_moves_it_to_the_open_window(
    candidate: Candidate, offering: Offering
) -> None:
    april = window_of(offering.provider, 4)
    first = start(candidate, offering)
    again = start(candidate, offering, at(2026, 4, 1))
    assert (again.pk, again.window, again.first_window) == (first.pk, april, april)


@pytest.mark.parametrize(
    ("moment", "from_on"),
    [
        (datetime.fromisoformat("2026-02-28T23:59:59+08:00"), date(2026, 3, 1)),
        (datetime.fromisoformat("2026-03-01T00:00:00+08:00"), None),
        (datetime.fromisoformat("2026-03-31T23:59:59+08:00"), None),
        (datetime.fromisoformat("2026-04-01T00:00:00+08:00"), date(2026, 5, 1)),
    ],
)
def test_a_window_shuts_at_midnight_in_shanghai(
    candidate: Candidate, offering: Offering, rules: CandidateRules, moment: datetime, from_on: date | None
) -> None:
    """Started and filled within the window, submitted at the moment: the window may shut between page and submit."""
    window_of(offering.provider, 5)
    application = filled(candidate, offering, rules)
    if from_on is None:
        assert submit(application, moment).state == "review"
    else:
        with pytest.raises(Refused) as refused:
            submit(application, moment)
        assert (refused.value.field, refused.value.from_on) == ("window", from_on)
        assert Application.objects.get().state == "draft"


@pytest.mark.parametrize(("born", "allowed"), [(date(2010, 3, 10), True), (date(2010, 3, 11), False)])
def test_sixteen_on_the_day_of_submission(offering: Offering, born: date, allowed: bool) -> None:
    candidate = CandidateFactory(born=born)
    if allowed:
        start(candidate, offering)
    else:
        with pytest.raises(Refused) as refused:
            start(candidate, offering)
        assert refused.value.from_on == date(2026, 3, 11)


def test_without_a_published_fee_nobody_applies(
    candidate: Candidate, offering: Offering, rules: CandidateRules
) -> None:
    with pytest.raises(Refused, match="费用待公布"):
        start(candidate, offering, fee=False)
    application = filled(candidate, offering, rules)
    with pytest.raises(Refused, match="费用待公布"):
        submit(application, fee=False)


@pytest.mark.parametrize("state", ["prelim", "review", "returned", "approved", "confirmed", "scheduled"])
def test_an_open_application_for_the_same_bars_another_anywhere(
    candidate: Candidate, offering: Offering, rules: CandidateRules, state: str
) -> None:
    application = filled(candidate, offering, rules)
    elsewhere = OfferingFactory(work_type=offering.work_type, level=offering.level)
    other = ApplicationFactory(candidate=candidate, offering=elsewhere, state=state)
    with pytest.raises(Refused) as refused:
        submit(application)
    assert other.number in refused.value.message
    (bar,) = queries.person_bars(candidate, offering, date(2026, 3, 10))
    assert bar.application == str(other.uuid)


@pytest.mark.parametrize("state", ["draft", "completed", "rejected", "lapsed", "withdrawn", "cancelled", "void"])
def test_a_draft_or_an_ended_one_bars_nothing(
    candidate: Candidate, offering: Offering, rules: CandidateRules, state: str
) -> None:
    elsewhere = OfferingFactory(work_type=offering.work_type, level=offering.level)
    ApplicationFactory(candidate=candidate, offering=elsewhere, state=state)
    assert submit(filled(candidate, offering, rules)).state == "review"


def test_another_level_or_work_type_is_another_thing(
    candidate: Candidate, offering: Offering, rules: CandidateRules
) -> None:
    ApplicationFactory(candidate=candidate, offering=OfferingFactory(work_type=offering.work_type, level="3"))
    sibling = WorkTypeFactory(occupation=offering.work_type.occupation, name="另一工种")
    ApplicationFactory(candidate=candidate, offering=OfferingFactory(work_type=sibling))
    assert submit(filled(candidate, offering, rules)).state == "review"


def test_a_ban_that_came_meanwhile_stops_the_submission(
    candidate: Candidate, offering: Offering, rules: CandidateRules
) -> None:
    application = filled(candidate, offering, rules)
    BanFactory(candidate=candidate)
    with pytest.raises(Refused) as refused:
        submit(application)
    assert (refused.value.field, refused.value.from_on) == ("ban", date(2028, 2, 1))


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda a: a.candidate.workperiod_rows.all().delete(), "clause"),
        (lambda a: a.evidence.all().delete(), "evidence"),
        (lambda a: Candidate.objects.update(photo=None), "photo"),
        (lambda a: CandidateRulesFactory(edition="later", in_force_from=date(2026, 3, 10)), "rules"),
        (lambda a: Application.objects.update(clause=""), "clause"),
        (lambda a: Application.objects.update(clause="3.1"), "clause"),
    ],
)
def test_what_was_there_when_the_page_was_read_is_looked_at_again(
    candidate: Candidate,
    offering: Offering,
    rules: CandidateRules,
    spoil: Callable[[Application], Any],
    field: str,
) -> None:
    application = filled(candidate, offering, rules)
    spoil(application)
    with pytest.raises(Refused) as refused:
        submit(application)
    assert refused.value.field == field
    assert Application.objects.get().state == "draft"


def test_a_clause_that_is_not_met_is_refused_with_its_day(candidate: Candidate, offering: Offering) -> None:
    young = CandidateFactory()
    WorkPeriodFactory(candidate=young, code=offering.work_type.occupation.code, started_on=date(2021, 9, 1))
    application = start(young, offering)
    with pytest.raises(Refused) as refused:
        services.choose_clause(application, clause="4.1", declared={}, by=young.user, at=NOW)
    assert (refused.value.field, refused.value.from_on) == ("clause", date(2026, 9, 1))
    assert "2026年9月1日" in refused.value.message


def test_majors_count_as_declared_and_only_of_ones_own(candidate: Candidate, offering: Offering) -> None:
    application, by = start(candidate, offering), candidate.user
    mine, others = EducationFactory(candidate=candidate), EducationFactory()
    with pytest.raises(Refused):
        services.choose_clause(application, clause="4.3", declared={}, by=by, at=NOW)
    declared = {"majors": {str(mine.pk): "related", str(others.pk): "same"}}
    services.choose_clause(application, clause="4.3", declared=declared, by=by, at=NOW)
    application.refresh_from_db()
    assert application.declared == {"majors": {str(mine.pk): "related"}, "titles": {}}
    with pytest.raises(Refused, match="对应关系"):
        services.choose_clause(application, clause="4.3", declared={"majors": {"1": "x"}}, by=by, at=NOW)


def test_special_capability_asks_for_the_age_alone(rules: CandidateRules) -> None:
    offering = OfferingFactory(level="special")
    window_of(offering.provider)
    candidate = CandidateFactory()
    application = start(candidate, offering)
    services.choose_clause(application, clause="S.1", declared={}, by=candidate.user, at=NOW)
    assert services.papers(application) == ()


def test_a_returned_application_is_corrected_until_its_deadline(
    candidate: Candidate, offering: Offering, rules: CandidateRules
) -> None:
    application = submit(filled(candidate, offering, rules))
    Application.objects.update(state="returned", returned_until=date(2026, 4, 3))
    application.refresh_from_db()
    services.attach(application, title="其他材料", upload=picture(), by=candidate.user, at=at(2026, 4, 3))
    with pytest.raises(Refused, match="补正期限"):
        submit(application, at(2026, 4, 4))
    again = submit(application, at(2026, 4, 3))  # the window is shut by now: it was met when first submitted
    assert (again.state, again.submitted_on, again.window.label) == ("review", date(2026, 3, 10), "2026年3月批次")


def test_a_submitted_application_is_not_edited(candidate: Candidate, offering: Offering, rules: CandidateRules) -> None:
    application = submit(filled(candidate, offering, rules))
    by = candidate.user
    for change in (
        lambda: services.choose_clause(application, clause="4.1", declared={}, by=by, at=NOW),
        lambda: services.attach(application, title="其他材料", upload=picture(), by=by, at=NOW),
        lambda: services.detach(application.evidence.get(), by=by, at=NOW),
        lambda: services.accept_rules(application, rules=rules, by=by, at=NOW),
        lambda: services.discard(application, by=by, at=NOW),
        lambda: submit(application),
    ):
        with pytest.raises(Conflict):
            change()
    assert application.evidence.count() == 1


def test_warnings_tell_and_bar_nothing(candidate: Candidate, offering: Offering, rules: CandidateRules) -> None:
    application = filled(candidate, offering, rules)
    HeldCertificateFactory(candidate=candidate, code=offering.work_type.occupation.code, level=offering.level)
    ApplicationFactory(candidate=candidate, offering=OfferingFactory(provider=offering.provider))
    march = window_of(offering.provider)
    assert [warned.code for warned in queries.warnings(candidate, offering, march)] == ["certificate", "same_days"]
    assert submit(application).state == "review"


def test_strangers_find_nothing(candidate: Candidate, offering: Offering, rules: CandidateRules) -> None:
    application = filled(candidate, offering, rules)
    evidence, stranger = application.evidence.get(), UserFactory()
    assert queries.find(stranger, application.uuid) is None
    assert queries.own(stranger, application.uuid) is None
    assert queries.visible_evidence(stranger, evidence.pk) is None
    assert queries.photo_visible_to(stranger, candidate.uuid) is None
    assert queries.visible_evidence(candidate.user, evidence.pk) == evidence
    assert queries.photo_visible_to(candidate.user, candidate.uuid) == candidate


# --- races ------------------------------------------------------------------------------------------------------------


def two_drafts() -> list[Application]:
    """The same person's drafts for the same thing at two providers, both ready."""
    rules, work_type = CandidateRulesFactory(), WorkTypeFactory()
    person = CandidateFactory()
    WorkPeriodFactory(candidate=person, code=work_type.occupation.code)
    candidates.set_photo(person, upload=picture(), by=person.user, at=NOW)
    drafts = []
    for _ in range(2):
        offering = OfferingFactory(work_type=work_type)
        WindowFactory(provider=offering.provider)
        drafts.append(filled(person, offering, rules))
    return drafts


@pytest.mark.django_db(transaction=True)
def test_a_double_click_submits_once() -> None:
    draft = two_drafts()[0]
    outcomes = run_together(lambda: submit(draft), lambda: submit(Application.objects.get(pk=draft.pk)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Application", "Conflict"]
    assert draft.log.filter(to_state="review").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_one_is_open_and_the_other_is_told() -> None:
    drafts = two_drafts()
    outcomes = run_together(*(lambda draft=draft: submit(draft) for draft in drafts))  # type: ignore[misc]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 1
    assert "同一职业（工种）、同一等级" in refused[0].message
    assert Application.objects.filter(state="review").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_lock_and_constraint_both_would_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the race above is real, not won by luck."""
    drafts, together = two_drafts(), Barrier(2)
    look = services.read_all

    def look_together(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        together.wait(5)
        return found

    monkeypatch.setattr(services, "read_all", look_together)
    monkeypatch.setattr(Candidate.objects, "select_for_update", lambda **_: Candidate.objects.all())
    constraint = next(c for c in Application._meta.constraints if c.name == "application_open_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Application, constraint)
    try:
        run_together(*(lambda draft=draft: submit(draft) for draft in drafts))  # type: ignore[misc]
        assert Application.objects.filter(state="review").count() == 2
    finally:
        Application.objects.filter(pk=drafts[0].pk).update(state="draft")
        with connection.schema_editor() as editor:
            editor.add_constraint(Application, constraint)
