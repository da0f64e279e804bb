"""Money that came: noted once, said to be for orders, reversed where noted wrongly; never spent twice."""

from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from fees import services
from fees.models import LedgerEntry, Receipt, ReceiptOrder, Refund, RefundItem
from fees.queries import doubtful
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests.factories import ApplicationFactory, ProviderFactory, staff
from tests.fees.makers import order_for
from tests.fees.money import NOON, free, money, pay, state, to_pay, unguarded
from tests.races import run_together

pytestmark = pytest.mark.django_db


def test_a_movement_is_noted_once() -> None:
    provider = ProviderFactory()
    one = money(provider, "480.00", payer_account="6222021001112223334", reference="考核费")
    two = money(provider, "1.00")
    assert (one, two.amount) == (two, Decimal("480.00"))
    with pytest.raises(Conflict):
        money(ProviderFactory(), "480.00")
    assert AuditEvent.objects.filter(action="receipt.noted").count() == 1
    assert "6222021001112223334" not in str(Receipt.objects.values("payer_account").get())


@pytest.mark.parametrize(
    ("amount", "on", "field"),
    [("0", (2026, 3, 19), "amount"), ("-1", (2026, 3, 19), "amount"), ("1", (2026, 3, 21), "value_on")],
)
def test_a_sum_or_a_day_that_cannot_be_is_refused(amount: str, on: tuple[int, int, int], field: str) -> None:
    with pytest.raises(Refused) as refused:
        money(ProviderFactory(), amount, on=date(*on))
    assert refused.value.field == field


@pytest.mark.parametrize("role", [role for role in PROVIDER_ROLES if role != Role.FINANCE])
def test_only_finance_notes_and_applies(role: str) -> None:
    order = to_pay()
    clerk = staff(order.provider, role)
    with pytest.raises(NotAllowed):
        money(order.provider, by=clerk)
    receipt = money(order.provider)
    for verb in (
        lambda: pay(receipt, order, by=clerk),
        lambda: services.unlink(receipt, order=order, by=clerk, at=NOON),
        lambda: services.reverse_receipt(receipt, by=clerk, at=NOON, reason="录错"),
        lambda: pay(receipt, order, by=staff(ProviderFactory(), Role.FINANCE)),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_what_is_taken_over_its_managers_note_and_finance_use() -> None:
    order = to_pay()
    manager, clerk = staff(order.provider, Role.MANAGER), staff(order.provider, Role.FINANCE)
    with pytest.raises(NotAllowed):
        money(order.provider, source="taken_over", by=clerk)
    receipt = money(order.provider, source="taken_over", by=manager)
    with pytest.raises(NotAllowed):
        pay(receipt, order, by=manager)
    pay(receipt, order, by=clerk)
    assert state(order) == "paid"


def test_another_provider_s_order_is_not_there() -> None:
    order = to_pay()
    with pytest.raises(Refused, match="没有找到"):
        pay(money(ProviderFactory()), order)


def test_a_cancelled_order_takes_nothing() -> None:
    gone = to_pay(state="cancelled", live=False)
    with pytest.raises(Refused, match="退回付款人"):
        pay(money(gone.provider), gone)


def test_free_money_waits_in_the_doubtful_list_the_oldest_first() -> None:
    provider = ProviderFactory()
    late, early = money(provider, 5, on=date(2026, 3, 18), key="b"), money(provider, 5, on=date(2026, 3, 2), key="a")
    money(ProviderFactory(), key="another's")
    paying = money(provider, 400, key="c")
    pay(paying, to_pay(provider))
    assert list(doubtful([provider])) == [early, late]
    assert [row.free for row in doubtful([provider])] == [5, 5]


def test_a_link_is_taken_back_only_while_it_pays_nothing() -> None:
    order = to_pay()
    part = money(order.provider, 100)
    pay(part, order)
    services.unlink(part, order=order, by=staff(order.provider, Role.FINANCE), at=NOON)
    assert not ReceiptOrder.objects.exists()
    whole = money(order.provider, 400, key="bank:2")
    pay(whole, order)
    with pytest.raises(Refused, match="撤销到账"):
        services.unlink(whole, order=order, by=staff(order.provider, Role.FINANCE), at=NOON)


def test_a_receipt_noted_wrongly_is_reversed_while_all_of_it_is_free() -> None:
    order = to_pay()
    clerk = staff(order.provider, Role.FINANCE)
    wrong = money(order.provider, 40)
    with pytest.raises(Refused) as refused:
        services.reverse_receipt(wrong, by=clerk, at=NOON, reason=" ")
    assert refused.value.field == "reason"
    reversal = services.reverse_receipt(wrong, by=clerk, at=NOON, reason="少录一个零")
    assert (reversal.amount, free(wrong), free(reversal)) == (-40, 0, 0)
    assert services.reverse_receipt(wrong, by=clerk, at=NOON, reason="再来") == reversal
    assert not doubtful([order.provider])
    with pytest.raises(Refused, match="已冲销"):
        pay(wrong, order)


def test_what_pays_an_order_is_not_reversed() -> None:
    order = to_pay()
    receipt = money(order.provider, 500)
    pay(receipt, order)
    with pytest.raises(Conflict, match="¥400"):
        services.reverse_receipt(receipt, by=staff(order.provider, Role.FINANCE), at=NOON, reason="录错")


def entry(receipt: Receipt, line, amount: int, kind: str = "payment", key: str = "x") -> LedgerEntry:
    return LedgerEntry.objects.create(
        receipt=receipt, order=line.order, line=line, kind=kind, amount=amount, value_on=receipt.value_on, key=key
    )


def overspend() -> None:
    line = to_pay().lines.get()
    entry(money(line.order.provider, 399), line, 400)


def take_back_too_much() -> None:
    line = order_for(ApplicationFactory(state="confirmed"), state="paid", paid=True).lines.get()
    entry(line.entries.get().receipt, line, -401, "correction")


def promise_twice() -> None:
    line = order_for(ApplicationFactory(state="withdrawn"), state="paid", paid=True).lines.get()
    for number in "12":
        refund = Refund.objects.create(
            number=number, provider=line.order.provider, payer="甲", amount=400, asked_by_id=1, asked_at=NOON
        )
        RefundItem.objects.create(refund=refund, receipt=line.entries.get().receipt, line=line, amount=400)


def reverse_what_pays() -> None:
    line = order_for(ApplicationFactory(state="confirmed"), state="paid", paid=True).lines.get()
    wrong = line.entries.get().receipt
    reverse(wrong, -wrong.amount)


def reverse(wrong: Receipt, amount: Decimal) -> None:
    facts = {"provider": wrong.provider, "source": "reversal", "value_on": wrong.value_on, "key": "r"}
    Receipt.objects.create(reverses=wrong, amount=amount, **facts)


@pytest.mark.parametrize(
    ("wrong", "guard"),
    [
        (overspend, "overspent"),
        (take_back_too_much, "less than nothing"),
        (promise_twice, "less than nothing"),
        (reverse_what_pays, "overspent"),
        (lambda: reverse(money(ProviderFactory(), 40), Decimal(-39)), "all of a receipt"),
    ],
)
def test_the_database_lets_nothing_be_spent_that_is_not_there(wrong, guard: str) -> None:
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        wrong()


def two_spend_one_receipt() -> list[object]:
    """Past the services' locks: each looks, both find it free, both book."""
    provider = ProviderFactory()
    receipt = money(provider, 400)
    lines = [to_pay(provider).lines.get() for _ in range(2)]
    looked = Barrier(2, timeout=20)

    def careless(line) -> None:
        with transaction.atomic():
            assert free(receipt) == 400
            looked.wait()
            entry(receipt, line, 400, key=str(line.pk))

    return run_together(*[lambda line=line: careless(line) for line in lines])


@pytest.mark.django_db(transaction=True)
def test_of_two_that_spend_one_receipt_at_once_the_database_stops_the_second() -> None:
    outcomes = two_spend_one_receipt()
    assert [type(one) for one in outcomes if one] == [IntegrityError]
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 400


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_it_would_be_spent_twice() -> None:
    """The negative control."""
    with unguarded():
        assert [one for one in two_spend_one_receipt() if one] == []
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 800


@pytest.mark.django_db(transaction=True)
def test_one_movement_noted_by_two_at_once_is_one_receipt() -> None:
    provider = ProviderFactory()
    clerk = staff(provider, Role.FINANCE)
    outcomes = run_together(*[lambda: money(provider, by=clerk)] * 2)
    assert outcomes[0] == outcomes[1] == Receipt.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_reversal_and_a_payment_at_once_leave_one_of_them() -> None:
    order = to_pay()
    clerk = staff(order.provider, Role.FINANCE)
    receipt = money(order.provider, by=clerk)
    outcomes = run_together(
        lambda: services.reverse_receipt(receipt, by=clerk, at=NOON, reason="录错"),
        lambda: pay(receipt, order, by=clerk),
    )
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    assert (state(order) == "paid") is (not Receipt.objects.exclude(reverses=None).exists())


def test_the_payer_can_be_erased_and_nothing_else_changed() -> None:
    receipt = money(ProviderFactory(), payer="甲", payer_account="6222", reference="考核费")
    for field, other in {"payer": "乙", "reference": "乙", "amount": 1, "value_on": date(2026, 3, 1)}.items():
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Receipt.objects.update(**{field: other})
    receipt.payer = receipt.payer_account = receipt.reference = ""
    receipt.save(update_fields=["payer", "payer_account", "reference"])
    kept = Receipt.objects.get()
    assert (kept.payer, kept.payer_account, kept.reference, kept.amount) == ("", "", "", 400)
