"""The schedulers' desk in April: an offering, its scheduler at the browser, and the day of the judgment."""

from __future__ import annotations

import pytest
from django.test import Client

from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import NOON, scheduler


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def by(offering: Offering, client: Client) -> User:
    user = scheduler(offering.provider)
    client.force_login(user)
    return user


@pytest.fixture
def april(monkeypatch: pytest.MonkeyPatch, settings) -> None:  # type: ignore[no-untyped-def]
    settings.STAFF_MFA = "off"
    monkeypatch.setattr("skilleval.core.clock.now", lambda: NOON)
