"""Passing, returning and receiving on a group's pages: asked first, told afterwards, across apps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from discipline.models import Case
from fees.models import Order
from registration.models import Application, Group, OriginalsReceipt, ReviewReason
from skilleval.core.errors import Refused
from skilleval.core.models import Event, OutboxMessage
from skilleval.journeys.desk import group_verbs, verbs
from tests.factories import (
    GroupFactory,
    publish_fees,
    staff,
)
from tests.journeys.desk import change, page
from tests.journeys.group_desk import NOW, act, approve, first, keys, of, reviewing, states
from tests.registration.handed_in import group_with, handed_in
from tests.registration.rosters import officer_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def group() -> Group:
    return group_with(2)


# --- passing --------------------------------------------------------------------------------------------------------


def test_passing_says_first_who_and_what_it_costs_and_who_is_left_out(group: Group) -> None:
    doubtful = handed_in(group, photo=False)
    client = reviewing(group)
    asked = client.get(act("desk_group_approve", group)).content.decode()
    assert "通过审核 <strong>2</strong> 人" in asked
    assert "合计 ¥800.00" in asked
    assert doubtful.number in asked
    assert "缺证件照" in asked
    assert set(states(group)) == {"review"}
    told = client.post(act("desk_group_approve", group), {"keys": keys(group)}, follow=True).content.decode()
    assert "2 人已通过审核" in told
    assert f"{doubtful.candidate.name}（{doubtful.number}）未处理：缺证件照" in told
    assert states(group) == ["approved", "approved", "review"]
    assert not Order.objects.exists()


def test_only_the_chosen_pass(group: Group) -> None:
    chosen = first(group)
    asked = reviewing(group).get(act("desk_group_approve", group), {"member": chosen.pk})
    assert asked.context["keys"] == str(chosen.pk)


def test_where_nobody_is_clear_there_is_nothing_to_confirm() -> None:
    group = group_with()
    handed_in(group, photo=False)
    text = reviewing(group).get(act("desk_group_approve", group)).content.decode()
    assert "没有可以一并通过的人员" in text
    assert "确认通过审核" not in text


def test_the_same_page_sent_twice_passes_nobody_twice(group: Group) -> None:
    client = reviewing(group)
    sent = {"keys": keys(group)}
    client.post(act("desk_group_approve", group), sent)
    told = client.post(act("desk_group_approve", group), sent, follow=True).content.decode()
    assert "已是“待缴费”" in told


def test_who_came_after_the_page_was_shown_isn_t_passed_by_it(group: Group) -> None:
    sent = {"keys": keys(group)}
    handed_in(group)
    reviewing(group).post(act("desk_group_approve", group), sent)
    assert states(group) == ["approved", "approved", "review"]


def test_everybody_is_told_once_that_the_institution_pays(group: Group) -> None:
    officer = officer_of(group.institution)
    assert approve(group) == group_verbs.Approved(people=2, confirmed=0, left={})
    phones = [row.candidate.phone for row in group.members.select_related("candidate")]
    sent = OutboxMessage.objects.filter(recipient_id=None)
    assert sorted(message.address for message in sent) == sorted(phones)
    assert {message.subject for message in sent} == {"您的申报已通过资格审核"}
    told = OutboxMessage.objects.get(recipient_id=officer.pk, channel="portal")
    assert told.subject == "团体申报有 2 人通过资格审核，请开具缴费订单"


def test_officers_hear_once_a_day_of_those_who_pass_one_by_one(group: Group) -> None:
    officer, reviewer = officer_of(group.institution), staff(group.offering.provider)
    for member in group.members.all():
        verbs.approve(member, by=reviewer, at=NOW)
    told = OutboxMessage.objects.get(recipient_id=officer.pk, channel="portal")
    assert told.subject == "团体申报有人员通过资格审核，请开具缴费订单"


def test_passing_thirty_takes_the_statements_of_one() -> None:
    counts = []
    for size in (1, 1, 30):  # the first fills the caches of the process
        group = group_with(size)
        reviewer = staff(group.offering.provider)
        with CaptureQueriesContext(connection) as asked:
            approve(group, reviewer)
        counts.append(len(asked))
    assert counts[1] == counts[2]
    assert counts[2] <= 40


def test_where_nothing_is_to_pay_all_are_confirmed_at_once() -> None:
    group = GroupFactory()
    publish_fees(group.offering, theory="0", practical="0")
    for _ in range(2):
        handed_in(group)
    assert approve(group).confirmed == 2
    assert set(group.members.values_list("state", "confirmed_on")) == {("confirmed", date(2026, 3, 20))}
    assert Event.objects.filter(kind="registration.confirmed").count() == 2
    assert set(OutboxMessage.objects.values_list("subject", flat=True)) == {"您的报名已确认"}


def test_without_a_published_fee_nobody_passes() -> None:
    group = GroupFactory()
    handed_in(group)
    with pytest.raises(Refused, match="费用待公布"):
        approve(group)
    assert states(group) == ["review"]
    text = reviewing(group).get(act("desk_group_approve", group)).content.decode()
    assert "费用待公布" in text
    assert "确认通过审核" not in text


def open_case(member: Application) -> None:
    Case.objects.create(
        number="WJ70000001",
        provider=member.offering.provider,
        application=member,
        candidate=member.candidate,
        state="reported",
        found="review",
        happened_at=NOW,
        facts="x",
        edition="2026",
        clauses=["M-1.2"],
        reported_by_id=1,
        reported_by_label="x",
        reported_at=NOW,
        waiting_since=date(2026, 3, 20),
    )


def test_somebody_with_an_open_case_is_looked_at_alone(group: Group) -> None:
    suspected = first(group)
    open_case(suspected)
    assert approve(group).left == {suspected.pk: group_verbs.OPEN_CASE}
    assert states(group) == ["review", "approved"]


def test_a_member_approved_singly_gets_no_order_and_is_told_who_pays(group: Group) -> None:
    member = first(group)
    client = reviewing(group)
    asked = client.get(page("desk_approve", member)).content.decode()
    assert "不开具个人订单" in asked
    answer = client.post(page("desk_approve", member), follow=True)
    assert answer.redirect_chain == [(change(group.members.order_by("pk")[1]), 302)]
    assert states(group) == ["approved", "review"]
    assert not Order.objects.exists()


def test_the_last_one_leads_back_to_the_group() -> None:
    group = group_with(1)
    answer = reviewing(group).post(page("desk_approve", first(group)))
    assert answer["Location"] == of(group)


def test_the_root_verb_confirms_a_single_member_who_pays_nothing() -> None:
    group = GroupFactory()
    publish_fees(group.offering, theory="0", practical="0")
    member = handed_in(group)
    assert verbs.approve(member, by=staff(group.offering.provider), at=NOW) is None
    assert states(group) == ["confirmed"]


# --- returning ------------------------------------------------------------------------------------------------------


def test_the_chosen_go_back_with_standard_reasons_and_words(group: Group) -> None:
    ReviewReason.objects.create(provider=group.offering.provider, kind="return_member", text="姓名与证件不一致")
    client, chosen = reviewing(group), first(group)
    asked = client.get(act("desk_group_return", group), {"member": chosen.pk})
    assert chosen.candidate.name in asked.content.decode()
    reason = next(value for value, _ in asked.context["form"].fields["chosen"].choices)
    sent = {"keys": asked.context["keys"], "chosen": [reason], "words": "见第 2 页"}
    told = client.post(act("desk_group_return", group), sent, follow=True).content.decode()
    assert "1 人已退回补正" in told
    assert states(group) == ["returned", "review"]
    assert Application.objects.get(pk=chosen.pk).log.get().reason == f"{reason}；见第 2 页"


def test_a_return_without_a_reason_is_asked_again(group: Group) -> None:
    answer = reviewing(group).post(act("desk_group_return", group), {"keys": keys(group), "words": " "})
    assert answer.status_code == 400
    assert "请选择或写明理由" in answer.content.decode()
    assert states(group) == ["review", "review"]


@pytest.mark.parametrize("asked", [{}, {"member": "x"}, {"member": "999999999"}])
def test_nobody_chosen_leads_back_with_a_word(group: Group, asked: dict[str, str]) -> None:
    answer = reviewing(group).get(act("desk_group_return", group), asked, follow=True)
    assert "请先在“待审核”中勾选" in answer.content.decode()


# --- originals ------------------------------------------------------------------------------------------------------


def test_originals_are_recorded_for_all_for_a_submission_or_for_the_chosen(group: Group) -> None:
    second = [handed_in(group, submission=2) for _ in range(2)]
    client, address = reviewing(group), act("desk_group_originals", group)
    asked = client.get(address, {"member": first(group).pk})
    choices = dict(asked.context["form"].fields["whose"].choices)
    assert choices == {
        "chosen": "勾选的人员（1 人）",
        "all": "全部原件未收的人员（4 人）",
        "1": "第 1 次提交的人员（2 人）",
        "2": "第 2 次提交的人员（2 人）",
    }
    sent = {"keys": asked.context["keys"], "on": "2026-03-12", "handed_in_by": "王经办"}
    told = client.post(address, sent | {"whose": "2"}, follow=True).content.decode()
    receipt = OriginalsReceipt.objects.get()
    assert set(receipt.applications.all()) == set(second)
    assert f"已登记 2 人的签字原件，接收单 {receipt.number}" in told
    client.post(address, sent | {"whose": "chosen"})
    assert list(OriginalsReceipt.objects.latest("pk").applications.all()) == [first(group)]
    assert group.members.filter(original_received_on=None).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"on": "2999-01-01"}, {"on": "2026-03-01"}, {"on": ""}, {"handed_in_by": " "}, {"whose": "9"}, {"whose": ""}],
)
def test_what_is_wrong_of_originals_is_said_and_nothing_recorded(group: Group, wrong: dict[str, str]) -> None:
    sent = {"whose": "all", "on": "2026-03-12", "handed_in_by": "王经办"} | wrong
    assert reviewing(group).post(act("desk_group_originals", group), sent).status_code == 400
    assert not OriginalsReceipt.objects.exists()


def test_where_all_are_there_the_page_says_so(group: Group) -> None:
    client, address = reviewing(group), act("desk_group_originals", group)
    sent = {"whose": "all", "on": "2026-03-12", "handed_in_by": "王经办"}
    client.post(address, sent)
    assert "没有待收的原件" in client.get(address, follow=True).content.decode()


def test_the_receipt_is_a_paper_of_the_group_and_of_no_other(group: Group) -> None:
    client = reviewing(group)
    sent = {"whose": "all", "on": "2026-03-12", "handed_in_by": "王经办"}
    client.post(act("desk_group_originals", group), sent)
    receipt = OriginalsReceipt.objects.get()
    address = reverse("admin:desk_group_receipt", args=[group.pk, receipt.pk])
    assert address in client.get(of(group)).content.decode()
    paper = client.get(address)
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert "no-store" in paper["Cache-Control"]
    other = group_with(1, offering=group.offering)
    assert client.get(reverse("admin:desk_group_receipt", args=[other.pk, receipt.pk])).status_code == 404
