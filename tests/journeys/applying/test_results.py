"""What a candidate reads of their result, and what it lets them do next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates.enums import CertificateState
from certificates.models import Result, ResultMark
from registration.models import Application
from registration.services.credits import set_credits
from skilleval.catalogue.models import Offering
from tests import factories
from tests.certificates import makers
from tests.journeys.applying.pages import text
from tests.registration.ledger import ResitSchemeFactory

pytestmark = pytest.mark.django_db

PUBLISHED = makers.PUBLISHED


@pytest.fixture
def offering() -> Offering:
    made: Offering = factories.OfferingFactory(provider__certificate_collection="由本人到业务受理点领取。")
    factories.CandidateRulesFactory()
    factories.publish_fees(made)
    return made


def published(offering: Offering, *, passed: bool, version: int = 1, reason: str = "", **marks: str) -> Application:
    """Somebody's result with marks: a score, 缺考 or 取消."""
    return further(makers.sat(offering), passed=passed, version=version, reason=reason, **marks).application


def further(
    application: Application,
    *,
    passed: bool,
    version: int = 1,
    reason: str = "",
    at: datetime = PUBLISHED,
    total: str = "",
    **marks: str,
) -> Result:
    result = Result.objects.create(
        application=application,
        session=makers.session_of(application.offering),
        version=version,
        passed=passed,
        total=Decimal(total) if total else None,
        reason=reason,
        published_at=at,
        published_by_label="测试",
    )
    for subject, mark in marks.items():
        ResultMark.objects.create(result=result, subject=subject, **_facts(mark, bool(total)))
    return result


def _facts(mark: str, weighed: bool) -> dict[str, Any]:
    weight = {"weight": Decimal("50")} if weighed else {}
    if mark in ("缺考", "取消"):
        return {"status": {"缺考": "absent", "取消": "cancelled"}[mark], "score": None} | weight
    return {"status": "marked", "score": Decimal(mark)} | weight


def earn(application: Application, **scores: str) -> None:
    kept = {subject: Decimal(score) for subject, score in scores.items()}
    set_credits(application, subjects=kept, published_on=PUBLISHED.date(), source="test", by=None, at=PUBLISHED)


def page_of(application: Application) -> str:
    client = Client()
    client.force_login(application.candidate.user)
    return text(client.get(reverse("application_detail", args=[application.uuid])))


def test_passed_the_certificate_is_on_its_way(offering: Offering) -> None:
    page = page_of(published(offering, passed=True, theory="60.00", practical="88.50"))
    assert "评价合格" in page
    assert "88.50" in page
    assert "证书正在制作" in page
    assert "由本人到业务受理点领取" in page
    assert "申报补考" not in page


def test_kept_subjects_are_told_as_what_a_plan_makes_of_them(offering: Offering) -> None:
    earned = makers.sat(offering, submitted_on=date(2026, 2, 2))
    ResitSchemeFactory(offering=offering, in_force_from=date(2026, 3, 1), rows=[("theory", "practical")])
    earn(earned, theory="72")
    fields = {"candidate": earned.candidate, "kind": "resit", "subjects": ["theory"]}
    again = factories.ApplicationFactory(offering=offering, state="completed", submitted_on=PUBLISHED.date(), **fields)
    again.credits.set(earned.earned.all())
    further(again, passed=False, theory="40")
    page = page_of(again)
    assert "公布，原理论知识" in page
    assert "补考方案认定为操作技能" in page


def test_certified_it_can_be_fetched_and_a_subsidy_claimed(offering: Offering) -> None:
    certificate = makers.drawn(offering)
    for name, value in {
        "state": CertificateState.ISSUED,
        "number": "S00003140005426400001",
        "issued_on": makers.ISSUED.date(),
        "holder_name": "某人",
        "id_cipher": "310101199005209999",
    }.items():
        setattr(certificate, name, value)
    certificate.save()
    page = page_of(certificate.application)
    assert "已发证" in page
    assert "S00003140005426400001" in page
    assert reverse("certificate_pdf", args=[certificate.uuid]) in page
    for rule in ("沪人社规〔2022〕17号", "沪人社规〔2023〕25号", "沪人社规〔2024〕20号"):
        assert rule in page


@pytest.mark.parametrize(
    ("moment", "offered"),
    [
        (factories.at(2026, 4, 25), True),
        (factories.at(2028, 4, 24), True),  # the anniversary is included
        (factories.at(2028, 4, 25), False),
    ],
)
def test_a_failed_subject_can_be_resat_until_the_anniversary(
    offering: Offering, today: Callable[[datetime], None], moment: datetime, offered: bool
) -> None:
    today(moment)
    application = published(offering, passed=False, theory="59.50", practical="75.00")
    earn(application, practical="75.00")
    page = page_of(application)
    assert "评价不合格" in page
    assert "59.50" in page
    assert ("可以补考：理论知识" in page) is offered
    if offered:
        assert "操作技能，有效至 2028年4月24日" in page
        assert "¥100.00" in page
        assert "视为放弃补考" in page
    else:
        assert "没有可以保留的科目成绩" in page


def test_in_the_next_year_the_resit_is_one_of_that_year_s_notice(
    offering: Offering, today: Callable[[datetime], None]
) -> None:
    application = published(offering, passed=False, theory="59.50", practical="75.00")
    earn(application, practical="75.00")
    client = Client()
    client.force_login(application.candidate.user)
    renewed = factories.OfferingFactory(
        provider=offering.provider, work_type=offering.work_type, level=offering.level, year=2027
    )
    factories.publish_fees(renewed)
    factories.WindowFactory(
        provider=offering.provider,
        label="2027年1月批次",
        opens_on=date(2027, 1, 1),
        closes_on=date(2027, 1, 31),
        exam_by=date(2027, 2, 28),
    )
    factories.window_of(offering.provider, 5)
    for moment, named in ((factories.at(2026, 5, 4), offering), (factories.at(2027, 1, 4), renewed)):
        today(moment)
        page = client.get(reverse("application_detail", args=[application.uuid])).content.decode()
        assert f'href="{reverse("apply_start", args=[named.pk])}"' in page


def test_what_a_resit_stood_on_is_shown_beside_what_was_resat(offering: Offering) -> None:
    first = published(offering, passed=False, theory="59.50", practical="75.00")
    earn(first, practical="75.00")
    second = makers.sat(offering, candidate=first.candidate, kind="resit", subjects=["theory"])
    second.credits.set(first.earned.all())
    further(second, passed=True, theory="66.00")
    page = page_of(second)
    assert "66.00" in page
    assert "75.00" in page
    assert "保留成绩，2026年4月24日" in page
    assert "评价合格" in page


def test_a_special_capability_has_a_total_that_is_cut_and_no_resit() -> None:
    special: Offering = factories.OfferingFactory(level="special")
    application = makers.sat(special)
    further(application, passed=False, total="59.999900", theory="59.99", practical="60.00")
    page = page_of(application)
    assert "59.99 分" in page
    assert "占 50%" in page
    assert "专项职业能力不设补考" in page


def test_absent_and_cancelled_are_said_in_words(offering: Offering) -> None:
    page = page_of(published(offering, passed=False, theory="缺考", practical="取消"))
    assert "缺考" in page
    assert "成绩取消" in page
    assert "成绩已取消" in page


def test_a_correction_says_why_and_keeps_what_was_before(offering: Offering) -> None:
    application = published(offering, passed=False, theory="59.00", practical="75.00")
    later = factories.at(2026, 4, 30)
    further(
        application, passed=True, version=2, reason="合分有误，重新合分", at=later, theory="61.00", practical="75.00"
    )
    page = page_of(application)
    assert "更正后的成绩（第 2 版）" in page
    assert "合分有误，重新合分" in page
    assert "59.00" in page
    assert "61.00" in page
    assert "评价合格" in page


def test_before_publication_nothing_is_shown(offering: Offering) -> None:
    application = makers.sat(offering)
    Application.objects.filter(pk=application.pk).update(state="scheduled")
    page = page_of(application)
    assert 'id="result"' not in page
    assert "评价合格" not in page


def test_the_list_asks_no_more_for_thirty_results(offering: Offering) -> None:
    candidate = factories.CandidateFactory()
    client = Client()
    client.force_login(candidate.user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("my_applications"))
        return len(seen)

    counts = []
    for upto in (1, 30):
        while Application.objects.filter(candidate=candidate).count() < upto:
            further(makers.sat(factories.OfferingFactory(), candidate=candidate), passed=False, theory="50.00")
        counts.append(queries())
    assert counts[0] == counts[1]
