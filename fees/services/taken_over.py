"""Fees of applications begun before the portal: what they had to pay, and the money that came for them (SPEC 6).

Prices, last days and value days are judged as those of the portal's own orders; payers are told nothing. The order's
number as it was known elsewhere stands in its history and with the money.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from fees.enums import EntryKind, FeeKind, OrderState, ReceiptSource
from fees.models import LedgerEntry, Order, OrderLine, Receipt, ReceiptOrder
from fees.pricing import Fee
from fees.queries.prices import due_on, price_of
from fees.services.numbering import reference_of, take_number
from fees.services.receipts import note_receipt
from registration.models import Application, TakeOver, Window
from registration.takeovers.applications import ApplicationFacts
from registration.takeovers.lines import Line
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.db import assert_in_transaction
from skilleval.core.transitions import begin
from skilleval.core.wording import cn_date, yuan

REASON = "历史业务导入"
Pair = tuple[Line, Application]


def judge(lines: Iterable[Line], provider: Provider, on: date) -> None:
    """Hold what new lines say of money against the published price and the last day to pay (SPEC 6)."""
    asked = _Asked(provider)
    for line in lines:
        if line.is_new and _judge_amount(line, asked.fee(line.facts).amount):
            _judge_days(line, asked.last_day(line.facts), on)


def load(pairs: Sequence[Pair], take_over: TakeOver, *, by: User, at: datetime) -> list[Order]:
    """Draw the orders of loaded applications as they were approved, and book what was paid for them.

    In the caller's transaction, which made the applications; nobody is told.
    """
    assert_in_transaction()
    provider = take_over.provider
    if provider is None:
        raise ValueError(f"take-over {take_over.pk} has no provider")
    asked = _Asked(provider)
    orders = [_order(line.facts, application, provider, asked) for line, application in pairs]
    Order.objects.bulk_create(orders)
    lines = OrderLine.objects.bulk_create(
        OrderLine(order=order, application=application, amount=order.amount, prices=_parts(order, line.facts, asked))
        for order, (line, application) in zip(orders, pairs, strict=True)
    )
    for order, row, (line, _) in zip(orders, lines, pairs, strict=True):
        begin(order, by=by, at=at, reason=_origin(line.facts))
        if line.facts.paid:
            _book(order, row, line.facts, by=by, at=at)
    return orders


class _Asked:
    """What applications were asked at their approval, and until when; of many alike it is looked up once."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._fees: dict[tuple[object, ...], Fee] = {}
        self._days: dict[tuple[int, date], date] = {}

    def fee(self, facts: ApplicationFacts) -> Fee:
        key = (facts.offering.pk, facts.kind, facts.subjects, facts.approved_on)
        if key not in self._fees:
            offering = Offering(pk=facts.offering.pk)
            self._fees[key] = price_of(offering, kind=facts.kind, subjects=facts.subjects, on=facts.approved_on)
        return self._fees[key]

    def last_day(self, facts: ApplicationFacts) -> date:
        first = facts.windows[0]
        key = (first.pk, facts.approved_on)
        if key not in self._days:
            window = Window(pk=first.pk, closes_on=first.closes_on, pay_by=first.pay_by)
            self._days[key] = due_on(self.provider, window, facts.approved_on)
        return self._days[key]


def _judge_amount(line: Line, price: Decimal | None) -> bool:
    """Whether the amount is the published one, or another with its reason."""
    money = line.facts.money
    if not price:
        message = "审核通过当日没有公布收费标准" if price is None else "审核通过当日公布为不收费"
        line.stop("amount", "fee", message, "请先由财务公布该日有效的收费标准")
    elif money.amount not in (None, price) and not money.note:
        line.stop("amount", "fee", f"与公布价 {yuan(price)} 不一致", "请核对；确为其他金额的，在金额说明列写明依据")
    elif money.amount not in (None, price):
        line.hint("amount", "fee", f"与公布价 {yuan(price)} 不一致", "按所填金额导入，请再次核对")
    return line.is_new


def _judge_days(line: Line, last: date, on: date) -> None:
    """Money counts by its day; who hasn't paid must still be able to."""
    value_on = line.facts.money.value_on
    if value_on and value_on > last:
        line.stop(
            "value_on", "date", f"到账日期晚于缴费截止 {cn_date(last)}", "请按银行流水核对；逾期到账的，请退回付款人"
        )
    elif not value_on and last < on:
        cure = "已到账的，请填写到账日期；未缴费的已逾期，请移除该行"
        line.stop("value_on", "required", f"缴费截止 {cn_date(last)}已过", cure)


def _order(facts: ApplicationFacts, application: Application, provider: Provider, asked: _Asked) -> Order:
    payer, amount = facts.money.payer or application.candidate.name, facts.money.amount or asked.fee(facts).amount
    if amount is None:
        raise ValueError(f"application {application.pk} has no price")
    return Order(
        number=take_number(provider, facts.approved_on),
        provider=provider,
        payer=payer,
        reference=reference_of(application.offering, payer),
        amount=amount,
        state=OrderState.PAID if facts.paid else OrderState.OPEN,
        drawn_on=facts.approved_on,
        due_on=asked.last_day(facts),
        invoice_title=payer,
    )


def _parts(order: Order, facts: ApplicationFacts, asked: _Asked) -> dict[str, str]:
    """How the amount is made up; one that isn't the published price is one for the whole."""
    fee = asked.fee(facts)
    return fee.frozen if fee.amount == order.amount else {FeeKind.PACKAGE.value: str(order.amount)}


def _origin(facts: ApplicationFacts) -> str:
    parts = [REASON]
    if facts.money.order_number:
        parts.append(f"原订单编号 {facts.money.order_number}")
    if facts.money.note:
        parts.append(f"金额说明：{facts.money.note}")
    return "，".join(parts)


def _book(order: Order, line: OrderLine, facts: ApplicationFacts, *, by: User, at: datetime) -> None:
    """The money as one movement of its own, which this order has taken whole."""
    value_on = facts.money.value_on
    if value_on is None:
        raise ValueError(f"order {order.number} isn't paid")
    receipt = note_receipt(
        order.provider,
        value_on=value_on,
        amount=order.amount,
        payer=order.payer,
        reference=facts.money.order_number,
        source=ReceiptSource.TAKEN_OVER,
        key=f"taken-over:{order.pk}",
        by=by,
        at=at,
        note=_origin(facts)[:200],
    )
    ReceiptOrder.objects.create(receipt=receipt, order=order, said_by_id=by.pk, said_by_label=by.label)
    LedgerEntry.objects.create(**_entry(receipt, line), booked_by_id=by.pk, booked_by_label=by.label)


def _entry(receipt: Receipt, line: OrderLine) -> dict[str, object]:
    return {
        "receipt": receipt,
        "order_id": line.order_id,
        "line": line,
        "kind": EntryKind.PAYMENT,
        "amount": line.amount,
        "value_on": receipt.value_on,
        "key": f"{receipt.key}:{line.pk}",
        "note": REASON,
    }
