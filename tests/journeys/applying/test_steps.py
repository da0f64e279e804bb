"""A candidate's way from the offering to the submitted application."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from registration.models import Application, Candidate, Window
from skilleval.catalogue.models import Offering
from tests.factories import (
    ApplicationFactory,
    BanFactory,
    CandidateRulesFactory,
    OfferingFactory,
    UserFactory,
    WindowFactory,
)
from tests.journeys.applying.pages import PAPER, draft, fill, text, url

pytestmark = pytest.mark.django_db


def test_from_the_offering_to_the_submitted_application(tab: Client, offering: Offering) -> None:
    assert "开始申报" in text(tab.get(reverse("apply_start", args=[offering.pk])))
    application = draft(tab, offering)
    assert "下一步：选择申报条件" in text(tab.get(url("application_detail", application)))
    fill(tab, application)
    assert "核对并提交" in text(tab.get(url("application_detail", application)))
    page = text(tab.get(url("application_submit", application)))
    assert "¥400.00" in page
    response = tab.post(url("application_submit", application), follow=True)
    application.refresh_from_db()
    assert application.state == "review"
    assert "正在进行资格审核" in text(response)
    assert "2026年3月17日 24:00 前" in text(response)
    mine = text(tab.get(reverse("my_applications")))
    assert application.number in mine
    assert "您的申报已提交" in mine


def test_who_has_no_record_yet_fills_it_in_first_and_comes_back(offering: Offering) -> None:
    client = Client()
    client.force_login(UserFactory())
    start = reverse("apply_start", args=[offering.pk])
    response = client.get(start)
    assert response.url.startswith(reverse("profile_identity"))  # type: ignore[attr-defined]
    assert "next=%2Fapply%2F" in response.url  # type: ignore[attr-defined]


def test_nobody_fills_in_a_record_for_what_nobody_can_apply_for(offering: Offering) -> None:
    client = Client()
    client.force_login(UserFactory())
    no_fee = OfferingFactory(work_type=offering.work_type, level=offering.level, provider=offering.provider, year=2027)
    start = reverse("apply_start", args=[no_fee.pk])
    for page in (client.get(start), client.post(start)):
        assert "费用待公布" in text(page)
        assert "开始申报" not in text(page)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-02-28T23:59:00+08:00", "2026年3月1日（周日）"),
        ("2026-03-01T00:00:00+08:00", "开始申报"),
        ("2026-03-31T23:59:00+08:00", "开始申报"),
        ("2026-04-01T00:00:00+08:00", "目前不在申报时间内"),
    ],
)
def test_the_start_page_knows_the_window_to_the_minute(
    tab: Client, offering: Offering, today: Callable[[datetime], None], moment: str, words: str
) -> None:
    today(datetime.fromisoformat(moment))
    assert words in text(tab.get(reverse("apply_start", args=[offering.pk])))


def test_a_draft_whose_window_shut_goes_on_in_the_next(
    tab: Client, offering: Offering, today: Callable[[datetime], None]
) -> None:
    application = draft(tab, offering)
    april = WindowFactory(provider=offering.provider, month=4)
    today(datetime.fromisoformat("2026-04-02T12:00:00+08:00"))
    page = text(tab.get(reverse("apply_start", args=[offering.pk])))
    assert application.number in page
    assert "继续填写草稿" in page
    assert draft(tab, offering) == application
    application.refresh_from_db()
    assert application.window == april


def test_every_bar_is_shown_with_its_day(tab: Client, candidate: Candidate, offering: Offering) -> None:
    BanFactory(candidate=candidate)
    other = OfferingFactory(work_type=offering.work_type, level=offering.level)
    standing = ApplicationFactory(candidate=candidate, offering=other)
    no_fee = OfferingFactory(work_type=offering.work_type, level=offering.level, provider=offering.provider, year=2027)
    page = text(tab.get(reverse("apply_start", args=[no_fee.pk])))
    assert "2028年2月1日（周二）" in page
    assert standing.number in page
    assert url("application_detail", standing) in page
    assert "费用待公布" in page
    assert "开始申报" not in page
    response = tab.post(reverse("apply_start", args=[no_fee.pk]))
    assert response.status_code == 400
    assert Application.objects.count() == 1


def test_a_window_that_shut_meanwhile_keeps_the_draft(
    tab: Client, offering: Offering, today: Callable[[datetime], None]
) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    WindowFactory(provider=offering.provider, month=5)
    today(datetime.fromisoformat("2026-04-01T00:00:00+08:00"))
    response = tab.post(url("application_submit", application))
    assert response.status_code == 400
    assert "可于 2026年5月1日（周五） 起申报" in text(response)
    assert "已填写的内容都保留着" in text(response)
    assert "查看可申报的批次" in text(tab.get(url("application_detail", application)))
    today(datetime.fromisoformat("2026-05-01T00:00:00+08:00"))
    assert draft(tab, offering).pk == application.pk
    tab.post(url("application_submit", application))
    application.refresh_from_db()
    assert (application.state, application.window) == ("review", Window.objects.get(opens_on=date(2026, 5, 1)))


def test_clicking_twice_submits_once(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    for _ in range(2):
        response = tab.post(url("application_submit", application), follow=True)
        assert response.status_code == 200
    assert "该申报已提交" in text(response)
    assert application.log.filter(to_state="review").count() == 1


def test_the_check_offers_what_is_met_and_says_what_else_lacks(
    candidate: Candidate, tab: Client, offering: Offering
) -> None:
    candidate.workperiod_rows.update(started_on=date(2021, 9, 1))
    application = draft(tab, offering)
    page = text(tab.get(url("application_clause", application)))
    assert "可于 2026年9月1日（周二） 起申报" in page
    assert page.count("disabled") == 3
    response = tab.post(url("application_clause", application), {"clause": "4.1"})
    assert response.status_code == 400
    assert "2026年9月1日" in text(response)


def test_a_declared_major_meets_the_clause(candidate: Candidate, tab: Client, offering: Offering) -> None:
    from tests.factories import EducationFactory

    row = EducationFactory(candidate=candidate)
    application = draft(tab, offering)
    clause = url("application_clause", application)
    assert tab.post(clause, {"clause": "4.3"}).status_code == 400
    tab.post(clause, {"declare": "1", f"major-{row.pk}": "related"})
    assert tab.post(clause, {"clause": "4.3"}).status_code == 302
    tab.post(clause, {"declare": "1", f"major-{row.pk}": "unrelated"})
    application.refresh_from_db()
    assert application.clause == ""


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (None, "请先选择要上传的文件"),
        (SimpleUploadedFile("a.jpg", b""), "文件是空的"),
        (SimpleUploadedFile("a.pdf", b"MZ" + b"0" * 100), "仅支持 JPG、PNG 或 PDF"),
        (SimpleUploadedFile("a.pdf", b"%PDF-1.7 broken"), "无法读取"),
        (SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "仅支持 JPG、PNG 或 PDF"),
    ],
)
def test_bad_files_are_told_and_good_ones_stay(
    tab: Client, offering: Offering, upload: SimpleUploadedFile | None, words: str
) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    data = {"title": PAPER} | ({"upload": upload} if upload else {})
    response = tab.post(url("application_evidence", application), data)
    assert response.status_code == 400
    assert words in text(response)
    assert application.evidence.count() == 1


def test_each_paper_says_what_it_proves_and_what_was_stated_of_it(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    before = text(tab.get(url("application_evidence", application)))
    assert "选好申报条件后" in before
    tab.post(url("application_clause", application), {"clause": "4.1"})
    page = text(tab.get(url("application_evidence", application)))
    assert "从事本职业或相关职业累计满 5 年" in page
    assert "证明您从事本职业或相关职业的时间" in page
    assert "<li>测试单位，" in page


def test_evidence_can_be_taken_away_again(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    evidence = application.evidence.get()
    tab.post(url("application_evidence", application), {"remove": evidence.pk})
    assert not application.evidence.exists()
    assert "还缺" not in text(tab.get(url("application_detail", application)))
    assert "下一步：证明材料" in text(tab.get(url("application_detail", application)))


def test_rules_that_changed_while_being_read_are_read_again(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    CandidateRulesFactory(edition="newer", in_force_from=date(2026, 3, 10), notice=offering.announcement)
    response = tab.post(url("application_rules", application), {"accepted": "on", "edition": "test-2026"})
    assert "参评人员须知已更新" in text(response)
    application.refresh_from_db()
    assert application.rules is None
