"""An offering that is open, and somebody who may apply for it."""

from __future__ import annotations

from datetime import date

import pytest

from registration.models import Candidate, Credit, Group
from registration.services import candidates
from skilleval.catalogue.models import CandidateRules, Offering
from tests.factories import (
    CandidateFactory,
    CandidateRulesFactory,
    GroupFactory,
    OfferingFactory,
    WorkPeriodFactory,
    window_of,
)
from tests.registration.ledger import earn
from tests.registration.resitting import EARNED
from tests.registration.steps import NOW, picture


@pytest.fixture
def rules(db: None) -> CandidateRules:
    return CandidateRulesFactory()


@pytest.fixture
def offering(rules: CandidateRules) -> Offering:
    offering = OfferingFactory()
    window_of(offering.provider)
    return offering


@pytest.fixture
def candidate(offering: Offering) -> Candidate:
    """Somebody with ten years' work in the occupation and a photo: clauses 4.1 is met."""
    candidate = CandidateFactory()
    WorkPeriodFactory(candidate=candidate, code=offering.work_type.occupation.code)
    candidates.set_photo(candidate, upload=picture(), by=candidate.user, at=NOW)
    return candidate


@pytest.fixture
def group(rules: CandidateRules) -> Group:
    """A group whose window of March is open, with candidate rules to accept."""
    made: Group = GroupFactory()
    return made


@pytest.fixture
def credit(candidate: Candidate, offering: Offering) -> Credit:
    """Theory, passed in April 2025."""
    (made,) = earn(candidate, offering, published_on=EARNED, submitted_on=date(2025, 2, 2), clause="4.1")
    for month in (5, 6, 7, 8):
        window_of(offering.provider, month)
    return made
