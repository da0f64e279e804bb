"""The institution's order: for whom, how much, until when; then the order's own page."""

from __future__ import annotations

import pytest
from django.test import Client

from fees.models import Order
from registration.models import Group
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
