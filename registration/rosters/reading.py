"""The cells of a row as values; what can't be read, or is wrong by itself, becomes a fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from registration import names
from registration.rosters.columns import COLUMN, COLUMNS
from registration.rosters.dates import read_day, read_end
from registration.rosters.faults import Fault
from registration.rosters.words import WORD_READERS, Unread, clean, quoted, read_subjects
from skilleval.accounts import phones
from skilleval.core.errors import Refused

Reader = Callable[[str], Any]
PLACE = {column.key: place for place, column in enumerate(COLUMNS)}
LONGEST = {"school_name": 80, "major_name": 60, "held_number": 30, "photo_name": 200}


class Reading:
    """What was read of a row: a value for each sound cell, and the faults found so far.

    A column with a fault that stops has no value any more and stands in `bad`: nothing further is concluded from it.
    """

    __slots__ = ("bad", "faults", "values")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.bad: set[str] = set()

    def stop(self, column: str, kind: str, message: str, cure: str) -> None:
        """Note a fault that stops the row, once a column."""
        if column not in self.bad:
            self.bad.add(column)
            self.values.pop(column, None)
            self.faults.append(Fault(column, kind, message, cure))

    def hint(self, column: str, kind: str, message: str, cure: str) -> None:
        """Note something to look at, which stops nothing."""
        self.faults.append(Fault(column, kind, message, cure, stops=False))

    def in_order(self) -> tuple[Fault, ...]:
        """The faults in the order of the columns."""
        return tuple(sorted(self.faults, key=lambda fault: PLACE[fault.column])) if self.faults else ()


def read_cells(cells: Mapping[str, str], readers: Mapping[str, Reader]) -> Reading:
    """Read the filled cells of a row; columns without a reader are left to others."""
    row = Reading()
    for key, text in cells.items():
        reader = readers.get(key)
        if reader is None or not text or text.isspace():
            continue
        try:
            value = reader(text)
        except Unread as unread:
            row.stop(key, unread.kind, unread.message, unread.cure)
        else:
            if value is not None and value != "":
                row.values[key] = value
    return row


def told(sentence: str, *, at: str = "，请") -> tuple[str, str]:
    """A sentence that says what is wrong and then what to do, in its two parts."""
    wrong, mark, cure = sentence.partition(at)
    return (wrong, mark.lstrip("，：；") + cure) if mark else (sentence, "请核对后更正")


def read_name(text: str) -> str:
    """A person's name in its one spelling."""
    name = names.normalise(text)
    if fault := names.fault(name):
        raise Unread("required" if fault == names.EMPTY else "name", *told(fault))
    return name


def read_phone(text: str) -> str:
    """A mobile number as E.164, whatever spaces and invisible characters it was copied with."""
    try:
        return phones.normalise(clean(text))
    except Refused as refused:
        raise Unread("phone", *told(refused.message, at="：")) from refused


def read_certificate_number(text: str) -> str:
    """A certificate's number as it is stored: half-width, capital, without spaces."""
    number = text if text.isascii() and text.isalnum() else unicodedata.normalize("NFKC", clean(text))
    return _short_enough("held_number", re.sub(r"\s", "", number).upper())


def _text_reader(key: str) -> Reader:
    return lambda text: _short_enough(key, clean(text))


def _short_enough(key: str, text: str) -> str:
    longest = LONGEST[key]
    if len(text) > longest:
        title = COLUMN[key].title
        raise Unread("length", f"{title}有 {len(text)} 个字，最多 {longest} 个字（{quoted(text)}）", f"请精简{title}")
    return text


#: Columns read alike in every roster; the clause and the codes depend on what is applied for.
READERS: dict[str, Reader] = {
    **WORD_READERS,
    **dict.fromkeys(("born", "work_from", "held_on", "title_on"), read_day),
    **{key: _text_reader(key) for key in ("school_name", "major_name", "photo_name")},
    "name": read_name,
    "phone": read_phone,
    "work_to": read_end,
    "held_number": read_certificate_number,
    "resit_subjects": read_subjects,
}
