"""The one reader of spreadsheets: xlsx and csv, judged by content and read in an expendable child (SPEC 5.7).

Nothing of a file is believed: its name, its type and its declared sizes mean nothing. A file that can't be read whole
is refused whole, with what to do about it.
"""

from __future__ import annotations

import sys
import sysconfig
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from skilleval.core import children, files
from skilleval.core.errors import Refused
from skilleval.core.models import StoredFile
from skilleval.core.spreadsheets.escaping import APOSTROPHE, unescaped
from skilleval.core.spreadsheets.inspector import letters

MAX_ROWS = 2000
MAX_COLUMNS = 60
PROGRAM = "import sys; sys.path += sys.argv[1:3]; import extractor; extractor.main(*sys.argv[3:])"
SEPARATOR = "\x1f"  # the extractor's
NOTHING: frozenset[int] = frozenset()

RESAVE = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传"
BROKEN = f"文件无法读取，可能已损坏；{RESAVE}"
REFUSALS = {
    "type": "这不是表格文件；仅支持 .xlsx 和 .csv，请另存为其中一种后再上传",
    "xls": f"不支持旧的 .xls 格式；{RESAVE}",
    "encrypted": "该表格设有密码，无法读取；请去除密码后再上传",
    "utf16": "该文本的编码无法识别；请另存为“CSV UTF-8（逗号分隔）”或 .xlsx 后再上传",
    "encoding": "该文本的编码无法识别；请另存为“CSV UTF-8（逗号分隔）”或 .xlsx 后再上传",
    "csv": "该 CSV 的引号或逗号不成对，无法分列；请另存为 .xlsx 后再上传",
    "macro": "该表格含宏或嵌入的程序；请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传",
    "external": "该表格引用了其他文件或外部数据；请把内容粘贴为数值，另存为新的 .xlsx 后再上传",
    "doctype": f"该表格含不允许的声明；{RESAVE}",
    "bomb": "该表格展开后过大；请只保留需要的行和列，另存为新的 .xlsx 后再上传",
    "empty": "表格是空的；请把内容放在第一张工作表中，第一行为列名",
    "merged": "有合并的单元格（{where}）；请取消合并，把内容填进每一格后再上传",
    "error": "单元格 {where} 是错误值；请改正后再上传",
    "formula": "单元格 {where} 是公式，没有计算结果；请在 Excel 或 WPS 中打开并保存，或把公式粘贴为数值后再上传",
    "digits": "单元格 {where} 的数字位数过多，不能准确读取；请把该格设为文本后重新填写",
    "rows": "行数过多，一份文件最多 {rows} 行（不含列名）；请拆成几份分别上传",
    "columns": "列数过多（{where}），最多 {columns} 列；请删除多余的列后再上传",
    "far": "单元格 {where} 离表格内容太远；请删除表格下方多余的内容后再上传",
    "text": "表格中的文字过多；请只保留需要的行和列后再上传",
}


@dataclass(frozen=True)
class Row:
    """A filled row by its number in the file, its cells as exact text, as many as the header has.

    `lossy` are the places of numbers so large that the spreadsheet has lost their last digits, as it does to a
    document number in a cell that isn't text.
    """

    number: int
    cells: tuple[str, ...]
    lossy: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Table:
    """The first sheet that can be seen: its column names and the filled rows beneath them."""

    header: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)


def read_table(source: StoredFile | Path, *, max_rows: int = MAX_ROWS, max_columns: int = MAX_COLUMNS) -> Table:
    """Read a spreadsheet; the first filled row holds the column names, empty rows are left out (SPEC 5.7).

    Cells come as exact text on one line: 59.5 is "59.5", 60.0 is "60", a date 2026-03-21. Raises Refused with the cure
    for whatever isn't a sound xlsx or csv file within the limits, and for column names missing or given twice.
    """
    return _table(_rows(source, max_rows, max_columns))


def read_rows(source: StoredFile | Path, *, max_rows: int = MAX_ROWS, max_columns: int = MAX_COLUMNS) -> list[Row]:
    """Every filled row of somebody else's spreadsheet, whose column names may stand anywhere, each as long as it is.

    Cells come as `read_table` gives them. Merged ones are let pass, as titles above the columns are: their text stands
    in the first of them. Raises Refused with the cure.
    """
    return _rows(source, max_rows, max_columns, merged="merged")


def _rows(source: StoredFile | Path, max_rows: int, max_columns: int, merged: str = "") -> list[Row]:
    path = source if isinstance(source, Path) else files.path_of(source)
    limits = {"rows": max_rows, "columns": max_columns}
    verdict, *lines = _told(path, max_rows, max_columns, merged)
    word, where = verdict.split(SEPARATOR)
    if word != "ok":
        raise _refused(word, where, limits)
    if not lines:
        raise _refused("empty", "", limits)
    return [_row(line) for line in lines]


def _told(path: Path, max_rows: int, max_columns: int, merged: str) -> list[str]:
    """The lines of the child that reads the file."""
    arguments = map(str, (Path(__file__).parent, sysconfig.get_path("platlib"), path, max_rows, max_columns, merged))
    compiled = ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else ["-B"]
    try:
        told = children.run([sys.executable, "-I", "-S", *compiled, "-c", PROGRAM, *arguments])
    except children.ChildFailed as error:
        raise Refused(BROKEN, field="upload") from error
    return told.decode().split("\n")


def _row(line: str) -> Row:
    number, lossy, *cells = line.split(SEPARATOR)
    if APOSTROPHE in line:
        cells = list(map(unescaped, cells))
    return Row(int(number), tuple(cells), frozenset(map(int, lossy.split(","))) if lossy else NOTHING)


def _refused(word: str, where: str, limits: dict[str, int]) -> Refused:
    return Refused(REFUSALS.get(word, BROKEN).format(where=where, **limits), field="upload")


def _table(lines: list[Row]) -> Table:
    header, *rows = lines
    names = header.cells
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if twice:
        raise Refused(f"列名重复：{'、'.join(twice)}；请改名或删除多余的列后再上传", field="upload")
    unnamed = [letters(place) for place, name in enumerate(names) if not name]
    unnamed += sorted({letters(place) for row in rows for place in _filled_beyond(row, len(names))})
    if unnamed:
        raise Refused(f"{'、'.join(unnamed)} 列没有列名；请填写列名，或删除该列后再上传", field="upload")
    width = len(names)
    return Table(names, [Row(row.number, _padded(row.cells, width), row.lossy) for row in rows])


def _filled_beyond(row: Row, width: int) -> list[int]:
    return [place for place, cell in enumerate(row.cells[width:], start=width) if cell]


def _padded(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells + ("",) * (width - len(cells))
