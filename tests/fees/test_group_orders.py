"""A group's orders: who draws them, for whom, until when, and what leaving one does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from fees import services
from fees.models import FeeItem, LedgerEntry, Order, OrderLine
from fees.queries import refunds_due
from registration.models import Application, Group
from registration.services import progress
from skilleval.accounts.enums import PROVIDER_ROLES
from skilleval.catalogue.models import Holiday
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import Event, OutboxMessage
from skilleval.journeys.desk import verbs
from tests.factories import CandidateFactory, UserFactory, at, staff
from tests.fees.groups import NOW, a_group, confirm, draw, members, officer_of, states
from tests.fees.makers import png
from tests.races import run_together

pytestmark = pytest.mark.django_db


def told(subject: str, channel: str = "portal") -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(subject=subject, channel=channel))


def a_named_group() -> Group:
    return a_group(
        institution__name="测试学校",
        offering__provider__filing_number="S000031400054",
        offering__work_type__occupation__name="人工智能训练师",
    )


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


# --- leaving ----------------------------------------------------------------------------------------------------------


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
        facts = {"order": order, "kind": "payment", "value_on": date(2026, 3, 25)}
        for line in order.lines.all():
            LedgerEntry.objects.create(line=line, amount=line.amount, key=f"one:{line.pk}", **facts)

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
