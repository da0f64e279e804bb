"""A manager enters a window, looks at what a change would do before it is saved, and finds it in the year."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from registration.models import CalendarPattern, Window
from registration.services import windows as services
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.dates import last_of_month
from skilleval.journeys.desk.window_year import cells_of
from tests.factories import ApplicationFactory, OfferingFactory, ProviderFactory, WindowFactory, window_of
from tests.journeys.desk import member

pytestmark = pytest.mark.django_db
DAYS = ("opens_on", "closes_on", "papers_by", "pay_by", "tickets_from", "tickets_until", "exam_from", "exam_by")


@pytest.fixture(autouse=True)
def _one_factor(settings: LazySettings) -> None:
    settings.STAFF_MFA = "off"


@pytest.fixture
def provider() -> Provider:
    made: Provider = ProviderFactory()
    return made


@pytest.fixture
def tab(provider: Provider) -> Client:
    return member(provider, "manager")


@pytest.fixture
def window(provider: Provider) -> Window:
    """Of the year after the one it is, so that it hasn't opened."""
    year = clock.today().year + 1
    made: Window = WindowFactory(
        provider=provider,
        label=f"{year}年3月批次",
        opens_on=date(year, 3, 1),
        closes_on=date(year, 3, 31),
        exam_from=date(year, 4, 1),
        exam_by=date(year, 4, 30),
    )
    return made


def sent(window: Window, **more: Any) -> dict[str, Any]:
    facts = {name: value for name, value in services.facts_of(window).items() if value}
    return facts | {"reason": "系统维护", "seen": services.signature(window)} | more


def page(name: str, window: Window) -> str:
    return reverse(f"admin:{name}", args=[window.pk])


def test_a_window_is_entered_by_hand(tab: Client, provider: Provider, window: Window) -> None:
    address, fresh = reverse("admin:registration_window_add"), {"label": "补考批次", "opens_on": date(2027, 5, 1)}
    stages = {"closes_on": date(2027, 5, 20), "pay_by": date(2027, 5, 25), "exam_by": date(2027, 6, 30)}
    answer = tab.post(address, {"provider": provider.pk, **fresh, **stages})
    assert answer.status_code == 400
    assert "请填写评价开始" in answer.content.decode()
    answer = tab.post(address, {"provider": provider.pk, "exam_from": "2027-06-01", **fresh, **stages})
    made = Window.objects.get(label="补考批次")
    assert (answer["Location"], made.shape) == (page("registration_window_change", made), "staff")
    shown = tab.get(answer["Location"]).content.decode()
    assert "2027年5月25日 24:00 前" in shown
    assert "申报2027年5月1日（周六）至2027年5月20日（周四）" in shown


def test_nothing_is_saved_before_it_was_looked_at(tab: Client, provider: Provider, window: Window) -> None:
    ApplicationFactory(offering=OfferingFactory(provider=provider), window=window)
    later = window.closes_on.replace(month=4, day=5)
    shown = tab.post(page("window_adjust", window), sent(window, closes_on=later)).content.decode()
    assert "参评人员 1 人" in shown
    assert f"{later.year}年4月5日" in shown
    assert Window.objects.get(pk=window.pk).closes_on != later
    answer = tab.post(page("window_adjust", window), sent(window, closes_on=later, save="1"), follow=True)
    assert "已调整" in answer.content.decode()
    assert Window.objects.get(pk=window.pk).closes_on == later
    assert "系统维护" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "没有改动任何日期"),
        ({"exam_by": date(2020, 1, 1)}, "评价截止不得早于申报截止"),
        ({"pay_by": "31/3"}, "日期格式不对"),
        ({"reason": "", "label": "其他"}, "请填写原因"),
    ],
)
def test_what_cant_be_is_said_at_its_field(tab: Client, window: Window, changes: dict[str, Any], told: str) -> None:
    answer = tab.post(page("window_adjust", window), sent(window, **changes))
    assert answer.status_code == 400
    assert told in answer.content.decode()


def test_who_looked_at_an_older_state_is_told(tab: Client, window: Window) -> None:
    old = sent(window, label="其他", save="1")
    Window.objects.update(pay_by=window.closes_on)
    assert "刚被他人调整" in tab.post(page("window_adjust", window), old).content.decode()
    assert Window.objects.get(pk=window.pk).label != "其他"


def test_a_tentative_one_is_confirmed_and_another_taken_back(tab: Client, provider: Provider, window: Window) -> None:
    year = window.opens_on.year
    Window.objects.filter(pk=window.pk).update(exam_from=None, tentative=True)
    window.refresh_from_db()
    assert "确认评价时间" in tab.get(page("registration_window_change", window)).content.decode()
    days = {"exam_from": date(year, 4, 10), "exam_by": date(year, 4, 12)}
    tab.post(page("window_confirm", window), sent(window) | days)
    window.refresh_from_db()
    assert (window.tentative, window.exam_from) == (False, date(year, 4, 10))
    assert tab.get(page("window_confirm", window)).status_code == 404
    answer = tab.post(page("window_take_back", window), sent(window, reason="重复"), follow=True)
    assert "已收回" in answer.content.decode()
    assert not Window.objects.filter(pk=window.pk).exists()


def test_the_year_shows_every_stage_in_its_month(tab: Client, provider: Provider, window: Window) -> None:
    year = window.opens_on.year
    for month in (5, 6):
        stages = {"opens_on": date(year, month, 1), "closes_on": last_of_month(year, month), "exam_from": None}
        WindowFactory(provider=provider, label=f"{month}月", exam_by=date(year, 12, 31), tentative=True, **stages)
    shown = tab.get(reverse("admin:window_year"), {"year": year, "provider": "x"}).content.decode()
    assert all(label in shown for label in (window.label, "5月", "暂定"))
    window.pay_by, window.tickets_from = date(year, 4, 2), date(year, 4, 9)
    assert cells_of(window, year) == ("", "", "申", "缴证评", *[""] * 9)
    assert cells_of(window, year - 1)[12] == "申缴证评"


def test_a_year_is_generated_after_a_look(tab: Client, provider: Provider, window: Window) -> None:
    pattern, year = CalendarPattern.objects.create(provider=provider, skipped_exam_months=[8]), window.opens_on.year
    address = reverse("admin:pattern_year", args=[pattern.pk, year])
    shown = tab.get(address).content.decode()
    assert "将建立 10 个批次" in shown
    assert "8 月不安排评价" in shown
    assert Window.objects.count() == 1
    tab.post(address)
    assert Window.objects.filter(provider=provider).count() == 11
    assert tab.get(reverse("admin:pattern_year", args=[pattern.pk, year + 1])).status_code == 404
    assert "生成批次" in tab.get(reverse("admin:registration_calendarpattern_changelist")).content.decode()


def test_the_pages_ask_little_however_many_are_in_a_window(
    tab: Client, provider: Provider, django_assert_max_num_queries: Any
) -> None:
    offering, march = OfferingFactory(provider=provider), window_of(provider)
    for _ in range(30):
        ApplicationFactory(offering=offering, window=march)
    with django_assert_max_num_queries(30):
        tab.get(page("registration_window_change", march))
    with django_assert_max_num_queries(20):
        tab.get(reverse("admin:window_year"), {"year": 2026})


def test_a_window_s_stages_are_on_the_public_page_and_on_the_candidate_s(provider: Provider) -> None:
    year = clock.today().year
    days = {"opens_on": date(year, 1, 1), "closes_on": date(year, 12, 31), "exam_by": date(year + 1, 1, 31)}
    stages = {"papers_by": date(year + 1, 1, 5), "pay_by": date(year + 1, 1, 8), "tickets_from": date(year + 1, 1, 15)}
    window = WindowFactory(provider=provider, **days, **stages)
    offering = OfferingFactory(provider=provider)
    application = ApplicationFactory(offering=offering, window=window, state="confirmed")
    own = Client()
    own.force_login(application.candidate.user)
    mine = own.get(reverse("application_detail", args=[application.uuid])).content.decode()
    public = Client().get(reverse("provider_detail", args=[provider.filing_number])).content.decode()
    for shown in (mine, public):
        assert f"{year + 1}年1月5日 24:00 前" in shown
        assert f"{year + 1}年1月8日 24:00 前" in shown
        assert f"{year + 1}年1月15日" in shown
    assert f"交材料截止 {year + 1}年1月5日 24:00 前" in mine


def test_the_desk_lists_whose_papers_are_to_come(provider: Provider, window: Window) -> None:
    Window.objects.update(papers_by=window.closes_on)
    offering = OfferingFactory(provider=provider)
    owing = ApplicationFactory(offering=offering, window=window, state="confirmed")
    there = ApplicationFactory(
        offering=offering, window=window, state="confirmed", original_received_on=date(2026, 3, 9)
    )
    desk = member(provider, "reviewing")
    shown = desk.get(reverse("admin:registration_application_changelist"), {"queue": "papers"}).content.decode()
    assert owing.number in shown
    assert there.number not in shown
    assert "3月31日 24:00 前" in shown
