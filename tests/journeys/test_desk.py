"""The desk in the admin: who sees what, queues, the review page and its decisions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fees.models import Order
from registration.models import Application, ReviewReason
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.models import AuditEvent
from tests.factories import (
    ApplicationFactory,
    OfferingFactory,
    ProviderFactory,
    WorkPeriodFactory,
    publish_fees,
    staff,
)
from tests.fees.makers import order_for
from tests.journeys.desk import DECISIONS, LIST, ORDERS, change, member, page, signed_in, with_background

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


# --- who sees what ------------------------------------------------------------------------------------------------


def test_anonymous_people_are_sent_to_the_log_in() -> None:
    application = ApplicationFactory()
    for address in (LIST, ORDERS, change(application), page("desk_approve", application)):
        answer = Client().get(address)
        assert (answer.status_code, "login" in answer["Location"]) == (302, True)


def test_another_provider_s_staff_and_candidates_find_nothing() -> None:
    application = with_background(ApplicationFactory())
    order = order_for(ApplicationFactory(state="approved", offering=application.offering))
    stranger = member(ProviderFactory(), *PROVIDER_ROLES)
    addresses = [
        change(application),
        *(page(name, application) for name in (*DECISIONS, "desk_portrait")),
        page("desk_evidence_page", application, application.evidence.get().pk, 1),
        reverse("admin:fees_order_change", args=[order.pk]),
    ]
    assert [stranger.get(address).status_code for address in addresses] == [404] * len(addresses)
    assert application.number not in stranger.get(LIST).content.decode()
    candidate = signed_in(application.candidate.user)
    assert [candidate.get(address).status_code for address in (LIST, change(application))] == [302, 302]


@pytest.mark.parametrize("role", [role for role in PROVIDER_ROLES if role != Role.REVIEWING])
def test_other_roles_look_but_don_t_decide(role: str) -> None:
    application = with_background(ApplicationFactory())
    client = member(application.offering.provider, role)
    shown = client.get(change(application))
    assert shown.status_code == 200
    assert page("desk_approve", application) not in shown.content.decode()
    for name in DECISIONS:
        assert client.get(page(name, application)).status_code == 403, name
        assert client.post(page(name, application), {"words": "理由"}).status_code == 403, name
    assert Application.objects.get(pk=application.pk).state == "review"


@pytest.mark.parametrize(
    ("state", "channel"), [("draft", "individual"), ("prelim", "group"), ("lapsed", "group"), ("cancelled", "group")]
)
def test_what_isn_t_submitted_to_the_provider_isn_t_theirs_to_see(state: str, channel: str) -> None:
    application = ApplicationFactory(state=state, channel=channel)
    client = member(application.offering.provider)
    assert client.get(change(application)).status_code == 404
    assert application.number not in client.get(f"{LIST}?queue=everything").content.decode()


@pytest.mark.parametrize("tail", ["abc/change/", "999999999/change/"])
def test_what_doesn_t_exist_isn_t_found(tail: str) -> None:
    client = member(ProviderFactory(), *PROVIDER_ROLES)
    assert client.get(f"{LIST}{tail}").status_code == 404
    assert client.get(f"{ORDERS}{tail}").status_code == 404


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_queue_of_review_comes_first_oldest_first_with_counts() -> None:
    offering = OfferingFactory()
    new, old = (
        ApplicationFactory(offering=offering, submitted_on=date(2026, 3, day), number=f"SQ202600000{day}")
        for day in (9, 2)
    )
    elsewhere = ApplicationFactory(offering=offering, state="approved")
    text = member(offering.provider).get(LIST).content.decode()
    assert 0 < text.index(old.number) < text.index(new.number)
    assert elsewhere.number not in text
    assert '待审核 <span class="tabs-count">2</span>' in text
    assert '待缴费 <span class="tabs-count">1</span>' in text


@pytest.mark.parametrize("queue", ["returned", "approved", "confirmed", "scheduled", "ended", "everything"])
def test_each_tab_holds_its_states(queue: str) -> None:
    offering = OfferingFactory()
    states = ["review", "returned", "approved", "confirmed", "scheduled", "rejected"]
    rows = {state: ApplicationFactory(offering=offering, state=state) for state in states}
    text = member(offering.provider).get(f"{LIST}?queue={queue}").content.decode()
    wanted = {"ended": {"rejected"}, "everything": set(states)}.get(queue, {queue})
    assert {state for state, row in rows.items() if row.number in text} == wanted


def test_a_search_looks_through_all_states_by_number_and_name() -> None:
    application = ApplicationFactory(state="rejected", candidate__name="测试甲乙")
    other = ApplicationFactory(offering=application.offering, state="rejected")
    client = member(application.offering.provider)
    for sought in (application.number, "甲乙"):
        text = client.get(LIST, {"q": sought}).content.decode()
        assert application.number in text
        assert other.number not in text


def test_numbers_are_masked_in_the_list_and_on_the_page() -> None:
    application = with_background(ApplicationFactory())
    client = member(application.offering.provider)
    for address in (LIST, change(application)):
        text = client.get(address).content.decode()
        assert application.candidate.masked_id in text
        assert application.candidate.id_number not in text
        assert application.candidate.phone.removeprefix("+86") not in text


@pytest.mark.parametrize("which", ["applications", "orders", "index"])
def test_lists_take_the_same_queries_for_1_and_30_rows(which: str) -> None:
    counts = []
    for size in (1, 1, 30):  # the first fills the caches of the process
        offering = OfferingFactory()
        for _ in range(size):
            application = ApplicationFactory(offering=offering, state="approved" if which == "orders" else "review")
            if which == "orders":
                order_for(application)
        client = member(offering.provider, *PROVIDER_ROLES)
        address = {"applications": LIST, "orders": ORDERS, "index": reverse("admin:index")}[which]
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]
    assert counts[2] <= 30


# --- the review page ------------------------------------------------------------------------------------------------


def test_the_page_shows_claim_check_evidence_and_history() -> None:
    application = with_background(ApplicationFactory())
    text = member(application.offering.provider).get(change(application)).content.decode()
    assert "按填报内容计算：符合" in text
    assert "工作年限证明" in text
    assert page("desk_evidence_page", application, application.evidence.get().pk, 1) in text
    assert "待审核第 1 份，共 1 份" in text


def test_a_claim_that_the_background_doesn_t_bear_out_is_said() -> None:
    application = with_background(ApplicationFactory(clause="4.2"))
    text = member(application.offering.provider).get(change(application)).content.decode()
    assert "不符合所选条件" in text


def test_the_check_reads_what_was_frozen_not_today_s_profile() -> None:
    application = with_background(ApplicationFactory())
    application.candidate.workperiod_rows.all().delete()
    text = member(application.offering.provider).get(change(application)).content.decode()
    assert "按填报内容计算：符合" in text


def test_work_before_the_16th_birthday_is_pointed_out() -> None:
    application = ApplicationFactory()
    code = application.offering.work_type.occupation.code
    WorkPeriodFactory(candidate=application.candidate, code=code, started_on=date(2004, 1, 1))
    text = member(application.offering.provider).get(change(with_background(application))).content.decode()
    assert "早于 16 周岁" in text


def test_evidence_is_shown_as_a_picture_that_nobody_keeps() -> None:
    application = with_background(ApplicationFactory())
    client = member(application.offering.provider)
    evidence = application.evidence.get()
    answer = client.get(page("desk_evidence_page", application, evidence.pk, 1))
    assert (answer["Content-Type"], answer.content[:4]) == ("image/png", b"\x89PNG")
    assert "no-store" in answer["Cache-Control"]
    other = ApplicationFactory(offering=application.offering)
    assert client.get(page("desk_evidence_page", other, evidence.pk, 1)).status_code == 404


def test_approving_asks_first_says_the_price_and_goes_on_with_the_next() -> None:
    first = ApplicationFactory(submitted_on=date(2026, 3, 2))
    publish_fees(first.offering)
    second = ApplicationFactory(offering=first.offering, submitted_on=date(2026, 3, 3))
    client = member(first.offering.provider)
    asked = client.get(page("desk_approve", first)).content.decode()
    assert "¥400.00" in asked
    assert Application.objects.get(pk=first.pk).state == "review"
    answer = client.post(page("desk_approve", first), follow=True)
    assert answer.redirect_chain == [(change(second), 302)]
    assert f"{first.number}：已通过审核" in answer.content.decode()
    assert Order.objects.get().lines.get().application == first
    client.post(page("desk_approve", second))
    assert client.post(page("desk_approve", second)).status_code == 409


@pytest.mark.parametrize(("name", "state"), [("desk_send_back", "returned"), ("desk_reject", "rejected")])
def test_a_reason_is_asked_for_and_kept_whole(name: str, state: str) -> None:
    application = ApplicationFactory()
    for kind in ("return", "reject"):
        for text in ("请补盖公章", "请更换照片"):
            ReviewReason.objects.create(provider=application.offering.provider, kind=kind, text=text)
    client = member(application.offering.provider)
    refused = client.post(page(name, application), {"words": " "})
    assert refused.status_code == 400
    assert "请选择或写明理由" in refused.content.decode()
    form = client.get(page(name, application)).context["form"]
    chosen = [value for value, _ in form.fields["chosen"].choices][-2:]
    client.post(page(name, application), {"chosen": chosen, "words": "第 2 页看不清"})
    application.refresh_from_db()
    assert application.state == state
    assert application.log.get().reason == "；".join([*chosen, "第 2 页看不清"])


def test_a_reason_that_isn_t_of_the_list_is_refused() -> None:
    application = ApplicationFactory()
    client = member(application.offering.provider)
    assert client.post(page("desk_reject", application), {"chosen": ["<script>"]}).status_code == 400


def test_nobody_decides_about_their_own_application() -> None:
    application = with_background(ApplicationFactory())
    reviewer = staff(application.offering.provider, Role.REVIEWING)
    application.candidate.user = reviewer
    application.candidate.save()
    client = signed_in(reviewer)
    assert "这是您本人的申报" in client.get(change(application)).content.decode()
    assert client.post(page("desk_approve", application)).status_code == 403


def test_the_original_is_recorded_by_its_day() -> None:
    application = ApplicationFactory()
    client = member(application.offering.provider)
    address = page("desk_receive_original", application)
    assert client.post(address, {"on": "2999-01-01"}).status_code == 400
    assert client.post(address, {"on": "2026-03-01"}).status_code == 400  # before the submission
    assert client.post(address, {"on": "2026-03-03"}).status_code == 302
    application.refresh_from_db()
    assert application.original_received_on == date(2026, 3, 3)


def test_a_whole_number_is_shown_for_a_reason_and_leaves_a_trace_without_it() -> None:
    application = ApplicationFactory()
    client = member(application.offering.provider)
    address = page("desk_whole_number", application)
    assert application.candidate.id_number not in client.get(address).content.decode()
    assert application.candidate.id_number not in client.post(address, {"purpose": " "}).content.decode()
    assert not AuditEvent.objects.filter(action="candidate.number_seen").exists()
    shown = client.post(address, {"purpose": "核对学历证书"})
    assert application.candidate.id_number in shown.content.decode()
    event = AuditEvent.objects.get(action="candidate.number_seen")
    assert event.details == {"purpose": "核对学历证书"}
    assert "no-store" in shown["Cache-Control"]


def test_tabs_count_what_is_searched_for() -> None:
    first = ApplicationFactory(candidate__name="测试甲乙")
    for state in ("review", "rejected"):
        ApplicationFactory(offering=first.offering, state=state)
    text = member(first.offering.provider).get(LIST, {"q": "甲乙"}).content.decode()
    assert '待审核 <span class="tabs-count">1</span>' in text
    assert '已结束 <span class="tabs-count">0</span>' in text


def test_an_empty_list_says_what_will_appear() -> None:
    client = member(ProviderFactory())
    assert "参评人员提交后列在这里" in client.get(LIST).content.decode()
    assert "没有找到" in client.get(LIST, {"q": "无此人"}).content.decode()


def test_a_pile_of_originals_is_recorded_at_once() -> None:
    offering = OfferingFactory()
    rows = [ApplicationFactory(offering=offering) for _ in range(3)]
    rows[0].original_received_on = date(2026, 3, 3)
    rows[0].save()
    sent = {"action": "receive_originals", "_selected_action": [row.pk for row in rows]}
    client = member(offering.provider)
    asked = client.post(LIST, sent).content.decode()
    assert "登记原件已收" in asked
    assert Application.objects.filter(original_received_on=None).count() == 2
    text = client.post(LIST, sent | {"confirmed": "1"}, follow=True).content.decode()
    assert "已处理 2 条" in text
    assert f"{rows[0].number}：原件已于 2026年3月3日（周二）登记" in text
    assert not Application.objects.filter(original_received_on=None).exists()


def test_other_roles_are_offered_no_action() -> None:
    application = ApplicationFactory()
    sent = {"action": "receive_originals", "_selected_action": [application.pk], "confirmed": "1"}
    client = member(application.offering.provider, Role.FINANCE)
    client.post(LIST, sent)
    assert not Application.objects.exclude(original_received_on=None).exists()
