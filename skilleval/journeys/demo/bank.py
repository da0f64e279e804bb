"""A bank's statement for the demonstration: what the open orders' payers might have transferred, mistakes included.

As a bank's own export: GB18030, title lines above the columns and a total beneath, debit and credit apart.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

from fees.enums import OrderState
from fees.models import Order
from skilleval.catalogue.models import Provider

COLUMNS = (
    "交易日期",
    "交易时间",
    "借方发生额",
    "贷方发生额",
    "余额",
    "对方户名",
    "对方账号",
    "摘要",
    "附言",
    "交易流水号",
)
BEFORE = Decimal("100000.00")
SHORT_BY = Decimal(100)


@dataclass(frozen=True)
class Movement:
    """Money in (positive) or out, by whom and with which words."""

    amount: Decimal
    party: str
    text: str
    summary: str = "转账"


def statement(provider: Provider, on: date) -> bytes:
    """A day's statement of a provider's account as csv, made from its orders; the same orders give the same file."""
    sheet = StringIO()
    table = csv.writer(sheet)
    table.writerow(
        [f"账号：{provider.bank_account or '演示账号'}", f"户名：{provider.bank_holder or provider}", "币种：人民币"]
    )
    table.writerow(COLUMNS)
    movements = list(_movements(provider))
    table.writerows(_rows(movements, on))
    incoming = sum((one.amount for one in movements if one.amount > 0), Decimal(0))
    table.writerow(["合计", "", "", f"{incoming:,.2f}", "", "", "", "", "", ""])
    return sheet.getvalue().encode("gb18030")


def _movements(provider: Provider) -> Iterator[Movement]:
    orders = Order.objects.filter(provider=provider, state=OrderState.OPEN).order_by("pk")
    alone = list(orders.filter(group=None)[:5])
    yield from (_as_asked(order) for order in [*alone[:1], *orders.exclude(group=None)[:1]])
    yield from (Movement(order.amount - SHORT_BY, order.payer, order.reference) for order in alone[1:2])
    yield from (Movement(order.amount, order.payer, "技能评价") for order in alone[2:3])
    if together := alone[3:5]:
        yield _in_one(together)
    yield from (_as_asked(order) for order in alone[:1])  # a second time
    if paid := Order.objects.filter(provider=provider, state=OrderState.PAID, group=None).order_by("-pk").first():
        yield _as_asked(paid)  # that was noted by hand
    yield Movement(Decimal("-15.00"), "", "账户管理费", "手续费")
    yield Movement(Decimal("3.21"), "", "结息", "利息")


def _as_asked(order: Order) -> Movement:
    return Movement(order.amount, order.payer, order.reference)


def _in_one(orders: Sequence[Order]) -> Movement:
    numbers = "、".join(order.number for order in orders)
    return Movement(sum((order.amount for order in orders), Decimal(0)), orders[0].payer, f"考核费 {numbers}")


def _rows(movements: Sequence[Movement], on: date) -> Iterator[Sequence[str]]:
    balance = BEFORE
    for number, one in enumerate(movements, start=1):
        balance += one.amount
        out, into = (f"{-one.amount:,.2f}", "") if one.amount < 0 else ("", f"{one.amount:,.2f}")
        account = f"6222000000{number:06d}\t" if one.party else ""
        when = f"09:{number:02d}:00"
        serial = f"{on:%Y%m%d}{number:06d}"
        yield f"{on:%Y%m%d}", when, out, into, f"{balance:,.2f}", one.party, account, one.summary, one.text, serial
