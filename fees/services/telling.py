"""What payers are told of an order: the candidate, or the officers of a group's institution (SPEC 6).

Messages to officers name no member of theirs: they may be read over somebody's shoulder.
"""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from fees.models import Order
from registration.models import Application, Group
from registration.services import notify
from registration.services.group_notices import words_of
from skilleval.accounts.telling import tell_officers
from skilleval.core.wording import cn_deadline, yuan


def tell_to_pay(order: Order, application: Application, *, at: datetime) -> None:
    """The review is passed: how much, until when, with which reference."""
    notify.tell(
        application.candidate,
        cause=f"to-pay:{order.pk}",
        subject="您的申报已通过审核，请缴费",
        body=f"申报 {application.number}（{application.offering}）已通过资格审核。"
        f"请于{cn_deadline(order.due_on)}转账缴费 {yuan(order.amount)}，以到账日为准；收款账户和转账附言见申报进度页。",
        link=notify.page_of(application),
        at=at,
    )


def tell_to_draw(group: Group, *, people: int, due_on: date, at: datetime) -> None:
    """Members were approved: their officers have an order to draw. Those approved one by one are told of once a day."""
    act = timezone.localdate(at).isoformat() if people == 1 else at.isoformat()
    who = "人员" if people == 1 else f" {people} 人"
    tell_officers(
        group.institution,
        cause=f"to-draw:{group.pk}:{act}",
        subject=f"团体申报有{who}通过资格审核，请开具缴费订单",
        body=f"{words_of(group)}有{who}已通过资格审核。请开具缴费订单并转账，"
        f"款项须于{cn_deadline(due_on)}到账，逾期未缴的，申报将失效。",
        link=notify.page_of(group),
    )


def tell_drawing_ends(group: Group, *, due_on: date) -> None:
    """Members are in no order, and their time to pay is nearly over."""
    tell_officers(
        group.institution,
        cause=f"drawing-ends:{group.pk}:{due_on.isoformat()}",
        subject="团体申报缴费即将截止，尚有人员未开订单",
        body=f"{words_of(group)}有人员已通过资格审核，但还没有开具缴费订单。"
        f"款项须于{cn_deadline(due_on)}到账，逾期未缴的，申报将失效。",
        link=notify.page_of(group),
    )


def tell_members_lapsed(group: Group, *, due_on: date, people: int) -> None:
    """Members lapsed for whom no order was drawn in time."""
    tell_officers(
        group.institution,
        cause=f"members-lapsed:{group.pk}:{due_on.isoformat()}",
        subject="团体申报有人员逾期未缴费",
        body=f"{words_of(group)}有 {people} 人至{cn_deadline(due_on)}未开具缴费订单，"
        "申报已失效。在申报时间内可重新申报。",
        link=notify.page_of(group),
    )


def tell_drawn(order: Order) -> None:
    """An officer drew an order: the others learn of it, too."""
    _tell_payers(order, "drawn", "团体缴费订单已开具", f"{_called(order)}已开具，{_to_pay(order)}。")


def tell_due(order: Order) -> None:
    """A working day before the last day to pay."""
    body = f"{_called(order)}{_to_pay(order)}；逾期未到账，订单中全部人员的申报将失效。已转账的请上传缴费凭证。"
    _tell_payers(order, "due", "团体缴费即将截止", body)


def tell_replaced(old: Order, new: Order, *, left: int) -> None:
    """Members left an unpaid order: what to pay now."""
    body = (
        f"订单 {old.number} 中有 {left} 人退出，该订单作废，由{_called(new)}替代，{_to_pay(new)}。"
        "请按新订单的金额和附言转账；已按原订单转账的，多付部分请联系评价机构退回。"
    )
    _tell_payers(new, "replaced", "团体缴费订单已更换，请按新订单缴费", body)


def tell_cancelled(order: Order) -> None:
    """Everybody left an unpaid order."""
    body = f"{_called(order)}中的人员已全部退出，订单取消，请不要再转账；已经转账的，请联系评价机构退回。"
    _tell_payers(order, "cancelled", "团体缴费订单已取消", body)


def tell_paid(order: Order, *, people: int) -> None:
    """The money is booked."""
    _tell_payers(
        order, "paid", "团体缴费已到账", f"{_called(order)}已确认到账 {yuan(order.amount)}，{people} 人报名确认。"
    )


def tell_lapsed(order: Order, reason: str, *, people: int) -> None:
    """The order lapsed, and its members with it."""
    _tell_payers(
        order, "lapsed", "团体缴费订单已逾期", f"{_called(order)}已失效：{reason}。{people} 人的申报同时失效。"
    )


def _tell_payers(order: Order, what: str, subject: str, body: str) -> None:
    if order.group:
        link = reverse("order_page", args=[order.uuid])
        tell_officers(order.group.institution, cause=f"order-{what}:{order.pk}", subject=subject, body=body, link=link)


def _called(order: Order) -> str:
    return f"订单 {order.number}（{order.reference}）"


def _to_pay(order: Order) -> str:
    return f"应缴 {yuan(order.amount)}，款项须于{cn_deadline(order.due_on)}到账"
