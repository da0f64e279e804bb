"""Orders in any state, for rows to read or to move on from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from fees.models import LedgerEntry, Order, OrderLine, Voucher
from registration.models import Application
from skilleval.core import files


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
    for happened, kind, amount in ((paid, "payment", order.amount), (refunded, "refund", -order.amount)):
        if happened:
            LedgerEntry.objects.create(
                order=order, line=line, kind=kind, amount=amount, value_on=date(2026, 3, 6), key=f"{kind}:{line.pk}"
            )
    if voucher:
        stored = files.keep(
            b"%PDF-1.4", kind="document", name="a.pdf", content_type="application/pdf", owner_label="test"
        )
        Voucher.objects.create(order=order, file=stored, paid_on=date(2026, 3, 6))
    return order


def png(name: str = "voucher.png") -> SimpleUploadedFile:
    """A small picture, as a payer would upload it."""
    from io import BytesIO

    from PIL import Image

    content = BytesIO()
    Image.new("RGB", (400, 300), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")
