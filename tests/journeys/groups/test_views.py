"""The list of groups, a new group, and the page of each."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Group
from skilleval.accounts.models import User
from tests.factories import GroupFactory, OfferingFactory, UserFactory, WindowFactory, at, publish_fees, staff
from tests.journeys.groups.pages import get, text, url, words
from tests.registration.rosters import member, officer_of, row_of

pytestmark = pytest.mark.django_db


def test_the_list_says_how_to_begin(tab: Client, group: Group) -> None:
    Group.objects.all().delete()
    page = words(tab.get(reverse("group_list")))
    assert "还没有团体申报" in page
    assert "选择评价项目，开始申报" in page


def test_the_list_shows_where_each_group_stands(tab: Client, group: Group) -> None:
    row_of(group, state="faulty")
    page = words(tab.get(reverse("group_list")))
    assert "1 人待修改" in page
    assert "2026年3月31日 24:00 前" in page
    assert "修改 1 人" in page


def test_one_sees_the_groups_of_ones_own_institution(tab: Client, group: Group) -> None:
    other = GroupFactory()
    page = text(tab.get(reverse("group_list")))
    assert group.number in page
    assert other.number not in page


@pytest.mark.parametrize("name", ["group_detail", "group_report", "roster_status", "group_pass", "group_submit"])
def test_nobody_else_sees_a_group(group: Group, name: str) -> None:
    for stranger in (UserFactory(), officer_of(GroupFactory().institution), staff(group.offering.provider)):
        client = Client()
        client.force_login(stranger)
        assert client.get(url(name, group)).status_code == 404


def test_whoever_is_not_signed_in_is_led_to_the_log_in_and_back(client: Client, group: Group) -> None:
    address = url("group_report", group)
    assert client.get(address).url == f"{reverse('account_login')}?next={address}"  # type: ignore[attr-defined]
    part = client.get(address, HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=f"http://testserver{address}")
    assert part["HX-Redirect"] == f"{reverse('account_login')}?next={address}"


def test_an_officer_lands_on_the_groups(tab: Client) -> None:
    assert tab.get(reverse("after_login")).url == reverse("group_list")  # type: ignore[attr-defined]


def test_opening_a_group_and_coming_back_to_it(tab: Client, officer: User, group: Group) -> None:
    offering = OfferingFactory()
    publish_fees(offering)
    WindowFactory(provider=offering.provider)
    page = words(tab.get(reverse("group_open")))
    assert str(offering) in page
    assert "¥400.00" in page
    assert "3月31日 24:00 前" in page
    sent = {"offering": offering.pk, "institution": group.institution_id}
    first, again = (tab.post(reverse("group_open"), sent) for _ in range(2))
    made = Group.objects.get(offering=offering)
    assert first.url == again.url == url("group_detail", made)  # type: ignore[attr-defined]
    assert "继续申报" in words(tab.get(reverse("group_open"), {"offering": offering.pk}))


def test_what_cannot_be_entered_is_not_offered(tab: Client) -> None:
    without_fee = OfferingFactory()
    WindowFactory(provider=without_fee.provider)
    closed = OfferingFactory()
    publish_fees(closed)
    individual = OfferingFactory(provider__accepts_group=False)
    publish_fees(individual)
    WindowFactory(provider=individual.provider)
    page = text(tab.get(reverse("group_open")))
    assert not [one for one in (without_fee, closed, individual) if str(one.provider) in page]


def test_a_group_for_somebody_elses_institution_is_refused(tab: Client, group: Group) -> None:
    other = GroupFactory()
    sent = {"offering": group.offering_id, "institution": other.institution_id}
    answer = tab.post(reverse("group_open"), sent)
    assert answer.status_code == 400
    assert "请选择您经办的单位" in text(answer)


def test_the_search_finds_by_occupation_and_provider(tab: Client, group: Group) -> None:
    other = OfferingFactory()
    publish_fees(other)
    WindowFactory(provider=other.provider)
    found = text(tab.get(reverse("group_open"), {"q": other.provider.filing_number}))
    assert other.provider.name in found
    assert group.offering.provider.name not in found


def test_a_new_group_asks_for_a_roster(tab: Client, group: Group) -> None:
    page = words(get(tab, "group_detail", group))
    assert "还没有名册" in page
    assert "下载本项目的名册模板" in page


def test_counts_stand_on_every_page(tab: Client, group: Group) -> None:
    row_of(group, state="faulty")
    row_of(group)
    member(group)
    for name in ("group_detail", "group_report", "roster_status", "group_pass", "person_add", "group_submit"):
        page = text(get(tab, name, group)).partition('id="bar"')[2].partition("</nav>")[0]
        assert page.count('bar-number">1<') == 3, name


def test_after_the_close_what_was_not_handed_in_is_named(tab: Client, group: Group, today: object) -> None:
    row_of(group)
    today(at(2026, 4, 2))  # type: ignore[operator]
    page = words(get(tab, "group_detail", group))
    assert "已于2026年3月31日（周二）截止" in page
    assert "没有提交" in page
    assert "下载本项目的名册模板" not in page


def test_what_came_back_comes_first(tab: Client, group: Group) -> None:
    row_of(group, state="faulty")
    member(group, state="returned", row_state="clear", returned_until=date(2026, 3, 12))
    page = words(get(tab, "group_detail", group))
    assert "退回 1 人补正" in page
    assert "2026年3月12日 24:00 前" in page
