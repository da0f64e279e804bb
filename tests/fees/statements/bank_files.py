"""Banks' files, ordinary and hostile, made by code; each has a name, its bytes and what should become of it.

What becomes of a file is the words of its refusal, or its movements: the signed amount and who paid, or words of the
fault. The provider's account ends in 0001, and today is 31 March 2026.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook

from tests.core import hostile_sheets
from tests.core.hostile_files import JPEG

OWN = "6200000000000001"
TODAY = date(2026, 3, 31)
HEADER = ("交易日期", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号", "附言", "交易流水号")
ONE = ("2026-03-21", "", "480.00", "1,480.00", "甲乙", "6222000000000009\t", "考核费", "S20260321001")
TITLE = ("账号：6200 0000 0000 0001", "户名：测试评价机构", "币种：人民币")
TAKEN = [("480.00", "甲乙")]
Rows = list[tuple[Any, ...]]


def text(*rows: Any, encoding: str = "utf-8", between: str = ",") -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=between).writerows(rows)
    return made.getvalue().encode(encoding)


def book(*rows: Any, change: Any = lambda sheet: None) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    change(made.active)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def line(**cells: Any) -> tuple[Any, ...]:
    """The usual line with other cells, by the names of their columns."""
    assert set(cells) <= set(HEADER)
    return tuple(cells.get(name, cell) for name, cell in zip(HEADER, ONE, strict=True))


def amount(cell: str) -> bytes:
    return text(HEADER, line(贷方发生额=cell, 余额=""))


def day(cell: Any) -> bytes:
    return text(HEADER, line(交易日期=cell))


def columns(names: tuple[str, ...], *rows: tuple[Any, ...]) -> bytes:
    return text(names, *rows)


def merged_title(sheet: Any) -> None:
    sheet.merge_cells("A1:H1")


def of_cells(sheet: Any) -> None:
    sheet["A2"] = datetime(2026, 3, 21, 9, 5)  # noqa: DTZ001 - a cell knows no time zone
    sheet["C2"], sheet["D2"] = 480.0, 1480


SIGNED = ("记账日期", "交易金额", "对方单位", "摘要")
FLAGGED = ("交易时间", "借贷标志", "发生额(元)", "对方名称", "用途")
BOTH = (
    "交易日期[ Date ]",
    "交易类型[ Type ]",
    "付款人名称[ Payer ]",
    "收款人账号[ Payee's ]",
    "交易金额[ Amount ]",
    "用途",
)
TWO_ROWS: Rows = [("日期", "摘要", "发生额", "", "余额", "对方户名"), ("", "", "借方", "贷方", "", "")]
STRANGE = ("何日", "进项", "出项", "何人")

#: name → (bytes, the words of its refusal, or what its movements are)
FILES: dict[str, tuple[bytes, Any]] = {
    # --- accepted as they are
    "csv in utf-8": (text(HEADER, ONE), TAKEN),
    "csv with a mark": (text(HEADER, ONE, encoding="utf-8-sig"), TAKEN),
    "csv in gb18030": (text(HEADER, ONE, encoding="gb18030"), TAKEN),
    "xlsx of texts": (book(HEADER, ONE), TAKEN),
    "xlsx of dates and numbers": (book(HEADER, ONE, change=of_cells), TAKEN),
    "title lines above, own account among them": (text(("银行账户明细查询",), TITLE, (), HEADER, ONE), TAKEN),
    "a merged title": (book(("银行账户明细",), HEADER, ONE, change=merged_title), TAKEN),
    "totals beneath": (
        text(HEADER, ONE, ("合计", "0.00", "480.00"), ("", "", "", "以上为全部明细"), ("打印时间：2026-03-31",)),
        TAKEN,
    ),
    "a total in the middle and the header again": (
        text(HEADER, ONE, ("本页小计", "", "480.00"), HEADER, line(交易流水号="S20260321002", 余额="1,960.00")),
        TAKEN * 2,
    ),
    "two rows of names": (text(*TWO_ROWS, ("2026-03-21", "考核费", "", "480.00", "1480", "甲乙")), TAKEN),
    "one signed column": (
        columns(SIGNED, ("20260321", "480.00", "甲乙", "考核费"), ("20260321", "-15.00", "", "手续费")),
        [("480.00", "甲乙"), ("-15.00", "")],
    ),
    "one column and a flag": (
        columns(FLAGGED, ("2026-03-21 09:05:00", "贷", "480.00", "甲乙", ""), ("2026-03-21", "借", "15.00", "", "")),
        [("480.00", "甲乙"), ("-15.00", "")],
    ),
    "payer and payee named, kinds of transfer": (
        columns(
            BOTH, ("20260321", "来账", "甲乙", OWN, "480.00", ""), ("20260321", "往账", "本机构", "9", "15.00", "")
        ),
        [("480.00", "甲乙"), ("-15.00", "本机构")],
    ),
    "full width": (amount("４８０．００"), TAKEN),
    "thousands": (amount("1,480.00"), [("1480.00", "甲乙")]),
    "currency marks": (amount("￥480.00元"), TAKEN),
    "binary noise": (amount("479.99999999999994"), TAKEN),
    "a day of eight digits": (day("20260321"), TAKEN),
    "a day in words": (day("2026年3月21日"), TAKEN),
    "a day as a spreadsheet counts": (day("46102"), TAKEN),
    "tabs behind numbers": (text(HEADER, tuple(f"{cell}\t" for cell in ONE)), TAKEN),
    "control and direction marks": (text(HEADER, line(对方户名="甲\u200b\u202e乙\x07")), TAKEN),
    "empty lines between": (text(HEADER, (), ONE, ("", "", "")), TAKEN),
    "remarks without money": (text(HEADER, ONE, ("说明：本明细仅供参考", "", "", "")), TAKEN),
    "zero on the other side": (text(HEADER, line(借方发生额="0.00")), TAKEN),
    "own account hidden in part": (text(("账号", "6200********0001"), HEADER, ONE), TAKEN),
    "own account as a number": (book(("账号", 6200000000000001), HEADER, ONE), TAKEN),
    "the payer's account as a number": (book(HEADER, line(对方账号=6222000000000009123)), TAKEN),
    "money out alone": (text(HEADER, line(借方发生额="480.00", 贷方发生额="")), [("-480.00", "甲乙")]),
    "a reversal": (text(HEADER, line(贷方发生额="-480.00")), [("-480.00", "甲乙")]),
    # --- lines that can't be used
    "two amounts in one line": (text(HEADER, line(借方发生额="480.00")), ["同在一行"]),
    "decimal comma": (amount("1.234,56"), ["看不懂"]),
    "commas out of place": (amount("48,0.00"), ["看不懂"]),
    "a tenth of a cent": (amount("480.001"), ["看不懂"]),
    "words for a sum": (amount("480元8角"), ["看不懂"]),
    "the letter O for a nought": (amount("48O.00"), ["看不懂"]),
    "a sum beyond belief": (amount("1000000000.00"), ["看不懂"]),
    "no amount": (amount(""), ["没有金额"]),
    "nothing but a nought": (amount("0.00"), ["没有金额"]),
    "a day that isn't": (day("2026-02-30"), ["看不懂"]),
    "a day without its year": (day("03-21"), ["看不懂"]),
    "a day to come": (day("2026-04-01"), ["在今天之后"]),
    "no day": (day(""), ["没有日期"]),
    "thousands that fell apart": (
        b"\n".join((",".join(HEADER).encode(), "2026-03-21,,1,480.00,1480,甲乙,1,考核费,S20260321001".encode())),
        ["比表头多"],
    ),
    "another currency": (columns((*HEADER, "币种"), (*ONE, "美元")), ["币种是美元"]),
    "a transfer that failed": (columns((*HEADER, "交易状态"), (*ONE, "处理失败")), ["没有到账"]),
    "a flag of no meaning": (
        columns(
            FLAGGED, *[("2026-03-21", "贷", "480.00", "甲乙", "")] * 30, ("2026-03-21", "转", "480.00", "甲乙", "")
        ),
        [*TAKEN * 30, "看不懂"],
    ),
    "some lines of another account": (
        columns((*HEADER, "本方账号"), (*ONE, OWN), (*ONE, "6200000000000002")),
        [*TAKEN, "不是本机构的收款账户"],
    ),
    # --- columns a person has to name
    "words nobody knows": (columns(STRANGE, ("2026-03-21", "480.00", "", "甲乙")), ["请指定"]),
    "one column, no sign": (columns(SIGNED, ("20260321", "480.00", "甲乙", "")), ["看不出收支"]),
    # --- refused
    "another account": (text(("账号：6200000000000002",), HEADER, ONE), "账号尾号是 0002"),
    "another account in the lines": (columns((*HEADER, "本方账号"), (*ONE, "6200000000000002")), "账号尾号是 0002"),
    "nothing but titles": (text(("银行账户明细",), TITLE), "没有找到列名"),
    "no header": (text(ONE), "没有找到列名"),
    "no lines": (text(TITLE, HEADER), "没有交易明细"),
    "only a total": (text(HEADER, ("合计", "", "0.00")), "没有交易明细"),
    "nothing": (b"", "表格是空的"),
    "a picture": (JPEG, "不是表格"),
    "a page": (b"<html><table><tr><td>480</td></tr></table></html>", "不是表格"),
    "xls": (hostile_sheets.OLE + bytes(600), ".xls"),
    "utf-16": (text(HEADER, ONE, encoding="utf-16"), "编码无法识别"),
    "latin": ("日期".encode("gb18030")[:3] + b"\xff\xff", "编码无法识别"),
    "quotes unclosed": (b'a,"b\n1,2\n', "引号"),
    "too many lines": (text(HEADER, *[ONE] * 20001), "行数过多"),
}
