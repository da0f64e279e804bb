"""Receipts and refunds on screen: what finance staff see and press, from the first page to the booked refund."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fees import services
from fees.models import LedgerEntry, Order, Receipt, Refund
from registration.models import Application
from scheduling.models import Seat
from skilleval.accounts.enums import Role
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent
from skilleval.journeys.desk.money import undo_payment
from skilleval.journeys.desk.today import tasks_of
from tests.factories import ApplicationFactory, OfferingFactory, ProviderFactory, at, staff
from tests.fees.makers import order_for
from tests.fees.money import free, money, pay, state, to_pay
from tests.races import behind
from tests.scheduling.people import planned, publish, scheduler

pytestmark = pytest.mark.django_db
RECEIPTS, REFUNDS = "admin:fees_receipt_changelist", "admin:fees_refund_changelist"


def clerk_of(provider: Any, role: str = Role.FINANCE) -> Client:
    client = Client()
    client.force_login(staff(provider, role))
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def send(client: Client, name: str, row: Any, *more: int, **fields: str) -> Any:
    return client.post(reverse(f"admin:{name}", args=[row.pk, *more]), fields)


def test_a_receipt_noted_by_hand_pays_its_orders() -> None:
    order = to_pay(due_on=date(2999, 3, 31))
    client = clerk_of(order.provider)
    page = client.get(reverse("admin:fees_receipt_add"))
    sent = {field.html_name: field.initial or "" for field in page.context["form"].hidden_fields()}
    sent |= {"provider_choice": order.provider_id, "value_on": "2026-03-10", "amount": "450", "payer": "样本单位"}
    for _ in range(2):
        answer = client.post(reverse("admin:fees_receipt_add"), sent | {"orders": order.number}, follow=True)
        assert f"订单 {order.number}" in text(answer)
    receipt = Receipt.objects.get()
    assert (state(order), free(receipt)) == ("paid", 50)
    assert "多缴" in text(answer)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"orders": "9999"}, "没有找到订单 9999"),
        ({"amount": "0"}, "大于"),
        ({"value_on": "2999-01-01"}, "不能晚于今天"),
        ({"payer": ""}, "必填"),
    ],
)
def test_what_cannot_be_noted_is_said_at_its_field(fields: dict[str, str], says: str) -> None:
    provider = ProviderFactory()
    sent = {"provider_choice": str(provider.pk), "value_on": "2026-03-10", "amount": "1", "payer": "甲", "key": "k"}
    answer = clerk_of(provider).post(reverse("admin:fees_receipt_add"), sent | fields)
    assert (answer.status_code, says in text(answer)) == (400, True)
    assert not Receipt.objects.exists()


def test_the_doubtful_list_says_why_of_each() -> None:
    provider = ProviderFactory()
    one, two = to_pay(provider), to_pay(provider)
    money(provider, 7, key="unknown")
    pay(money(provider, 300, key="part"), one)
    pay(money(provider, 450, key="over"), two)
    pay(money(provider, 400, key="twice"), two)
    listed = text(clerk_of(provider).get(reverse(RECEIPTS)))
    for why in ("用途待定", "部分到账，待补足", "多缴", "疑似重复缴费"):
        assert why in listed


def test_the_page_suggests_orders_and_books_what_is_said() -> None:
    order = to_pay(due_on=date(2999, 3, 31))
    receipt = money(order.provider, 400, reference=f"考核费 {order.number}")
    client = clerk_of(order.provider)
    assert order.number in text(client.get(reverse("admin:fees_receipt_change", args=[receipt.pk])))
    answer = send(client, "fees_receipt_change", receipt, orders=order.number)
    assert (answer.status_code, state(order)) == (302, "paid")
    assert send(client, "fees_receipt_change", receipt, orders="1").status_code == 400


def test_a_part_is_taken_off_an_order_again_and_a_wrong_receipt_reversed() -> None:
    order = to_pay(due_on=date(2999, 3, 31))
    receipt = money(order.provider, 40)
    pay(receipt, order)
    client = clerk_of(order.provider)
    assert "取消用途" in text(client.get(reverse("admin:fees_receipt_change", args=[receipt.pk])))
    assert send(client, "fees_receipt_unlink", receipt, order.pk).status_code == 302
    assert not order.receipts.exists()
    assert send(client, "fees_receipt_reverse", receipt, reason="").status_code == 400
    assert send(client, "fees_receipt_reverse", receipt, reason="少录一个零").status_code == 302
    assert "已冲销" in text(client.get(f"{reverse(RECEIPTS)}?queue=everything"))


def withdrawn() -> Order:
    order = to_pay()
    pay(money(order.provider, 400), order)
    Application.objects.update(state="withdrawn")
    return order


def test_from_the_list_of_what_is_owed_to_the_booked_refund() -> None:
    order = withdrawn()
    one, two = clerk_of(order.provider), clerk_of(order.provider)
    owed = reverse("admin:fees_refund_add")
    assert order.number in text(one.get(owed))
    assert one.post(owed, {}).status_code == 400
    assert one.post(owed, {"line": order.lines.get().pk}).status_code == 302
    refund = Refund.objects.get()
    assert "另一位财务人员" in text(one.get(reverse("admin:fees_refund_change", args=[refund.pk])))
    assert send(one, "fees_refund_decide", refund, decision="approve").status_code == 403
    assert "付款账户的账号" in text(send(two, "fees_refund_decide", refund, decision="approve"))
    assert send(one, "fees_refund_account", refund, account="62170001", bank="样本银行").status_code == 302
    assert send(two, "fees_refund_decide", refund, decision="approve").status_code == 302
    assert send(one, "fees_refund_record", refund, paid_on="2999-01-01", bank_reference="H1").status_code == 400
    today = clock.today()
    assert send(one, "fees_refund_record", refund, paid_on=str(today), bank_reference="H1").status_code == 302
    assert [entry.kind for entry in LedgerEntry.objects.order_by("id")] == ["payment", "refund"]
    shown = text(one.get(reverse("admin:fees_order_change", args=[order.pk])))
    assert refund.number in shown


def test_who_named_the_account_is_not_offered_the_approval() -> None:
    order = to_pay()
    services.return_money(
        money(order.provider, 40), by=staff(order.provider, Role.FINANCE), at=at(2026, 3, 20), reason="多缴"
    )
    other, refund = clerk_of(order.provider), Refund.objects.get()
    page = reverse("admin:fees_refund_change", args=[refund.pk])
    assert "核准或不予核准" in text(other.get(page))
    send(other, "fees_refund_account", refund, account="62170001", bank="样本银行")
    shown = text(other.get(page))
    assert ("收款账号由您填写" in shown, "核准或不予核准" in shown) == (True, False)
    assert "收款账号由您填写" in text(other.get(reverse("admin:fees_refund_decide", args=[refund.pk])))


def test_several_are_approved_together_but_not_one_s_own() -> None:
    provider = ProviderFactory()
    clerk = staff(provider, Role.FINANCE)
    client = Client()
    client.force_login(clerk)
    for number, by in enumerate((clerk, staff(provider, Role.FINANCE))):
        receipt = money(provider, 10, key=f"b{number}", payer_account=f"622{number}")
        services.return_money(receipt, by=by, at=at(2026, 3, 20), reason="多缴")
    chosen = {"_selected_action": [row.pk for row in Refund.objects.all()], "confirmed": "1"}
    answer = client.post(reverse(REFUNDS), chosen | {"action": "approve_selected"}, follow=True)
    assert sorted(Refund.objects.values_list("state", flat=True)) == ["approved", "asked"]
    assert "申请人以外" in text(answer)
    book = client.post(reverse(REFUNDS) + "?queue=everything", chosen | {"action": "export_selected"})
    assert book["Content-Type"].endswith("spreadsheetml.sheet")
    assert AuditEvent.objects.filter(action="refund.exported").count() == 2


def test_alone_nobody_approves_and_the_page_says_why() -> None:
    order = to_pay()
    receipt = money(order.provider, 40, by=(clerk := staff(order.provider, Role.FINANCE)))
    refund = services.return_money(receipt, by=clerk, at=at(2026, 3, 20), reason="多缴")
    client = Client()
    client.force_login(clerk)
    for name in ("fees_refund_change", "fees_refund_decide"):
        assert "只有一位财务人员" in text(client.get(reverse(f"admin:{name}", args=[refund.pk])))


def test_money_in_time_is_booked_on_a_lapsed_order_s_page() -> None:
    order = order_for(ApplicationFactory(state="lapsed"), state="lapsed", live=False)
    client = clerk_of(order.provider)
    assert "订单已逾期" in text(client.get(reverse("admin:fees_order_change", args=[order.pk])))
    send(client, "fees_order_change", order, value_on="2026-03-31", amount="400", key="k")
    assert state(order) == "paid"


def test_a_part_on_an_order_s_page_leaves_it_open_and_says_what_is_missing() -> None:
    order = to_pay(due_on=date(2999, 3, 31))
    client = clerk_of(order.provider)
    sent = {"value_on": "2026-03-10", "amount": "320", "key": "k"}
    answer = client.post(reverse("admin:fees_order_change", args=[order.pk]), sent, follow=True)
    assert ("还差 ¥80.00" in text(answer), state(order)) == (True, "open")


def test_a_payment_is_undone_from_its_order_s_page() -> None:
    order = to_pay(due_on=date(2999, 3, 31))
    pay(money(order.provider, 400), order)
    client = clerk_of(order.provider)
    assert "撤销到账" in text(client.get(reverse("admin:fees_order_change", args=[order.pk])))
    assert send(client, "desk_undo", order, reason="").status_code == 400
    assert send(client, "desk_undo", order, reason="记错订单").status_code == 302
    assert state(order) == "open"
    assert clerk_of(order.provider, Role.MANAGER).get(reverse("admin:desk_undo", args=[order.pk])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_seat_published_while_it_waits_is_kept_and_nothing_undone() -> None:
    offering = OfferingFactory(provider__threshold=3)
    session, by = planned(offering, 3)[0], scheduler(offering.provider)
    order = order_for(Application.objects.order_by("pk")[0], state="paid", paid=True)
    clerk, when = staff(order.provider, Role.FINANCE), at(2026, 3, 20)
    outcome = behind(
        lambda: publish(session, by=by), lambda: undo_payment(order, by=clerk, at=when, reason="款项属于另一订单")
    )
    assert isinstance(outcome, Refused), outcome
    assert (state(order), state(order.lines.get().application), Seat.objects.count()) == ("paid", "scheduled", 6)


def test_a_manager_reads_and_presses_nothing() -> None:
    order = withdrawn()
    receipt = Receipt.objects.get()
    client = clerk_of(order.provider, Role.MANAGER)
    assert client.get(reverse("admin:fees_receipt_change", args=[receipt.pk])).status_code == 200
    assert send(client, "fees_receipt_change", receipt, orders="1").status_code == 403
    assert client.get(reverse("admin:fees_refund_add")).status_code == 403


def test_today_names_what_awaits_finance() -> None:
    order = withdrawn()
    one, two = staff(order.provider, Role.FINANCE), staff(order.provider, Role.FINANCE)
    money(order.provider, 10, key="unknown")
    titles = [task.title for task in tasks_of(one, date(2026, 3, 20))]
    assert titles == ["笔到账款项待处理", "笔费用待退"]
    refund = services.propose_due(order.provider, by=one, at=at(2026, 3, 20))[0]
    assert [task.title for task in tasks_of(one, date(2026, 3, 20))] == ["笔到账款项待处理"]
    assert "笔退费待核准" in [task.title for task in tasks_of(two, date(2026, 3, 20))]
    services.name_account(refund, account="1", bank="", by=one, at=at(2026, 3, 20))
    services.approve_refund(refund, by=two, at=at(2026, 3, 20))
    assert "笔退费待退款" in [task.title for task in tasks_of(one, date(2026, 3, 20))]
