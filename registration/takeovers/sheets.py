"""The workbooks handed out: each kind's template with its instructions, and the same with the faults marked. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registration.enums import TakeOverKind
from registration.rosters.columns import FAULTS_TITLE, RosterColumn
from registration.rosters.instructions import explained
from registration.rosters.sheets import FAULTS_WIDTH, WIDTHS, sentence
from registration.takeovers.columns import COLUMNS
from registration.takeovers.market import Market
from skilleval.catalogue.enums import Level
from skilleval.core.spreadsheets import MAX_ROWS, Cell, Column, Marked, Sheet
from skilleval.core.wording import cn_period

FIRST, INSTRUCTIONS, WINDOWS, OFFERINGS = "导入", "填写说明", "批次", "评价项目"
USUAL_WIDTH = 16
OWN_WIDTHS = {"number": 28, "serial": 28, "order_number": 24, "source": 28, "phone": 18, "amount_note": 30}
#: What holds for a kind's whole file, sentence by sentence.
GENERAL: dict[str, tuple[str, ...]] = {
    TakeOverKind.APPLICATIONS: (
        "导入使用本平台以前已审核通过、还没有参加评价的申报：待缴费、已缴费待成班、已顺延的。",
        "补考的，请先导入合格科目成绩。",
        "导入后按个人申报继续办理；已缴费的计入成班人数。",
    ),
    TakeOverKind.CREDITS: ("导入仍在有效期内、可用于补考的合格科目，一行一科。",),
    TakeOverKind.CERTIFICATES: (
        "导入本机构以前发放、仍然有效的证书，导入后公众可以查验，也可以申请作废和换发。",
        "平台的证书编号接着同年同等级最大的流水号编下去。",
    ),
    TakeOverKind.SERIALS: (
        "填写本机构每年每个等级已发出的最后一个流水号，平台接着编下去。",
        "末号只能调高，不能调低。",
    ),
    TakeOverKind.BANS: (
        "导入其他途径作出、仍在禁考期内的处理决定，对全部评价机构生效。",
        "该人员尚未参加评价的申报随即取消，已缴费用列入待退费，本人会收到取消的通知。",
    ),
}
ALWAYS = (
    "在“导入”页从第 2 行起填写。列名带 * 的必填；各列可以调换位置，请不要改列名，也不要合并单元格。",
    "证件号码、编号和日期按文本填写，本模板已设好；从别处复制时请用“只粘贴值”。",
    f"可上传 .xlsx 或 .csv，一份最多 {MAX_ROWS:,} 行；更多的，分几份上传。",
    "上传后先核对、不导入；核对报告逐行列出问题和改法。没有问题的行确认后导入，有问题的行不导入。",
    "同一份或内容重叠的表格再次导入，已有的不会重复登记，也不会更改。",
    "导入本身不通知任何人。导入完成或放弃后，上传的文件即删除。",
)


def template_sheets(kind: str, market: Market) -> list[Sheet]:
    """The empty sheet to fill in, how to fill it in, and the names a provider's windows and offerings go by."""
    sheets = [
        Sheet(FIRST, [_column(column) for column in COLUMNS[kind]], empty_rows=MAX_ROWS, frozen=1),
        Sheet(INSTRUCTIONS, _texts({"事项": 20, "是否必填": 10, "怎样填写": 80}), _instructions(kind)),
    ]
    if kind == TakeOverKind.APPLICATIONS:
        sheets.append(Sheet(WINDOWS, _texts({"批次": 24, "申报时间": 52}), _windows(market)))
    if kind not in (TakeOverKind.SERIALS, TakeOverKind.BANS):
        sheets.append(Sheet(OFFERINGS, _texts({"职业编码": 16, "工种": 28, "等级": 24}), _offerings(market)))
    return sheets


def marked_sheet(
    kind: str, rows: Iterable[tuple[int, Mapping[str, str]]], report: Sequence[Mapping[str, Any]]
) -> Sheet:
    """The rows as they were typed, those with faults alone, each fault at its cell and all of them in front."""
    by_row: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for fault in (one for one in report if one["key"]):
        by_row[fault["row"]].append(fault)
    columns = [Column(FAULTS_TITLE, width=FAULTS_WIDTH, wrapped=True, note="改好后不用删除本列；上传时不读取")]
    columns += [_column(column) for column in COLUMNS[kind]]
    lines = [_marked_row(kind, number, cells, by_row[number]) for number, cells in rows if number in by_row]
    return Sheet(FIRST, columns, lines, frozen=2)


def _marked_row(kind: str, number: int, cells: Mapping[str, str], faults: Sequence[Mapping[str, Any]]) -> list[Cell]:
    said = [f"原表第 {number} 行", *(f"{place}. {sentence(fault)}" for place, fault in enumerate(faults, start=1))]
    return ["\n".join(said), *(_cell(column.key, cells, faults) for column in COLUMNS[kind])]


def _cell(key: str, cells: Mapping[str, str], faults: Sequence[Mapping[str, Any]]) -> Cell:
    own = [fault for fault in faults if fault["key"] == key]
    if not own:
        return cells.get(key, "")
    return Marked(cells.get(key, ""), "\n".join(map(sentence, own)), hint=not any(fault["stops"] for fault in own))


def _column(column: RosterColumn) -> Column:
    return Column(
        column.title,
        width=OWN_WIDTHS.get(column.key) or WIDTHS.get(column.key, USUAL_WIDTH),
        choices=column.words,
        editable=True,
        required=column.required,
        note=explained(column),
    )


def _instructions(kind: str) -> list[tuple[str, str, str]]:
    return [
        ("用途", "", "\n".join(GENERAL[kind])),
        ("填写", "", "\n".join(ALWAYS)),
        *((column.title, "必填" if column.required else "", explained(column)) for column in COLUMNS[kind]),
    ]


def _windows(market: Market) -> list[tuple[str, str]]:
    return [(window.label, cn_period(window.opens_on, window.closes_on)) for window in market.windows]


def _offerings(market: Market) -> list[tuple[str, str, str]]:
    rows = [(one.code, one.work_type, str(Level(one.level).label)) for one in market.offerings]
    return list(dict.fromkeys(sorted(rows)))


def _texts(columns: Mapping[str, int]) -> list[Column]:
    return [Column(name, width=width, wrapped=True) for name, width in columns.items()]
