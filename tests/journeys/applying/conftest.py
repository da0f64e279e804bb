"""Somebody who may apply, an offering open to them, and the day it is."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from registration.models import Candidate
from registration.services import candidates
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core import clock
from tests.factories import (
    CandidateFactory,
    CandidateRulesFactory,
    OfferingFactory,
    WindowFactory,
    WorkPeriodFactory,
    publish_fees,
)
from tests.journeys.applying.pages import NOON, picture


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The views read core's one clock; the test sets it."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to(NOON)
    return set_to


@pytest.fixture
def rules() -> CandidateRules:
    return CandidateRulesFactory()


@pytest.fixture
def offering(rules: CandidateRules) -> Offering:
    offering = OfferingFactory()
    WindowFactory(provider=offering.provider)
    publish_fees(offering)
    return offering


@pytest.fixture
def candidate(offering: Offering) -> Candidate:
    candidate = CandidateFactory()
    WorkPeriodFactory(candidate=candidate, code=offering.work_type.occupation.code)
    candidates.set_photo(candidate, upload=picture(), by=candidate.user, at=NOON)
    return candidate


@pytest.fixture
def tab(candidate: Candidate) -> Client:
    client = Client()
    client.force_login(candidate.user)
    return client
