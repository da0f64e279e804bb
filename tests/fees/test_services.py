"""Orders drawn at approval, vouchers, and payments booked once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from fees import services
from fees.models import LedgerEntry, Order, OrderLog, Receipt, Voucher
from fees.queries import free_of, members_due
from registration.models import Application
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.catalogue.models import Holiday
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import Event, OutboxMessage
from tests.factories import (
    ApplicationFactory,
    FeeItemFactory,
    OfferingFactory,
    ProviderFactory,
    UserFactory,
    WindowFactory,
    at,
    publish_fees,
    staff,
)
from tests.fees.makers import book, order_for, png
from tests.races import run_together

NOW = at(2026, 3, 20)


def approved(**kwargs) -> Application:
    """An approved application of an offering with published fees, no order drawn yet."""
    application = ApplicationFactory(state="approved", **kwargs)
    publish_fees(application.offering)
    return application


def draw(application: Application, when=NOW) -> Order | None:
    with transaction.atomic():
        return services.draw_order(application, by=None, at=when)


def finance_of(order: Order):
    return staff(order.provider, Role.FINANCE)


def confirm(order: Order, value_on: date = date(2026, 3, 25), *, by=None, key: str = "a", when=None, **kwargs) -> Order:
    by = by or finance_of(order)
    return services.confirm_payment(order, value_on=value_on, by=by, at=when or at(2026, 3, 26), key=key, **kwargs)


def stored(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


@pytest.mark.django_db
def test_an_order_freezes_what_is_published_at_approval() -> None:
    application = approved(
        offering__provider__filing_number="S000031400054",
        offering__work_type__occupation__name="人工智能训练师",
        candidate__name="甲乙",
    )
    order = draw(application)
    assert order is not None
    assert order.amount == Decimal("400.00")
    assert order.number == "0054260300001"
    assert order.reference == "考核费+甲乙+人工智能训练师（四级/中级工）+1人"
    assert order.lines.get().prices == {"theory": "100.00", "practical": "300.00"}
    FeeItemFactory._meta.model.objects.update(amount=1)
    assert Order.objects.get().amount == Decimal("400.00")


@pytest.mark.django_db
def test_numbers_run_on_within_provider_and_month() -> None:
    offering = OfferingFactory(provider__filing_number="S000031400054")
    publish_fees(offering)
    applications = [ApplicationFactory(state="approved", offering=offering) for _ in range(3)]
    numbers = [draw(one, when).number for one, when in zip(applications, (NOW, NOW, at(2026, 4, 1)), strict=True)]
    assert numbers == ["0054260300001", "0054260300002", "0054260400001"]


@pytest.mark.django_db
def test_providers_whose_last_digits_agree_share_no_number() -> None:
    one, two = (approved(offering__provider__filing_number=number) for number in ("S000031400054", "S000031200054"))
    assert {draw(one).number, draw(two).number} == {"0054260300001", "0054260300002"}


@pytest.mark.django_db
def test_a_resit_s_order_has_its_subjects_only() -> None:
    order = draw(approved(subjects=["practical"], kind="resit"))
    assert (order.amount, order.lines.get().prices) == (Decimal("300.00"), {"practical": "300.00"})


@pytest.mark.django_db
def test_nothing_to_pay_no_order_and_no_price_no_approval() -> None:
    free = ApplicationFactory(state="approved")
    publish_fees(free.offering, theory="0", practical="0")
    assert draw(free) is None
    with pytest.raises(Refused, match="费用待公布"):
        draw(ApplicationFactory(state="approved"))
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_an_application_stands_in_one_live_order() -> None:
    application = approved()
    draw(application)
    with pytest.raises(IntegrityError):
        draw(application)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("closes_on", "approved_on", "days", "due"),
    [
        (date(2026, 3, 31), date(2026, 3, 5), 3, date(2026, 3, 31)),  # the window's last day is later
        (date(2026, 3, 31), date(2026, 3, 26), 3, date(2026, 3, 31)),  # the same day: Fri, Mon, Tue
        (date(2026, 3, 31), date(2026, 3, 27), 3, date(2026, 4, 1)),  # one day on
        (date(2026, 3, 31), date(2026, 3, 31), 3, date(2026, 4, 3)),
        (date(2026, 3, 31), date(2026, 3, 31), 0, date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 4, 2), 3, date(2026, 4, 8)),  # over a weekend and 清明节 (4 to 6 April)
        (date(2026, 4, 30), date(2026, 4, 30), 3, date(2026, 5, 8)),  # over 劳动节 (1 to 5 May), 6, 7, 8 May
        (date(2026, 4, 30), date(2026, 5, 7), 3, date(2026, 5, 11)),  # Saturday 9 May is a make-up workday
        (date(2026, 2, 28), date(2026, 2, 1), 3, date(2026, 2, 28)),  # the last day may be a Saturday
    ],
)
def test_due_is_the_later_of_the_window_s_end_and_the_payment_days(
    closes_on: date, approved_on: date, days: int, due: date
) -> None:
    Holiday.objects.all().delete()
    off = [(4, 4), (4, 5), (4, 6), (5, 1), (5, 2), (5, 3), (5, 4), (5, 5)]
    Holiday.objects.bulk_create(Holiday(day=date(2026, month, day), name="节日") for month, day in off)
    Holiday.objects.create(day=date(2026, 5, 9), name="补班", is_workday=True)
    provider = ProviderFactory(payment_days=days)
    window = WindowFactory(provider=provider, month=2, closes_on=closes_on)
    assert services.due_on(provider, window, approved_on) == due


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("approved_on", "due"),
    [
        (date(2026, 3, 5), date(2026, 3, 25)),  # a stage of its own, before the window's last day
        (date(2026, 3, 20), date(2026, 3, 25)),  # Mon, Tue, Wed
        (date(2026, 3, 23), date(2026, 3, 26)),
        (date(2026, 3, 31), date(2026, 4, 3)),
    ],
)
def test_due_is_the_later_of_the_stage_of_paying_and_the_payment_days(approved_on: date, due: date) -> None:
    Holiday.objects.all().delete()
    application = ApplicationFactory(
        state="approved", approved_on=approved_on, window=WindowFactory(month=3, pay_by=date(2026, 3, 25))
    )
    provider = application.offering.provider
    assert services.due_on(provider, application.window, approved_on) == due
    assert members_due(type(application).objects.all()) == {application.pk: due}


@pytest.mark.django_db
def test_booking_the_whole_confirms_the_application_by_the_money_s_day() -> None:
    application = approved()
    order = draw(application)
    clerk = finance_of(order)
    confirm(order, date(2026, 3, 25), by=clerk, amount=Decimal("400"))
    now = stored(application)
    assert (now.state, now.confirmed_on) == ("confirmed", date(2026, 3, 25))
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.amount, entry.value_on) == ("payment", Decimal("400.00"), date(2026, 3, 25))
    assert (entry.booked_by_id, entry.booked_by_label) == (clerk.pk, clerk.label)
    assert Order.objects.get().state == "paid"
    assert Event.objects.filter(kind="registration.confirmed", object_id=application.pk).count() == 1


@pytest.mark.django_db
def test_the_same_act_twice_books_once() -> None:
    order = draw(approved())
    clerk = finance_of(order)
    for _ in range(2):
        confirm(order, by=clerk, key="form-7")
    assert LedgerEntry.objects.count() == 1
    assert OrderLog.objects.filter(to_state="paid").count() == 1


@pytest.mark.django_db
def test_another_act_on_a_paid_order_is_a_conflict() -> None:
    order = draw(approved())
    confirm(order, key="a")
    with pytest.raises(Conflict):
        confirm(order, key="b")
    assert LedgerEntry.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value_on", "booked", "field"),
    [
        (date(2026, 3, 19), at(2026, 3, 26), "value_on"),  # the day before the order
        (date(2026, 3, 20), at(2026, 3, 26), None),
        (date(2026, 3, 26), at(2026, 3, 26), None),  # today
        (date(2026, 3, 27), at(2026, 3, 26), "value_on"),  # tomorrow
        (date(2026, 3, 31), at(2026, 4, 2), None),  # in time, booked late
        (date(2026, 4, 1), at(2026, 4, 2), "value_on"),  # a day late
    ],
)
def test_the_day_of_the_money_decides(value_on: date, booked, field: str | None) -> None:
    application = approved()
    order = draw(application)
    if field is None:
        confirm(order, value_on, when=booked)
    else:
        with pytest.raises(Refused) as refused:
            confirm(order, value_on, when=booked)
        assert refused.value.field == field
    assert (stored(application).state == "confirmed") is (field is None)
    assert LedgerEntry.objects.exists() is (field is None)


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "paid"), [("0.01", False), ("399.99", False), ("400.01", True), ("800", True)])
def test_a_part_confirms_nobody_and_of_too_much_the_rest_stays_free(amount: str, paid: bool) -> None:
    application = approved()
    confirm(draw(application), amount=Decimal(amount))
    assert stored(application).state == ("confirmed" if paid else "approved")
    assert LedgerEntry.objects.exists() is paid
    free = free_of(Receipt.objects.all()).get().free
    assert free == Decimal(amount) - (Decimal(400) if paid else 0)


@pytest.mark.django_db
def test_the_same_part_noted_again_is_refused_until_it_is_reversed() -> None:
    """Two clerks with the page open: the order isn't paid with money that never came."""
    order = draw(approved())
    confirm(order, amount=Decimal(200), key="a")
    with pytest.raises(Refused, match="已登记") as refused:
        confirm(order, amount=Decimal(200), key="b")
    assert (refused.value.field, Receipt.objects.count()) == ("amount", 1)
    services.reverse_receipt(Receipt.objects.get(), by=finance_of(order), at=NOW, reason="录错")
    assert confirm(order, amount=Decimal(200), key="c").state == "open"


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["cancelled", "replaced"])
def test_an_order_that_has_ended_takes_no_money(state: str) -> None:
    order = order_for(ApplicationFactory(state="lapsed"), state=state, live=False)
    with pytest.raises(Refused) as refused:
        confirm(order)
    assert "退" in refused.value.message
    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in PROVIDER_ROLES if role != Role.FINANCE])
def test_only_finance_books(role: str) -> None:
    order = draw(approved())
    with pytest.raises(NotAllowed):
        confirm(order, by=staff(order.provider, role))
    with pytest.raises(NotAllowed):
        confirm(order, by=staff(ProviderFactory(), Role.FINANCE))


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_make_one_entry_and_one_conflict() -> None:
    order = draw(approved())
    one, two = finance_of(order), finance_of(order)
    outcomes = run_together(lambda: confirm(order, by=one, key="one"), lambda: confirm(order, by=two, key="two"))
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [Conflict]
    assert LedgerEntry.objects.count() == 1
    assert Event.objects.filter(kind="registration.confirmed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_bookings_would_stand() -> None:
    """The negative control: both look whether the order is open, then both book under keys of their own."""
    from threading import Barrier

    order = draw(approved())
    line = order.lines.get()
    looked = Barrier(2, timeout=20)

    def careless(key: str) -> None:
        with transaction.atomic():
            assert Order.objects.get(pk=order.pk).state == "open"
            looked.wait()
            book(line, key=key)
            Order.objects.filter(pk=order.pk).update(state="paid")

    run_together(lambda: careless("one"), lambda: careless("two"))
    assert LedgerEntry.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attempt",
    [
        lambda: LedgerEntry.objects.update(amount=1),
        lambda: LedgerEntry.objects.all().delete(),
        lambda: LedgerEntry.objects.get().save(),
    ],
)
def test_the_ledger_only_grows(attempt) -> None:
    order_for(ApplicationFactory(state="confirmed"), state="paid", paid=True)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        attempt()
    assert LedgerEntry.objects.get().amount == Decimal(400)


@pytest.mark.django_db
def test_a_voucher_is_kept_and_books_nothing(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    application = approved()
    order = draw(application)
    payer = application.candidate.user
    services.attach_voucher(order, upload=png(), paid_on=date(2026, 3, 21), by=payer, at=at(2026, 3, 21))
    assert Voucher.objects.get().file.uploaded_by_id == payer.pk
    assert Order.objects.get().state == "open"
    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("paid_on", "fits"), [((2026, 3, 19), False), ((2026, 3, 20), True), ((2026, 3, 22), False)])
def test_a_voucher_s_day_lies_between_order_and_today(paid_on, fits: bool, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    order = draw(approved())
    upload = {"upload": png(), "paid_on": date(*paid_on), "by": UserFactory(), "at": at(2026, 3, 21)}
    if fits:
        services.attach_voucher(order, **upload)
    else:
        with pytest.raises(Refused) as refused:
            services.attach_voucher(order, **upload)
        assert refused.value.field == "paid_on"
    assert Voucher.objects.exists() is fits


@pytest.mark.django_db
def test_a_closed_order_takes_neither_voucher_nor_invoice() -> None:
    order = order_for(ApplicationFactory(state="confirmed"), state="paid", paid=True)
    with pytest.raises(Refused):
        services.attach_voucher(order, upload=png(), paid_on=date(2026, 3, 6), by=UserFactory(), at=NOW)
    with pytest.raises(Refused):
        services.set_invoice(order, title="某公司", tax_number="", email="", by=UserFactory())


@pytest.mark.django_db
def test_who_passed_is_told_how_much_and_until_when() -> None:
    application = approved()
    order = draw(application)
    services.tell_to_pay(order, application, at=NOW)
    message = OutboxMessage.objects.get(channel="portal")
    assert "¥400.00" in message.body
    assert "3月31日 24:00 前" in message.body
    assert application.candidate.name not in message.subject + message.body


@pytest.mark.django_db
def test_days_are_shanghai_s() -> None:
    """17:00 UTC on the 19th is already the 20th."""
    order = draw(approved(), at(2026, 3, 19, 17))
    assert order.drawn_on == date(2026, 3, 20) == timezone.localdate(at(2026, 3, 19, 17))
