"""Workbooks and papers of a provider's money (SPEC 6). They name no person; each one taken away is an audit event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from fees import papers, policy
from fees.months import Sums
from fees.queries.finance import Figures, Overview
from fees.queries.months import Month
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import audit
from skilleval.core.policy import require
from skilleval.core.spreadsheets import Cell, Column, Sheet, write_workbook
from skilleval.core.wording import cn_month

SUMS = ("待缴人数", "待缴金额（元）", "已缴人数", "已到账（元）", "已退费（元）", "待退费（元）", "待处理款项（元）")
MOVED = ("到账（元）", "冲销（元）", "记入申报（元）", "更正（元）", "申报退费（元）", "未用款项退回（元）")
TOTAL = "合计"
UNKNOWN = "未确定用途"


@transaction.atomic
def overview_book(provider: Provider, found: Overview, *, by: User, at: datetime) -> bytes:
    """财务总览 as shown, as a workbook. Raises NotAllowed."""
    require(by, policy.BOOKS, provider)
    columns = [Column("申报批次", 20), Column("职业编码", 14), Column("评价项目", 34), *_numbers(SUMS)]
    rows: list[Sequence[Cell]] = [
        (
            row.window.label if row.window else UNKNOWN,
            row.offering.occupation.code if row.offering else "",
            str(row.offering or ""),
            *_figures(row.figures),
        )
        for row in found.rows
    ]
    audit.record("fees.overview_exported", by=by, obj=provider, rows=len(rows))
    return write_workbook([Sheet("财务总览", columns, [*rows, (TOTAL, "", "", *_figures(found.total))], frozen=3)])


@transaction.atomic
def month_book(month: Month, *, by: User, at: datetime) -> bytes:
    """月结单 as a workbook: the sums, by day, by offering. Raises NotAllowed."""
    require(by, policy.BOOKS, month.provider)
    audit.record("fees.month_exported", by=by, obj=month.provider, month=month.number[-6:], form="xlsx")
    return write_workbook([_sums_sheet(month), _days_sheet(month), _offerings_sheet(month)])


@transaction.atomic
def month_pdf(month: Month, *, by: User, at: datetime) -> bytes:
    """月结单 to sign and seal. Raises NotAllowed."""
    require(by, policy.BOOKS, month.provider)
    audit.record("fees.month_exported", by=by, obj=month.provider, month=month.number[-6:], form="pdf")
    return papers.month_statement(month, at=at)


def _sums_sheet(month: Month) -> Sheet:
    columns = [Column("项目", 20), *_numbers(("已记入申报（元）", "未用款项（元）", "合计（元）"))]
    rows = [(line.title, line.held, line.free, line.total) for line in month.statement.lines]
    return Sheet(f"{cn_month(month.statement.first)}月结单", columns, rows, frozen=1)


def _days_sheet(month: Month) -> Sheet:
    columns = [Column("日期", 14), *_numbers((*MOVED, "当日结余（元）"))]
    days = month.statement.days
    rows: list[Sequence[Cell]] = [(day.on, *_moved(day.sums), day.closing) for day in days]
    total: Sequence[Cell] = (TOTAL, *_moved(month.statement.month), month.statement.closing.total)
    return Sheet("按日", columns, [*rows, total], frozen=1)


def _offerings_sheet(month: Month) -> Sheet:
    names = ("期初（元）", "记入申报（元）", "更正（元）", "退费（元）", "期末（元）")
    columns = [Column("职业编码", 14), Column("评价项目", 34), *_numbers(names)]
    rows: list[Sequence[Cell]] = [
        (offering.occupation.code, str(offering), row.opening, *_of_lines(row.sums), row.closing)
        for offering, row in month.offerings
    ]
    whole = month.statement
    total: Sequence[Cell] = ("", TOTAL, whole.opening.held, *_of_lines(whole.month), whole.closing.held)
    return Sheet("按评价项目", columns, [*rows, total], frozen=2)


def _numbers(names: Iterable[str]) -> list[Column]:
    return [Column(name, 18, number=True) for name in names]


def _figures(found: Figures) -> tuple[int | Decimal, ...]:
    return (found.due_people, found.due, found.paid_people, found.paid, found.refunded, found.owed, found.doubtful)


def _moved(sums: Sums) -> tuple[Decimal, ...]:
    return (sums.received, sums.reversed, sums.allocated, sums.corrected, sums.refunded, sums.returned)


def _of_lines(sums: Sums) -> tuple[Decimal, ...]:
    return (sums.allocated, sums.corrected, sums.refunded)
