"""The steps of a resit, in June 2026 with theory passed in April 2025."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from registration.models import Application, Credit
from registration.services import applications, applying_again as services, credits as ledger
from skilleval.catalogue.models import CandidateRules, Offering
from tests.factories import at
from tests.registration.steps import start

BOTH = ["theory", "practical"]
EARNED = date(2025, 4, 1)
LAST_DAY = at(2027, 4, 1)
JUNE = at(2026, 6, 10)


def begun(credit: Credit, offering: Offering, rules: CandidateRules, when: datetime = JUNE) -> Application:
    """A resit with everything that handing in asks for."""
    application = start(credit.candidate, offering, when)
    applications.accept_rules(application, rules=rules, by=credit.candidate.user, at=when)
    return fresh(application)


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def submit(application: Application, when: datetime = JUNE, **seen: Any) -> Application:
    by = application.candidate.user
    return applications.submit(fresh(application), fee_published=True, by=by, at=when, **seen)


def choose(application: Application, kind: str, forfeits: bool = True, when: datetime = JUNE) -> Application:
    return services.choose(application, kind=kind, forfeits=forfeits, by=application.candidate.user, at=when)


def withdraw(credit: Credit, when: datetime = JUNE) -> None:
    application = credit.application
    assert application
    ledger.set_credits(application, subjects={}, published_on=EARNED, source="决定", by=None, at=when)


def correct(credit: Credit, when: datetime, **subjects: int) -> None:
    application = credit.application
    assert application
    earned = {subject: Decimal(score) for subject, score in subjects.items()}
    ledger.set_credits(application, subjects=earned, published_on=when.date(), source="更正", by=None, at=when)
