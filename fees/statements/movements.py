"""Rows of a bank's file made movements: which are money, when, how much, by whom, with which words (SPEC 6).

Totals, repeated column names and remarks are left out; a row that looks like money and can't be read is kept as faulty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from fees.statements.account import Account
from fees.statements.cells import (
    FAILED,
    NOTHING,
    OWN_CURRENCY,
    Unreadable,
    account_of,
    amount_of,
    day_of,
    direction_of,
    plain,
)
from fees.statements.columns import Columns
from fees.statements.header import Header, is_header

if TYPE_CHECKING:
    from skilleval.core.spreadsheets import Row

TOTALS = re.compile(r"^(合计|总计|小计|累计|本页|本日|本月|承前页|过次页|期初|期末|上期|上页|笔数|总笔数|总金额|共\d)")
#: Numbers of lines within a file, not of movements at a bank: too short, or counted from 1.
SHORTEST_SERIAL = 6
LONGEST = {"payer": 200, "text": 300, "serial": 80}


@dataclass(frozen=True)
class Movement:
    """A row that is money: `amount` in yuan, out is negative. `fault` says why it can't be used."""

    number: int
    value_on: date | None = None
    amount: Decimal | None = None
    payer: str = ""
    account: str = ""
    texts: tuple[str, ...] = ()
    serial: str = ""
    balance: Decimal | None = None
    fault: str = ""
    taken_back: bool = False  # it reverses another: money on the wrong side of zero
    when: str = ""  # the day and, where the file has it, the time, as the bank wrote it

    @property
    def text(self) -> str:
        """All words of the payer's, each once."""
        return " ".join(dict.fromkeys(self.texts))[: LONGEST["text"]]

    @property
    def incoming(self) -> bool:
        return not self.fault and self.amount is not None and self.amount > 0


@dataclass(frozen=True)
class Totals:
    """What the file's own last line says came in, and what its movements add up to; yuan."""

    said: Decimal
    found: Decimal


def movements(rows: Sequence[Row], header: Header, columns: Columns, *, own: str, today: date) -> list[Movement]:
    """The movements of a file's rows beneath its header, in their order."""
    found = [
        _movement(row, header, columns, own, today)
        for row in rows
        if not is_header(row.cells, header) and _is_money(row.cells, columns)
    ]
    return list(_with_sound_serials(found))


def total_of(rows: Sequence[Row], columns: Columns, found: Sequence[Movement]) -> Totals | None:
    """The total of what came in as the file's last such line states it, where it differs from its movements'."""
    said = (_stated(columns.cell("incoming", row.cells)) for row in rows if _is_total(row.cells, columns))
    stated = [amount for amount in said if amount]
    came = sum((one.amount for one in found if one.amount and one.amount > 0), Decimal(0))
    return Totals(stated[-1], came) if stated and stated[-1] != came else None


def _stated(cell: str) -> Decimal | None:
    try:
        return amount_of(cell)
    except Unreadable:
        return None


def _is_total(cells: Sequence[str], columns: Columns) -> bool:
    first = next((plain(cell) for cell in cells if cell), "")
    return bool(TOTALS.match(first) or TOTALS.match(plain(columns.cell("value_on", cells))))


def _is_money(cells: Sequence[str], columns: Columns) -> bool:
    """Whether a row names an amount or a day, and is no total."""
    amounts = (columns.cell(meaning, cells) for meaning in ("incoming", "outgoing", "amount"))
    return not _is_total(cells, columns) and (
        any(mark.isdecimal() for cell in amounts for mark in cell) or _is_day(columns.cell("value_on", cells))
    )


def _is_day(cell: str) -> bool:
    try:
        return day_of(cell) is not None
    except Unreadable:
        return False


def _movement(row: Row, header: Header, columns: Columns, own: str, today: date) -> Movement:
    cells = row.cells
    told = Movement(
        row.number,
        payer=_short("payer", columns.cell("payer", cells)),
        account=_account(row, columns),
        texts=tuple(cells[place] for place in columns.references if place < len(cells) and cells[place] not in NOTHING),
        serial=_serial(row, columns),
        when=columns.cell("value_on", cells),
    )
    if len(cells) > len(header.names):
        return replace(
            told, fault=f"这一行有 {len(cells)} 格，比表头多，金额可能错位；请在银行网站另存为 .xlsx 后再上传"
        )
    try:
        read = replace(told, value_on=day_of(columns.cell("value_on", cells)))
        read = _with_amount(read, columns, cells)
    except Unreadable as error:
        return replace(told, fault=f"“{str(error)[:40]}”看不懂，请核对原文件这一行")
    return replace(read, fault=_fault(read, row, columns, own, today))


def _with_amount(read: Movement, columns: Columns, cells: Sequence[str]) -> Movement:
    """With the signed amount, and the balance where it can be read. Raises Unreadable."""
    amount, taken_back = _amount(columns, cells)
    try:
        balance = amount_of(columns.cell("balance", cells))
    except Unreadable:
        balance = None
    return replace(read, amount=amount, balance=balance, taken_back=taken_back)


def _amount(columns: Columns, cells: Sequence[str]) -> tuple[Decimal | None, bool]:
    """The signed amount, and whether it takes an earlier one back: it stands negative on its own side."""
    if "incoming" in columns.places:
        return _of_two(amount_of(columns.cell("incoming", cells)), amount_of(columns.cell("outgoing", cells)))
    amount = amount_of(columns.cell("amount", cells))
    if not amount or "flag" not in columns.places:
        return amount, False
    flag = columns.cell("flag", cells)
    direction = direction_of(flag)
    if not direction:
        raise Unreadable(flag or "借贷标志为空")
    return (amount, True) if direction > 0 > amount else (abs(amount) * direction, amount < 0)


def _of_two(incoming: Decimal | None, outgoing: Decimal | None) -> tuple[Decimal | None, bool]:
    if incoming and outgoing:
        raise Unreadable(f"收入 {incoming}、支出 {outgoing} 同在一行")
    if incoming or outgoing is None:
        return incoming, bool(incoming and incoming < 0)
    return -outgoing, outgoing < 0


def _fault(read: Movement, row: Row, columns: Columns, own: str, today: date) -> str:
    """Why a row that could be read can't be used; empty where it can."""
    cells = row.cells
    if read.value_on is None:
        return "没有日期，请核对原文件这一行"
    if not read.amount:
        return "没有金额，请核对原文件这一行"
    if read.value_on > today:
        return f"日期 {read.value_on} 在今天之后，请核对原文件这一行"
    if plain(columns.cell("currency", cells)).upper() not in OWN_CURRENCY:
        return f"币种是{columns.cell('currency', cells)[:10]}，不是人民币"
    if FAILED.search(columns.cell("status", cells)):
        return f"交易状态为{columns.cell('status', cells)[:10]}，款项没有到账"
    account = own_account(row, columns)
    if read.amount > 0 and account and own and not account.is_own(own):
        return f"本方账号尾号 {account.tail}，不是本机构的收款账户"
    return ""


def own_account(row: Row, columns: Columns) -> Account | None:
    """The account a row says it is of."""
    number = account_of(columns.cell("own_account", row.cells))
    return Account(number, columns.places["own_account"] in row.lossy) if number else None


def _account(row: Row, columns: Columns) -> str:
    """The payer's account; none where the file has lost its last digits."""
    place = columns.places.get("payer_account")
    return "" if place in row.lossy else account_of(columns.cell("payer_account", row.cells))[:40]


def _serial(row: Row, columns: Columns) -> str:
    place = columns.places.get("serial")
    serial = plain(columns.cell("serial", row.cells))
    return "" if place in row.lossy or serial in NOTHING else _short("serial", serial)


def _with_sound_serials(found: list[Movement]) -> Iterator[Movement]:
    """Serials left out where they only count the lines of the file."""
    serials = [one.serial for one in found if one.serial]
    counts = sorted(int(serial) for serial in serials if serial.isdecimal() and serial.isascii())
    lines = len(counts) == len(serials) and counts and counts[-1] - counts[0] == len(set(counts)) - 1 and counts[0] <= 1
    short = sum(len(serial) < SHORTEST_SERIAL for serial in serials) * 2 > len(serials)
    for one in found:
        yield replace(one, serial="") if lines or short else one


def doubled(found: Sequence[Movement]) -> dict[int, int]:
    """Rows that are a row before once more, by their numbers: all the same, serial and balance included."""
    first: dict[tuple[object, ...], int] = {}
    again = {}
    for one in found:
        if one.fault or not (one.serial or one.balance is not None):
            continue
        told = (one.when, one.amount, one.payer, one.text, one.serial, one.balance)
        if told in first:
            again[one.number] = first[told]
        first.setdefault(told, one.number)
    return again


def _short(what: str, text: str) -> str:
    return text[: LONGEST[what]]
