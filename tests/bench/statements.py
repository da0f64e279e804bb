"""A bank's statement against open orders: from the stored file to the lines with what is to become of each."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import connection, transaction

from fees.models import Order, Statement, StatementFormat, StatementLine
from fees.services import statement_reading, statements
from fees.statements.columns import Columns
from fees.statements.sheet import open_sheet
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import Provider
from skilleval.core.spreadsheets import read_rows
from tests import factories
from tests.bench.measure import Cost, interleaved, report
from tests.bench.peers import statements as peer

NOW = factories.at(2026, 3, 31)
ROUNDS = 3
VS = "csv, dict by reference, ORM queries a line, bulk_create"
HEADER = ("交易日期", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号", "附言", "交易流水号")
COLUMNS = Columns(
    {"value_on": 0, "outgoing": 1, "incoming": 2, "balance": 3, "payer": 4, "payer_account": 5, "serial": 7}, (6,)
)
#: Of twenty lines: by number, by reference, by payer, and of nobody known.
WAYS = (*["number"] * 11, *["reference"] * 5, *["payer"] * 3, "nobody")


def statement_5000() -> None:
    """5,000 lines against 20,000 open orders; before it a tenth of both, for the growth."""
    _measure("statement_500", lines=500, orders=2000)
    _measure("statement_5000", lines=5000, orders=20_000)


def _measure(bench: str, *, lines: int, orders: int) -> None:
    provider = factories.ProviderFactory()
    clerk = factories.staff(provider, Role.FINANCE)
    drawn = _orders(provider, orders)
    file = ContentFile(_file(drawn, lines), name="流水.csv")
    statement = statements.upload_statement(provider, upload=file, by=clerk, at=NOW)
    assert statement.file is not None
    key = open_sheet(read_rows(statement.file, max_rows=20_000)).header.key
    StatementFormat.objects.create(provider=provider, header_key=key, columns=COLUMNS.kept(), saved_at=NOW)
    found: list[Counter[str]] = []

    def ours() -> None:
        with transaction.atomic():
            statement_reading.read(statement)

    def counted(work: peer.Work) -> peer.Work:
        def run() -> None:
            Statement.objects.filter(pk=statement.pk).update(state="reading")
            work()

        return run

    costs: tuple[Cost, Cost] = interleaved(counted(ours), counted(lambda: peer.read(statement)), ROUNDS)
    found = [_states(statement, work) for work in (counted(ours), counted(lambda: peer.read(statement)))]
    assert found[0] == found[1], found
    report(bench, n=lines, ours=costs[0], peer=costs[1], vs=VS)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE fees_statement, fees_statementformat, fees_order CASCADE")


def _states(statement: Statement, work: peer.Work) -> Counter[str]:
    work()
    return Counter(StatementLine.objects.filter(statement=statement).values_list("state", flat=True))


def _orders(provider: Provider, count: int) -> list[Order]:
    """Orders of people whose names are alike in their first letters."""
    return Order.objects.bulk_create(
        [
            Order(
                number=f"{provider.filing_number[-4:]}2603{number:05d}",
                provider=provider,
                payer=f"样本{_name(number)}",
                reference=f"考核费+样本{_name(number)}+人工智能训练师（四级/中级工）+1人",
                amount=Decimal(480),
                drawn_on=date(2026, 3, 5),
                due_on=date(2026, 3, 31),
            )
            for number in range(count)
        ],
        batch_size=1000,
    )


def _name(number: int) -> str:
    return "".join("零一二三四五六七八九"[int(digit)] for digit in f"{number:05d}")


def _file(orders: list[Order], lines: int) -> bytes:
    made = io.StringIO()
    table = csv.writer(made)
    table.writerow(HEADER)
    for number, order in enumerate(orders[:: len(orders) // lines]):
        table.writerow(_line(number, order, WAYS[number % len(WAYS)]))
    return made.getvalue().encode("gb18030")


def _line(number: int, order: Order, way: str) -> tuple[str, ...]:
    told = {"number": f"考核费 {order.number}", "reference": order.reference}.get(way, "转账")
    payer = "过路人" if way == "nobody" else order.payer
    balance = f"{Decimal(480) * (number + 1):,.2f}"
    return ("2026-03-21", "", "480.00", balance, payer, "6222000000000009\t", told, f"S20260321{number:06d}")
