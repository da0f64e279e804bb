"""What payers are told of money that came and that goes back, as templates (SPEC 6, 13). None names a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.urls import reverse

from fees.enums import OrderState
from fees.models import Order, Receipt
from registration.models import Application
from registration.services import notify
from skilleval.accounts.telling import tell_officers
from skilleval.core.templates import Template, template
from skilleval.core.wording import cn_deadline, yuan

_ORDER = {"订单编号": "0054260300001", "应缴": "¥400.00"}

SHORT = template(
    "fees.short",
    title="到账金额不足",
    subject="到账金额不足，请补足",
    body="订单 {订单编号}应缴 {应缴}，已收到部分款项，还差 {还差}。请于{截止}补足，以到账日为准；补足前报名不能确认。",
    values=_ORDER | {"还差": "¥100.00", "截止": "3月31日 24:00 前"},
    needs=("还差", "截止"),
)
SHORT_OF_A_GROUP = template(
    "fees.short_of_a_group",
    title="团体订单到账金额不足",
    subject="团体缴费到账不足，请补足或指定人员",
    body="订单 {订单编号}应缴 {应缴}，已收到部分款项，还差 {还差}。请于{截止}补足；"
    "也可以在订单页指定已到款项为哪些人员缴纳，其余人员另开订单。在此之前，订单中的人员都不能确认。",
    values=_ORDER | {"还差": "¥400.00", "截止": "3月31日 24:00 前"},
    needs=("还差", "截止"),
)


def tell_short(short: Mapping[Order, Decimal], receipt: Receipt, *, on: date) -> None:
    """A part came: what is missing and until when; once for each receipt and order, while it can be paid still."""
    for order, missing in short.items():
        if order.state != OrderState.OPEN or order.due_on < on:
            continue
        values = {
            "订单编号": order.number,
            "应缴": yuan(order.amount),
            "还差": yuan(missing),
            "截止": cn_deadline(order.due_on),
        }
        words = SHORT_OF_A_GROUP if order.group_id else SHORT
        tell_payer(order, cause=f"order-short:{order.pk}:{receipt.pk}", template=words, values=values)


def tell_payer(order: Order, *, cause: str, template: Template, values: Mapping[str, str]) -> None:
    """Tell whoever is asked to pay an order: a group's officers, or the candidate, in the caller's transaction."""
    if order.group:
        link = reverse("order_page", args=[order.uuid])
        words = {"template": template, "values": values, "provider": order.provider}
        tell_officers(order.group.institution, cause=cause, link=link, **words)  # type: ignore[arg-type]
        return
    names = ("candidate__user", "offering__provider", "offering__work_type__occupation")
    for application in Application.objects.filter(pk__in=order.lines.values("application")).select_related(*names):
        notice = notify.Notice(
            candidate=application.candidate,
            about=application,
            cause=cause,
            template=template,
            values=values,
            link=notify.page_of(application),
        )
        notify.tell_all([notice])
