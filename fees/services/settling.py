"""Receipts pay orders: what is covered is booked, who is paid for is confirmed, and what is missing is said (SPEC 6).

An order is paid at once or not at all: part of what it asks waits with it for the rest, or for the officer's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from fees.enums import EntryKind, OrderState
from fees.models import LedgerEntry, Order, OrderLine, Receipt, ReceiptOrder
from fees.queries.receipts import free_of
from fees.services import late, money_telling, receipts, telling
from fees.services.locks import applications_of, lines_of, lock_group, lock_people, locked_with_money
from registration.models import Application
from registration.services import paying, progress
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction, retrying
from skilleval.core.errors import Conflict
from skilleval.core.transitions import move
from skilleval.core.wording import cn_date


@dataclass(frozen=True)
class Settled:
    """What became of orders that money was for, in yuan: paid now; `short` of a sum; not payable, and why.

    `free` is what the receipts concerned have left: more than was asked, or what waits for the rest.
    """

    paid: Sequence[Order] = ()
    short: Mapping[Order, Decimal] = field(default_factory=dict)
    barred: Mapping[Order, str] = field(default_factory=dict)
    free: Decimal = Decimal(0)


@retrying
@transaction.atomic
def apply_receipt(receipt: Receipt, *, orders: Sequence[Order], by: User, at: datetime) -> Settled:
    """Say which orders money is for, and book what is covered. Run again it changes nothing. Raises what `link` does.

    Payers of what is short are told what is missing.
    """
    lock_for(orders)
    receipts.link(receipt, orders=orders, by=by, at=at)
    done = settle(orders, by=by, at=at)
    money_telling.tell_short(done.short, receipt, on=timezone.localdate(at))
    return done


@retrying
@transaction.atomic
def settle(orders: Sequence[Order], *, by: User | None, at: datetime) -> Settled:
    """Book every order that the free money of its receipts covers, in the order given; the others stay as they are.

    Money counts that came by the due date, however late it is booked; an order that lapsed meanwhile comes back with
    its applications (SPEC 6, 7.1). An order paid already stays paid: more money for it stays free.
    """
    ready = lock_for(orders)
    rows, money = locked_with_money(orders)
    if any(order.state == OrderState.LAPSED and order.pk not in ready for order in rows):
        raise Conflict("其中有订单刚转为已逾期，请刷新后重试")  # its persons come before it
    pool = _Pool(money)
    paid, short, barred = [], {}, {}
    for order in rows:
        lines, why = _payable(order, at)
        if why:
            barred[order] = why
        lacking = pool.lacking(order, lines)
        if not lines:
            continue
        if lacking:
            short[order] = lacking
            if pool.came_late(order):
                barred[order] = f"有款项晚于缴费截止 {cn_date(order.due_on)}到账，不能确认"
            continue
        _book(order, lines, pool.take(order, lines), by=by, at=at)
        paid.append(order)
    return Settled(paid, short, barred, pool.left)


def lock_for(orders: Iterable[Order]) -> set[int]:
    """What comes before receipts: the persons of lapsed orders, who may come back, and the groups.

    Returns the keys of the lapsed orders; another one can lapse before it is locked.
    """
    found = Order.objects.filter(pk__in=[order.pk for order in orders])
    lapsed = set(found.filter(state=OrderState.LAPSED).values_list("pk", flat=True))
    people = OrderLine.objects.filter(order__in=lapsed).values("application")
    lock_people(Application.objects.filter(pk__in=people))
    for group in found.exclude(group=None).order_by("group").values_list("group", flat=True).distinct():
        lock_group(group)
    return lapsed


class _Pool:
    """The free money of some receipts while it is given out, and which order which of it is for."""

    def __init__(self, money: Sequence[Receipt]) -> None:
        keys = [receipt.pk for receipt in money]
        rows = free_of(Receipt.objects.filter(pk__in=keys, reverses=None)).order_by("value_on", "pk")
        self.receipts: dict[int, Receipt] = {receipt.pk: receipt for receipt in rows}
        self.free: dict[int, Decimal] = {receipt.pk: receipt.free for receipt in rows}
        self.said = set(ReceiptOrder.objects.filter(receipt__in=keys).values_list("receipt", "order"))

    @property
    def left(self) -> Decimal:
        return sum(self.free.values(), Decimal(0))

    def lacking(self, order: Order, lines: Sequence[OrderLine]) -> Decimal:
        """What of some lines, in yuan, there is no money in time for."""
        there = sum((self.free[pk] for pk in self._for(order)), Decimal(0))
        return max(_asked(lines) - there, Decimal(0))

    def came_late(self, order: Order) -> bool:
        return any(
            self.free[pk] > 0 and (pk, order.pk) in self.said and not self._in_time(pk, order) for pk in self.free
        )

    def take(self, order: Order, lines: Sequence[OrderLine]) -> list[tuple[Receipt, OrderLine, Decimal]]:
        """Of which receipt each line is paid how much: the earliest money first, a line from several if need be."""
        taken, sources = [], [pk for pk in self._for(order) if self.free[pk] > 0]
        for line in lines:
            asked = line.amount
            while asked:
                pk = sources[0]
                part = min(asked, self.free[pk])
                taken.append((self.receipts[pk], line, part))
                self.free[pk] -= part
                asked -= part
                if not self.free[pk]:
                    sources.pop(0)
        return taken

    def _for(self, order: Order) -> list[int]:
        return [pk for pk in self.free if (pk, order.pk) in self.said and self._in_time(pk, order)]

    def _in_time(self, pk: int, order: Order) -> bool:
        return self.receipts[pk].value_on <= order.due_on


def _payable(order: Order, at: datetime) -> tuple[list[OrderLine], str]:
    """The lines that money would pay now, and why there are none or not all of them."""
    if order.state == OrderState.OPEN:
        return lines_of(order), ""
    if order.state == OrderState.LAPSED:
        return late.returning(order, at)
    if order.state == OrderState.PAID:
        return [], "该订单已到账，本笔款项可能重复"
    return [], f"该订单{order.get_state_display()}"


def _asked(lines: Iterable[OrderLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def _book(
    order: Order,
    lines: Sequence[OrderLine],
    parts: Sequence[tuple[Receipt, OrderLine, Decimal]],
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Entries, the order paid, its applications confirmed by the day on which the last of the money came."""
    assert_in_transaction()
    value_on = max((receipt.value_on for receipt, _, _ in parts), default=order.drawn_on)
    again = order.log.filter(to_state=OrderState.PAID).count()  # one undone can be paid again
    act = f"paid:{order.pk}:{again}"
    LedgerEntry.objects.bulk_create([_payment(act, *part, by) for part in parts], batch_size=1000)
    lapsed = order.state == OrderState.LAPSED
    if lapsed:
        OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(live=True)
    move(order, OrderState.PAID, by=by, at=at, reason=_why(value_on, lapsed))
    confirm = paying.confirm_late if lapsed else progress.mark_all_confirmed
    confirm(applications_of(order), value_on=value_on, by=by, at=at)
    telling.tell_paid(order, people=len(lines), amount=_asked(lines), again=again)
    audit.record("order.paid", by=by, obj=order, lines=len(lines), receipts=sorted({part[0].pk for part in parts}))


def _why(value_on: date, lapsed: bool) -> str:
    return f"{cn_date(value_on)}到账" + ("，入账较晚，订单恢复" if lapsed else "")


def _payment(act: str, receipt: Receipt, line: OrderLine, amount: Decimal, by: User | None) -> LedgerEntry:
    return LedgerEntry(
        receipt=receipt,
        order_id=line.order_id,
        line=line,
        kind=EntryKind.PAYMENT,
        amount=amount,
        value_on=receipt.value_on,
        key=f"{act}:{receipt.pk}:{line.pk}",
        booked_by_id=by.pk if by else None,
        booked_by_label=by.label if by else audit.SYSTEM,
    )
