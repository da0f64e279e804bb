"""What wasn't handed in goes on in the next window."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from registration.models import Group
from tests.factories import at, window_of
from tests.journeys.groups.pages import get, url, words
from tests.registration.rosters import member, row_of

pytestmark = pytest.mark.django_db


def test_while_the_window_is_open_nothing_moves(tab: Client, group: Group) -> None:
    assert "本批次还在申报时间内" in words(get(tab, "group_move", group))


def test_what_was_not_handed_in_moves_on(tab: Client, group: Group, today: Any) -> None:
    row_of(group, state="faulty")
    row_of(group)
    member(group, state="review")
    member(group, state="withdrawn")
    window_of(group.offering.provider, 4)
    today(at(2026, 4, 2))
    assert "2 人没有提交，可以转入下一批次" in words(get(tab, "group_detail", group))
    assert "将把没有提交的 2 人转入2026年4月批次" in words(get(tab, "group_move", group))
    answer = tab.post(url("group_move", group), follow=True)
    moved = Group.objects.exclude(pk=group.pk).get()
    assert "已转入 2 人" in words(answer)
    assert moved.rows.count() == 2
    assert group.rows.exclude(state="removed").count() == 2


def test_a_window_still_to_open_is_named(tab: Client, group: Group, today: Any) -> None:
    row_of(group)
    window_of(group.offering.provider, 5)
    today(at(2026, 4, 2))
    assert "2026年5月1日（周五）开放" in words(get(tab, "group_move", group))
