"""Going on with what a lifted decision had ended: money, windows, nobody doubled (SPEC 10)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fees.models import FeeItem, Order
from fees.queries import order_of, refunds_due, standing_of
from registration.models import Application, Candidate, Credit, Reinstatement, RollOver
from registration.services import bans, credits as ledger, offers, progress
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import Event, OutboxMessage
from skilleval.journeys.applying.reinstating import meaning_of, open_offer, reinstate
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    OfferingFactory,
    UserFactory,
    at,
    publish_fees,
    window_of,
)
from tests.fees.groups import officer_of
from tests.fees.makers import order_for
from tests.journeys.applying.pages import NOON, text, url
from tests.races import run_together
from tests.registration.ledger import earn

pytestmark = pytest.mark.django_db
DECIDED, LIFTED = at(2026, 3, 20), at(2026, 3, 25)
MAY = at(2026, 5, 5)


def ended(state: str, how: str = "cancel", **fields: Any) -> Application:
    """An application in a state, paid where that is paid, ended by a decision that is lifted."""
    application: Application = ApplicationFactory(state=state, **fields)
    if not FeeItem.objects.filter(offering=application.offering).exists():
        publish_fees(application.offering)
    if state in ("confirmed", "scheduled"):
        order_for(application, state="paid", paid=True)
    if state == "approved":
        order_for(application, state="cancelled", live=False)
    end = getattr(progress, how)
    end(application, by=None, at=DECIDED, reason="处理决定 1")
    offers.offer_again(application, source="撤销 1", at=LIFTED)
    return fresh(application)


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def go_on(application: Application, when: datetime = LIFTED) -> Application:
    return reinstate(fresh(application), by=application.candidate.user, at=when)


@pytest.mark.parametrize("how", ["cancel", "void"])
@pytest.mark.parametrize("state", ["confirmed", "scheduled"])
def test_who_has_paid_is_confirmed_again_in_the_open_window(state: str, how: str) -> None:
    application = ended(state, how)
    window_of(application.offering.provider, 5)
    go_on(application, MAY)
    now = fresh(application)
    assert (now.state, now.window.label, now.confirmed_on) == ("confirmed", "2026年5月批次", date(2026, 3, 6))
    row = RollOver.objects.get(application=application)
    assert (row.from_window, row.to_window) == (application.window, now.window)
    event = Event.objects.get(kind="registration.confirmed")
    assert (event.object_id, f":{now.window_id}:" in event.key) == (application.pk, True)
    assert not refunds_due([application.offering.provider])
    assert [log.to_state for log in application.log.order_by("id")][-1] == "confirmed"
    assert OutboxMessage.objects.filter(subject="您的申报已恢复", channel="portal").count() == 1


def test_in_the_same_window_nothing_rolls_over() -> None:
    application = ended("confirmed")
    go_on(application)
    assert fresh(application).window == application.window
    assert not RollOver.objects.exists()
    assert Event.objects.filter(kind="registration.confirmed").count() == 1


def test_between_windows_it_is_the_next_and_after_the_last_the_next_notice() -> None:
    application, other = ended("confirmed"), ended("confirmed")
    window_of(application.offering.provider, 6)
    go_on(application, MAY)
    assert fresh(application).window.label == "2026年6月批次"
    go_on(other, MAY)
    assert (fresh(other).state, fresh(other).window) == ("confirmed", None)
    assert RollOver.objects.get(application=other).to_window is None
    assert Event.objects.filter(object_id=other.pk, kind="registration.confirmed").count() == 0


def test_who_awaited_the_next_notice_enters_its_window() -> None:
    application = ApplicationFactory(state="confirmed")
    order_for(application, state="paid", paid=True)
    march = application.window
    progress.roll_over(Application.objects.all(), to_window=None, reason="未满", at=DECIDED)
    progress.cancel(application, by=None, at=DECIDED, reason="处理决定 1")
    offers.offer_again(application, source="撤销 1", at=LIFTED)
    may = window_of(application.offering.provider, 5)
    go_on(application, MAY)
    row = RollOver.objects.get()
    assert (row.from_window, row.to_window, fresh(application).window) == (march, may, may)


def test_the_offering_is_that_of_the_windows_year() -> None:
    application = ended("confirmed")
    may = window_of(application.offering.provider, 5)
    type(may).objects.filter(pk=may.pk).update(
        opens_on=date(2027, 5, 1), closes_on=date(2027, 5, 31), exam_by=date(2027, 6, 30)
    )
    old = application.offering
    new = OfferingFactory(provider=old.provider, work_type=old.work_type, level=old.level, year=2027)
    go_on(application, MAY)
    assert fresh(application).offering == new


@pytest.mark.parametrize(("state", "refunded"), [("approved", False), ("confirmed", True)])
def test_who_hasnt_paid_or_was_refunded_pays_what_is_due_again(state: str, refunded: bool) -> None:
    application: Application = ApplicationFactory(state=state)
    publish_fees(application.offering, practical="350")
    paid = state == "confirmed"
    old = order_for(application, state="paid" if paid else "cancelled", live=paid, paid=paid, refunded=refunded)
    progress.cancel(application, by=None, at=DECIDED, reason="处理决定 1")
    offers.offer_again(application, source="撤销 1", at=LIFTED)
    window_of(application.offering.provider, 5)
    go_on(application, MAY)
    now, order = fresh(application), order_of(application)
    assert order
    assert order != old
    assert (now.state, now.approved_on, now.window.label) == ("approved", MAY.date(), "2026年5月批次")
    assert now.first_window == now.window  # its due date counts for that window's cut-off
    assert (order.amount, order.state, order.due_on) == (Decimal(450), "open", date(2026, 5, 31))
    assert Order.objects.filter(lines__application=application, lines__live=True).get() == order


def test_where_nothing_is_to_pay_it_is_confirmed() -> None:
    application: Application = ApplicationFactory(state="approved")
    publish_fees(application.offering, theory="0", practical="0")
    progress.cancel(application, by=None, at=DECIDED, reason="处理决定 1")
    offers.offer_again(application, source="撤销 1", at=LIFTED)
    go_on(application)
    assert fresh(application).state == "confirmed"


@pytest.mark.parametrize("state", ["review", "returned"])
def test_who_was_under_review_is_reviewed(state: str) -> None:
    application = ended(state)
    window_of(application.offering.provider, 5)
    go_on(application, MAY)
    now = fresh(application)
    assert (now.state, now.returned_until, now.review_by) == ("review", None, date(2026, 5, 12))
    assert (now.submitted_on, now.first_window) == (date(2026, 3, 2), now.window)


@pytest.mark.parametrize("state", ["review", "approved"])
def test_to_be_reviewed_or_to_pay_takes_a_window(state: str) -> None:
    application = ended(state)
    with pytest.raises(Refused, match="下一年度公告"):
        go_on(application, MAY)
    assert fresh(application).state == "cancelled"


# --- offers -----------------------------------------------------------------------------------------------------------


def test_one_offer_for_a_cause_and_one_open_at_a_time() -> None:
    application = ended("confirmed")
    for source in ("撤销 1", "撤销 2"):
        offers.offer_again(application, source=source, at=LIFTED)
    offer = Reinstatement.objects.get()
    assert (offer.source, offer.from_state) == ("撤销 1", "confirmed")
    assert OutboxMessage.objects.filter(subject="您的申报可以恢复", channel="portal").count() == 1
    go_on(application)
    with pytest.raises(Conflict):
        go_on(application)
    progress.cancel(fresh(application), by=None, at=LIFTED, reason="处理决定 2")
    assert offers.offer_again(application, source="撤销 1", at=LIFTED) == offer  # its own offer was taken up
    assert offers.offer_again(application, source="撤销 2", at=LIFTED) != offer


@pytest.mark.parametrize("state", ["draft", "review", "confirmed", "completed", "rejected", "withdrawn", "lapsed"])
def test_only_what_a_decision_ended_is_offered(state: str) -> None:
    assert offers.offer_again(ApplicationFactory(state=state), source="撤销 1", at=LIFTED) is None


def test_a_discarded_draft_and_published_results_arent_offered() -> None:
    draft, published = ApplicationFactory(state="draft"), ApplicationFactory(state="completed")
    progress.cancel(draft, by=None, at=DECIDED, reason="放弃")
    progress.void(published, by=None, at=DECIDED, reason="材料虚假")
    for application in (draft, published):
        assert offers.offer_again(application, source="撤销 1", at=LIFTED) is None


def test_nobody_is_doubled() -> None:
    application = ended("confirmed")
    elsewhere = OfferingFactory(work_type=application.work_type, level=application.level)
    other = ApplicationFactory(candidate=application.candidate, offering=elsewhere, state="review")
    with pytest.raises(Refused, match=other.number):
        go_on(application)
    Application.objects.filter(pk=other.pk).update(state="rejected")
    assert go_on(application).state == "confirmed"


def test_another_ban_still_stands_in_the_way() -> None:
    application = ended("confirmed")
    bans.impose(
        application.candidate,
        source="决定 2",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 4, 30),
        by=None,
        at=DECIDED,
    )
    with pytest.raises(Refused) as refused:
        go_on(application)
    assert refused.value.from_on == date(2026, 5, 1)


def test_a_resit_whose_credit_is_gone_doesnt_go_on() -> None:
    candidate, offering = CandidateFactory(), OfferingFactory()
    (credit,) = earn(candidate, offering, published_on=date(2026, 1, 20), submitted_on=date(2026, 1, 2))
    application = ended("confirmed", candidate=candidate, offering=offering, kind="resit", subjects=["practical"])
    application.credits.add(credit)
    assert credit.application
    ledger.set_credits(
        credit.application, subjects={}, published_on=date(2026, 1, 20), source="决定 3", by=None, at=LIFTED
    )
    with pytest.raises(Refused, match="成绩已取消"):
        go_on(application)
    assert Credit.objects.get().withdrawn_on


def test_it_is_the_persons_own() -> None:
    application = ended("confirmed")
    with pytest.raises(NotAllowed):
        reinstate(application, by=UserFactory(), at=LIFTED)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_go_on_once() -> None:
    application = ended("confirmed")
    outcomes = run_together(lambda: go_on(application), lambda: go_on(application))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Application", "Conflict"]
    assert Event.objects.filter(kind="registration.confirmed").count() == 1


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_says_what_it_means_and_does_it(tab: Client, candidate: Candidate, offering: Offering) -> None:
    application = ended("confirmed", candidate=candidate, offering=offering)
    detail = text(tab.get(url("application_detail", application)))
    assert "处理决定已撤销" in detail
    assert url("application_reinstate", application) in detail
    assert "恢复申报" in text(tab.get(reverse("my_applications")))
    page = text(tab.get(url("application_reinstate", application)))
    assert "报名恢复确认" in page
    assert "不需再办理" in page
    tab.post(url("application_reinstate", application))
    assert fresh(application).state == "confirmed"
    assert tab.get(url("application_reinstate", application)).status_code == 302
    assert "恢复申报" in text(tab.get(url("application_detail", application)))  # in its history


def test_the_page_says_why_not(tab: Client, candidate: Candidate, offering: Offering) -> None:
    application = ended("review", candidate=candidate, offering=offering)
    bans.impose(candidate, source="决定 2", starts_on=NOON.date(), ends_on=date(2026, 4, 30), by=None, at=NOON)
    for answer in (
        tab.get(url("application_reinstate", application)),
        tab.post(url("application_reinstate", application)),
    ):
        assert "2026年5月1日" in text(answer)
    assert fresh(application).state == "cancelled"


def test_who_must_pay_reads_what_and_until_when(tab: Client, candidate: Candidate, offering: Offering) -> None:
    application = ApplicationFactory(candidate=candidate, offering=offering, state="approved")
    progress.cancel(application, by=None, at=DECIDED, reason="处理决定 1")
    offers.offer_again(application, source="撤销 1", at=LIFTED)
    page = text(tab.get(url("application_reinstate", application)))
    assert "须缴费 ¥400.00" in page
    assert "2026年3月31日" in page


def test_a_group_s_member_waits_for_the_order_of_their_institution() -> None:
    application = ended("approved", channel="group")
    window_of(application.offering.provider, 5)
    officer = officer_of(application.group)
    said = meaning_of(application, open_offer(application), MAY.date()).consequences
    assert f"费用 ¥400.00由{application.institution}统一缴纳，您不需转账" in said
    go_on(application, MAY)
    assert (fresh(application).state, standing_of([fresh(application)])[application.pk].word) == (
        "approved",
        "未开订单",
    )
    told = OutboxMessage.objects.filter(channel="portal", recipient_id=officer.pk)
    assert [message.subject for message in told] == ["团体申报有人员通过资格审核，请开具缴费订单"]
