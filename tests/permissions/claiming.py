"""A claim that awaits provider A's reviewer (SPEC 5.8)."""

from __future__ import annotations

from typing import Any

from registration.models import Claim
from registration.services import claims
from skilleval.catalogue.models import Provider
from tests import factories
from tests.factories import at
from tests.registration.steps import picture

APRIL = at(2026, 4, 7)


def claim(provider: Provider) -> Claim:
    """Somebody's claim on a roster's record with an application at a provider, the document handed in."""
    offering = factories.OfferingFactory(provider=provider)
    record: Any = factories.CandidateFactory(user=None)
    factories.ApplicationFactory(candidate=record, offering=offering, window=factories.window_of(provider, 4))
    claimant: Any = factories.UserFactory()
    begun = claims.begin(claimant, name=record.name, id_type=record.id_type, id_number=record.id_number, at=APRIL)
    return claims.ask(begun, upload=picture(), said="", by=claimant, at=APRIL)
