"""撤销到账: a payment booked by mistake is taken back by corrections, while nobody of it is scheduled (SPEC 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from fees.enums import EntryKind, OrderState
from fees.models import LedgerEntry, Order, OrderLine, RefundItem
from fees.queries.receipts import UNDER_WAY
from fees.services import money_telling
from fees.services.leaving import leave_order
from fees.services.locks import applications_of, lock_group, locked_with_money
from fees.services.receipts import may_book
from registration.enums import ApplicationState
from registration.models import Application
from registration.services import paying, progress
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.transitions import move

#: Who isn't in the order any more once it is to be paid again.
LEFT = (ApplicationState.WITHDRAWN, ApplicationState.CANCELLED, ApplicationState.VOID)


@retrying
@transaction.atomic
def undo_payment(order: Order, *, by: User, at: datetime, reason: str) -> Order:
    """What was booked for a paid order is taken back, and the money said to be for it is so no more: it is free again.

    The order is open again with its due date, its applications wait for the payment; who left meanwhile leaves the
    order. In the root, seats of sessions not yet published are freed before (desk.money). Raises NotAllowed, Conflict
    where it isn't paid (any more), and Refused without a reason, where somebody of it is scheduled, and where a refund
    of it is under way or done.
    """
    may_book(by, order.provider)
    if not reason.strip():
        raise Refused("请写明撤销原因，例如：款项属于另一订单", field="reason")
    lock_group(order.group_id)
    order = locked_with_money([order])[0][0]
    if order.state != OrderState.PAID:
        raise Conflict(f"该订单刚变为“{order.get_state_display()}”，请刷新后查看")
    rows = list(applications_of(order).order_by("pk").select_for_update(of=("self",)))
    _check(order, rows)
    LedgerEntry.objects.bulk_create(_corrections(order, by, at, reason.strip()), batch_size=1000)
    order.receipts.all().delete()
    move(order, OrderState.OPEN, by=by, at=at, reason=f"撤销到账：{reason.strip()}")
    audit.record("order.payment_undone", by=by, obj=order)
    gone = [row for row in rows if row.state != ApplicationState.CONFIRMED]
    staying = [row.pk for row in rows if row.state == ApplicationState.CONFIRMED]
    confirmed = Application.objects.filter(pk__in=staying)
    paying.take_back_confirmation(confirmed, by=by, at=at, reason=reason.strip())
    money_telling.tell_undone(order, reason.strip(), at=at)
    if gone:
        leave_order(order, gone, by=by, at=at, reason="撤销到账时已退出")
    return order


def _check(order: Order, rows: Sequence[Application]) -> None:
    """The applications are locked: nobody is scheduled, or goes on, until they are where this leaves them."""
    if any(row.state in progress.SAT_STATES for row in rows):
        raise Refused("其中有人已排考或已考试，不能撤销到账；款项确有差错的，请与考务人员协商")
    lines = OrderLine.objects.filter(order=order)
    if RefundItem.objects.filter(line__in=lines, refund__state__in=UNDER_WAY).exists():
        raise Refused("该订单有退费正在办理，不能撤销到账；请先撤回退费")
    if LedgerEntry.objects.filter(order=order, kind=EntryKind.REFUND).exists():
        raise Refused("该订单已有费用退回，不能撤销到账")
    if any(row.state not in (ApplicationState.CONFIRMED, *LEFT) for row in rows):
        raise Conflict("其中有申报刚变更了状态，请刷新后查看")


def _corrections(order: Order, by: User, at: datetime, reason: str) -> list[LedgerEntry]:
    """What takes each receipt's money back from each line."""
    act = order.log.filter(to_state=OrderState.PAID).count()
    held = LedgerEntry.objects.filter(order=order).order_by().values_list("receipt", "line")
    return [
        LedgerEntry(
            receipt_id=receipt,
            order=order,
            line_id=line,
            kind=EntryKind.CORRECTION,
            amount=-amount,
            value_on=timezone.localdate(at),
            key=f"undone:{order.pk}:{act}:{receipt}:{line}",
            booked_by_id=by.pk,
            booked_by_label=by.label,
            note=reason[:200],
        )
        for receipt, line, amount in held.annotate(amount=Sum("amount"))
        if amount
    ]
