"""Judges one spreadsheet and prints its rows, in an expendable child of its own (`reading.PROGRAM`).

The child prints a line with a word why not and where, or with ``ok``, and then a line for every row that isn't empty:
its number, the places of numbers so large that a spreadsheet has lost their last digits, and its cells, with SEPARATOR
between them, which no cell can hold. It imports nothing of the portal.
"""

import gc
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from inspector import Unfit, inspect  # type: ignore[import-not-found]  # the child's neighbour
from python_calamine import CalamineError, CalamineWorkbook

ENCODINGS = ("utf-8-sig", "gb18030")
#: How much text all cells together may hold: far more than anybody types into 2,000 rows.
MAX_CHARACTERS = 10_000_000
LOSES_DIGITS = 10**15

#: A control character: cells are rid of those.
SEPARATOR = "\x1f"

Line = tuple[int, list[int], list[str]]


def extract(path: str, max_rows: int, max_columns: int, *, merged: bool = False) -> list[Line]:
    """The filled rows of a csv file, or of a workbook's first sheet that can be seen; raises Unfit."""
    kind, sheet = inspect(path, max_rows, max_columns, merged=merged)
    if kind == "xlsx":
        with CalamineWorkbook.from_path(path) as workbook:
            rows = workbook.get_sheet_by_index(sheet).to_python(skip_empty_area=False)
        return list(_filled(rows, max_rows, max_columns))
    return _of_csv(path, max_rows, max_columns)


def _of_csv(path: str, max_rows: int, max_columns: int) -> list[Line]:
    import csv

    for encoding in ENCODINGS:
        try:
            with open(path, encoding=encoding, newline="") as file:  # noqa: PTH123 - as in the inspector
                return list(_filled(csv.reader(_text(file), strict=True), max_rows, max_columns))
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise Unfit("csv") from error
    raise Unfit("encoding")


def _text(file: Iterable[str]) -> Iterator[str]:
    for line in file:
        if "\0" in line:
            raise Unfit("type")
        yield line


def _filled(rows: Iterable[list[Any]], max_rows: int, max_columns: int) -> Iterator[Line]:
    """Rows with their number, empty ones left out; the header comes on top of the rows allowed."""
    found, characters = 0, 0
    for number, values in enumerate(rows, start=1):
        cells = [
            value.strip() if value.__class__ is str and value.isprintable() else text_of(value) for value in values
        ]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        found, characters = found + 1, characters + sum(map(len, cells))
        if found > max_rows + 1:
            raise Unfit("rows")
        if len(cells) > max_columns:
            raise Unfit("columns", f"第 {number} 行")
        if characters > MAX_CHARACTERS:
            raise Unfit("text")
        numbers = (place for place, value in enumerate(values) if value.__class__ is not str)
        yield number, [place for place in numbers if _has_lost_digits(values[place])], cells


def text_of(value: Any) -> str:
    """A cell as exact text: numbers as they are and never rounded, dates as 2026-03-21, text on one line."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        from decimal import Decimal

        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return _moment(value) if isinstance(value, date | time | timedelta) else str(value)


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        return f"{value.date()} {_moment(value.time())}" if value.time() != time() else str(value.date())
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value.isoformat()


def _clean(text: str) -> str:
    """Without control, direction and zero-width characters; a line break becomes a space."""
    kept = (" " if c in "\t\r\n" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf")).strip()


def _has_lost_digits(value: Any) -> bool:
    return value.__class__ in (float, int) and abs(value) >= LOSES_DIGITS


def main(path: str, max_rows: str, max_columns: str, merged: str = "") -> None:
    gc.disable()  # the child lives for one file; looking for cycles takes a third of its time
    sys.stdout.buffer.write(_told(path, int(max_rows), int(max_columns), merged=bool(merged)).encode())


def _told(path: str, max_rows: int, max_columns: int, *, merged: bool) -> str:
    try:
        lines = extract(path, max_rows, max_columns, merged=merged)
    except Unfit as unfit:
        return SEPARATOR.join((unfit.word, _clean(unfit.where)))
    except (CalamineError, ValueError, OSError):
        return f"broken{SEPARATOR}"
    told = (SEPARATOR.join((str(number), ",".join(map(str, lossy)), *cells)) for number, lossy, cells in lines)
    return "\n".join((f"ok{SEPARATOR}", *told))
