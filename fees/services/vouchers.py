"""What payers add to an order: the voucher of their transfer, and what the invoice is to name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from fees.enums import OrderState
from fees.models import Order, Voucher
from fees.queries.orders import successor_of
from fees.services.locks import locked
from skilleval.accounts.models import User
from skilleval.core import audit, files
from skilleval.core.enums import FileKind
from skilleval.core.errors import Conflict, Refused
from skilleval.core.wording import cn_date, cn_deadline


@transaction.atomic
def attach_voucher(order: Order, *, upload: File[Any], paid_on: date, by: User, at: datetime) -> Voucher:
    """缴费凭证: keep what the payer shows. It books nothing. Raises Refused for a closed order, a wrong day or file."""
    order = locked(order)
    _check_open(order, "不需再上传凭证")
    if paid_on > timezone.localdate(at):
        raise Refused("付款日期不能晚于今天，请按转账回单填写", field="paid_on")
    if paid_on < order.payable_from:
        raise Refused(f"付款日期不能早于订单开具日期 {cn_date(order.payable_from)}，请核对回单", field="paid_on")
    if paid_on > order.due_on:
        raise Refused(
            f"缴费截止 {cn_deadline(order.due_on)}已过，之后的付款不能确认；已经转账的，请联系评价机构退回",
            field="paid_on",
        )
    stored = files.store(upload, kind=FileKind.DOCUMENT, by=by, owner_label=f"order:{order.number}")
    return Voucher.objects.create(order=order, file=stored, paid_on=paid_on)


@transaction.atomic
def set_invoice(order: Order, *, title: str, tax_number: str, email: str, by: User) -> Order:
    """开票信息, changeable until the money is booked."""
    order = locked(order)
    _check_open(order, "开票信息不能再改，请联系评价机构")
    order.invoice_title, order.invoice_tax_number, order.invoice_email = title, tax_number, email
    order.save(update_fields=["invoice_title", "invoice_tax_number", "invoice_email"])
    audit.record("order.invoice_changed", by=by, obj=order)
    return order


def _check_open(order: Order, otherwise: str) -> None:
    new = successor_of(order) if order.state == OrderState.REPLACED else None
    if new:
        raise Conflict(f"有人退出，该订单刚更换为 {new.number}，请打开新订单办理")
    if order.state != OrderState.OPEN:
        raise Refused(f"该订单{order.get_state_display()}，{otherwise}")
