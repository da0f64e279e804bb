"""The time to pay ends: reminders before, and what lapses after (SPEC 6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from fees import policy
from fees.enums import OrderState
from fees.models import Order
from fees.queries.members import members_due, undrawn
from fees.queries.receipts import asked_of, missing_of
from fees.services import telling
from fees.services.leaving import close
from fees.services.locks import lines_of, lock_group, locked
from fees.services.partial import awaits_word
from fees.services.settling import settle
from registration.models import Application, Group
from registration.services import progress
from skilleval.accounts.models import User
from skilleval.catalogue.queries import work_calendar
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_date, yuan


@retrying
@transaction.atomic
def lapse(order: Order, *, at: datetime) -> bool:
    """An overdue order lapses with its applications; False if it was settled meanwhile or somebody has to look first.

    A voucher of a payment in time keeps it open, as does a part in time that its officer has to say whom it is for:
    money that came by its due date counts whenever it is booked (SPEC 7.1), so finance decide, by confirm_payment or
    find_unpaid. Money that is free again, and covers it, pays it.
    """
    if _settled(order, by=None, at=at):
        return False
    order = locked(order)
    if order.state != OrderState.OPEN or timezone.localdate(at) <= lapses_after(order):
        return False
    if claims_payment(order) or awaits_word(order):
        return False
    _lapse(order, by=None, at=at, reason=f"缴费截止日 {cn_date(order.due_on)}已过，{_lacking(order)}")
    return True


@retrying
@transaction.atomic
def find_unpaid(order: Order, *, by: User, at: datetime, reason: str) -> Order:
    """未到账: finance looked for the money of an overdue order with a voucher, and there is none; it lapses.

    Where there is money for it after all, free again meanwhile, it is paid. Returns the order as it is then. Raises
    NotAllowed, Conflict where it was settled meanwhile, and Refused before the settling days are over.
    """
    require(by, policy.CONFIRM, order.provider)
    if _settled(order, by=by, at=at):
        return locked(order)
    order = locked(order)
    if order.state != OrderState.OPEN:
        raise Conflict(f"该订单刚变为“{order.get_state_display()}”，请刷新后查看")
    last = lapses_after(order)
    if timezone.localdate(at) <= last:
        raise Refused(f"入账时间到 {cn_date(last)}止，之后才能作未到账处理", from_on=last + timedelta(days=1))
    if not reason.strip():
        raise Refused("请写明核对情况，例如核对了哪几天的银行流水", field="reason")
    _lapse(order, by=by, at=at, reason=f"核对银行流水未收到款项：{reason.strip()}")
    return order


@transaction.atomic
def remind_undrawn(group: Group, *, due_on: date) -> None:
    """Remind the officers of approved members that no order asks for, once for each last day to pay."""
    telling.tell_drawing_ends(_with_names(group), due_on=due_on)


@transaction.atomic
def lapse_undrawn(group: Group, *, due_on: date, at: datetime) -> int:
    """Approved members for whom no order was drawn lapse the day after their last day to pay. Returns how many.

    No money can be on its way for them, so they don't wait for the settling days. Run again it changes nothing.
    """
    lock_group(group.pk)
    if timezone.localdate(at) <= due_on:
        return 0
    due = members_due(undrawn().filter(group=group))
    late = [pk for pk, last in due.items() if last == due_on]
    reason = f"缴费截止日 {cn_date(due_on)}已过，未缴费"
    people = progress.lapse_all(Application.objects.filter(pk__in=late), at=at, reason=reason)
    if people:
        telling.tell_members_lapsed(_with_names(group), due_on=due_on, people=people)
    return people


def claims_payment(order: Order) -> bool:
    """Whether the payer showed a voucher of a payment by the due date."""
    return order.vouchers.filter(paid_on__lte=order.due_on).exists()


def lapses_after(order: Order) -> date:
    """The day after which an unpaid order lapses: due date + the provider's settling days, in which the bank's
    statement can be booked (SPEC 7.1: money that came by its due date counts whenever it is booked)."""
    return work_calendar().add(order.due_on, order.provider.settling_days).date


@transaction.atomic
def remind(order: Order, *, at: datetime) -> bool:
    """One working day before the due date, once: pay, or the application lapses. False if it was done or settled.

    It says what is known of the money. Of a group's order its officers are reminded: the members have nothing to pay.
    """
    order = locked(order)
    if order.state != OrderState.OPEN or order.reminded_on:
        return False
    order.reminded_on = timezone.localdate(at)
    order.save(update_fields=["reminded_on"])
    known = _known(order)
    if order.group:
        telling.tell_due(order, known=known)
        return True
    names = ("application__candidate__user", "application__offering__work_type__occupation")
    for line in order.lines.filter(live=True).select_related(*names):
        telling.tell_ending(order, line.application, known=known, at=at)
    return True


def _known(order: Order) -> str:
    """What is known of an open order's money, to who has to pay it."""
    missing, asked = missing_of(order), asked_of(order)
    if missing < asked:
        there = f"已到账 {yuan(asked - missing)}"
        return f"{there}，还差 {yuan(missing)}" if missing else f"{there}，机构正在确认"
    if claims_payment(order):
        return "已收到您上传的凭证，机构正在核对到账，不需重复转账"
    return "尚未收到款项，已转账的请上传缴费凭证"


def _lacking(order: Order) -> str:
    """Why an order lapses, though some of its money is there; of all of it, it would have been paid."""
    missing = missing_of(order)
    if missing == asked_of(order):
        return "未收到款项"
    return f"还差 {yuan(missing)}，已到账的款项由机构退回"


def _settled(order: Order, *, by: User | None, at: datetime) -> bool:
    """Whether money that is for an overdue order pays it: a refund of it was refused, another payment taken back.

    Called before the order is locked, since receipts come before orders.
    """
    fresh = Order.objects.select_related("provider").get(pk=order.pk)
    if fresh.state != OrderState.OPEN or timezone.localdate(at) <= lapses_after(fresh) or not fresh.receipts.exists():
        return False
    return bool(settle([fresh], by=by, at=at).paid)


def _lapse(order: Order, *, by: User | None, at: datetime, reason: str) -> None:
    rows = [line.application_id for line in lines_of(order)]
    close(order, OrderState.LAPSED, by=by, at=at, reason=reason)
    progress.lapse_all(Application.objects.filter(pk__in=rows), at=at, reason=reason)
    telling.tell_lapsed(order, reason, people=len(rows))


def _with_names(group: Group) -> Group:
    return Group.objects.with_names().get(pk=group.pk)
