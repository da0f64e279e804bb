"""One person of a group: what the roster states, where they are, what is due, and what an officer can do."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.test import Client
from pypdf import PdfReader

from registration.enums import ApplicationState
from registration.models import Application, Group, RosterRow
from skilleval.core import files
from skilleval.core.models import AuditEvent
from tests.factories import CandidateFactory
from tests.journeys.applying.pages import picture
from tests.journeys.groups.pages import of_row, text, words
from tests.registration.rosters import member, row_of

pytestmark = pytest.mark.django_db


def row_in(group: Group, state: str, **fields: object) -> RosterRow:
    row: RosterRow = member(group, state=state, **fields).roster_row
    return row


def test_the_page_says_what_the_roster_states_masked(tab: Client, group: Group) -> None:
    row = row_of(group, school_name="样本学校")
    page = text(tab.get(of_row("group_member", row)))
    assert row.cells["name"] in page
    assert "样本学校" in page
    assert row.masked_id in page
    assert row.id_cipher not in page
    assert row.phone_cipher.removeprefix("+86") not in page


@pytest.mark.parametrize("state", ["prelim", "review", "approved", "confirmed", "rejected", "withdrawn"])
def test_every_state_has_a_page(tab: Client, group: Group, state: str) -> None:
    row = row_in(group, state)
    page = words(tab.get(of_row("group_member", row)))
    tag = "已初审" if state == "prelim" else str(ApplicationState(state).label)
    assert tag in page
    assert ("退考" in page) == (state in ("review", "approved", "confirmed", "withdrawn"))


def test_what_came_back_says_why_until_when_and_how(tab: Client, group: Group) -> None:
    row = row_in(group, "returned", row_state="clear", returned_until=date(2026, 3, 20))
    row.application.log.create(  # type: ignore[union-attr]
        from_state="review", to_state="returned", at=row.roster.uploaded_at, reason="证明不清楚"
    )
    page = words(tab.get(of_row("group_member", row)))
    assert "评价机构退回补正：证明不清楚" in page
    assert "2026年3月20日 24:00 前" in page
    assert "修改" in page


def test_what_is_due_is_told(tab: Client, group: Group) -> None:
    page = words(tab.get(of_row("group_member", row_in(group, "approved"))))
    assert "¥400.00" in page
    assert "开具订单" in page


def test_withdrawing_somebody_says_what_follows_first(tab: Client, group: Group) -> None:
    row = row_in(group, "review")
    page = words(tab.get(of_row("member_withdraw", row)))
    assert "退考以后" in page
    unsaid = tab.post(of_row("member_withdraw", row), {"reason": ""})
    assert unsaid.status_code == 400
    tab.post(of_row("member_withdraw", row), {"reason": "离校"})
    assert Application.objects.get(pk=row.application_id).state == ApplicationState.WITHDRAWN


def test_an_accessible_seat_is_asked_for_until_the_seat_is_published(tab: Client, group: Group) -> None:
    row = row_in(group, "confirmed")
    assert of_row("member_seat", row) in tab.get(of_row("group_member", row)).content.decode()
    assert tab.post(of_row("member_seat", row), {}).status_code == 400
    tab.post(of_row("member_seat", row), {"needed": "yes"})
    assert Application.objects.get(pk=row.application_id).accessible_seat
    Application.objects.filter(pk=row.application_id).update(state="scheduled")
    tab.post(of_row("member_seat", row), {"needed": "no"})
    assert Application.objects.get(pk=row.application_id).accessible_seat


def test_nobody_withdraws_what_was_not_handed_in(tab: Client, group: Group) -> None:
    assert tab.get(of_row("member_withdraw", row_in(group, "prelim"))).status_code == 404
    assert tab.get(of_row("member_withdraw", row_of(group))).status_code == 404


def test_the_form_to_sign_says_what_the_roster_does_and_is_recorded(tab: Client, group: Group) -> None:
    own = CandidateFactory(phone_cipher="+8613811112222")
    row = row_in(group, "review", candidate=own)
    row.phone_cipher = "13900000001"
    row.cells["name"] = "样本甲"
    row.photo = files.store(picture(), kind="photo", by=None, owner_label="test")
    row.save()
    answer = tab.get(of_row("member_form", row))
    assert answer.status_code == 200, words(answer)
    paper = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "样本甲" in paper
    assert "13900000001" in paper
    assert own.id_number in paper
    assert f"{group.institution.name}（团体编号 {group.number}）" in paper.replace("\n", "")
    assert "在网上确认" not in paper
    assert "申报单位核验" in paper
    assert "13811112222" not in paper
    seen = AuditEvent.objects.get(action="application.form_printed")
    assert seen.object_id == str(row.application_id)


def test_a_row_without_an_application_has_no_form(tab: Client, group: Group) -> None:
    assert tab.get(of_row("member_form", row_of(group))).status_code == 404
