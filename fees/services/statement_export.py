"""A statement's lines as a workbook: what the bank said and what became of it (SPEC 6)."""

from __future__ import annotations

from django.db import transaction

from fees.enums import LineState
from fees.models import Order, Statement
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.spreadsheets import Column, Sheet, write_workbook

COLUMNS = (
    Column("行号", 8, number=True),
    Column("交易日期", 12),
    Column("金额（元）", 14, number=True),
    Column("对方户名", 28),
    Column("附言", 40, wrapped=True),
    Column("流水号", 24),
    Column("处理", 12),
    Column("用于订单", 32, wrapped=True),
    Column("说明", 48, wrapped=True),
    Column("处理人", 14),
)


@transaction.atomic
def workbook_of(statement: Statement, *, by: User) -> bytes:
    """Every line in its order, payers' accounts left out. An export: recorded with its count."""
    rows = list(statement.lines.order_by("number").defer("payer_account"))
    orders = dict(Order.objects.filter(pk__in={pk for row in rows for pk in row.orders}).values_list("pk", "number"))
    audit.record("statement.exported", by=by, obj=statement, lines=len(rows))
    return write_workbook(
        [
            Sheet(
                "银行流水",
                COLUMNS,
                [
                    (
                        *(row.number, row.value_on, row.amount, row.payer, row.reference, row.serial),
                        str(LineState(row.state).label),
                        "、".join(orders[pk] for pk in row.orders if pk in orders),
                        *(row.reason, row.decided_by_label),
                    )
                    for row in rows
                ],
                frozen=1,
            )
        ]
    )
