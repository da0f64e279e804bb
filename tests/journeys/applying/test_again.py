"""Applying again as a browser does: told of credits, a resit at its price, or a new application with one's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from registration.models import Application, Candidate, Credit
from skilleval.catalogue.models import Offering
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    CandidateRulesFactory,
    OfferingFactory,
    WindowFactory,
    publish_fees,
    staff,
)
from tests.journeys.applying.pages import PAPER, draft, picture, text, url
from tests.registration.ledger import ResitSchemeFactory, earn
from tests.registration.test_credits import accept

pytestmark = pytest.mark.django_db
ACCEPT = {"accepted": "on", "edition": "test-2026"}


@pytest.fixture
def credit(candidate: Candidate, offering: Offering) -> Credit:
    """Theory, passed in April 2025."""
    (made,) = earn(candidate, offering, published_on=date(2025, 4, 1), submitted_on=date(2025, 2, 2), clause="4.1")
    return made


def test_offering_and_start_tell_of_ones_credits(tab: Client, offering: Offering, credit: Credit) -> None:
    for name in ("offering_detail", "apply_start"):
        page = text(tab.get(reverse(name, args=[offering.pk])))
        assert "您在本机构有合格成绩" in page
        assert "2027年4月1日" in page
        assert "¥300.00" in page
    stranger = Client()
    assert "合格成绩" not in text(stranger.get(reverse("offering_detail", args=[offering.pk])))
    stranger.force_login(CandidateFactory().user)
    assert "合格成绩" not in text(stranger.get(reverse("apply_start", args=[offering.pk])))


def test_a_plan_for_another_mode_is_told_wherever_the_credit_is(tab: Client, candidate: Candidate) -> None:
    before = OfferingFactory(year=2025)
    offering = OfferingFactory(provider=before.provider, work_type=before.work_type)
    WindowFactory(provider=before.provider)
    CandidateRulesFactory()
    publish_fees(offering)
    scores = {"theory": Decimal(70), "practical": Decimal(65)}
    earn(candidate, before, scores, date(2025, 4, 1), submitted_on=date(2025, 2, 2), clause="4.1")
    rows = [("theory", "practical"), ("practical", "")]
    scheme = ResitSchemeFactory(offering=offering, in_force_from=date(2026, 3, 1), rows=rows)
    words = f"原理论知识成绩按《{scheme.notice.title}》的补考方案认定为操作技能"
    assert words in text(tab.get(reverse("apply_start", args=[offering.pk])))
    application = draft(tab, offering)
    assert application.subjects == ["theory"]
    page = text(tab.get(url("application_credits", application)))
    for told in (words, "不能用于补考的成绩", "原操作技能成绩按", "不予认定，须重新考", "¥100.00"):
        assert told in page
    tab.post(url("application_rules", application), ACCEPT)
    assert f"理论知识 70.00 分，有效期至 2027年4月1日（周四），{words}" in text(
        tab.get(url("application_submit", application))
    )
    tab.post(url("application_submit", application), {"sits": "theory"})
    desk = Client()
    desk.force_login(staff(offering.provider))
    assert words in text(desk.get(reverse("admin:registration_application_change", args=[application.pk])))


def test_a_resit_from_the_offering_to_the_desk(tab: Client, offering: Offering, credit: Credit) -> None:
    application, earlier = draft(tab, offering), credit.application
    assert earlier
    page = text(tab.get(url("application_detail", application)))
    assert "补考：操作技能" in page
    assert f"沿用申报 {earlier.number}" in page
    assert "¥300.00" in page
    tab.post(url("application_rules", application), ACCEPT)
    page = text(tab.get(url("application_submit", application)))
    assert "理论知识 72.50 分，有效期至 2027年4月1日" in page
    assert "¥300.00" in page
    printed = PdfReader(BytesIO(tab.get(url("application_form_pdf", application)).content)).pages[0].extract_text()
    for words in ("补考", "操作技能", "72.50 分", earlier.number):
        assert words in printed
    tab.post(url("application_submit", application), {"sits": "practical"})
    handed_in = Application.objects.get(pk=application.pk)
    assert (handed_in.state, handed_in.kind, handed_in.subjects) == ("review", "resit", ["practical"])
    desk = Client()
    desk.force_login(staff(offering.provider))
    page = text(desk.get(reverse("admin:registration_application_change", args=[application.pk])))
    for words in ("补考：操作技能", earlier.number, "沿用原申报的条件和材料"):
        assert words in page
    assert "标记为竞赛选手" not in page


def test_its_clause_isnt_chosen_anew(tab: Client, offering: Offering, credit: Credit) -> None:
    application = draft(tab, offering)
    answer = tab.get(url("application_clause", application), follow=True)
    assert "沿用申报" in text(answer)
    assert tab.post(url("application_clause", application), {"clause": "4.3"}).status_code == 302
    assert Application.objects.get(pk=application.pk).clause == "4.1"


def test_the_page_shows_both_ways_and_asks_before_credits_are_given_up(
    tab: Client, offering: Offering, credit: Credit
) -> None:
    application = draft(tab, offering)
    page = text(tab.get(url("application_credits", application)))
    for words in ("72.50", "2025年4月1日", "2027年4月1日", "¥300.00", "¥400.00", "已选择"):
        assert words in page
    answer = tab.post(url("application_credits", application), {"kind": "new"})
    assert (answer.status_code, "请勾选确认" in text(answer)) == (400, True)
    tab.post(url("application_credits", application), {"kind": "new", "forfeits": "1"})
    page = text(tab.get(url("application_detail", application)))
    assert "正考：理论知识、操作技能" in page
    assert "¥400.00" in page
    tab.post(url("application_evidence", application), {"title": PAPER, "upload": picture()})
    tab.post(url("application_rules", application), ACCEPT)
    assert "提交后放弃合格成绩" in text(tab.get(url("application_submit", application)))
    tab.post(url("application_submit", application), {"sits": "theory,practical"})
    assert Application.objects.get(pk=application.pk).state == "review"


def test_a_page_that_another_tab_overtook_hands_nothing_in(tab: Client, offering: Offering, credit: Credit) -> None:
    application = draft(tab, offering)
    tab.post(url("application_rules", application), ACCEPT)
    tab.post(url("application_credits", application), {"kind": "new", "forfeits": "1"})
    answer = tab.post(url("application_submit", application), {"sits": "practical"})
    assert (answer.status_code, "另一页面" in text(answer)) == (409, True)
    assert Application.objects.get(pk=application.pk).state == "draft"


def test_a_recognised_score_is_named_as_such(tab: Client, candidate: Candidate, offering: Offering) -> None:
    accept(candidate, offering)
    application = draft(tab, offering)
    assert "选择申报条件" in text(tab.get(url("application_detail", application)))
    page = text(tab.get(url("application_credits", application)))
    assert "平台外成绩，由机构认可" in page
    assert "须选择申报条件，并上传证明材料" in page


def test_a_credit_that_ended_is_told_with_the_way_out(
    tab: Client, offering: Offering, credit: Credit, today: Callable[[datetime], None]
) -> None:
    application = draft(tab, offering)
    Credit.objects.update(published_on=date(2024, 3, 10), valid_until=date(2026, 3, 10))
    tab.post(url("application_rules", application), ACCEPT)
    today(datetime.fromisoformat("2026-03-11T12:00:00+08:00"))
    page = text(tab.get(url("application_detail", application)))
    assert "您的合格成绩有变化或尚未选择" in page
    page = text(tab.get(url("application_credits", application)))
    assert "有效期至2026年3月10日（周二），现已过期" in page
    answer = tab.post(url("application_submit", application), {"sits": "practical"})
    assert (answer.status_code, "现已过期" in text(answer)) == (400, True)
    tab.post(url("application_credits", application), {"kind": "new"})
    now = Application.objects.get(pk=application.pk)
    assert (now.kind, now.subjects, now.earlier) == ("new", ["theory", "practical"], None)


def test_without_credits_nobody_is_asked(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    assert url("application_credits", application) not in text(tab.get(url("application_detail", application)))
    assert "没有可用于补考的合格成绩" in text(tab.get(url("application_credits", application)))


def test_the_reviewer_marks_a_competition_entrant(offering: Offering, candidate: Candidate) -> None:
    application = ApplicationFactory(candidate=candidate, offering=offering)
    desk = Client()
    desk.force_login(staff(offering.provider))
    page = reverse("admin:desk_competition", args=[application.pk])
    assert "没有补考" in text(desk.get(page))
    desk.post(page)
    assert Application.objects.get().competition
    assert "竞赛选手" in text(desk.get(reverse("admin:registration_application_change", args=[application.pk])))
    desk.post(page)
    assert not Application.objects.get().competition


def test_the_choice_costs_the_same_for_one_credit_and_for_thirty(
    tab: Client, candidate: Candidate, offering: Offering, credit: Credit
) -> None:
    application = draft(tab, offering)

    def looking() -> int:
        with CaptureQueriesContext(connection) as counted:
            for name in ("application_credits", "application_detail", "application_submit"):
                assert tab.get(url(name, application)).status_code == 200
        return len(counted)

    looking()
    once = looking()
    for number in range(30):
        earn(candidate, offering, published_on=date(2025, 5, 1 + number), submitted_on=date(2025, 2, 2), kind="resit")
    assert looking() == once
