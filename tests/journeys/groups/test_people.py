"""Adding somebody by hand, and taking people out on a page that names them."""

from __future__ import annotations

import pytest
from django.test import Client

from registration.enums import RowState
from registration.models import Group
from tests.journeys.groups.pages import get, text, url, words
from tests.registration.rosters import member, row_of, stated

pytestmark = pytest.mark.django_db


def test_somebody_is_added_and_checked(tab: Client, group: Group) -> None:
    answer = tab.post(url("person_add", group), stated(1), follow=True)
    row = group.rows.get()
    assert row.state == RowState.FAULTY
    assert row.kinds == ["photo"]
    assert "还有下列问题需要修改" in words(answer)
    assert answer.redirect_chain[-1][0].endswith("/mend/")


def test_what_is_required_is_asked_for_at_its_field(tab: Client, group: Group) -> None:
    answer = tab.post(url("person_add", group), {"name": "样本甲"})
    assert answer.status_code == 400
    page = text(answer)
    assert 'href="#id_id_number">请填写证件号码' in page
    assert 'value="样本甲"' in page
    assert not group.rows.exists()


def test_people_are_removed_after_a_page_that_names_them(tab: Client, group: Group) -> None:
    going, staying = row_of(group), row_of(group)
    sent = member(group, state="review").roster_row
    chosen = {"row": [str(going.uuid), str(sent.uuid), "nonsense"]}
    page = words(tab.get(url("rows_remove", group), chosen))
    assert "将移除 1 人" in page
    assert "不能移除的" in page
    assert staying.cells["name"] not in page
    tab.post(url("rows_remove", group), chosen)
    assert [row.state for row in group.rows.order_by("pk")] == ["removed", "clear", "passed"]
    assert "已移除 1 人" in words(get(tab, "group_report", group))


def test_nobody_chosen_says_so(tab: Client, group: Group) -> None:
    assert "请先在人员名单中选择" in words(get(tab, "rows_remove", group))
