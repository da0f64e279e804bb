"""A statement as a good plain program takes it in, in the manner of pretix's bank transfers.

The file is read by `csv`, orders are looked up by reference in a dict made once and otherwise by a query a line, lines
are made as model instances and written with `bulk_create` in batches of 1,000, all in one transaction. It knows one
form of a file, an amount and a day, checks no balance, and looks for no doubles but by the bank's serial.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db import transaction

from fees.enums import LineState, OrderState
from fees.models import Order, Receipt, Statement, StatementLine
from skilleval.core import files

Work = Callable[[], None]
BATCH = 1000
NUMBER = re.compile(r"\d{13}")


@transaction.atomic
def read(statement: Statement) -> None:
    """From the stored file to lines with what each is for."""
    assert statement.file is not None
    open_orders = Order.objects.filter(provider=statement.provider, state=OrderState.OPEN)
    by_reference = {order.reference: order for order in open_orders}
    taken: set[int] = set()
    lines = []
    with files.path_of(statement.file).open(encoding="gb18030", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            lines.append(_line(statement, number, row, by_reference, taken))
    StatementLine.objects.filter(statement=statement).delete()
    StatementLine.objects.bulk_create(lines, batch_size=BATCH)


def _line(
    statement: Statement, number: int, row: dict[str, str], by_reference: dict[str, Order], taken: set[int]
) -> StatementLine:
    line = StatementLine(
        statement=statement,
        number=number,
        value_on=date.fromisoformat(row["交易日期"]),
        amount=Decimal(row["贷方发生额"].replace(",", "")),
        payer=row["对方户名"],
        payer_account=row["对方账号"].strip(),
        reference=row["附言"],
        serial=row["交易流水号"],
        key=hashlib.sha256(row["交易流水号"].encode()).hexdigest(),
        state=LineState.DOUBTFUL,
    )
    if Receipt.objects.filter(key=f"statement:{statement.provider_id}:{line.key}").exists():
        line.state = LineState.KNOWN
        return line
    order = _order(line, by_reference)
    if order and order.pk not in taken and order.amount == line.amount:
        taken.add(order.pk)
        line.state, line.orders = LineState.MATCHED, [order.pk]
    return line


def _order(line: StatementLine, by_reference: dict[str, Order]) -> Order | None:
    orders = Order.objects.filter(provider=line.statement.provider_id, state=OrderState.OPEN)
    if (found := NUMBER.search(line.reference)) and (named := orders.filter(number=found[0]).first()):
        return named
    if line.reference in by_reference:
        return by_reference[line.reference]
    theirs = list(orders.filter(payer=line.payer, amount=line.amount)[:2])
    return theirs[0] if len(theirs) == 1 else None
