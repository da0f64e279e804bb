"""The box in which a payer sees what to pay, where to, and what has arrived."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from fees.enums import OrderState
from fees.forms import InvoiceForm, VoucherForm
from fees.models import Order
from fees.queries import lines_with_names, money_of, standing_of
from registration.models import Application

register = template.Library()

TONES = {
    OrderState.OPEN: "action",
    OrderState.PAID: "success",
    OrderState.LAPSED: "neutral",
    OrderState.REPLACED: "neutral",
    OrderState.CANCELLED: "neutral",
}


@register.inclusion_tag("fees/_order_box.html", takes_context=True)
def order_box(
    context: RequestContext,
    order: Order,
    voucher_form: VoucherForm | None = None,
    invoice_form: InvoiceForm | None = None,
) -> dict[str, Any]:
    """An order for its payer, with the forms for voucher and invoice while it is open."""
    open_now = order.state == OrderState.OPEN
    return {
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "order": order,
        "money": money_of(order),
        "provider": order.provider,
        "tone": TONES[OrderState(order.state)],
        "open_now": open_now,
        "past_due": open_now and context["today"] > order.due_on,
        "vouchers": order.vouchers.select_related("file", "carried_from"),
        "lines": [] if order.group_id else lines_with_names(order),
        "heads": order.lines.count() if order.group_id else 1,
        "voucher_form": voucher_form or VoucherForm(auto_id="voucher_%s"),
        "invoice_form": invoice_form or InvoiceForm(instance=order, auto_id="invoice_%s"),
    }


@register.inclusion_tag("fees/_member_fee.html")
def member_fee(application: Application) -> dict[str, Any]:
    """For a group's member: what is paid for them, by whom, until when. The order is their institution's to see."""
    fee = standing_of([application])[application.pk]
    return {"application": application, "fee": fee, "tone": "success" if fee.paid_on else "neutral"}
