"""Receipts pay orders: under-, over- and double payment, several receipts for one order, several orders of one."""

from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import transaction

from fees import services
from fees.models import LedgerEntry, Order, OrderLine, Receipt, ReceiptOrder
from fees.queries import held_of, missing_of, standing_of
from registration.models import Application
from skilleval.accounts.enums import Role
from skilleval.core import audit
from skilleval.core.errors import Conflict
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, BanFactory, ProviderFactory, at, staff
from tests.fees.groups import a_group, draw, members
from tests.fees.makers import order_for
from tests.fees.money import entries, free, money, pay, state, to_pay
from tests.races import behind, run_together

pytestmark = pytest.mark.django_db


def applied(order: Order) -> Application:
    return Application.objects.get(pk=order.lines.get().application_id)


def told(part: str) -> list[str]:
    return list(OutboxMessage.objects.filter(channel="portal", subject__contains=part).values_list("body", flat=True))


def test_the_whole_pays_each_line_and_confirms_by_the_money_s_day() -> None:
    order = to_pay()
    done = pay(money(order.provider, 400), order)
    assert (list(done.paid), done.short, done.free) == ([order], {}, 0)
    assert (state(order), applied(order).state, applied(order).confirmed_on) == (
        "paid",
        "confirmed",
        date(2026, 3, 19),
    )
    assert entries() == [("payment", 400)]


def test_again_it_changes_nothing() -> None:
    order = to_pay()
    receipt = money(order.provider, 400)
    pay(receipt, order)
    assert not pay(receipt, order).paid
    assert entries() == [("payment", 400)]
    assert ReceiptOrder.objects.count() == 1


def test_too_little_books_nothing_and_says_what_is_missing() -> None:
    order = to_pay()
    done = pay(money(order.provider, 320), order)
    assert (done.paid, done.short) == ([], {order: Decimal(80)})
    assert (state(order), entries(), missing_of(order)) == ("open", [], 80)
    assert ["还差 ¥80.00" in body for body in told("到账不足")] == [True]


def test_the_rest_pays_it_of_two_receipts_by_the_later_day() -> None:
    order = to_pay(amount=Decimal(480))
    first, second = money(order.provider, 400, on=date(2026, 3, 10)), money(order.provider, 80, key="bank:2")
    pay(first, order)
    assert list(pay(second, order).paid) == [order]
    assert entries() == [("payment", 400), ("payment", 80)]
    assert applied(order).confirmed_on == date(2026, 3, 19)
    assert held_of(OrderLine.objects.all()).get().held == 480


def test_more_pays_it_and_the_rest_stays_free() -> None:
    order = to_pay()
    receipt = money(order.provider, 450)
    assert pay(receipt, order).free == 50
    assert (state(order), free(receipt)) == ("paid", 50)


def test_paid_twice_the_second_stays_free() -> None:
    order = to_pay()
    pay(money(order.provider, 400), order)
    twice = money(order.provider, 400, key="bank:2")
    assert "重复" in pay(twice, order).barred[order]
    assert (free(twice), entries()) == (400, [("payment", 400)])


@pytest.mark.parametrize(("amount", "paid", "left"), [(800, 2, 0), (700, 1, 300), (399, 0, 399), (850, 2, 50)])
def test_one_transfer_for_two_orders_pays_them_in_turn(amount: int, paid: int, left: int) -> None:
    provider = ProviderFactory()
    one, two = to_pay(provider), to_pay(provider)
    receipt = money(provider, amount)
    done = pay(receipt, two, one)
    assert list(done.paid) == [two, one][:paid]
    assert (free(receipt), sum(amount for _, amount in entries())) == (left, amount - left)


@pytest.mark.parametrize(("on", "paid"), [((2026, 3, 31), True), ((2026, 4, 1), False)])
def test_money_counts_that_came_by_the_due_date(on: tuple[int, int, int], paid: bool) -> None:
    order = to_pay()
    done = pay(money(order.provider, 400, on=date(*on), when=at(2026, 4, 3)), order, when=at(2026, 4, 3))
    assert (order in done.paid, order in done.barred) == (paid, not paid)
    assert applied(order).state == ("confirmed" if paid else "approved")


def test_a_part_that_came_late_doesn_t_complete_what_came_in_time() -> None:
    order = to_pay()
    pay(money(order.provider, 300, on=date(2026, 3, 31), when=at(2026, 4, 2)), order, when=at(2026, 4, 2))
    late = money(order.provider, 100, on=date(2026, 4, 1), key="bank:2", when=at(2026, 4, 2))
    assert "晚于缴费截止" in pay(late, order, when=at(2026, 4, 2)).barred[order]
    assert state(order) == "open"


def lapsed(**fields) -> Order:
    return order_for(ApplicationFactory(state="lapsed", **fields), state="lapsed", live=False)


def test_money_in_time_booked_late_brings_order_and_application_back() -> None:
    order = lapsed()
    late = at(2026, 4, 20)
    done = pay(money(order.provider, 400, on=date(2026, 3, 31), when=late), order, when=late)
    assert list(done.paid) == [order]
    assert (state(order), applied(order).state, order.lines.get().live) == ("paid", "confirmed", True)
    assert applied(order).confirmed_on == date(2026, 3, 31)
    assert ["入账较晚" in body for body in told("已恢复并确认")] == [True]


def another_open(application: Application) -> None:
    ApplicationFactory(candidate=application.candidate, offering=application.offering, state="review")


def banned(application: Application) -> None:
    BanFactory(candidate=application.candidate, starts_on=date(2026, 4, 1), ends_on=date(2028, 3, 31))


@pytest.mark.parametrize("otherwise", [another_open, banned])
def test_who_applied_anew_or_is_banned_doesn_t_come_back_and_the_money_stays_free(otherwise) -> None:
    order = lapsed()
    otherwise(applied(order))
    receipt = money(order.provider, 400, on=date(2026, 3, 31), when=at(2026, 4, 20))
    done = pay(receipt, order, when=at(2026, 4, 20))
    assert (done.paid, "退回付款人" in done.barred[order]) == ([], True)
    assert (state(order), applied(order).state, free(receipt)) == ("lapsed", "lapsed", 400)


def test_of_a_lapsed_group_order_those_come_back_who_can() -> None:
    people = members(a_group(), 3)
    order = draw(people[0].group)
    services.lapse(order, at=at(2026, 4, 20))
    another_open(people[0])
    receipt = money(order.provider, 1200, on=date(2026, 3, 31), when=at(2026, 4, 20))
    pay(receipt, order, when=at(2026, 4, 20))
    assert [state(one) for one in people] == ["lapsed", "confirmed", "confirmed"]
    assert (state(order), free(receipt), order.lines.filter(live=True).count()) == ("paid", 400, 2)


def test_a_member_who_left_later_doesn_t_leave_a_part_behind() -> None:
    """1,200 asked, 800 came; one leaves: the part pays the order of the other two."""
    people = members(a_group(), 3)
    order = draw(people[0].group)
    pay(money(order.provider, 800), order, when=at(2026, 3, 22))
    with transaction.atomic():
        found = services.lock_open_order(people[0])
        new = services.leave_order(found, [people[0]], by=people[0].candidate.user, at=at(2026, 3, 23), reason="退考")
    assert (new.amount, state(new), state(order)) == (800, "paid", "replaced")
    assert {entry.booked_by_label for entry in LedgerEntry.objects.all()} == {audit.SYSTEM}
    assert (len(told("更换")), len(told("到账"))) == (0, 2)  # of the part, and of the whole
    assert [state(one) for one in people] == ["approved", "confirmed", "confirmed"]


def test_money_free_again_pays_an_order_before_it_lapses() -> None:
    """One transfer for two orders; what the first one had is taken back, and covers the other."""
    provider = ProviderFactory()
    one, two = to_pay(provider), to_pay(provider)
    pay(money(provider), one, two)
    services.undo_payment(one, by=staff(provider, Role.FINANCE), at=at(2026, 3, 20), reason="款项属于另一订单")
    assert not services.lapse(two, at=at(2026, 4, 20))
    assert (state(two), services.lapse(one, at=at(2026, 4, 20))) == ("paid", True)


def test_unpaid_is_found_paid_where_there_is_money_after_all() -> None:
    provider = ProviderFactory()
    one, two = to_pay(provider), to_pay(provider)
    clerk = staff(provider, Role.FINANCE)
    pay(money(provider), one, two)
    services.undo_payment(one, by=clerk, at=at(2026, 3, 20), reason="款项属于另一订单")
    assert services.find_unpaid(two, by=clerk, at=at(2026, 4, 20), reason="没有款项").state == "paid"


@pytest.mark.django_db(transaction=True)
def test_an_order_that_lapses_while_it_waits_doesn_t_come_back_without_its_persons() -> None:
    order = to_pay()
    clerk = staff(order.provider, Role.FINANCE)
    receipt = money(order.provider, by=clerk, when=at(2026, 4, 20))
    services.link(receipt, orders=[order], by=clerk, at=at(2026, 4, 20))

    def lapses() -> None:
        Order.objects.update(state="lapsed")
        OrderLine.objects.update(live=False)
        Application.objects.update(state="lapsed")

    outcome = behind(lapses, lambda: services.settle([order], by=clerk, at=at(2026, 4, 20)))
    assert isinstance(outcome, Conflict), outcome
    assert list(services.settle([order], by=clerk, at=at(2026, 4, 20)).paid) == [order]


def test_what_each_owes_follows_the_ledger() -> None:
    order = to_pay()
    pay(money(order.provider, 400), order)
    standing = standing_of([applied(order)])[applied(order).pk]
    assert (standing.word, standing.paid_on) == ("已到账", date(2026, 3, 19))


def test_as_many_queries_for_thirty_people_as_for_three(django_assert_max_num_queries) -> None:
    def counted(count: int) -> None:
        people = members(a_group(), count)
        order = draw(people[0].group)
        receipt = money(order.provider, 400 * count, key=f"of:{count}")
        with django_assert_max_num_queries(75):
            pay(receipt, order)
        assert state(order) == "paid"

    counted(3)
    counted(30)


@pytest.mark.django_db(transaction=True)
def test_two_parts_applied_at_once_pay_the_order() -> None:
    """Each is said to be for it in a transaction of its own; whoever comes second sees both."""
    order = to_pay()
    clerk = staff(order.provider, Role.FINANCE)
    parts = [money(order.provider, amount, key=f"bank:{amount}", by=clerk) for amount in (300, 100)]
    outcomes = run_together(*[lambda part=part: pay(part, order, by=clerk) for part in parts])
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert (state(order), sum(LedgerEntry.objects.values_list("amount", flat=True))) == ("paid", 400)


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_two_parts_at_once_would_leave_it_unpaid() -> None:
    """The negative control: each links its part and looks, before the other's is committed."""
    order = to_pay()
    parts = [money(order.provider, amount, key=f"bank:{amount}") for amount in (300, 100)]
    linked = Barrier(2, timeout=20)

    def careless(part: Receipt) -> Decimal:
        with transaction.atomic():
            ReceiptOrder.objects.create(receipt=part, order=order)
            linked.wait()
            missing = missing_of(order)
            linked.wait()  # both have looked before either commits
            return missing

    assert sorted(run_together(*[lambda part=part: careless(part) for part in parts])) == [100, 300]


@pytest.mark.django_db(transaction=True)
def test_one_receipt_for_two_orders_at_once_pays_one_of_them() -> None:
    provider = ProviderFactory()
    one, two = to_pay(provider), to_pay(provider)
    clerk = staff(provider, Role.FINANCE)
    receipt = money(provider, 400, by=clerk)
    run_together(lambda: pay(receipt, one, by=clerk), lambda: pay(receipt, two, by=clerk))
    assert sorted([state(one), state(two)]) == ["open", "paid"]
    assert free(receipt) == 0
