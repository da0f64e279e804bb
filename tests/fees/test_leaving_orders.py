"""Members leave orders, and what happens at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from fees import services
from fees.models import LedgerEntry, Order, OrderLine
from fees.queries import refunds_due
from registration.models import Application
from skilleval.accounts.enums import PROVIDER_ROLES
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.journeys.desk import verbs
from tests.factories import CandidateFactory, UserFactory, at, staff
from tests.fees.groups import NOW, a_group, a_named_group, confirm, draw, members, officer_of, states, told
from tests.fees.makers import book as book_line, png
from tests.races import run_together

pytestmark = pytest.mark.django_db


def test_a_member_who_leaves_an_unpaid_order_replaces_it_for_the_others() -> None:
    group = a_named_group()
    one, two, three = members(group)
    officer = officer_of(group)
    old = draw(group, by=officer)
    services.set_invoice(old, title="测试学校", tax_number="T", email="a@example.test", by=officer)
    verbs.withdraw(two, by=officer, at=at(2026, 3, 21), reason="本人放弃")
    old.refresh_from_db()
    new = Order.objects.get(first=old)
    assert (old.state, new.state, new.number) == ("replaced", "open", "0054260300002")
    assert (new.amount, new.due_on, new.drawn_on) == (Decimal(800), old.due_on, date(2026, 3, 21))
    assert new.reference == "考核费+测试学校+人工智能训练师（四级/中级工）+2人"
    assert new.invoice_email == "a@example.test"
    assert [line.application for line in new.lines.order_by("application_id")] == [one, three]
    assert (old.lines.count(), old.lines.filter(live=True).count()) == (3, 0)
    assert states([one, two, three]) == ["approved", "withdrawn", "approved"]
    (message,) = told("团体缴费订单已更换，请按新订单缴费")
    assert (old.number in message.body, new.number in message.body) == (True, True)


def test_the_last_one_cancels_it() -> None:
    group = a_group()
    (one,) = members(group, 1)
    order = draw(group)
    verbs.withdraw(one, by=one.candidate.user, at=NOW, reason="")
    order.refresh_from_db()
    assert (order.state, Order.objects.count()) == ("cancelled", 1)
    assert len(told("团体缴费订单已取消")) == 1


def test_a_second_one_who_leaves_replaces_the_replacement() -> None:
    group = a_group()
    people = members(group)
    first = draw(group)
    for one in people[:2]:
        verbs.withdraw(one, by=one.candidate.user, at=NOW, reason="")
    assert list(Order.objects.order_by("pk").values_list("state", "first")) == [
        ("replaced", None),
        ("replaced", first.pk),
        ("open", first.pk),
    ]
    assert Order.objects.get(state="open").amount == Decimal(400)


def test_a_voucher_of_the_old_order_counts_for_the_new_one(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    group = a_group()
    people = members(group)
    officer = officer_of(group)
    old = draw(group, by=officer)
    services.attach_voucher(old, upload=png(), paid_on=date(2026, 3, 20), by=officer, at=NOW)
    verbs.withdraw(people[0], by=officer, at=at(2026, 3, 22), reason="")
    new = Order.objects.get(state="open")
    assert services.claims_payment(new)
    assert not services.lapse(new, at=at(2026, 6, 1))
    with pytest.raises(Conflict, match=new.number):
        services.attach_voucher(old, upload=png(), paid_on=date(2026, 3, 20), by=officer, at=at(2026, 3, 22))
    with pytest.raises(Refused, match=new.number):
        confirm(old)
    confirm(new, value_on=date(2026, 3, 20), when=at(2026, 3, 23))  # it came before the new order was drawn
    assert states(people) == ["withdrawn", "confirmed", "confirmed"]


def test_who_leaves_a_paid_order_is_a_refund_to_the_institution_and_the_others_stay() -> None:
    group = a_group()
    people = members(group)
    order = draw(group)
    confirm(order)
    meaning = verbs.withdrawal(Application.objects.get(pk=people[0].pk), date(2026, 3, 27))
    assert meaning.refund == Decimal(400)
    assert any(order.payer in line for line in meaning.consequences)
    verbs.withdraw(Application.objects.get(pk=people[0].pk), by=officer_of(group), at=at(2026, 3, 27), reason="")
    order.refresh_from_db()
    assert (order.state, Order.objects.count()) == ("paid", 1)
    assert states(people) == ["withdrawn", "confirmed", "confirmed"]
    (line,) = refunds_due([order.provider])
    assert (line.application, line.amount, line.order.payer) == (people[0], Decimal(400), group.institution.name)


def test_who_is_ended_by_others_leaves_the_order_to_the_rest() -> None:
    group = a_group()
    one, two = members(group, 2)
    old = draw(group)
    assert services.cancel_unpaid(one, by=None, at=NOW, reason="禁考") == old
    assert [line.application for line in Order.objects.get(state="open").lines.all()] == [two]
    assert services.cancel_unpaid(one, by=None, at=NOW, reason="禁考") is None


def test_whoever_didn_t_ask_is_told_of_a_withdrawal() -> None:
    group = a_group()
    officer = officer_of(group)
    one, two = members(group, 2)
    verbs.withdraw(one, by=officer, at=NOW, reason="本人放弃")
    assert f"已由{group.institution}办理退考（本人放弃）" in told("您的申报已退考")[0].body
    assert not told("团体申报有人员退考")
    verbs.withdraw(two, by=two.candidate.user, at=NOW, reason="")
    assert [message.recipient_id for message in told("团体申报有人员退考")] == [officer.pk]


def test_only_the_person_and_their_officers_withdraw_a_member() -> None:
    group = a_group()
    (one,) = members(group, 1)
    others = [UserFactory(), CandidateFactory().user, officer_of(a_group())]
    for other in (*others, staff(group.offering.provider, *PROVIDER_ROLES)):
        with pytest.raises(NotAllowed):
            verbs.withdraw(one, by=other, at=NOW, reason="")
    assert states([one]) == ["approved"]


def test_the_consequences_name_the_order_and_what_the_others_owe() -> None:
    group = a_group()
    one, _, _ = members(group)
    assert "尚未列入缴费订单" in "".join(verbs.withdrawal(one, date(2026, 3, 20)).consequences)
    order = draw(group)
    said = "".join(verbs.withdrawal(one, date(2026, 3, 20)).consequences)
    assert f"订单 {order.number} 作废，为其余 2 人换开新订单，应缴 ¥800.00" in said


# --- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_member_withdraws_while_finance_confirms() -> None:
    group = a_group()
    people = members(group)
    order, officer = draw(group), officer_of(group)
    run_together(
        lambda: verbs.withdraw(people[0], by=officer, at=at(2026, 3, 26), reason=""),
        lambda: confirm(order),
    )
    order.refresh_from_db()
    booked = sum(LedgerEntry.objects.values_list("amount", flat=True))
    owed = refunds_due([order.provider]).count()
    if order.state == "paid":  # first, and the withdrawal saw another state; or it came after and is owed a refund
        assert booked == order.amount
        assert (states(people), owed) in ((["confirmed"] * 3, 0), (["withdrawn", "confirmed", "confirmed"], 1))
    else:  # replaced first: the old order takes no money
        assert (order.state, booked, owed) == ("replaced", 0, 0)
        assert states(people) == ["withdrawn", "approved", "approved"]


@pytest.mark.django_db(transaction=True)
def test_without_the_order_s_lock_money_is_booked_for_who_has_left() -> None:
    """The negative control: each looks at the order, then each goes on as if it still were so."""
    group = a_group()
    people = members(group)
    order = draw(group)
    looked = Barrier(2, timeout=20)

    def careless(then: Callable[[], object]) -> None:
        with transaction.atomic():
            assert Order.objects.get(pk=order.pk).state == "open"
            looked.wait()
            then()

    def book() -> None:
        for line in order.lines.select_related("order"):
            book_line(line)

    def leave() -> None:
        Order.objects.filter(pk=order.pk).update(state="replaced")
        Application.objects.filter(pk=people[0].pk).update(state="withdrawn")

    run_together(lambda: careless(book), lambda: careless(leave))
    assert Order.objects.get(pk=order.pk).state == "replaced"
    assert LedgerEntry.objects.filter(line__application=people[0]).exists()


@pytest.mark.django_db(transaction=True)
def test_two_members_who_leave_at_once_leave_the_third_one_order() -> None:
    group = a_group()
    people = members(group)
    draw(group)
    outcomes = run_together(
        *(lambda one=one: verbs.withdraw(one, by=one.candidate.user, at=NOW, reason="") for one in people[:2])
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    live = OrderLine.objects.filter(live=True, order__state="open")
    assert [(line.application, line.order.amount) for line in live] == [(people[2], Decimal(400))]


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_draw_at_once_draw_one_order() -> None:
    group = a_group()
    people = members(group)
    one, two = officer_of(group), officer_of(group)
    outcomes = run_together(
        lambda: draw(group, applications=people, by=one), lambda: draw(group, applications=people, by=two)
    )
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [Conflict]
    assert Order.objects.count() == 1
    assert OrderLine.objects.filter(live=True).count() == 3


@pytest.mark.django_db(transaction=True)
def test_without_the_group_s_lock_the_database_still_lets_one_through() -> None:
    """The negative control: both look who stands in no order, then both draw. The constraint stops the second."""
    group = a_group()
    (one,) = members(group, 1)
    looked = Barrier(2, timeout=20)

    def careless(number: str) -> None:
        with transaction.atomic():
            assert not OrderLine.objects.filter(application=one, live=True).exists()
            looked.wait()
            order = Order.objects.create(
                number=number,
                provider=group.offering.provider,
                group=group,
                payer="x",
                reference="x",
                amount=400,
                drawn_on=date(2026, 3, 20),
                due_on=date(2026, 3, 31),
            )
            OrderLine.objects.create(order=order, application=one, amount=400, prices={})

    outcomes = run_together(lambda: careless("1"), lambda: careless("2"))
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [IntegrityError]
    assert OrderLine.objects.filter(live=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_drawing_and_leaving_at_once_leave_nobody_in_an_order_who_left() -> None:
    group = a_group()
    people = members(group)
    officer = officer_of(group)
    run_together(
        lambda: draw(group, by=officer),
        lambda: verbs.withdraw(people[0], by=people[0].candidate.user, at=NOW, reason=""),
    )
    live = OrderLine.objects.filter(live=True, order__state="open")
    assert states(people)[0] == "withdrawn"
    assert {line.application for line in live} == set(people[1:])
    assert sum(line.amount for line in live) == Order.objects.get(state="open").amount
