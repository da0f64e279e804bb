"""退款清单: what the bank has to carry out, as a workbook for whoever makes the transfers."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from fees.models import Refund
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.spreadsheets import Column, Sheet, write_workbook

COLUMNS = (
    Column("退费编号", 18),
    Column("退给", 32),
    Column("收款账号", 26),
    Column("开户行", 26),
    Column("金额（元）", 14, number=True),
    Column("原因", 32),
    Column("状态", 10),
)


@transaction.atomic
def transfer_book(refunds: QuerySet[Refund], *, by: User) -> bytes:
    """An xlsx file of some refunds with their accounts; the export is recorded with each of them."""
    rows = list(refunds.order_by("pk"))
    for refund in rows:
        audit.record("refund.exported", by=by, obj=refund)
    cells = [
        (row.number, row.payer, row.account, row.bank, row.amount, row.reason, row.get_state_display()) for row in rows
    ]
    return write_workbook([Sheet("退款清单", COLUMNS, cells)])
