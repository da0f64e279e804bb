"""Refunds: asked by one, approved by another, booked when the bank has carried them out; never twice."""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from fees import services
from fees.models import LedgerEntry, Order, OrderLine, Receipt, Refund, RefundItem
from fees.queries import lines_to_propose, lines_to_refund, money_to_go_on, standing_of
from registration.models import Application
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import OutboxMessage
from tests.factories import ProviderFactory, publish_fees, staff
from tests.fees.groups import a_group, draw, members
from tests.fees.money import NOON, entries, free, money, pay, state, to_pay, unguarded
from tests.races import behind, run_together

pytestmark = pytest.mark.django_db
ACCOUNT = "6222021001112223334"


def clerk(order: Order) -> User:
    return staff(order.provider, Role.FINANCE)


def left(amount: int = 400, account: str = ACCOUNT) -> Order:
    """A paid order whose person withdrew in time."""
    order = to_pay()
    pay(money(order.provider, amount, key=f"bank:{order.pk}", payer_account=account), order)
    Application.objects.filter(pk__in=order.lines.values("application")).update(state="withdrawn")
    return order


def asked(order: Order, by: User | None = None) -> Refund:
    return services.propose_due(order.provider, by=by or clerk(order), at=NOON)[0]


def approved(order: Order) -> Refund:
    return services.approve_refund(asked(order), by=clerk(order), at=NOON)


def record(refund: Refund, *, on: date = date(2026, 3, 20), by: User | None = None) -> Refund:
    by = by or staff(refund.provider, Role.FINANCE)
    return services.record_refund(refund, paid_on=on, bank_reference="HD0001", by=by, at=NOON)


def test_from_owed_to_booked() -> None:
    order = left()
    refund = asked(order)
    assert (refund.number[:2], refund.payer, refund.account, refund.amount) == ("TF", "样本单位", ACCOUNT, 400)
    services.approve_refund(refund, by=clerk(order), at=NOON)
    done = record(refund)
    assert (done.state, done.paid_on, entries()) == ("paid", date(2026, 3, 20), [("payment", 400), ("refund", -400)])
    assert not lines_to_refund().exists()
    application = Application.objects.get()
    assert standing_of([application])[application.pk].word == "已退费"
    told = OutboxMessage.objects.get(channel="portal", subject="费用已退回")
    assert "¥400.00" in told.body
    assert [log.to_state for log in done.log.all()] == ["asked", "approved", "paid"]


def test_one_press_asks_for_all_that_is_owed_one_refund_an_account() -> None:
    group = a_group()
    people = members(group, 3)
    order = draw(group)
    for number, amount in enumerate((500, 700)):
        pay(money(order.provider, amount, key=f"b{number}", payer_account=str(number)), order)
    Application.objects.filter(pk__in=[one.pk for one in people[:2]]).update(state="withdrawn")
    refunds = services.propose_due(order.provider, by=clerk(order), at=NOON)
    assert sorted((refund.account, int(refund.amount)) for refund in refunds) == [("0", 500), ("1", 300)]
    assert services.propose_due(order.provider, by=clerk(order), at=NOON) == []
    assert not lines_to_propose().exists()
    assert lines_to_refund().count() == 2


def test_two_of_one_name_without_an_account_have_a_refund_each() -> None:
    """Noted at the desk, the payer is the order's; the officers of one institution have one, of two orders, too."""
    provider = ProviderFactory()
    orders = [to_pay(provider, payer="张伟") for _ in range(2)]
    group = a_group(offering__provider=provider)
    people = members(group, 2)
    orders += [draw(group, applications=[one]) for one in people]
    for order in orders:
        pay(money(provider, 400, key=f"bank:{order.pk}", payer=order.payer), order)
    Application.objects.update(state="withdrawn")
    refunds = services.propose_due(provider, by=clerk(orders[0]), at=NOON)
    assert sorted((refund.payer, int(refund.amount)) for refund in refunds) == sorted(
        [("张伟", 400), ("张伟", 400), (orders[2].payer, 800)]
    )


def test_a_line_chosen_twice_is_a_conflict() -> None:
    order = left()
    asked(order)
    with pytest.raises(Conflict):
        services.propose_due(order.provider, lines=order.lines.all(), by=clerk(order), at=NOON)


def test_what_a_decision_keeps_or_who_goes_on_is_not_asked_for() -> None:
    kept, going = left(), to_pay()
    OrderLine.objects.filter(order=kept).update(kept_for=["处理决定1"])
    pay(money(going.provider, key="bank:2"), going)
    for order in (kept, going):
        assert services.propose_due(order.provider, by=clerk(order), at=NOON) == []


def test_who_asked_doesn_t_approve() -> None:
    order = left()
    one = clerk(order)
    refund = asked(order, one)
    for decide in (services.approve_refund, services.refuse_refund):
        with pytest.raises(NotAllowed, match="申请人以外"):
            decide(refund, by=one, at=NOON, answer="同意")
    assert state_of(refund) == "asked"


def state_of(refund: Refund) -> str:
    return str(Refund.objects.get(pk=refund.pk).state)


VERBS = {
    "propose": lambda refund, by: services.propose_due(refund.provider, by=by, at=NOON),
    "return": lambda refund, by: services.return_money(refund.items.get().receipt, by=by, at=NOON, reason="多缴"),
    "account": lambda refund, by: services.name_account(refund, account="1", bank="", by=by, at=NOON),
    "approve": lambda refund, by: services.approve_refund(refund, by=by, at=NOON),
    "refuse": lambda refund, by: services.refuse_refund(refund, by=by, at=NOON, answer="不"),
    "cancel": lambda refund, by: services.cancel_refund(refund, by=by, at=NOON, reason="不"),
    "record": lambda refund, by: record(refund, by=by),
}


@pytest.mark.parametrize("verb", VERBS)
def test_only_finance_of_the_provider_has_to_do_with_refunds(verb: str) -> None:
    refund = asked(left())
    others = [staff(refund.provider, role) for role in PROVIDER_ROLES if role != Role.FINANCE]
    for other in [*others, staff(ProviderFactory(), Role.FINANCE)]:
        with pytest.raises(NotAllowed):
            VERBS[verb](refund, other)


def test_without_an_account_it_is_not_approved_and_a_known_one_stays() -> None:
    unknown, known = asked(left(account="")), asked(left())
    with pytest.raises(Refused, match="账号"):
        services.approve_refund(unknown, by=staff(unknown.provider, Role.FINANCE), at=NOON)
    by = staff(unknown.provider, Role.FINANCE)
    services.name_account(unknown, account=" 62170001 ", bank="样本银行", by=by, at=NOON)
    assert services.approve_refund(unknown, by=staff(unknown.provider, Role.FINANCE), at=NOON).account == "62170001"
    with pytest.raises(Refused, match="付款账户"):
        services.name_account(known, account="1", bank="", by=staff(known.provider, Role.FINANCE), at=NOON)


def test_who_named_the_account_doesn_t_approve_until_another_has_named_it() -> None:
    order = left(account="")
    one, two = clerk(order), clerk(order)
    refund = asked(order, one)
    services.name_account(refund, account="6217", bank="", by=two, at=NOON)
    with pytest.raises(NotAllowed, match="收款账号由您填写"):
        services.approve_refund(refund, by=two, at=NOON)
    with pytest.raises(IntegrityError, match="refund_account_four_eyes"), transaction.atomic():
        Refund.objects.update(state="approved", decided_by_id=two.pk, decided_at=NOON)
    services.name_account(refund, account="6218", bank="", by=one, at=NOON)
    assert services.approve_refund(refund, by=two, at=NOON).account == "6218"


@pytest.mark.parametrize("end", ["refuse", "approve"])
def test_who_is_charged_anew_while_it_is_asked_gets_the_old_fee_back(end: str) -> None:
    """The decision was lifted and the person goes on: the money asked back couldn't pay for that."""
    order = left()
    refund, application = asked(order), Application.objects.get()
    Application.objects.update(state="approved")
    publish_fees(application.offering)
    with transaction.atomic():
        services.bill_again(Application.objects.get(), by=None, at=NOON)
    if end == "refuse":
        services.refuse_refund(refund, by=clerk(order), at=NOON, answer="重新办理")
        refund = asked(order)
    assert services.approve_refund(refund, by=clerk(order), at=NOON).amount == 400


@pytest.mark.parametrize("end", ["refuse", "cancel"])
def test_refused_or_taken_back_it_can_be_asked_for_again(end: str) -> None:
    order = left()
    refund = asked(order)
    if end == "refuse":
        services.refuse_refund(refund, by=clerk(order), at=NOON, answer="账户待核实")
    else:
        services.cancel_refund(refund, by=clerk(order), at=NOON, reason="重复")
    assert asked(order).amount == 400


def test_a_decision_or_a_return_between_stops_the_approval() -> None:
    order = left()
    refund = asked(order)
    OrderLine.objects.filter(order=order).update(kept_for=["处理决定1"])
    with pytest.raises(Refused, match="不应退"):
        services.approve_refund(refund, by=clerk(order), at=NOON)


def test_money_asked_back_is_nothing_to_go_on_with() -> None:
    order = left()
    assert money_to_go_on().count() == 1
    asked(order)
    assert not money_to_go_on().exists()


@pytest.mark.parametrize("end", ["refuse", "cancel"])
def test_money_not_sent_back_after_all_pays_what_waited_for_it(end: str) -> None:
    order = to_pay()
    receipt = money(order.provider, payer_account=ACCOUNT)
    services.link(receipt, orders=[order], by=clerk(order), at=NOON)
    refund = services.return_money(receipt, by=clerk(order), at=NOON, reason="无法认定")
    if end == "refuse":
        services.refuse_refund(refund, by=clerk(order), at=NOON, answer="是该订单的款项")
    else:
        services.cancel_refund(refund, by=clerk(order), at=NOON, reason="是该订单的款项")
    assert (state(order), entries()) == ("paid", [("payment", 400)])


@pytest.mark.parametrize(("on", "fits"), [((2026, 3, 19), False), ((2026, 3, 20), True), ((2026, 3, 21), False)])
def test_the_transfer_lies_between_approval_and_today(on: tuple[int, int, int], fits: bool) -> None:
    refund = approved(left())
    if fits:
        assert record(refund, on=date(*on)).state == "paid"
    else:
        with pytest.raises(Refused) as refused:
            record(refund, on=date(*on))
        assert refused.value.field == "paid_on"


def test_recorded_twice_it_is_booked_once_and_unapproved_not_at_all() -> None:
    order = left()
    with pytest.raises(Conflict):
        record(asked(order))
    refund = Refund.objects.get()
    services.approve_refund(refund, by=clerk(order), at=NOON)
    record(refund)
    record(refund)
    assert entries() == [("payment", 400), ("refund", -400)]


@pytest.mark.parametrize(("amount", "fits"), [(None, True), ("50", True), ("50.01", False), ("0", False)])
def test_what_paid_nothing_goes_back(amount: str | None, fits: bool) -> None:
    order = to_pay()
    receipt = money(order.provider, 450, payer_account=ACCOUNT)
    pay(receipt, order)
    sent = {"amount": Decimal(amount) if amount else None, "by": clerk(order), "at": NOON, "reason": "多缴"}
    if not fits:
        with pytest.raises(Refused):
            services.return_money(receipt, **sent)
        return
    refund = services.return_money(receipt, **sent)
    assert (refund.amount, free(receipt)) == (50, 0)
    services.approve_refund(refund, by=clerk(order), at=NOON)
    record(refund)
    assert (free(receipt), entries()) == (0, [("payment", 400), ("refund", -50)])
    assert state(order) == "paid"


@pytest.mark.django_db(transaction=True)
def test_two_refunds_of_one_line_at_once_are_one() -> None:
    order = left()
    one, two = clerk(order), clerk(order)
    outcomes = run_together(
        lambda: services.propose_due(order.provider, by=one, at=NOON),
        lambda: services.propose_due(order.provider, by=two, at=NOON),
    )
    assert sorted(len(found) for found in outcomes) == [0, 1]
    assert Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refund_against_an_application_of_the_same_money() -> None:
    order = to_pay()
    one, two = clerk(order), clerk(order)
    receipt = money(order.provider, 400, by=one)
    outcomes = run_together(
        lambda: services.return_money(receipt, by=one, at=NOON, reason="无法认定"),
        lambda: pay(receipt, order, by=two),
    )
    paid = state(order) == "paid"
    assert isinstance(outcomes[0], Refused) is paid
    assert Refund.objects.exists() is not paid
    assert LedgerEntry.objects.exists() is paid


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_past_the_locks_the_database_lets_one_of_them_through(guarded: bool) -> None:
    """The negative control: both look at once and find the money free; without the guard it is spent twice."""
    order = to_pay()
    receipt, line = money(order.provider, 400), order.lines.get()
    looked = Barrier(2, timeout=20)

    def careless(spend) -> None:
        with transaction.atomic():
            assert free(receipt) == 400
            looked.wait()
            spend()

    def promise() -> None:
        facts = {"provider": order.provider, "payer": "甲", "amount": 400, "asked_by_id": 1, "asked_at": NOON}
        RefundItem.objects.create(refund=Refund.objects.create(number="1", **facts), receipt=receipt, amount=400)

    def book() -> None:
        LedgerEntry.objects.create(
            receipt=receipt, order=order, line=line, kind="payment", amount=400, value_on=NOON, key="x"
        )

    with nullcontext() if guarded else unguarded():
        outcomes = run_together(lambda: careless(promise), lambda: careless(book))
    assert [type(one) for one in outcomes if one] == ([IntegrityError] if guarded else [])
    assert free(receipt) == (0 if guarded else -400)


@pytest.mark.django_db(transaction=True)
def test_a_transfer_recorded_by_two_at_once_is_booked_once() -> None:
    refund = approved(left())
    one, two = staff(refund.provider, Role.FINANCE), staff(refund.provider, Role.FINANCE)
    run_together(lambda: record(refund, by=one), lambda: record(refund, by=two))
    assert entries() == [("payment", 400), ("refund", -400)]


@pytest.mark.django_db(transaction=True)
def test_paid_by_another_receipt_while_it_waits_nothing_is_asked_for() -> None:
    order = left()
    one = clerk(order)
    other = money(order.provider, key="bank:again", by=one)

    def paid_anew() -> None:
        Application.objects.update(state="confirmed")
        list(Receipt.objects.select_for_update().order_by("pk"))
        services.undo_payment(order, by=one, at=NOON, reason="款项有误")
        pay(other, order, by=one)
        Application.objects.update(state="withdrawn")

    outcome = behind(paid_anew, lambda: services.propose_due(order.provider, by=one, at=NOON))
    assert isinstance(outcome, Conflict), outcome
    assert not Refund.objects.exists()
