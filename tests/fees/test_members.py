"""What each member owes or has paid, and what an approval leads to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from fees import services
from fees.models import FeeItem, Order
from fees.queries import standing_of
from registration.models import Application
from skilleval.core.errors import Refused
from skilleval.core.models import Event, OutboxMessage
from skilleval.journeys.desk import verbs
from tests.factories import ApplicationFactory, at, staff
from tests.fees.groups import NOW, a_group, confirm, draw, members, officer_of
from tests.fees.makers import order_for

pytestmark = pytest.mark.django_db


def words(applications: list[Application]) -> list[tuple]:
    found = standing_of(applications)
    return [
        (found[one.pk].word, found[one.pk].amount, found[one.pk].due_on, found[one.pk].paid_on) for one in applications
    ]


def test_a_member_s_fee_from_the_approval_to_the_refund() -> None:
    group = a_group()
    people = members(group, 2)
    owed, due = Decimal(400), date(2026, 3, 31)
    assert words(people) == [("未开订单", owed, due, None)] * 2
    order = draw(group)
    assert words(people) == [("待缴费", owed, due, None)] * 2
    assert standing_of(people)[people[0].pk].order == order
    confirm(order)
    paid = ("已到账", owed, None, date(2026, 3, 25))
    assert words(people) == [paid, paid]
    verbs.withdraw(Application.objects.get(pk=people[0].pk), by=officer_of(group), at=at(2026, 3, 27), reason="")
    assert words(people) == [("待退费", owed, None, date(2026, 3, 25)), paid]
    services.keep_fee(people[0], source="决定 1", by=None, at=NOW)
    assert words(people)[0][0] == "不退费"


def test_who_left_an_unpaid_order_or_lapsed_owes_nothing_more() -> None:
    group = a_group()
    left, stays = members(group, 2)
    draw(group)
    verbs.withdraw(left, by=left.candidate.user, at=NOW, reason="")
    assert words([left, stays]) == [("", None, None, None), ("待缴费", Decimal(400), date(2026, 3, 31), None)]
    services.lapse(Order.objects.get(state="open"), at=at(2026, 4, 3))
    assert words([stays]) == [("已逾期", Decimal(400), None, None)]


def test_before_the_approval_nothing_is_owed_and_a_single_person_stands_alike() -> None:
    review = ApplicationFactory()
    single = ApplicationFactory(state="approved")
    order_for(single)
    assert words([review, single]) == [("", None, None, None), ("待缴费", Decimal(400), date(2026, 3, 31), None)]


def test_an_unpublished_price_is_said_as_none() -> None:
    group = a_group()
    (one,) = members(group, 1)
    FeeItem.objects.all().delete()
    assert words([one]) == [("未开订单", None, date(2026, 3, 31), None)]


def test_standing_takes_the_same_queries_for_one_and_for_thirty() -> None:
    counts = []
    for size in (2, 30):
        group = a_group()
        people = members(group, size)
        draw(group, applications=people[: size // 2])
        with CaptureQueriesContext(connection) as queries:
            standing_of(people)
        counts.append(len(queries))
    assert counts == [5, 5]


# --- after an approval ------------------------------------------------------------------------------------------------


def approve(application: Application) -> Order | None:
    return verbs.approve(application, by=staff(application.offering.provider), at=NOW)


def told() -> list[tuple[str, bool]]:
    """Subject and whether it went to somebody who is a candidate, in order."""
    rows = OutboxMessage.objects.filter(channel="portal").order_by("pk")
    return [(row.subject, Application.objects.filter(candidate__user=row.recipient_id).exists()) for row in rows]


def test_a_member_s_approval_draws_nothing_and_tells_the_officers_once_a_day() -> None:
    group = a_group()
    officer_of(group)
    people = members(group, 2, state="review", approved_on=None)
    assert [approve(one) for one in people] == [None, None]
    assert not Order.objects.exists()
    assert sorted(told()) == [
        ("团体申报有人员通过资格审核，请开具缴费订单", False),
        ("您的申报已通过资格审核", True),
        ("您的申报已通过资格审核", True),
    ]


def test_a_member_with_nothing_to_pay_is_confirmed_at_once() -> None:
    group = a_group()
    FeeItem.objects.update(amount=0)
    (one,) = members(group, 1, state="review", approved_on=None)
    assert approve(one) is None
    assert Application.objects.get().state == "confirmed"
    assert Event.objects.filter(kind="registration.confirmed").count() == 1
    assert told() == [("您的报名已确认", True)]


def test_many_approved_at_once_are_billed_in_a_few_questions() -> None:
    counts = []
    for size in (2, 30):
        group = a_group()
        officer_of(group)
        people = members(group, size, approved_on=NOW.date())
        rows = Application.objects.filter(pk__in=[one.pk for one in people])
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            assert services.bill_members(rows, by=None, at=NOW) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_without_a_published_price_nobody_is_approved() -> None:
    group = a_group()
    FeeItem.objects.all().delete()
    (one,) = members(group, 1, state="review", approved_on=None)
    with pytest.raises(Refused, match="费用待公布"):
        approve(one)
    assert Application.objects.get().state == "review"
