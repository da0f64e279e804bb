"""Prints the rows of a spreadsheet that the inspector found fit, in an expendable child of its own.

Run as a script: ``python extractor.py PATH csv|SHEET MAX_ROWS MAX_COLUMNS``. Prints one line of JSON: a word why not
and where, or ``ok`` and then a line for every row that isn't empty: its number, its cells, and the places of numbers
so large that a spreadsheet has lost their last digits. It imports nothing of the portal.
"""

import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

ENCODINGS = ("utf-8-sig", "gb18030")
#: How much text all cells together may hold: far more than anybody types into 2,000 rows.
MAX_CHARACTERS = 10_000_000
LOSES_DIGITS = 10**15

Line = tuple[int, list[str], list[int]]


class Unfit(Exception):
    """The rows can't be read; a word why, and where."""

    def __init__(self, word: str, where: str = "") -> None:
        super().__init__(word)
        self.word, self.where = word, where


def extract(path: str, source: str, max_rows: int, max_columns: int) -> list[Line]:
    """The filled rows of a csv file, or of a sheet by its place in the workbook; raises Unfit."""
    if source != "csv":
        with CalamineWorkbook.from_path(path) as workbook:
            rows = workbook.get_sheet_by_index(int(source)).to_python(skip_empty_area=False)
        return list(_filled(rows, max_rows, max_columns))
    for encoding in ENCODINGS:
        try:
            with Path(path).open(encoding=encoding, newline="") as file:
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
        cells = [text_of(value) for value in values]
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
        yield number, cells, [place for place, value in enumerate(values) if _has_lost_digits(value)]


def text_of(value: Any) -> str:
    """A cell as exact text: numbers as they are and never rounded, dates as 2026-03-21, text on one line."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
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
    return isinstance(value, int | float) and abs(value) >= LOSES_DIGITS


def main(path: str, source: str, max_rows: int, max_columns: int) -> None:
    try:
        lines = extract(path, source, max_rows, max_columns)
    except Unfit as unfit:
        print(json.dumps((unfit.word, unfit.where)))
    except (CalamineError, ValueError, OSError):
        print(json.dumps(("broken", "")))
    else:
        print(json.dumps(("ok", "")))
        for line in lines:
            print(json.dumps(line))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
