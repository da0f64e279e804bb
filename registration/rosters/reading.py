"""The cells of a row as values; what can't be read, or is wrong by itself, becomes a fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from registration import names
from registration.rosters.columns import COLUMN, COLUMNS
from registration.rosters.dates import read_day, read_end
from registration.rosters.faults import Fault
from registration.rosters.words import WORD_READERS, Unread, clean, quoted, read_subjects
from skilleval.accounts import phones
from skilleval.core.errors import Refused

PLACE = {column.key: place for place, column in enumerate(COLUMNS)}
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
PADDING = re.compile(f"(?<={_HAN}) (?={_HAN})")
LONGEST = {"school_name": 80, "major_name": 60, "held_number": 30, "photo_name": 200}


class Reader:
    """Reads the cells of a column. Words and days, which come again and again, are read once.

    Numbers and names aren't remembered: they are a person's, and hardly come twice.
    """

    __slots__ = ("known", "read", "remembers")

    def __init__(self, read: Callable[[str], Any], *, remembers: bool) -> None:
        self.read, self.remembers = read, remembers
        self.known: dict[str, Any] = {}


class Reading:
    """What was read of a row: a value for each sound cell, and the faults found so far.

    A column with a fault that stops has no value any more and stands in `bad`: nothing further is concluded from it.
    """

    __slots__ = ("bad", "faults", "values")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.bad: set[str] = set()

    def has(self, column: str) -> bool:
        """Whether something stands in a cell, sound or not."""
        return column in self.values or column in self.bad

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
        return in_order(*self.faults) if self.faults else ()


def in_order(*faults: Fault) -> tuple[Fault, ...]:
    """Faults in the order of the columns."""
    return tuple(sorted(faults, key=lambda fault: PLACE[fault.column]))


def read_cells(cells: Mapping[str, str], readers: Mapping[str, Reader]) -> Reading:
    """Read the filled cells of a row; columns without a reader are left to others."""
    row = Reading()
    values = row.values
    for key, text in cells.items():
        reader = readers.get(key)
        if reader is None:
            continue
        value = reader.known.get(text)
        if value is None and text and not text.isspace():
            value = _read(row, key, text, reader)
        if value is not None:
            values[key] = value
    return row


def _read(row: Reading, key: str, text: str, reader: Reader) -> Any:
    try:
        value = reader.read(text)
    except Unread as unread:
        row.stop(key, unread.kind, unread.message, unread.cure)
        return None
    if reader.remembers and value is not None:
        reader.known[text] = value
    return None if value == "" else value


def told(sentence: str, *, at: str = "，请") -> tuple[str, str]:
    """A sentence that says what is wrong and then what to do, in its two parts."""
    wrong, mark, cure = sentence.partition(at)
    return (wrong, mark.lstrip("，：；") + cure) if mark else (sentence, "请核对后更正")


def spelled(text: str) -> str:
    """A name in its one spelling, without the spaces that make short names as wide as long ones in a list."""
    name = names.normalise(text)
    return PADDING.sub("", name) if " " in name else name


def read_name(text: str) -> str:
    """A person's name; raises Unread for what isn't one."""
    name = spelled(text)
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


def _read_text(key: str, text: str) -> str:
    return _short_enough(key, clean(text))


def _short_enough(key: str, text: str) -> str:
    longest = LONGEST[key]
    if len(text) > longest:
        title = COLUMN[key].title
        raise Unread("length", f"{title}有 {len(text)} 个字，最多 {longest} 个字（{quoted(text)}）", f"请精简{title}")
    return text


#: What comes again and again in a roster, and what doesn't, read alike for every offering.
REPEATED: dict[str, Callable[[str], Any]] = {
    **WORD_READERS,
    **dict.fromkeys(("born", "work_from", "held_on", "title_on"), read_day),
    "work_to": read_end,
    "resit_subjects": read_subjects,
}
SINGLE: dict[str, Callable[[str], Any]] = {
    **{key: partial(_read_text, key) for key in ("school_name", "major_name", "photo_name")},
    "name": read_name,
    "phone": read_phone,
    "held_number": read_certificate_number,
}


def readers(**others: Callable[[str], Any]) -> dict[str, Reader]:
    """A reader for each column but the document number; `others` read what depends on the offering."""
    repeated = {key: Reader(read, remembers=True) for key, read in (REPEATED | others).items()}
    return repeated | {key: Reader(read, remembers=False) for key, read in SINGLE.items()}
