"""Handing in: who goes, who stays behind and why, what came of it, and the city's number."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from registration.enums import ApplicationState
from registration.models import Group, Submission
from skilleval.core import files
from skilleval.core.jobs import drain
from skilleval.core.models import AuditEvent
from tests.factories import at
from tests.journeys.applying.pages import picture
from tests.journeys.groups.pages import HTMX, get, text, url, words
from tests.registration.rosters import member, row_of

pytestmark = pytest.mark.django_db


def passed(tab: Client, group: Group, number: int = 1) -> None:
    """People passed the way an officer passes them."""
    for _ in range(number):
        row_of(group)
    tab.post(url("group_pass", group), {"scope": "all", "sign": str(number), "agreed": "on"})


def test_the_page_says_who_goes_who_stays_and_what_it_costs(tab: Client, group: Group) -> None:
    passed(tab, group, 2)
    row_of(group, state="faulty")
    row_of(group)
    page = words(get(tab, "group_submit", group))
    assert "将提交 2 人" in page
    assert "¥800.00" in page
    assert "1 人 还没有改好" in page
    assert "1 人 核对通过，还没有初审" in page
    assert group.offering.provider.name in page


def test_handing_in_is_watched_and_ends_in_a_result(tab: Client, group: Group) -> None:
    passed(tab, group, 2)
    answer = tab.post(url("group_submit", group))
    assert answer.url == url("group_submission", group, 1)  # type: ignore[attr-defined]
    running = get(tab, "group_submission", group, 1)
    assert 'hx-trigger="every 2s"' in text(running)
    assert "正在提交" in words(running)
    assert "上一次提交正在办理" in words(get(tab, "group_submit", group))
    drain()
    done = tab.get(url("group_submission", group, 1), **HTMX)
    assert "hx-trigger" not in text(done)
    assert "已提交 2 人" in words(done)
    assert set(group.members.values_list("state", flat=True)) == {ApplicationState.REVIEW}
    assert "第 1 次提交" in words(get(tab, "group_detail", group))


def test_nothing_to_hand_in_says_what_is_missing(tab: Client, group: Group) -> None:
    assert "没有可以提交的人员" in words(get(tab, "group_submit", group))
    answer = tab.post(url("group_submit", group))
    assert answer.status_code == 400
    assert not Submission.objects.exists()


def test_after_the_close_it_says_why_not(tab: Client, group: Group, today: Any) -> None:
    passed(tab, group)
    today(at(2026, 4, 2))
    page = words(get(tab, "group_submit", group))
    assert "不能提交" in page
    assert "确认提交" not in page


def submitted(tab: Client, group: Group) -> Submission:
    passed(tab, group)
    tab.post(url("group_submit", group))
    drain()
    return Submission.objects.get()


def test_the_export_for_the_city_and_its_number(tab: Client, group: Group) -> None:
    submitted(tab, group)
    book = tab.post(url("group_city", group, 1))
    assert book["Content-Type"].endswith("sheet")
    assert book["Cache-Control"] == "private, no-store"
    exported = AuditEvent.objects.latest("pk")
    assert (exported.action, exported.details["people"]) == ("submission.exported", 1)
    empty = tab.post(url("group_reference", group, 1), {"reference": ""})
    assert empty.status_code == 400
    assert "请填写受理编号" in text(empty)
    tab.post(url("group_reference", group, 1), {"reference": "SH2026-000123"})
    page = words(get(tab, "group_submission", group, 1))
    assert "SH2026-000123" in text(get(tab, "group_submission", group, 1))
    assert "已登记" in page


def test_the_summary_to_sign(tab: Client, group: Group) -> None:
    submitted(tab, group)
    paper = get(tab, "group_summary", group, 1)
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_the_forms_to_sign_come_in_parts_and_are_recorded(tab: Client, group: Group, monkeypatch: Any) -> None:
    monkeypatch.setattr("skilleval.journeys.groups.form_papers.A_PART", 2)
    passed(tab, group, 3)
    photo = files.store(picture(), kind="photo", by=None, owner_label="test")
    group.rows.update(photo=photo)
    tab.post(url("group_submit", group))
    drain()
    assert "1–2" in words(get(tab, "group_submission", group, 1))
    papers = [get(tab, "group_forms", group, 1, part) for part in (1, 2, 3)]
    assert [paper.status_code for paper in papers] == [200, 200, 404]
    texts = ["".join(page.extract_text() for page in PdfReader(io.BytesIO(p.content)).pages) for p in papers[:2]]
    numbers = [row.id_cipher for row in group.rows.order_by("number")]
    assert [number in texts[0] for number in numbers] == [True, True, False]
    assert numbers[2] in texts[1]
    seen = AuditEvent.objects.filter(action="group.forms_printed").order_by("pk")
    assert [event.details for event in seen] == [
        {"people": 2, "fields": ["id_number"]},
        {"people": 1, "fields": ["id_number"]},
    ]


def test_a_submission_that_is_not_there(tab: Client, group: Group) -> None:
    assert get(tab, "group_submission", group, 7).status_code == 404


def test_a_returned_member_goes_again(tab: Client, group: Group) -> None:
    application = member(group, state="returned", row_state="clear")
    tab.post(url("group_pass", group), {"scope": "all", "sign": "1", "agreed": "on"})
    assert "1 人是退回后重新提交" in words(get(tab, "group_submit", group))
    tab.post(url("group_submit", group))
    drain()
    application.refresh_from_db()
    assert application.state in (ApplicationState.REVIEW, ApplicationState.RETURNED)
