"""The report: who has to mend what, filtered, paged, without a whole number in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from registration.models import Group, RosterRow
from tests.journeys.groups.pages import get, text, words
from tests.registration.rosters import member, read, row_of, stated

pytestmark = pytest.mark.django_db
PHONE, CLAUSE = {"phone": "139"}, {"clause": "9.9"}


@pytest.fixture
def faulty(group: Group) -> list[RosterRow]:
    """Four people: a bad telephone, a bad clause and telephone, and two who lack nothing but a photo."""
    read(group, stated(1, **PHONE), stated(2, **PHONE, **CLAUSE), stated(3), stated(4))
    return list(group.rows.order_by("number"))


def test_who_has_to_be_mended_is_listed_first_photos_aside(tab: Client, group: Group, faulty: list[RosterRow]) -> None:
    page = words(get(tab, "group_report", group))
    assert "2 人只缺照片" in page
    assert faulty[0].cells["name"] in page
    assert faulty[2].cells["name"] not in page
    everybody = words(get(tab, "group_report", group, kind="any"))
    assert faulty[2].cells["name"] in everybody


def test_every_line_says_row_column_what_is_wrong_and_what_to_do(
    tab: Client, group: Group, faulty: list[RosterRow]
) -> None:
    page = words(get(tab, "group_report", group))
    assert "第 3 行" in page
    for fault in faulty[1].faults:
        assert fault["message"] in page
        assert fault["cure"] in page
    assert "修改 ：" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"kind": "phone"}, {1, 2}),
        ({"kind": "word"}, {2}),
        ({"kind": "photo"}, {1, 2, 3, 4}),
        ({"kind": "any"}, {1, 2, 3, 4}),
        ({"name": "丙"}, {2}),
        ({"show": "clear"}, set()),
        ({"show": "all"}, {1, 2, 3, 4}),
        ({"show": "nonsense", "kind": "nonsense", "roster": "x", "after": "y"}, {1, 2}),
    ],
)
def test_the_filters(
    tab: Client, group: Group, faulty: list[RosterRow], query: dict[str, str], shown: set[int]
) -> None:
    page = text(get(tab, "group_report", group, **query))
    assert {number for number, row in enumerate(faulty, 1) if f'id="row-{row.uuid}"' in page} == shown


def test_the_kinds_are_counted(tab: Client, group: Group, faulty: list[RosterRow]) -> None:
    page = words(get(tab, "group_report", group))
    assert "照片以外的问题" in page
    assert "手机号码 2" in page
    assert "照片 4" in page


def test_no_whole_number_is_shown(tab: Client, group: Group, faulty: list[RosterRow]) -> None:
    page = text(get(tab, "group_report", group, kind="any"))
    for row in faulty:
        assert row.id_cipher not in page
        assert row.masked_id in page


def test_a_long_report_is_paged_in_the_order_of_the_rows(tab: Client, group: Group, monkeypatch: Any) -> None:
    monkeypatch.setattr("skilleval.journeys.groups.filters.PER_PAGE", 2)
    rows = [row_of(group, state="faulty") for _ in range(5)]
    seen, query = [], {"show": "faulty"}
    for _ in range(3):
        answer = get(tab, "group_report", group, **query)
        seen.append([card.row.pk for card in answer.context["cards"]])
        query = {"show": "faulty", "after": answer.context["next_key"]}
    assert seen == [[rows[0].pk, rows[1].pk], [rows[2].pk, rows[3].pk], [rows[4].pk]]
    back = get(tab, "group_report", group, before=answer.context["prev_key"])
    assert [card.row.pk for card in back.context["cards"]] == [rows[2].pk, rows[3].pk]


def test_people_of_each_state_are_found_by_the_bar(tab: Client, group: Group) -> None:
    review = member(group, state="review").roster_row
    rows = {"clear": row_of(group), "passed": member(group).roster_row, "review": review}
    for show in rows:
        page = text(get(tab, "group_report", group, show=show))
        assert [name for name, row in rows.items() if f'id="row-{row.uuid}"' in page] == [show]


def test_a_returned_member_shows_the_reason_and_the_deadline(tab: Client, group: Group) -> None:
    application = member(group, state="returned", row_state="clear")
    application.log.create(
        from_state="review", to_state="returned", at=application.rules_accepted_at, reason="证明不清楚"
    )
    page = words(get(tab, "group_report", group, show="returned"))
    assert "退回原因：证明不清楚" in page
    assert "2026年3月12日 24:00 前补正" in page


def test_as_many_queries_for_one_as_for_thirty(tab: Client, group: Group, django_assert_max_num_queries: Any) -> None:
    row_of(group, state="faulty")
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as found:
            get(tab, "group_report", group)
        counts.append(len(found.captured_queries))
        for _ in range(30):
            row_of(group, state="faulty")
    assert counts[0] == counts[1]
