"""Dates as people write them in a roster (SPEC 5.2): any usual form of a whole date, nothing guessed.

A year or a month alone is no date: what a clause asks for is counted to the day.
"""

from __future__ import annotations

import re
from datetime import date

from registration.rosters.words import Unread, narrow, plain, quoted

FORM = "请按 2020-07-01 的格式填写"
WHOLE = "请写到日，如 2020-07-01"
FIRST_YEAR, LAST_YEAR = 1900, 2100

_DAY = re.compile(
    r"([0-9]{4}) ?[-/.年 ] ?([0-9]{1,2}) ?[-/.月 ] ?([0-9]{1,2}) ?[日号]?"
    r"(?:[ T]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH = re.compile(r"(?:19|20)[0-9]{2} ?(?:[-/.年 ] ?[0-9]{1,2} ?月?|(?:0[1-9]|1[0-2]))")
_YEAR = re.compile(r"(?:19|20)[0-9]{2} ?年?")
#: What people write in place of an end that hasn't come.
STILL = frozenset(("至今", "今", "现在", "目前", "在职", "在岗", "仍在职", "仍在从事", "无", "-"))


def read_day(text: str) -> date:
    """The day that a cell names; raises Unread with what is missing or wrong."""
    typed = narrow(text)
    found = _DAY.fullmatch(typed) or _DIGITS.fullmatch(typed)
    if not found:
        raise _unread(text, typed)
    year, month, day = map(int, found.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unread("date", f"{quoted(text)}的年份不合理", f"请核对；{FORM}")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unread("date", f"没有{quoted(text)}这一天", f"请核对；{FORM}") from error


def read_end(text: str) -> date | None:
    """The end of a period; None where the cell says that it goes on."""
    return None if plain(text) in STILL else read_day(text)


def _unread(text: str, typed: str) -> Unread:
    if _YEAR.fullmatch(typed):
        return Unread("date", f"{quoted(text)}只有年份", WHOLE)
    if _MONTH.fullmatch(typed):
        return Unread("date", f"{quoted(text)}只有年月", WHOLE)
    if re.fullmatch(r"[0-9]{4,5}(?:\.[0-9]+)?", typed):
        return Unread("date", f"{quoted(text)}是数字，不是日期", f"请把该格设为日期格式，或{FORM.removeprefix('请')}")
    return Unread("date", f"{quoted(text)}不能读作日期", FORM)
