"""撤销到账 at the desk: seats proposed are freed, published ones keep the payment."""

from __future__ import annotations

import pytest

from fees.models import Order
from registration.models import Application
from scheduling.models import ExamSession, Seat
from skilleval.accounts.enums import Role
from skilleval.core.errors import NotAllowed, Refused
from skilleval.journeys.desk.money import undo_payment
from tests.factories import OfferingFactory, staff
from tests.fees.makers import order_for
from tests.fees.money import entries, state
from tests.scheduling.people import NOON, planned, publish, scheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ExamSession:
    return planned(OfferingFactory(provider__threshold=3), 3)[0]


@pytest.fixture
def order(session: ExamSession) -> Order:
    return order_for(Application.objects.order_by("pk")[0], state="paid", paid=True)


def undo(order: Order, role: str = Role.FINANCE) -> Order:
    return undo_payment(order, by=staff(order.provider, role), at=NOON, reason="款项属于另一订单")


def test_a_seat_not_yet_published_is_freed(session: ExamSession, order: Order) -> None:
    application = order.lines.get().application
    undo(order)
    session.refresh_from_db()
    assert (state(order), state(application), session.size) == ("open", "approved", 2)
    assert not Seat.objects.filter(application=application).exists()


def test_a_published_one_keeps_seat_and_payment(session: ExamSession, order: Order) -> None:
    publish(session, by=scheduler(order.provider))
    with pytest.raises(Refused, match="已排考"):
        undo(order)
    assert (state(order), entries(), Seat.objects.count()) == ("paid", [("payment", 400)], 6)


def test_only_finance_undoes(order: Order) -> None:
    with pytest.raises(NotAllowed):
        undo(order, Role.SCHEDULING)
    assert state(order) == "paid"
