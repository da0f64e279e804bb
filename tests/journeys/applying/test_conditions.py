"""The step of extra conditions: one page, nothing lost on an error."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from registration.models import Application, Candidate
from skilleval.catalogue.models import ExtraCondition, Offering
from tests.journeys.applying.pages import draft, fill, picture, text, url
from tests.registration.conditions import PAPER, asks

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(offering: Offering) -> ExtraCondition:
    return asks(offering, paper=PAPER)


def test_who_is_asked_nothing_has_no_such_step(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    assert "确认附加条件" not in text(tab.get(url("application_detail", application)))
    assert tab.get(url("application_conditions", application)).status_code == 302


def test_the_tick_and_the_paper_are_saved_together(tab: Client, offering: Offering, asked: ExtraCondition) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    assert "确认附加条件" in text(tab.get(url("application_detail", application)))
    page = url("application_conditions", application)
    assert "所在单位为会员单位" in text(tab.get(page))
    done = tab.post(page, {f"ok-{asked.pk}": "on", f"file-{asked.pk}": picture("member.jpg")})
    assert done["Location"] == url("application_detail", application)
    assert "member.jpg" in text(tab.get(page))
    assert "member.jpg" not in text(tab.get(url("application_evidence", application)))
    tab.post(url("application_submit", application))
    sent = Application.objects.get(pk=application.pk)
    assert (sent.state, list(sent.conditions)) == ("review", [str(asked.pk)])


def test_a_file_that_is_refused_loses_no_tick(tab: Client, offering: Offering, asked: ExtraCondition) -> None:
    application, page = draft(tab, offering), ""
    page = url("application_conditions", application)
    wrong = SimpleUploadedFile("virus.exe", b"MZ")
    answer = tab.post(page, {f"ok-{asked.pk}": "on", f"file-{asked.pk}": wrong})
    assert answer.status_code == 400
    assert list(Application.objects.get(pk=application.pk).conditions) == [str(asked.pk)]
    assert "checked" in text(tab.get(page))


def test_a_paper_is_taken_away_and_the_tick_stays(tab: Client, offering: Offering, asked: ExtraCondition) -> None:
    application = draft(tab, offering)
    page, ticked = url("application_conditions", application), {f"ok-{asked.pk}": "on"}
    tab.post(page, ticked | {f"file-{asked.pk}": picture()})
    tab.post(page, ticked | {"remove": str(application.evidence.get().pk)})
    assert not application.evidence.exists()
    assert Application.objects.get(pk=application.pk).conditions
    assert tab.post(page, ticked | {"remove": "999999"}).status_code == 404


def test_what_changed_meanwhile_is_read_again(tab: Client, offering: Offering, asked: ExtraCondition) -> None:
    application = draft(tab, offering)
    page = url("application_conditions", application)
    tab.get(page)
    asked.valid_until = offering.notice.issued_on
    asked.save()
    later: Any = asks(offering, text="在本市缴纳社会保险")
    tab.post(page, {f"ok-{asked.pk}": "on"})
    assert not Application.objects.get(pk=application.pk).conditions
    assert "在本市缴纳社会保险" in text(tab.get(page))
    assert later.pk


def test_an_upper_age_is_told_before_and_bars_after(tab: Client, offering: Offering, candidate: Candidate) -> None:
    asks(offering)
    limit = asks(offering, "upper_age", text="年龄上限", limit=60)
    page = url("application_conditions", draft(tab, offering))
    assert "年龄上限：按您的出生日期，最后可申报日为 2051年5月19日（周五）" in text(tab.get(page))
    ExtraCondition.objects.filter(pk=limit.pk).update(limit=30)
    assert "申报当日不超过 30 周岁" in text(tab.get(reverse("apply_start", args=[offering.pk])))
