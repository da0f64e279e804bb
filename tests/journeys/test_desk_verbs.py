"""Approving and withdrawing across apps: what follows where, and what happens at once."""

from datetime import date
from threading import Barrier

import pytest
from django.db import transaction

from fees import services as fees
from fees.models import LedgerEntry, Order
from fees.queries import refunds_due
from registration.models import Application, RollOver
from registration.services import reviews
from skilleval.accounts.enums import Role
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import Event, OutboxMessage
from skilleval.journeys.desk import verbs
from tests.factories import ApplicationFactory, UserFactory, at, publish_fees, staff, window_of
from tests.fees.makers import book, order_for
from tests.races import run_together

NOW = at(2026, 3, 20)


def in_review(**kwargs) -> Application:
    application = ApplicationFactory(**kwargs)
    publish_fees(application.offering)
    return application


def stored(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def approve(application: Application) -> Order | None:
    return verbs.approve(application, by=staff(application.offering.provider, Role.REVIEWING), at=NOW)


def withdraw(application: Application, when=NOW) -> Application:
    return verbs.withdraw(application, by=application.candidate.user, at=when, reason="个人原因")


def paid(**kwargs) -> Application:
    application = ApplicationFactory(state="confirmed", **kwargs)
    order_for(application, state="paid", paid=True)
    return application


@pytest.mark.django_db
def test_an_approval_draws_the_order_and_tells_once() -> None:
    application = in_review()
    order = approve(application)
    assert order is not None
    assert (stored(application).state, order.due_on) == ("approved", date(2026, 3, 31))
    subjects = OutboxMessage.objects.filter(channel="portal").values_list("subject", flat=True)
    assert list(subjects) == ["您的申报已通过审核，请缴费"]


@pytest.mark.django_db
def test_where_nothing_is_to_pay_it_is_confirmed_at_once() -> None:
    application = ApplicationFactory()
    publish_fees(application.offering, theory="0", practical="0")
    assert approve(application) is None
    now = stored(application)
    assert (now.state, now.confirmed_on) == ("confirmed", date(2026, 3, 20))
    assert Event.objects.filter(kind="registration.confirmed").count() == 1
    subjects = OutboxMessage.objects.filter(channel="portal").values_list("subject", flat=True)
    assert list(subjects) == ["您的报名已确认"]


@pytest.mark.django_db
def test_without_a_published_fee_nothing_of_it_happens() -> None:
    application = ApplicationFactory()
    with pytest.raises(Refused, match="费用待公布"):
        approve(application)
    assert stored(application).state == "review"
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["review", "returned"])
def test_withdrawing_before_the_approval_ends_it(state: str) -> None:
    assert withdraw(ApplicationFactory(state=state)).state == "withdrawn"


@pytest.mark.django_db
def test_withdrawing_unpaid_cancels_the_order_and_frees_the_person() -> None:
    application = in_review()
    order = approve(application)
    with pytest.raises(Conflict):  # the page they saw said nothing of an order
        withdraw(application)
    withdraw(stored(application))
    order.refresh_from_db()
    assert (order.state, order.lines.get().live) == ("cancelled", False)
    again = in_review(candidate=application.candidate, offering__work_type=application.work_type)
    assert approve(again) is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("when", "allowed"),
    [(at(2026, 3, 31, 15), True), (at(2026, 3, 31, 16), False), (at(2026, 4, 1), False)],  # 24:00 is 16:00 UTC
)
def test_paid_one_may_withdraw_until_the_cut_off_s_last_minute(when, allowed: bool) -> None:
    application = paid()
    if allowed:
        withdraw(application, when)
    else:
        with pytest.raises(Refused, match="3月31日 24:00 前"):
            withdraw(application, when)
    provider = application.offering.provider
    assert refunds_due([provider]).count() == int(allowed)
    assert stored(application).state == ("withdrawn" if allowed else "confirmed")


@pytest.mark.django_db
def test_a_later_due_date_of_the_window_moves_the_cut_off() -> None:
    application = paid()
    late = ApplicationFactory(state="approved", offering=application.offering)
    order_for(late, due_on=date(2026, 4, 3))
    assert withdraw(application, at(2026, 4, 3)).state == "withdrawn"


@pytest.mark.django_db
def test_who_rolled_over_may_withdraw_at_any_time_before_the_sessions() -> None:
    application = paid()
    april = window_of(application.offering.provider, 4)
    RollOver.objects.create(
        application=application, from_window=application.window, to_window=april, reason="人数未满", at=NOW
    )
    Application.objects.filter(pk=application.pk).update(window=april)
    assert withdraw(stored(application), at(2026, 6, 1)).state == "withdrawn"
    assert refunds_due([application.offering.provider]).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["scheduled", "completed", "rejected", "lapsed", "withdrawn", "void"])
def test_a_seat_or_an_end_bars_withdrawing(state: str) -> None:
    application = ApplicationFactory(state=state)
    with pytest.raises(Refused):
        withdraw(application)
    assert stored(application).state == state


@pytest.mark.django_db
def test_only_the_candidate_withdraws() -> None:
    application = ApplicationFactory()
    for stranger in (UserFactory(), staff(application.offering.provider, Role.REVIEWING)):
        with pytest.raises(NotAllowed):
            verbs.withdraw(application, by=stranger, at=NOW, reason="")


@pytest.mark.django_db
def test_the_page_says_what_withdrawing_means() -> None:
    application = paid()
    meaning = verbs.withdrawal(application, date(2026, 3, 20))
    assert meaning.allowed
    assert meaning.refund == 400
    assert any("¥400.00" in text for text in meaning.consequences)
    assert not verbs.withdrawal(application, date(2026, 4, 1)).allowed


@pytest.mark.django_db(transaction=True)
def test_withdrawing_and_confirming_at_once_leave_one_true_story() -> None:
    application = in_review()
    order = approve(application)
    clerk = staff(order.provider, Role.FINANCE)

    def confirm() -> object:
        return fees.confirm_payment(order, value_on=date(2026, 3, 20), by=clerk, at=NOW, key="one")

    run_together(lambda: withdraw(stored(application)), confirm)
    order.refresh_from_db()
    booked = LedgerEntry.objects.exists()
    assert order.state == ("paid" if booked else "cancelled")
    # booked first: withdrawn with a refund due, or still confirmed; cancelled first: nothing was booked
    owed = refunds_due([order.provider]).exists()
    assert (stored(application).state, owed) in (
        [("withdrawn", True), ("confirmed", False)] if booked else [("withdrawn", False)]
    )


@pytest.mark.django_db(transaction=True)
def test_without_the_order_s_lock_money_is_booked_for_who_has_left() -> None:
    """The negative control: each looks at the order, then each goes on as if it still were so."""
    application = in_review()
    order = approve(application)
    looked = Barrier(2, timeout=20)

    def careless_withdrawal() -> None:
        with transaction.atomic():
            assert Order.objects.get(pk=order.pk).state == "open"
            looked.wait()
            Order.objects.filter(pk=order.pk).update(state="cancelled")
            Application.objects.filter(pk=application.pk).update(state="withdrawn")

    def careless_confirmation() -> None:
        with transaction.atomic():
            assert Order.objects.get(pk=order.pk).state == "open"
            looked.wait()
            book(order.lines.get())

    run_together(careless_withdrawal, careless_confirmation)
    assert stored(application).state == "withdrawn"
    assert LedgerEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_withdrawing_and_approving_at_once_never_leaves_an_open_order_behind() -> None:
    application = in_review()
    reviewer = staff(application.offering.provider, Role.REVIEWING)
    outcomes = run_together(
        lambda: withdraw(stored(application)), lambda: verbs.approve(application, by=reviewer, at=NOW)
    )
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(error, Conflict | Refused) for error in errors)
    state = stored(application).state
    open_orders = Order.objects.filter(state="open").count()
    assert (state, open_orders) in (("withdrawn", 0), ("approved", 1))


@pytest.mark.django_db
def test_a_rejection_draws_nothing() -> None:
    application = in_review()
    reviews.reject(application, by=staff(application.offering.provider), at=NOW, reason="年限不足")
    assert not Order.objects.exists()
