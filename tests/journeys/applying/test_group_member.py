"""What a person sees of an application that an institution made for them, and what they can't touch."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from registration.models import Application, Candidate
from skilleval.catalogue.models import Offering
from tests.factories import ApplicationFactory, window_of
from tests.fees.makers import order_for
from tests.journeys.applying.pages import text, url

pytestmark = pytest.mark.django_db


def member(candidate: Candidate, offering: Offering, state: str, **fields: object) -> Application:
    made: Application = ApplicationFactory(
        candidate=candidate,
        offering=offering,
        window=window_of(offering.provider),
        channel="group",
        state=state,
        **fields,
    )
    return made


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("prelim", "初审，通过后由其提交"),
        ("review", "正在进行资格审核"),
        ("returned", "修改后重新提交"),
        ("approved", "统一缴纳，您不需在此缴费"),
    ],
)
def test_who_has_to_act_is_the_institution(
    tab: Client, candidate: Candidate, offering: Offering, state: str, words: str
) -> None:
    day = date(2099, 3, 30)
    application = member(candidate, offering, state, returned_until=day, review_by=day)
    shown = text(tab.get(url("application_detail", application)))
    assert words in shown
    assert f"团体申报，由{application.institution}报名" in shown
    assert "补正步骤" not in shown
    assert "下一步" not in shown


@pytest.mark.parametrize(
    "page", ["application_clause", "application_evidence", "application_rules", "application_submit"]
)
def test_its_steps_are_the_institutions(tab: Client, candidate: Candidate, offering: Offering, page: str) -> None:
    application = member(candidate, offering, "returned", returned_until=date(2026, 3, 30))
    response = tab.get(url(page, application), follow=True)
    assert response.redirect_chain[-1][0] == url("application_detail", application)
    assert "内容由其修改" in text(response)


def test_the_institutions_order_is_nothing_of_theirs(tab: Client, candidate: Candidate, offering: Offering) -> None:
    application = member(candidate, offering, "approved")
    order = order_for(application)
    shown = text(tab.get(url("application_detail", application)))
    assert order.number not in shown
    assert "转账附言" not in shown
