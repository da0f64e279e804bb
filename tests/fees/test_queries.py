"""Published fees, orders of applications, and what is to be refunded."""

from datetime import date
from decimal import Decimal

import pytest

from fees import queries, services
from fees.models import Order
from registration.services import offers, progress
from tests.factories import ApplicationFactory, FeeItemFactory, OfferingFactory, at, publish_fees
from tests.fees.makers import order_for

pytestmark = pytest.mark.django_db
NOW = at(2026, 3, 20)


def test_the_fee_is_the_sum_of_the_subjects() -> None:
    offering = OfferingFactory()
    publish_fees(offering, theory="95", practical="385")
    fee = queries.price_of(offering, on=date(2026, 3, 1))
    assert (fee.published, fee.amount) == (True, Decimal("480.00"))
    assert fee.frozen == {"theory": "95.00", "practical": "385.00"}


def test_a_resit_pays_for_what_it_sits() -> None:
    offering = OfferingFactory()
    publish_fees(offering)
    resit = {"kind": "resit", "subjects": ["practical"], "on": date(2026, 3, 1)}
    assert queries.price_of(offering, **resit).amount == Decimal("300.00")
    FeeItemFactory(offering=offering, subject="practical", applies_to="resit", amount=Decimal("260.50"))
    assert queries.price_of(offering, **resit).amount == Decimal("260.50")
    assert queries.price_of(offering, on=date(2026, 3, 1)).amount == Decimal("400.00")


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (date(2026, 2, 28), None),
        (date(2026, 3, 1), Decimal("80.00")),
        (date(2026, 3, 31), Decimal("80.00")),
        (date(2026, 4, 1), Decimal("90.00")),
        (date(2030, 1, 1), Decimal("90.00")),
    ],
)
def test_a_price_holds_from_its_first_day_to_its_last(on: date, amount: Decimal | None) -> None:
    offering = OfferingFactory(subjects=["theory"])
    march = {"valid_from": date(2026, 3, 1), "valid_until": date(2026, 3, 31)}
    FeeItemFactory(offering=offering, amount=Decimal(80), **march)
    FeeItemFactory(offering=offering, amount=Decimal(90), valid_from=date(2026, 4, 1))
    assert queries.price_of(offering, on=on).amount == amount


def test_one_subject_without_a_price_and_there_is_no_fee() -> None:
    offering = OfferingFactory()
    FeeItemFactory(offering=offering, subject="theory")
    assert not queries.price_of(offering, on=date(2026, 3, 1)).published


def test_a_list_of_fees_takes_the_same_statements_for_1_and_30(django_assert_num_queries) -> None:
    offerings = [OfferingFactory() for _ in range(30)]
    for offering in offerings[::2]:
        publish_fees(offering)
    for some in (offerings[:1], offerings):
        with django_assert_num_queries(2):
            fees = queries.prices_for(some, date(2026, 3, 1))
    assert [fees[offering.pk].published for offering in offerings] == [True, False] * 15


def test_the_order_of_an_application_is_its_live_one() -> None:
    application = ApplicationFactory(state="approved")
    assert queries.order_of(application) is None
    ended = order_for(application, state="cancelled", live=False)
    assert queries.order_of(application) == ended
    order = order_for(application)
    assert queries.order_of(application) == order
    assert queries.due_for(type(application).objects.all()) == {application.pk: order.lines.get()}


@pytest.mark.parametrize(
    ("state", "paid", "refunded", "due"),
    [
        ("withdrawn", True, False, True),
        ("cancelled", True, False, True),
        ("withdrawn", True, True, False),
        ("withdrawn", False, False, False),
        ("confirmed", True, False, False),
        ("void", True, False, False),
    ],
)
def test_refunds_are_due_to_those_who_paid_and_left(state: str, paid: bool, refunded: bool, due: bool) -> None:
    application = ApplicationFactory(state=state)
    order = order_for(application, state="paid" if paid else "open", paid=paid, refunded=refunded)
    lines = queries.refunds_due([order.provider])
    assert [line.order for line in lines] == ([order] if due else [])
    assert not queries.refunds_due([ApplicationFactory().offering.provider])


@pytest.mark.parametrize("state", ["cancelled", "void"])
def test_what_a_decision_keeps_isnt_refunded_until_it_is_lifted(state: str) -> None:
    offending, other = (ApplicationFactory(state="confirmed") for _ in range(2))
    order, owed = (order_for(application, state="paid", paid=True) for application in (offending, other))
    for source in ("决定1", "决定2", "决定1"):
        services.keep_fee(offending, source=source, by=None, at=NOW)
    end = progress.void if state == "void" else progress.cancel
    end(offending, by=None, at=NOW, reason="材料虚假")
    progress.cancel(other, by=None, at=NOW, reason="禁考")
    providers = [order.provider, owed.provider]
    assert [line.order for line in queries.refunds_due(providers)] == [owed]
    assert services.give_back_claim("决定1", by=None, at=NOW) == 1
    assert services.give_back_claim("决定1", by=None, at=NOW) == 0
    assert [line.order for line in queries.refunds_due(providers)] == [owed]  # the other decision stands
    services.give_back_claim("决定2", by=None, at=NOW)
    offers.offer_again(offending, source="撤销", at=NOW)
    assert {line.order for line in queries.refunds_due(providers)} == {order, owed}


def test_ending_an_application_cancels_its_unpaid_order_alone() -> None:
    unpaid, paid = ApplicationFactory(state="approved"), ApplicationFactory(state="confirmed")
    order, kept = order_for(unpaid), order_for(paid, state="paid", paid=True)
    for application in (unpaid, paid, unpaid):
        services.cancel_unpaid(application, by=None, at=NOW, reason="禁考")
    order.refresh_from_db()
    kept.refresh_from_db()
    assert (order.state, kept.state) == ("cancelled", "paid")
    assert (order.lines.get().live, kept.lines.get().live) == (False, True)


def test_orders_to_confirm_come_with_vouchers_first_then_by_due_date() -> None:
    late, soon = (order_for(ApplicationFactory(state="approved"), due_on=date(2026, 4, day)) for day in (20, 10))
    vouched = order_for(ApplicationFactory(state="approved"), due_on=date(2026, 4, 30), voucher=True)
    order_for(ApplicationFactory(state="confirmed"), state="paid")
    providers = Order.objects.values_list("provider", flat=True)
    assert list(queries.awaiting_confirmation(providers)) == [vouched, soon, late]
