"""Part of a group's order came: an officer says whom it is for, who are paid; the others stand in a new one (SPEC 6).

Amounts are never edited: the order is replaced by one for the others, and who is paid for gets an order of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from fees.enums import OrderState
from fees.models import Order, OrderLine, ReceiptOrder
from fees.queries.receipts import reaching
from fees.services import money_telling
from fees.services.leaving import carry_money, close, drawn_again
from fees.services.locks import lines_of, lock_group, locked_with_money
from fees.services.settling import settle
from registration.models import Application
from registration.policy import ENTER
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.wording import yuan


def part_of(order: Order) -> Decimal:
    """What came in time for an order of a group that isn't paid, in yuan: what its officer can say a word on."""
    if order.group_id is None or order.state != OrderState.OPEN:
        return Decimal(0)
    return sum((receipt.free for receipt in reaching(order)), Decimal(0))


def awaits_word(order: Order) -> bool:
    """Whether a part came that pays for somebody of a group's order: it doesn't lapse by itself."""
    part = part_of(order)
    return bool(part) and order.lines.filter(live=True, amount__lte=part).exists()


@retrying
@transaction.atomic
def name_members(order: Order, *, applications: Sequence[Application], by: User, at: datetime) -> Order:
    """The officer's word: the part that came is for these. They are confirmed; the others have a new order to pay.

    Returns the paid order. What the part leaves over counts for the new one. Raises NotAllowed but for the
    institution's officers, Conflict where the order was paid or replaced meanwhile, and Refused for nobody, everybody,
    and more than what came.
    """
    if order.group is None:
        raise Refused("个人订单须一次缴足，不能指定人员")
    require(by, ENTER, order.group.institution)
    lock_group(order.group_id)
    order = locked_with_money([order])[0][0]
    if order.state != OrderState.OPEN:
        raise Conflict(f"该订单刚变为“{order.get_state_display()}”，请刷新后查看")
    chosen, others = _parted(order, {row.pk for row in applications})
    receipts = list(reaching(order).filter(free__gt=0))
    _check(chosen, others, sum((receipt.free for receipt in receipts), Decimal(0)))
    close(order, OrderState.REPLACED, by=by, at=at, reason=f"已到款项为其中 {len(chosen)} 人缴纳")
    paid = drawn_again(order, chosen, by=by, at=at, first=None, split_from=order)
    order.vouchers.update(order=paid, carried_from=order)
    rest = drawn_again(order, others, by=by, at=at, first=order.first or order)
    said = {"said_by_id": by.pk, "said_by_label": by.label}
    ReceiptOrder.objects.bulk_create(ReceiptOrder(receipt=receipt, order=paid, **said) for receipt in receipts)
    settle([paid], by=by, at=at)
    carry_money(order, rest)
    audit.record("order.members_named", by=by, obj=order, paid=paid.number, rest=rest.number, lines=len(chosen))
    money_telling.tell_split(paid, rest)
    paid.refresh_from_db(fields=["state"])
    return paid


def _parted(order: Order, keys: set[int]) -> tuple[list[OrderLine], list[OrderLine]]:
    lines = lines_of(order)
    chosen = [line for line in lines if line.application_id in keys]
    if len(chosen) < len(keys):
        raise Conflict("所选人员中有人刚退出该订单，请刷新后重新选择")
    return chosen, [line for line in lines if line.application_id not in keys]


def _check(chosen: Sequence[OrderLine], others: Sequence[OrderLine], part: Decimal) -> None:
    if not chosen:
        raise Refused("请选择已到款项为哪些人员缴纳", field="people")
    asked = sum((line.amount for line in chosen), Decimal(0))
    if asked > part or not others:
        short = yuan(asked - part)
        raise Refused(
            f"所选 {len(chosen)} 人应缴 {yuan(asked)}，已到 {yuan(part)}，还差 {short}；请减少人员，或先补足款项",
            field="people",
        )
