"""A payment booked by mistake is taken back, while nobody of it is scheduled."""

from datetime import date

import pytest

from fees import services
from fees.models import LedgerEntry, Order
from fees.queries import missing_of, standing_of
from registration.models import Application
from skilleval.accounts.enums import Role
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import Event, OutboxMessage
from tests.factories import ApplicationFactory, at, staff
from tests.fees.groups import a_group, draw, members, states
from tests.fees.money import NOON, entries, free, money, pay, state, to_pay
from tests.races import behind

pytestmark = pytest.mark.django_db


def undo(order: Order, reason: str = "款项属于另一订单", role: str = Role.FINANCE) -> Order:
    return services.undo_payment(order, by=staff(order.provider, role), at=NOON, reason=reason)


def paid_order() -> Order:
    order = to_pay()
    pay(money(order.provider, 450), order)
    return order


def test_corrections_take_it_back_and_it_is_to_be_paid_again() -> None:
    order = paid_order()
    undo(order)
    application = Application.objects.get()
    assert (state(order), application.state, application.confirmed_on) == ("open", "approved", None)
    assert entries() == [("payment", 400), ("correction", -400)]
    assert free(LedgerEntry.objects.first().receipt) == 450
    assert not order.receipts.exists()
    assert standing_of([application])[application.pk].word == "待缴费"
    assert OutboxMessage.objects.filter(channel="portal", subject="您的到账确认有误，已撤销").count() == 1


def test_paid_again_it_is_booked_again() -> None:
    order = paid_order()
    receipt = LedgerEntry.objects.get().receipt
    undo(order)
    pay(receipt, order)
    assert entries() == [("payment", 400), ("correction", -400), ("payment", 400)]
    assert (state(order), free(receipt)) == ("paid", 50)


def test_who_is_confirmed_again_is_told_and_counted_again() -> None:
    order = paid_order()
    receipt = LedgerEntry.objects.get().receipt
    undo(order)
    pay(receipt, order)
    assert Event.objects.filter(kind="registration.confirmed").count() == 2
    assert OutboxMessage.objects.filter(channel="portal", subject="您的报名已确认").count() == 2


def test_what_came_back_late_in_part_and_is_undone_asks_for_that_part() -> None:
    people = members(a_group(), 3)
    order, late = draw(people[0].group), at(2026, 4, 20)
    services.lapse(order, at=late)
    ApplicationFactory(candidate=people[0].candidate, offering=people[0].offering, state="review")
    pay(money(order.provider, 1200, on=date(2026, 3, 31), when=late), order, when=late)
    undo(order)
    order.refresh_from_db()
    assert (order.amount, missing_of(order)) == (1200, 800)
    assert "¥800.00" in OutboxMessage.objects.filter(channel="portal", subject__contains="撤销").latest("pk").body


def test_an_order_that_isn_t_paid_has_nothing_to_undo() -> None:
    with pytest.raises(Conflict):
        undo(to_pay())


def test_it_wants_a_reason_and_finance() -> None:
    order = paid_order()
    with pytest.raises(Refused) as refused:
        undo(order, " ")
    assert refused.value.field == "reason"
    with pytest.raises(NotAllowed):
        undo(order, role=Role.MANAGER)


@pytest.mark.parametrize("reached", ["scheduled", "completed"])
def test_who_is_scheduled_keeps_the_payment(reached: str) -> None:
    order = paid_order()
    Application.objects.update(state=reached)
    with pytest.raises(Refused, match="已排考"):
        undo(order)
    assert entries() == [("payment", 400)]


def test_who_left_meanwhile_leaves_the_order_of_the_others() -> None:
    people = members(a_group(), 3)
    order = draw(people[0].group)
    pay(money(order.provider, 1200), order)
    Application.objects.filter(pk=people[0].pk).update(state="withdrawn")
    undo(order)
    assert states(people) == ["withdrawn", "approved", "approved"]
    new = Order.objects.get(state="open")
    assert (new.amount, state(order), new.lines.filter(live=True).count()) == (800, "replaced", 2)
    assert sum(amount for _, amount in entries()) == 0


def test_a_refund_under_way_comes_first() -> None:
    order = paid_order()
    Application.objects.update(state="withdrawn")
    services.propose_due(order.provider, by=staff(order.provider, Role.FINANCE), at=NOON)
    with pytest.raises(Refused, match="退费"):
        undo(order)


@pytest.mark.django_db(transaction=True)
def test_who_is_scheduled_while_it_waits_keeps_the_payment() -> None:
    """The plan is published under its hands: what it decides on it has locked."""
    order = paid_order()
    outcome = behind(lambda: Application.objects.update(state="scheduled"), lambda: undo(order))
    assert isinstance(outcome, Refused), outcome
    assert (state(order), entries()) == ("paid", [("payment", 400)])
