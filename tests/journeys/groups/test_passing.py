"""资格初审: whom the check found clear, the statement, and who was passed."""

from __future__ import annotations

import pytest
from django.test import Client

from registration.enums import RowState
from registration.models import Group, PreliminaryReview
from registration.services.passing import STATEMENT
from skilleval.accounts.models import User
from tests.journeys.groups.pages import get, text, url, words
from tests.registration.rosters import member, row_of

pytestmark = pytest.mark.django_db


def post(tab: Client, group: Group, **sent: object) -> object:
    return tab.post(url("group_pass", group), sent)


def test_those_who_are_clear_are_listed_with_their_hints(tab: Client, group: Group) -> None:
    clear, faulty = row_of(group), row_of(group, state="faulty")
    clear.faults = [{"column": "held_number", "kind": "certificate", "message": "位数不常见", "cure": "请核对"}]
    clear.faults[0]["stops"] = False
    clear.kinds = ["certificate"]
    clear.save()
    page = words(get(tab, "group_pass", group))
    assert clear.cells["name"] in page
    assert "位数不常见，请核对" in page
    assert faulty.cells["name"] not in page
    assert "初审全部 1 人" in page


def test_everybody_is_passed_once_the_statement_is_signed(tab: Client, group: Group, officer: User) -> None:
    rows = [row_of(group), row_of(group)]
    asked = post(tab, group, scope="all")
    assert STATEMENT in text(asked)
    assert "将初审 2 人" in words(asked)
    assert not PreliminaryReview.objects.exists()
    unsigned = post(tab, group, scope="all", sign="2")
    assert unsigned.status_code == 400  # type: ignore[attr-defined]
    assert "请阅读声明后勾选" in text(unsigned)
    signed = post(tab, group, scope="all", sign="2", agreed="on")
    assert signed.url == url("group_submit", group)  # type: ignore[attr-defined]
    review = PreliminaryReview.objects.get()
    assert (review.people, review.by_id, review.statement) == (2, officer.pk, STATEMENT)
    for row in rows:
        row.refresh_from_db()
        assert row.state == RowState.PASSED


def test_those_chosen_alone_are_passed(tab: Client, group: Group) -> None:
    chosen, other = row_of(group), row_of(group)
    sent = {"scope": "chosen", "row": [str(chosen.uuid)]}
    page = text(post(tab, group, **sent))
    assert f'name="row" value="{chosen.uuid}"' in page
    post(tab, group, **sent, sign="1", agreed="on")
    assert [row.state for row in group.rows.order_by("pk")] == [RowState.PASSED, RowState.CLEAR]
    other.refresh_from_db()
    assert other.application is None


def test_nobody_chosen_is_said(tab: Client, group: Group) -> None:
    row_of(group)
    answer = post(tab, group, scope="chosen")
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "请先选择要初审的人员" in words(answer)


def test_more_people_than_were_shown_are_not_passed_unseen(tab: Client, group: Group) -> None:
    row_of(group)
    post(tab, group, scope="all")
    row_of(group)
    answer = post(tab, group, scope="all", sign="1", agreed="on")
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "现为 2 人" in words(answer)
    assert not PreliminaryReview.objects.exists()


def test_who_came_back_can_be_passed_again(tab: Client, group: Group) -> None:
    member(group, state="returned", row_state="clear")
    page = words(get(tab, "group_pass", group))
    assert "退回补正" in page
    assert "初审全部 1 人" in page


def test_nobody_to_pass_leads_on(tab: Client, group: Group) -> None:
    assert "名册核对通过的人员会列在这里" in words(get(tab, "group_pass", group))
    row_of(group, state="faulty")
    assert "去修改" in words(get(tab, "group_pass", group))
    member(group)
    assert "核对通过的人员都已初审，可以提交" in words(get(tab, "group_pass", group))


def test_as_many_queries_for_one_as_for_thirty(
    tab: Client, group: Group, django_assert_max_num_queries: object
) -> None:
    row_of(group)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as found:  # type: ignore[operator]
            get(tab, "group_pass", group)
        counts.append(len(found.captured_queries))
        for _ in range(30):
            row_of(group)
    assert counts[0] == counts[1]
