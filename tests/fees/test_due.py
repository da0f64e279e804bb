"""Reminders before and lapses after the due date, whenever the run comes."""

from datetime import date

import pytest

from fees.due import lapse_overdue, remind_unpaid
from fees.models import Order
from registration.models import Application
from skilleval.catalogue.models import Holiday
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory
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
