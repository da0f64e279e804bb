"""A group's orders: who draws them, for whom, and until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fees.models import FeeItem, LedgerEntry, Order
from registration.models import Application
from registration.services import progress
from skilleval.accounts.enums import PROVIDER_ROLES
from skilleval.catalogue.models import Holiday
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import Event
from tests.factories import UserFactory, at, staff
from tests.fees.groups import a_group, a_named_group, confirm, draw, members, officer_of, states, told

pytestmark = pytest.mark.django_db


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_an_order_of_all_approved_members_names_the_institution_and_its_heads() -> None:
    group = a_named_group()
    people = members(group)
    members(group, 1, state="review", approved_on=None)
    order = draw(group)
    assert (order.payer, order.number, order.amount) == ("测试学校", "0054260300001", Decimal(1200))
    assert order.reference == "考核费+测试学校+人工智能训练师（四级/中级工）+3人"
    assert (order.invoice_title, order.invoice_tax_number) == ("测试学校", group.institution.credit_code)
    assert [line.application for line in order.lines.order_by("application_id")] == people
    assert {line.amount for line in order.lines.all()} == {Decimal(400)}
    assert order.log.get().to_state == "open"


def test_chosen_ones_alone_are_in_it_and_the_rest_in_the_next() -> None:
    group = a_group()
    one, two, three = members(group)
    first = draw(group, applications=[two])
    assert [line.application for line in first.lines.all()] == [two]
    second = draw(group)
    assert {line.application for line in second.lines.all()} == {one, three}
    with pytest.raises(Refused, match="没有待开订单的人员"):
        draw(group)


def test_a_resit_pays_its_subjects_and_each_price_is_that_of_the_approval() -> None:
    group = a_group()
    (resit,) = members(group, 1, kind="resit", subjects=["practical"])
    (new,) = members(group, 1)
    FeeItem.objects.update(valid_until=date(2026, 3, 15))
    for item in list(FeeItem.objects.all()):
        FeeItem.objects.create(
            offering=item.offering, subject=item.subject, amount=item.amount * 2, valid_from=date(2026, 3, 16)
        )
    (later,) = members(group, 1, approved_on=date(2026, 3, 16))
    order = draw(group)
    amounts = {line.application: (line.amount, line.prices) for line in order.lines.all()}
    assert amounts == {
        resit: (Decimal(300), {"practical": "300.00"}),
        new: (Decimal(400), {"theory": "100.00", "practical": "300.00"}),
        later: (Decimal(800), {"theory": "200.00", "practical": "600.00"}),
    }
    assert order.amount == Decimal(1500)


def test_without_a_published_price_nothing_is_drawn() -> None:
    group = a_group()
    members(group)
    FeeItem.objects.filter(subject="practical").delete()
    with pytest.raises(Refused, match="收费标准待公布"):
        draw(group)
    assert not Order.objects.exists()


def test_only_the_institution_s_officers_draw() -> None:
    group = a_group()
    people = members(group)
    strangers = [UserFactory(), people[0].candidate.user, officer_of(a_group())]
    for stranger in (*strangers, staff(group.offering.provider, *PROVIDER_ROLES)):
        with pytest.raises(NotAllowed):
            draw(group, by=stranger)
    assert not Order.objects.exists()


def test_members_of_another_group_and_whoever_left_are_a_conflict() -> None:
    group = a_group()
    people, (other,) = members(group), members(a_group(), 1)
    with pytest.raises(Conflict, match="1 人"):
        draw(group, applications=[people[0], other])
    Application.objects.filter(pk=people[0].pk).update(state="withdrawn")
    with pytest.raises(Conflict, match="1 人"):
        draw(group, applications=people)
    assert not Order.objects.exists()


# --- until when -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approvals", "due"),
    [
        ([(3, 10)], (3, 31)),  # the window's last day
        ([(3, 26)], (3, 31)),
        ([(3, 27)], (4, 1)),  # Friday and 3 working days
        ([(3, 27), (3, 31)], (4, 1)),  # the earliest of them
        ([(3, 31)], (4, 3)),
        ([(3, 10), (3, 31)], (3, 31)),
    ],
)
def test_an_order_is_due_when_the_first_of_its_members_is(approvals: list[tuple[int, int]], due) -> None:
    Holiday.objects.all().delete()
    group = a_group()
    for month, day in approvals:
        members(group, 1, approved_on=date(2026, month, day))
    assert draw(group, when=at(2026, 3, 31)).due_on == date(2026, *due)


@pytest.mark.parametrize(("day", "drawn"), [(30, True), (31, True), (32, False)])
def test_drawing_late_prolongs_nobody_s_time(day: int, drawn: bool) -> None:
    group = a_group()
    people = members(group)
    when = at(2026, 3, day) if day < 32 else at(2026, 4, 1)
    if drawn:
        assert draw(group, when=when).due_on == date(2026, 3, 31)
        return
    with pytest.raises(Refused, match="没有待开订单的人员"):
        draw(group, when=when)
    with pytest.raises(Refused, match="缴费截止 3月31日 24:00 前已过"):
        draw(group, applications=people[:1], when=when)


def test_who_can_t_pay_any_more_is_left_out_of_all() -> None:
    group = a_group()
    members(group)
    (later,) = members(group, 1, approved_on=date(2026, 3, 31))
    order = draw(group, when=at(2026, 4, 1))
    assert [line.application for line in order.lines.all()] == [later]


# --- paying -----------------------------------------------------------------------------------------------------------


def test_booking_the_whole_confirms_every_member_and_adds_up() -> None:
    group = a_group()
    people = members(group)
    officer = officer_of(group)
    order = draw(group, by=officer)
    confirm(order)
    confirm(order)  # the same act again
    assert states(people) == ["confirmed"] * 3
    assert {one.confirmed_on for one in Application.objects.all()} == {date(2026, 3, 25)}
    booked = list(LedgerEntry.objects.values_list("amount", flat=True))
    assert (len(booked), sum(booked)) == (3, order.amount)
    events = Event.objects.filter(kind=progress.CONFIRMED).values_list("object_id", flat=True)
    assert sorted(events) == [one.pk for one in people]
    assert len(told("您的报名已确认")) == 3
    assert [message.recipient_id for message in told("团体缴费已到账")] == [officer.pk]


def test_confirming_costs_no_query_more_for_many() -> None:
    counts = []
    for size in (1, 30):
        group = a_group()
        members(group, size)
        order = draw(group)
        with CaptureQueriesContext(connection) as queries:
            confirm(order, key=f"k{size}")
        counts.append(len(queries))
    assert counts[0] == counts[1]
