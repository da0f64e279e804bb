"""Providers that take groups, individuals, or individuals at their desk only: from page to service (SPEC 13)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Application
from registration.queries import groups
from skilleval.catalogue.models import Offering
from skilleval.core import clock
from tests.factories import CandidateFactory, CandidateRulesFactory, OfferingFactory, publish_fees, window_of
from tests.journeys.applying.pages import NOON, text
from tests.registration.appointing import desk_of
from tests.registration.conditions import PAPER, asks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def offered(**terms: Any) -> Offering:
    CandidateRulesFactory()
    offering: Offering = OfferingFactory(**{f"provider__{name}": value for name, value in terms.items()})
    publish_fees(offering)
    window_of(offering.provider)
    desk_of(offering.provider)
    return offering


@pytest.mark.parametrize(
    ("terms", "words", "alone", "together"),
    [
        ({}, "可申报", True, True),
        ({"accepts_individual": False}, "只受理团体申报", False, True),
        ({"accepts_group": False}, "个人在本平台申报", True, False),
        ({"desk_only": True}, "请到窗口办理：测试路 1 号（工作日 09:30–11:00、13:30–16:30）", False, True),
    ],
)
def test_each_way_in_is_told_and_kept(terms: dict[str, bool], words: str, alone: bool, together: bool) -> None:
    offering = offered(**terms)
    assert words in text(Client().get(reverse("offering_detail", args=[offering.pk])))
    person = Client()
    person.force_login(CandidateFactory().user)
    person.post(reverse("apply_start", args=[offering.pk]))
    assert Application.objects.exists() is alone
    window = window_of(offering.provider)
    assert (groups.bars(offering, window, NOON.date(), fee_published=True) == []) is together


def test_what_a_provider_asks_further_is_told_before_one_applies() -> None:
    offering = offered()
    asks(offering, paper=PAPER)
    asks(offering, "upper_age", text="年龄上限", limit=60)
    shown = text(Client().get(reverse("offering_detail", args=[offering.pk])))
    for words in ("所在单位为会员单位", PAPER, "申报当日不超过 60 周岁"):
        assert words in shown
