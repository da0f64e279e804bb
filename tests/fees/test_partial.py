"""Part of a group's order came: the officer says whom it is for."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from fees import services
from fees.models import Order
from fees.queries import missing_of
from fees.queries.statements import bills_of
from registration.models import Application
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import OutboxMessage
from tests.factories import UserFactory, at, staff
from tests.fees.groups import NOW, a_group, draw, members, officer_of, states
from tests.fees.money import free, money, pay, state

pytestmark = pytest.mark.django_db


def part_paid(came: int = 800, heads: int = 3) -> tuple[Order, list[Application], User]:
    """An order of ¥400 a head, of which a part came; its people, an officer."""
    group = a_group()
    people, officer = members(group, heads), officer_of(group)
    order = draw(group, by=officer)
    pay(money(order.provider, came), order)
    return order, people, officer


def name(order: Order, people: list[Application], officer: User, when=NOW) -> Order:
    return services.name_members(order, applications=people, by=officer, at=when)


def test_a_part_confirms_nobody_and_the_officers_are_asked_whom_it_is_for() -> None:
    order, people, officer = part_paid()
    assert states(people) == ["approved"] * 3
    assert (services.part_of(order), services.awaits_word(order)) == (800, True)
    message = OutboxMessage.objects.get(recipient_id=officer.pk, channel="portal", subject__contains="指定人员")
    assert "还差 ¥400.00" in message.body


def test_those_named_are_confirmed_and_the_others_have_a_new_order() -> None:
    order, people, officer = part_paid()
    paid = name(order, people[:2], officer)
    assert states(people) == ["confirmed", "confirmed", "approved"]
    assert (state(order), state(paid), paid.amount, paid.split_from) == ("replaced", "paid", 800, order)
    rest = order.replacements.get()
    assert (rest.amount, rest.state, rest.due_on) == (400, "open", order.due_on)
    assert [line.application for line in rest.lines.filter(live=True)] == people[2:]
    assert sum(line.amount for line in order.lines.all()) == 1200
    assert not order.lines.filter(live=True).exists()


def test_what_the_part_leaves_over_counts_for_the_others() -> None:
    order, people, officer = part_paid(came=900)
    name(order, people[:2], officer)
    rest = order.replacements.get()
    assert missing_of(rest) == 300
    pay(money(order.provider, 300, key="bank:2"), rest)
    assert (state(rest), states(people)) == ("paid", ["confirmed"] * 3)


def test_named_twice_in_a_row_each_part_pays_its_own() -> None:
    order, people, officer = part_paid(came=400)
    name(order, people[:1], officer)
    rest = order.replacements.get()
    pay(money(order.provider, 400, key="bank:2"), rest)
    name(rest, people[1:2], officer)
    assert states(people) == ["confirmed", "confirmed", "approved"]
    assert Order.objects.get(state="open").amount == 400
    assert sum(one.amount for one in Order.objects.filter(state__in=["open", "paid"])) == 1200


@pytest.mark.parametrize(("chosen", "says"), [(0, "请选择"), (3, "还差 ¥400.00")])
def test_nobody_and_too_many_are_refused(chosen: int, says: str) -> None:
    order, people, officer = part_paid()
    with pytest.raises(Refused) as refused:
        name(order, people[:chosen], officer)
    assert says in refused.value.message
    assert (state(order), states(people)) == ("open", ["approved"] * 3)


def test_only_the_institution_s_officers_say_it() -> None:
    order, people, _ = part_paid()
    for other in (UserFactory(), officer_of(a_group())):
        with pytest.raises(NotAllowed):
            name(order, people[:2], other)


def test_said_again_it_is_a_conflict() -> None:
    order, people, officer = part_paid()
    name(order, people[:2], officer)
    with pytest.raises(Conflict):
        name(order, people[:2], officer)


def test_it_doesn_t_lapse_while_the_word_is_out_and_finance_can_end_it() -> None:
    order, people, officer = part_paid()
    late = at(2026, 4, 20)
    assert not services.lapse(order, at=late)
    name(order, people[:2], officer, when=late)  # the money came in time
    rest = order.replacements.get()
    assert services.lapse(rest, at=late)
    assert states(people) == ["confirmed", "confirmed", "lapsed"]


def test_a_part_too_small_for_anybody_lapses_with_the_order_and_is_free() -> None:
    order, people, _ = part_paid(came=399)
    assert not services.awaits_word(order)
    assert services.lapse(order, at=at(2026, 4, 20))
    assert states(people) == ["lapsed"] * 3
    receipt = order.receipts.get().receipt
    assert (free(receipt), receipt.value_on) == (Decimal(399), date(2026, 3, 19))


def test_split_off_and_undone_it_is_payable_from_the_first_order_s_day() -> None:
    order, people, officer = part_paid()
    paid = name(order, people[:2], officer, when=at(2026, 3, 30))
    clerk = staff(order.provider, Role.FINANCE)
    paid = services.undo_payment(paid, by=clerk, at=at(2026, 3, 30), reason="款项有误")
    Application.objects.filter(pk=people[0].pk).update(state="withdrawn")
    with transaction.atomic():
        services.leave_order(paid, [people[0]], by=None, at=at(2026, 3, 31), reason="退考")
    for one in (paid, Order.objects.get(first=paid), order.replacements.get()):
        assert Order.objects.get(pk=one.pk).payable_from == order.drawn_on
    bills = bills_of(order.provider, since=date(2026, 3, 1), texts=[])
    assert {bill.payable_from for bill in bills.by_pk.values()} == {order.drawn_on}
