"""A bank's file read: its columns, its movements, and what a person should be told of it (SPEC 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fees.statements.account import Account, accounts_named, foreign
from fees.statements.cells import account_of
from fees.statements.columns import Columns, guess
from fees.statements.header import Header, find_header
from fees.statements.movements import Movement, movements, own_account, total_of
from skilleval.core.errors import Refused
from skilleval.core.wording import yuan

if TYPE_CHECKING:
    from skilleval.core.spreadsheets import Row

NO_HEADER = "没有找到列名（例如“交易日期”“贷方发生额”“对方户名”）；请在银行网站重新导出明细，不要删改表头"
NO_MOVEMENTS = "只有列名，没有交易明细；请核对导出的日期范围"
UNKNOWN_ACCOUNT = "文件中没有写明账号，请自行核对是否为本机构的收款账户"


@dataclass(frozen=True)
class Sheet:
    """The rows of a file beneath its header, and which column is what as far as can be told from their names."""

    titles: Sequence[Row]
    header: Header
    rows: Sequence[Row]
    guessed: Columns

    def check_titles(self, own: str) -> None:
        """Raise Refused where the lines above the columns name another account than the provider's."""
        _check(accounts_named(self.titles), own)

    def movements(self, columns: Columns, *, own: str, today: date) -> list[Movement]:
        """What moved. Raises Refused where nothing did, and where every line is of another account."""
        if "own_account" in columns.places and not accounts_named(self.titles):
            _check([account for row in self.rows if (account := own_account(row, columns))], own)
        found = movements(self.rows, self.header, columns, own=own, today=today)
        if not found:
            raise Refused(NO_MOVEMENTS, field="upload")
        return found

    def warnings(self, columns: Columns, found: Sequence[Movement], *, own: str) -> list[str]:
        """What a person should look at before booking, in words."""
        told = []
        if totals := total_of(self.rows, columns, found):
            told.append(f"文件的合计收入为 {yuan(totals.said)}，逐行相加为 {yuan(totals.found)}，请核对是否缺行或读错")
        if not account_of(own):
            told.append("本机构没有登记收款账号，无法核对这份流水是哪个账户的")
        elif not accounts_named(self.titles) and "own_account" not in columns.places:
            told.append(UNKNOWN_ACCOUNT)
        return told


def _check(named: Sequence[Account], own: str) -> None:
    if other := foreign(named, own):
        raise Refused(
            f"这份流水的账号尾号是 {other.tail}，本机构的收款账户尾号是 {account_of(own)[-4:]}；"
            "请核对是否选错了文件，账户有变更的请先由机构负责人更新收款账号",
            field="upload",
        )


def open_sheet(rows: Sequence[Row]) -> Sheet:
    """Find the columns of a file. Raises Refused where there are none."""
    header = find_header([row.cells for row in rows])
    if header is None:
        raise Refused(NO_HEADER, field="upload")
    beneath = rows[header.begins :]
    if not beneath:
        raise Refused(NO_MOVEMENTS, field="upload")
    guessed = guess(header.names, [row.cells for row in beneath])
    return Sheet(rows[: header.begins], header, beneath, guessed)
