"""What payers are told of money that came and that goes back: the candidate, or a group's officers (SPEC 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse

from fees.enums import OrderState
from fees.models import Order, Receipt, Refund
from fees.queries.receipts import asked_of
from fees.services import wording
from registration.models import Application
from registration.services import notify
from skilleval.accounts.telling import tell_officers
from skilleval.core.templates import Template
from skilleval.core.wording import cn_date, cn_deadline, yuan


def tell_short(short: Mapping[Order, Decimal], receipt: Receipt, *, on: date) -> None:
    """A part came: what is missing and until when; once for each receipt and order, while it can be paid still."""
    for order, missing in short.items():
        if order.state != OrderState.OPEN or order.due_on < on:
            continue
        words = wording.SHORT_OF_A_GROUP if order.group_id else wording.SHORT
        values = {"还差金额": yuan(missing), "缴费截止": cn_deadline(order.due_on), "应缴金额": yuan(asked_of(order))}
        _tell(order, f"order-short:{order.pk}:{receipt.pk}", words, **values)


def tell_split(paid: Order, rest: Order) -> None:
    """An officer said whom a part of a group's money was for: what is left to pay for the others."""
    values = {"已缴订单": paid.number, "应缴金额": yuan(rest.amount), "缴费截止": cn_deadline(rest.due_on)}
    _tell(rest, f"order-split:{rest.pk}", wording.SPLIT, **values)


def tell_undone(order: Order, reason: str, *, at: datetime) -> None:
    """A payment was booked by mistake: a group's officers are told; a candidate is told of the application."""
    if order.group:
        values = {"理由": reason, "应缴金额": yuan(asked_of(order)), "缴费截止": cn_deadline(order.due_on)}
        _tell(order, f"order-undone:{order.pk}:{at.isoformat()}", wording.UNDONE, **values)


def tell_refunded(refund: Refund, amounts: Mapping[Order, Decimal]) -> None:
    """The bank has carried a refund out: each payer is told what of their order came back, and when."""
    for order, amount in amounts.items():
        values = {"退费金额": yuan(amount), "退款日期": cn_date(refund.paid_on) if refund.paid_on else ""}
        _tell(order, f"refunded:{refund.pk}:{order.pk}", wording.REFUNDED, **values)


def _tell(order: Order, cause: str, template: Template, **values: str) -> None:
    """Whoever is asked to pay: a group's officers, or the candidate."""
    named = {"订单": f"订单 {order.number}（{order.reference}）", **values}
    if order.group:
        tell_officers(
            order.group.institution,
            cause=cause,
            template=template,
            values=named,
            provider=order.provider,
            link=reverse("order_page", args=[order.uuid]),
        )
        return
    names = ("candidate__user", "offering__provider")
    rows = Application.objects.filter(pk__in=order.lines.values("application")).select_related(*names)
    notify.tell_all(
        notify.Notice(
            candidate=row.candidate,
            about=row,
            cause=cause,
            template=template,
            values=named,
            link=notify.page_of(row),
        )
        for row in rows
    )
