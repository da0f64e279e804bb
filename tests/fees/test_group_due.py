"""What falls due of groups' orders, and of approved members that no order asks for."""

from __future__ import annotations

from datetime import date

import pytest

from fees import services
from fees.due import lapse_overdue, lapse_undrawn, remind_undrawn, remind_unpaid
from fees.models import Order
from registration.models import Application
from skilleval.catalogue.models import Holiday
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, at, staff
from tests.fees.groups import NOW, a_group, draw, members, officer_of, states
from tests.fees.makers import png

pytestmark = pytest.mark.django_db


def told(subject: str) -> int:
    return OutboxMessage.objects.filter(subject=subject, channel="portal").count()


@pytest.mark.parametrize(
    ("on", "reminds"),
    [(date(2026, 3, 29), 0), (date(2026, 3, 30), 1), (date(2026, 3, 31), 1), (date(2026, 4, 1), 0)],
)
def test_the_officers_are_reminded_of_an_order_and_the_members_aren_t(on: date, reminds: int) -> None:
    group = a_group()
    people = members(group)
    officer = officer_of(group, phone="+8613700000009")
    draw(group, by=officer)
    OutboxMessage.objects.all().delete()
    assert [remind_unpaid(on), remind_unpaid(on)] == [reminds, 0]
    sent = OutboxMessage.objects.all()
    assert {message.recipient_id for message in sent} == ({officer.pk} if reminds else set())
    assert {message.channel for message in sent} == ({"portal", "sms"} if reminds else set())
    assert not any(one.candidate.name in message.body for one in people for message in sent)


@pytest.mark.parametrize(("on", "lapsed"), [(date(2026, 4, 2), False), (date(2026, 4, 3), True)])
def test_an_unpaid_order_lapses_with_all_its_members_after_the_settling_days(on: date, lapsed: bool) -> None:
    group = a_group()
    people = members(group)
    order = draw(group)
    assert lapse_overdue(on) == int(lapsed)
    assert states(people) == ["lapsed" if lapsed else "approved"] * 3
    assert Order.objects.get().state == ("lapsed" if lapsed else "open")
    assert (told("团体缴费订单已逾期"), told("您的申报已逾期")) == ((1, 3) if lapsed else (0, 0))
    assert order.lines.filter(live=True).count() == (0 if lapsed else 3)


def test_an_order_of_a_group_found_unpaid_lapses_with_its_members(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    group = a_group()
    people = members(group)
    officer = officer_of(group)
    order = draw(group, by=officer)
    services.attach_voucher(order, upload=png(), paid_on=date(2026, 3, 20), by=officer, at=NOW)
    assert lapse_overdue(date(2026, 6, 1)) == 0
    services.find_unpaid(order, by=staff(order.provider, "finance"), at=at(2026, 6, 1), reason="流水中没有")
    assert states(people) == ["lapsed"] * 3


# --- in no order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approved_on", "on", "lapsed"),
    [
        (date(2026, 3, 10), date(2026, 3, 30), False),
        (date(2026, 3, 10), date(2026, 3, 31), False),  # the last day to pay
        (date(2026, 3, 10), date(2026, 4, 1), True),
        (date(2026, 3, 31), date(2026, 4, 3), False),  # Friday, three working days later
        (date(2026, 3, 31), date(2026, 4, 4), True),
        (date(2026, 3, 10), date(2026, 8, 1), True),  # a run missed for months
    ],
)
def test_members_in_no_order_lapse_the_day_after_their_own_last_day(approved_on: date, on: date, lapsed: bool) -> None:
    Holiday.objects.all().delete()
    group = a_group()
    people = members(group, approved_on=approved_on)
    officer_of(group)
    assert lapse_undrawn(on) == (3 if lapsed else 0)
    assert states(people) == ["lapsed" if lapsed else "approved"] * 3
    assert (told("团体申报有人员逾期未缴费"), told("您的申报已逾期")) == ((1, 3) if lapsed else (0, 0))
    assert lapse_undrawn(on) == 0


def test_of_one_group_those_lapse_whose_time_is_over() -> None:
    group = a_group()
    early, late = members(group, 1), members(group, 1, approved_on=date(2026, 3, 31))
    drawn = members(group, 1)
    draw(group, applications=drawn)
    assert lapse_undrawn(date(2026, 4, 1)) == 1
    assert states([*early, *late, *drawn]) == ["lapsed", "approved", "approved"]


@pytest.mark.parametrize(
    ("on", "reminds"),
    [(date(2026, 3, 29), 0), (date(2026, 3, 30), 1), (date(2026, 3, 31), 1), (date(2026, 4, 1), 0)],
)
def test_the_officers_are_reminded_to_draw_before_it_is_too_late(on: date, reminds: int) -> None:
    group = a_group()
    members(group)
    officer_of(group)
    assert (remind_undrawn(on), remind_undrawn(on)) == (reminds, reminds)
    assert told("团体申报缴费即将截止，尚有人员未开订单") == reminds
    assert not told("缴费即将截止")


def test_nobody_is_reminded_to_draw_where_all_stand_in_an_order() -> None:
    group = a_group()
    members(group)
    draw(group)
    assert remind_undrawn(date(2026, 3, 31)) == 0


def test_an_individual_is_no_member() -> None:
    ApplicationFactory(state="approved")
    assert lapse_undrawn(date(2026, 8, 1)) == 0
    assert Application.objects.get().state == "approved"
