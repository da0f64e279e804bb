"""Orders in any state, for rows to read or to move on from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from fees.models import LedgerEntry, Order, OrderLine, Receipt, ReceiptOrder, Refund, RefundItem, Voucher
from registration.models import Application
from skilleval.core import files
from tests.factories import at


def order_for(
    application: Application,
    *,
    live: bool = True,
    paid: bool = False,
    refunded: bool = False,
    voucher: bool = False,
    **fields: Any,
) -> Order:
    """An order of ¥400 for one application, drawn on 5 March 2026 and due at the month's end unless said otherwise."""
    order = Order.objects.create(
        **{
            "number": f"T{Order.objects.count():08d}",
            "provider": application.offering.provider,
            "payer": application.candidate.name,
            "reference": "考核费",
            "amount": Decimal(400),
            "drawn_on": date(2026, 3, 5),
            "due_on": date(2026, 3, 31),
        }
        | fields
    )
    prices = {"theory": "100.00", "practical": "300.00"}
    line = OrderLine.objects.create(order=order, application=application, amount=order.amount, prices=prices, live=live)
    if paid:
        book(line)
    if refunded:
        give_back(line)
    if voucher:
        stored = files.keep(
            b"%PDF-1.4", kind="document", name="a.pdf", content_type="application/pdf", owner_label="test"
        )
        Voucher.objects.create(order=order, file=stored, paid_on=date(2026, 3, 6))
    return order


def book(line: OrderLine, *, value_on: date = date(2026, 3, 6), key: str = "payment") -> LedgerEntry:
    """A line's whole payment in the ledger, with a receipt of its own, and nothing else."""
    receipt = Receipt.objects.create(
        provider=line.order.provider,
        source="desk",
        value_on=value_on,
        amount=line.amount,
        payer=line.order.payer,
        key=f"{key}:{line.pk}",
    )
    ReceiptOrder.objects.create(receipt=receipt, order=line.order)
    return LedgerEntry.objects.create(
        receipt=receipt,
        order=line.order,
        line=line,
        kind="payment",
        amount=line.amount,
        value_on=value_on,
        key=f"{key}:{line.pk}",
    )


def give_back(line: OrderLine) -> LedgerEntry:
    """A line's whole payment refunded in the ledger."""
    paid = line.entries.get(kind="payment")
    refund = Refund.objects.create(
        number=f"TF{line.pk:08d}",
        provider=line.order.provider,
        payer=line.order.payer,
        amount=line.amount,
        reason="退考",
        state="paid",
        asked_by_id=1,
        asked_at=at(2026, 3, 6),
        decided_by_id=2,
        decided_at=at(2026, 3, 6),
        paid_on=date(2026, 3, 6),
    )
    RefundItem.objects.create(refund=refund, receipt=paid.receipt, line=line, amount=line.amount)
    return LedgerEntry.objects.create(
        receipt=paid.receipt,
        order=line.order,
        line=line,
        refund=refund,
        kind="refund",
        amount=-line.amount,
        value_on=date(2026, 3, 6),
        key=f"refund:{line.pk}",
    )


def png(name: str = "voucher.png") -> SimpleUploadedFile:
    """A small picture, as a payer would upload it."""
    from io import BytesIO

    from PIL import Image

    content = BytesIO()
    Image.new("RGB", (400, 300), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")
