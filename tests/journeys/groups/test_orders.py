"""The institution's order: for whom, how much, until when; then the order's own page."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fees.models import Order
from registration.models import Application, Group
from tests.factories import GroupFactory
from tests.journeys.groups.pages import get, url, words
from tests.registration.rosters import member

pytestmark = pytest.mark.django_db


def test_an_order_is_drawn_after_a_page_that_says_what_it_is(tab: Client, group: Group) -> None:
    first, second = (member(group, state="approved") for _ in range(2))
    page = words(get(tab, "group_order", group))
    assert "为全部 2 人开具订单" in page
    chosen = {"scope": "chosen", "member": [str(first.uuid)]}
    confirm = words(tab.post(url("group_order", group), chosen))
    assert "¥400.00" in confirm
    assert str(group.institution) in confirm
    assert not Order.objects.exists()
    drawn = tab.post(url("group_order", group), chosen | {"confirmed": "1"}, follow=True)
    order = Order.objects.get()
    assert [line.application_id for line in order.lines.all()] == [first.pk]
    assert order.number in words(drawn)
    left = words(get(tab, "group_order", group))
    assert "为全部 1 人开具订单" in left
    assert order.number in left
    assert second.number in left


def test_nobody_chosen_and_nobody_left_are_said(tab: Client, group: Group) -> None:
    assert "没有等待开具订单的人员" in words(get(tab, "group_order", group))
    member(group, state="approved")
    answer = tab.post(url("group_order", group), {"scope": "chosen"})
    assert answer.status_code == 400
    assert "请先选择要缴费的人员" in words(answer)


def test_the_order_is_for_whom_the_page_named(tab: Client, group: Group) -> None:
    """Somebody approved in between isn't in it; whoever left in between stops it."""
    first, second = (member(group, state="approved") for _ in range(2))
    asked = tab.post(url("group_order", group), {"scope": "all"})
    named = asked.context["chosen"]
    assert set(named.split(",")) == {str(first.uuid), str(second.uuid)}
    member(group, state="approved")
    tab.post(url("group_order", group), {"confirmed": "1", "members": named})
    assert Order.objects.get().lines.count() == 2
    again = tab.post(url("group_order", group), {"confirmed": "1", "members": named})
    assert (again.status_code, "2 人刚列入其他订单" in words(again)) == (409, True)
    assert Order.objects.count() == 1


def test_strangers_members_are_nobody_s(tab: Client, group: Group) -> None:
    other = member(GroupFactory(), state="approved")
    answer = tab.post(url("group_order", group), {"scope": "chosen", "member": [str(other.uuid), "x"]})
    assert (answer.status_code, Order.objects.exists()) == (400, False)


def test_different_last_days_are_said(tab: Client, group: Group) -> None:
    member(group, state="approved")
    assert "缴费截止不同" not in words(get(tab, "group_order", group))
    later = member(group, state="approved")
    Application.objects.filter(pk=later.pk).update(approved_on=group.window.closes_on)
    assert "缴费截止不同" in words(get(tab, "group_order", group))
    assert "有 1 人另开订单可以晚些缴费" in words(tab.post(url("group_order", group), {"scope": "all"}))


def test_choosing_takes_the_same_queries_for_one_and_for_thirty(tab: Client, group: Group) -> None:
    counts = []
    for more in (1, 29):
        for _ in range(more):
            member(group, state="approved")
        with CaptureQueriesContext(connection) as queries:
            get(tab, "group_order", group)
        with CaptureQueriesContext(connection) as asking:
            tab.post(url("group_order", group), {"scope": "all"})
        counts.append((len(queries), len(asking)))
    assert counts[0] == counts[1]


def test_two_thousand_can_be_ticked(tab: Client, group: Group) -> None:
    sent = {"scope": "chosen", "member": [str(uuid4()) for _ in range(2000)]}
    assert "请先选择要缴费的人员" in words(tab.post(url("group_order", group), sent))
