"""What payers are told of an order: the candidate, or the officers of a group's institution (SPEC 6).

Messages to officers name no member of theirs: they may be read over somebody's shoulder.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from fees.models import Order
from fees.services import wording
from registration.models import Application, Group
from registration.services import notify
from registration.services.group_notices import words_of
from registration.services.wording import named
from skilleval.accounts.telling import tell_officers
from skilleval.core.templates import Template
from skilleval.core.wording import cn_deadline, yuan


def tell_to_pay(order: Order, application: Application, *, at: datetime) -> None:
    """The review is passed: how much, until when, with which reference."""
    notify.tell(
        application.candidate,
        about=application,
        cause=f"to-pay:{order.pk}",
        template=wording.TO_PAY,
        values=named(application, **_to_pay(order)),
        link=notify.page_of(application),
        at=at,
    )


def tell_ending(order: Order, application: Application, *, known: str, at: datetime) -> None:
    """A working day before the last day to pay, with what is known of the money."""
    notify.tell(
        application.candidate,
        about=application,
        cause=f"pay-reminder:{order.pk}:{order.due_on.isoformat()}",
        template=wording.ENDING,
        values=named(application, **_to_pay(order), 到账情况=known),
        link=notify.page_of(application),
        at=at,
    )


def passed(application: Application) -> notify.Notice:
    """What a group's member is told: the review is passed, and their institution pays."""
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"passed:{application.pk}:{application.approved_on}",
        template=wording.PASSED,
        values=named(application, 院校=str(application.institution)),
        link=notify.page_of(application),
    )


def tell_to_draw(group: Group, *, people: int, due_on: date, at: datetime) -> None:
    """Members were approved: their officers have an order to draw. Those approved one by one are told of once a day."""
    act = timezone.localdate(at).isoformat() if people == 1 else at.isoformat()
    who = "人员" if people == 1 else f" {people} 人"
    tell_officers(
        group.institution,
        cause=f"to-draw:{group.pk}:{act}",
        template=wording.TO_DRAW,
        values={"团体": words_of(group), "通过人员": who, "缴费截止": cn_deadline(due_on)},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def tell_drawing_ends(group: Group, *, due_on: date) -> None:
    """Members are in no order, and their time to pay is nearly over."""
    tell_officers(
        group.institution,
        cause=f"drawing-ends:{group.pk}:{due_on.isoformat()}",
        template=wording.DRAWING_ENDS,
        values={"团体": words_of(group), "缴费截止": cn_deadline(due_on)},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def tell_members_lapsed(group: Group, *, due_on: date, people: int) -> None:
    """Members lapsed for whom no order was drawn in time."""
    tell_officers(
        group.institution,
        cause=f"members-lapsed:{group.pk}:{due_on.isoformat()}",
        template=wording.MEMBERS_LAPSED,
        values={"团体": words_of(group), "人数": str(people), "缴费截止": cn_deadline(due_on)},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def tell_drawn(order: Order) -> None:
    """An officer drew an order: the others learn of it, too."""
    _tell_payers(order, "drawn", wording.DRAWN, **_to_pay(order))


def tell_due(order: Order, *, known: str) -> None:
    """A working day before the last day to pay, with what is known of the money."""
    _tell_payers(order, f"due:{order.due_on.isoformat()}", wording.DUE, **_to_pay(order), 到账情况=known)


def tell_replaced(old: Order, new: Order, *, left: int) -> None:
    """Members left an unpaid order: what to pay now."""
    _tell_payers(new, "replaced", wording.REPLACED, 原订单编号=old.number, 退出人数=str(left), **_to_pay(new))


def tell_cancelled(order: Order) -> None:
    """Everybody left an unpaid order."""
    _tell_payers(order, "cancelled", wording.CANCELLED)


def tell_paid(order: Order, *, people: int, amount: Decimal, again: int = 0) -> None:
    """The money is booked; `again` counts how often it was before, where that was undone."""
    what = f"paid:{again}" if again else "paid"
    _tell_payers(order, what, wording.PAID, 到账金额=yuan(amount), 人数=str(people))


def tell_lapsed(order: Order, reason: str, *, people: int) -> None:
    """The order lapsed, and its members with it."""
    _tell_payers(order, "lapsed", wording.LAPSED, 理由=reason, 人数=str(people))


def _tell_payers(order: Order, what: str, template: Template, **values: str) -> None:
    if order.group:
        tell_officers(
            order.group.institution,
            cause=f"order-{what}:{order.pk}",
            template=template,
            values={"订单": f"订单 {order.number}（{order.reference}）", **values},
            provider=order.provider,
            link=reverse("order_page", args=[order.uuid]),
        )


def _to_pay(order: Order) -> dict[str, str]:
    return {"应缴金额": yuan(order.amount), "缴费截止": cn_deadline(order.due_on)}
