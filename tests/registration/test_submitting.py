"""What a submission is judged by, read in one statement, is what the pages say by asking one by one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import Application, Candidate
from registration.queries import applications as queries, backgrounds
from registration.queries.submitting import BACKGROUND, read_all
from registration.services import applications as services, applying_again, wording
from skilleval.accounts.models import MessageTemplate
from skilleval.catalogue.models import CandidateRules, Holiday, Offering
from skilleval.catalogue.queries import work_calendar
from skilleval.core.models import OutboxMessage
from tests.factories import (
    ApplicationFactory,
    BanFactory,
    CandidateRulesFactory,
    EducationFactory,
    HeldCertificateFactory,
    NoticeFactory,
    OccupationFactory,
    OfferingFactory,
    ProfessionalTitleFactory,
)
from tests.registration.ledger import earn
from tests.registration.resitting import EARNED
from tests.registration.steps import NOW, filled, submit

ON = date(2026, 3, 10)


def row(application: Application) -> Application:
    return Application.objects.select_related("offering", "candidate__user").get(pk=application.pk)


def test_it_is_what_one_by_one_would_be_read(candidate: Candidate, offering: Offering, rules: CandidateRules) -> None:
    CandidateRulesFactory(edition="elsewhere", notice=NoticeFactory(key="elsewhere"), in_force_from=date(2026, 3, 1))
    offering.work_type.occupation.related.add(OccupationFactory(code="4-04-05-05"))
    for maker in (EducationFactory, HeldCertificateFactory, ProfessionalTitleFactory):
        maker(candidate=candidate)
    Holiday.objects.create(day=date(2026, 3, 11), name="测试假日", is_workday=False)
    Holiday.objects.create(day=date(2025, 12, 31), name="去年", is_workday=False)
    application = filled(candidate, offering, rules)
    BanFactory(candidate=candidate, starts_on=ON, ends_on=ON)
    BanFactory(candidate=candidate, starts_on=date(2026, 3, 11), ends_on=date(2026, 3, 12))
    elsewhere = OfferingFactory(work_type=offering.work_type, level=offering.level)
    ApplicationFactory(candidate=candidate, offering=elsewhere)
    plain, gathered = row(application), row(application)
    known = read_all(gathered, ON, tells=wording.SUBMITTED)
    assert known.rules == queries.current_rules(plain.offering, ON) == rules
    assert known.calendar.add(ON, 5) == work_calendar().add(ON, 5)
    with CaptureQueriesContext(connection) as asked:
        there = (
            queries.offering_bars(gathered.offering, gathered.window, ON),
            backgrounds.check(gathered.candidate, gathered.offering, on=ON, declared={}),
            backgrounds.snapshot(gathered.candidate, on=ON),
            services.papers_lacking(gathered),
            str(gathered.offering),
            [list(getattr(gathered.candidate, name).all()) for name in BACKGROUND],
        )
    assert len(asked) == 0
    assert there == (
        queries.offering_bars(plain.offering, plain.window, ON),
        backgrounds.check(plain.candidate, plain.offering, on=ON, declared={}),
        backgrounds.snapshot(plain.candidate, on=ON),
        services.papers_lacking(plain),
        str(plain.offering),
        [list(getattr(plain.candidate, name).all()) for name in BACKGROUND],
    )
    assert known.standing.banned[0].first == ON
    assert len(known.standing.banned) == 1
    assert known.standing.open_application is not None


def test_the_provider_s_own_words_are_read_with_it(
    candidate: Candidate, offering: Offering, rules: CandidateRules
) -> None:
    MessageTemplate.objects.create(
        provider=offering.provider,
        kind="registration.submitted",
        subject="收到",
        body="{申报编号}：我们收到了",
        hold=True,
        saved_by_label="负责人",
        saved_at=NOW,
    )
    application = submit(filled(candidate, offering, rules))
    told = OutboxMessage.objects.get(recipient_id=candidate.user_id, channel="email", kind="registration.submitted")
    assert (told.subject, told.state) == ("收到", "held")
    assert told.body.startswith(f"{application.number}：我们收到了")


@pytest.mark.parametrize(("earned", "locks"), [(False, 2), (True, 3)], ids=["no credit", "a credit"])
def test_it_is_read_when_everything_is_locked(
    candidate: Candidate, offering: Offering, rules: CandidateRules, earned: bool, locks: int
) -> None:
    """Whoever waits for a lock would otherwise decide by what was true before they waited."""
    application = filled(candidate, offering, rules)
    if earned:
        (credit,) = earn(candidate, offering, published_on=EARNED, submitted_on=date(2025, 2, 2), clause="4.1")
        applying_again.plan_draft(application, ON)
        application.refresh_from_db()
        assert [credit] == list(application.credits.all())
    with CaptureQueriesContext(connection) as asked:
        submit(application)
    statements = [query["sql"] for query in asked]
    taken = [number for number, sql in enumerate(statements) if "FOR UPDATE" in sql]
    gathered = [number for number, sql in enumerate(statements) if "json_agg" in sql]
    assert len(taken) == locks  # the person, the application, the credits
    assert max(taken) < max(gathered)
