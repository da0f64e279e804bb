"""Reminders before and lapses after the due date, whenever the run comes."""

from datetime import date
from typing import Any

import pytest

from fees import services
from fees.due import lapse_overdue, remind_unpaid
from fees.models import Order, Receipt, ReceiptOrder
from registration.models import Application
from skilleval.catalogue.models import Holiday
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, at, staff
from tests.fees.groups import a_group, members, officer_of
from tests.fees.makers import order_for

pytestmark = pytest.mark.django_db


def order_due(due_on: date, **fields) -> Order:
    return order_for(ApplicationFactory(state="approved"), due_on=due_on, **fields)


@pytest.mark.parametrize(
    ("due_on", "on", "reminds"),
    [
        (date(2026, 3, 31), date(2026, 3, 29), False),
        (date(2026, 3, 31), date(2026, 3, 30), True),  # Monday for Tuesday
        (date(2026, 3, 31), date(2026, 3, 31), True),  # the run of the day before was missed
        (date(2026, 3, 31), date(2026, 4, 1), False),
        (date(2026, 3, 30), date(2026, 3, 26), False),
        (date(2026, 3, 30), date(2026, 3, 27), True),  # Friday for Monday
        (date(2026, 2, 28), date(2026, 2, 26), False),
        (date(2026, 2, 28), date(2026, 2, 27), True),  # Friday for Saturday
        (date(2026, 5, 6), date(2026, 4, 29), False),
        (date(2026, 5, 6), date(2026, 4, 30), True),  # before five days off
    ],
)
def test_a_reminder_goes_out_one_working_day_before(due_on: date, on: date, reminds: bool) -> None:
    Holiday.objects.all().delete()
    Holiday.objects.bulk_create(Holiday(day=date(2026, 5, day), name="劳动节") for day in range(1, 6))
    order_due(due_on)
    assert remind_unpaid(on) == int(reminds)
    assert OutboxMessage.objects.filter(channel="portal").count() == int(reminds)


def test_a_reminder_goes_out_once() -> None:
    order_due(date(2026, 3, 31))
    assert [remind_unpaid(date(2026, 3, day)) for day in (30, 30, 31)] == [1, 0, 0]
    assert OutboxMessage.objects.filter(channel="portal").count() == 1


def money_for(order: Order, amount: int) -> None:
    receipt = Receipt.objects.create(
        provider=order.provider, source="desk", value_on=date(2026, 3, 9), amount=amount, payer="付款人", key="part"
    )
    ReceiptOrder.objects.create(receipt=receipt, order=order)


@pytest.mark.parametrize(
    ("voucher", "came", "told"),
    [
        (False, 0, "尚未收到款项，已转账的请上传缴费凭证"),
        (True, 0, "已收到您上传的凭证，机构正在核对到账，不需重复转账"),
        (True, 320, "已到账 ¥320.00，还差 ¥80.00"),
        (False, 400, "已到账 ¥400.00，机构正在确认"),
        (False, 480, "已到账 ¥400.00，机构正在确认"),
    ],
)
@pytest.mark.parametrize("of_a_group", [False, True])
def test_a_reminder_says_what_is_known_of_the_money(of_a_group: bool, voucher: bool, came: int, told: str) -> None:
    fields: dict[str, Any] = {"voucher": voucher}
    if of_a_group:
        group = a_group()
        officer_of(group)
        order = order_for(members(group, 1)[0], group=group, **fields)
    else:
        order = order_due(date(2026, 3, 31), **fields)
    if came:
        money_for(order, came)
    services.remind(order, at=at(2026, 3, 30))
    assert told in OutboxMessage.objects.get(channel="portal").body


@pytest.mark.parametrize(
    ("came", "why"),
    [(0, "未收到款项"), (320, "已过，还差 ¥80.00，已到账的款项由机构退回")],
)
def test_a_lapse_says_what_was_missing(came: int, why: str) -> None:
    order = order_due(date(2026, 3, 31))
    if came:
        money_for(order, came)
    assert lapse_overdue(date(2026, 4, 3)) == 1
    assert why in order.log.get(to_state="lapsed").reason


@pytest.mark.parametrize(
    ("due_on", "on", "lapsed"),
    [
        (date(2026, 3, 31), date(2026, 3, 31), False),  # the due date itself
        (date(2026, 3, 31), date(2026, 4, 1), False),  # the statement may still bring it
        (date(2026, 3, 31), date(2026, 4, 2), False),  # the second settling day
        (date(2026, 3, 31), date(2026, 4, 3), True),
        (date(2026, 3, 27), date(2026, 3, 31), False),  # Friday: settles on Monday and Tuesday
        (date(2026, 3, 27), date(2026, 4, 1), True),
        (date(2026, 3, 31), date(2026, 8, 1), True),  # a run missed for months
    ],
)
def test_unpaid_orders_lapse_after_the_settling_days(due_on: date, on: date, lapsed: bool) -> None:
    order = order_due(due_on)
    assert lapse_overdue(on) == int(lapsed)
    state = Order.objects.get(pk=order.pk).state
    application = Application.objects.get()
    assert (state, application.state) == (("lapsed", "lapsed") if lapsed else ("open", "approved"))
    assert order.lines.get().live is not lapsed
    assert OutboxMessage.objects.filter(subject="您的申报已逾期", channel="portal").count() == int(lapsed)
    assert lapse_overdue(on) == 0


def test_a_provider_s_own_settling_days_count() -> None:
    order = order_due(date(2026, 3, 31))
    order.provider.settling_days = 5
    order.provider.save()
    assert lapse_overdue(date(2026, 4, 7)) == 0
    assert lapse_overdue(date(2026, 4, 8)) == 1


def test_what_is_paid_neither_lapses_nor_is_reminded() -> None:
    order_for(ApplicationFactory(state="confirmed"), state="paid", paid=True)
    assert remind_unpaid(date(2026, 3, 31)) == 0
    assert lapse_overdue(date(2026, 8, 1)) == 0


def test_a_lapse_frees_the_person_to_apply_anew() -> None:
    order = order_due(date(2026, 3, 31))
    application = order.lines.get().application
    lapse_overdue(date(2026, 4, 3))
    ApplicationFactory(candidate=application.candidate, offering=application.offering, window=application.window)


@pytest.mark.parametrize(("paid_on", "lapsed"), [(date(2026, 3, 31), 0), (date(2026, 4, 1), 1)])
def test_a_voucher_of_a_payment_in_time_keeps_the_order_for_somebody_to_look(paid_on: date, lapsed: int) -> None:
    order = order_due(date(2026, 3, 31), voucher=True)
    order.vouchers.update(paid_on=paid_on)
    assert lapse_overdue(date(2026, 6, 1)) == lapsed


@pytest.mark.parametrize(("day", "allowed"), [((2026, 4, 2), False), ((2026, 4, 3), True)])
def test_finance_may_find_it_unpaid_after_the_settling_days(day: tuple[int, int, int], allowed: bool) -> None:
    order = order_due(date(2026, 3, 31), voucher=True)
    clerk = staff(order.provider, "finance")
    if not allowed:
        with pytest.raises(Refused):
            services.find_unpaid(order, by=clerk, at=at(*day), reason="流水中没有")
        assert Order.objects.get().state == "open"
        return
    with pytest.raises(Refused, match="核对情况"):
        services.find_unpaid(order, by=clerk, at=at(*day), reason=" ")
    services.find_unpaid(order, by=clerk, at=at(*day), reason="流水中没有")
    assert (Order.objects.get().state, Application.objects.get().state) == ("lapsed", "lapsed")
    assert "流水中没有" in OutboxMessage.objects.get(channel="portal").body
    with pytest.raises(Conflict):
        services.find_unpaid(order, by=clerk, at=at(*day), reason="流水中没有")


def test_money_in_time_is_booked_however_late_the_voucher_is_looked_at() -> None:
    order = order_due(date(2026, 3, 31), voucher=True)
    lapse_overdue(date(2026, 6, 1))
    clerk = staff(order.provider, "finance")
    services.confirm_payment(order, value_on=date(2026, 3, 30), by=clerk, at=at(2026, 6, 1), key="late")
    assert Application.objects.get().confirmed_on == date(2026, 3, 30)


@pytest.mark.parametrize("role", ["reviewing", "manager", "scheduling"])
def test_only_finance_find_it_unpaid(role: str) -> None:
    order = order_due(date(2026, 3, 31), voucher=True)
    with pytest.raises(NotAllowed):
        services.find_unpaid(order, by=staff(order.provider, role), at=at(2026, 6, 1), reason="流水中没有")
