"""An officer, a group whose window is open, and the day it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from registration.models import Group
from skilleval.accounts.models import User
from skilleval.catalogue.models import CandidateRules
from skilleval.core import clock
from tests.factories import CandidateRulesFactory, GroupFactory, publish_fees
from tests.journeys.groups.pages import NOON
from tests.registration.rosters import officer_of


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The views read core's one clock; the test sets it."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to(NOON)
    return set_to


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def rules(db: None) -> CandidateRules:
    return CandidateRulesFactory()


@pytest.fixture
def group(rules: CandidateRules) -> Group:
    made: Group = GroupFactory()
    publish_fees(made.offering)
    return made


@pytest.fixture
def officer(group: Group) -> User:
    return officer_of(group.institution)


@pytest.fixture
def tab(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client
