"""The cells of a row of earlier business as values, read as a roster's are. Pure.

What is told of a cell never repeats it: the report outlives the file and holds no personal data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from registration.enums import TakeOverKind
from registration.rosters import people
from registration.rosters.checks import CODE, COMPACT_CODE
from registration.rosters.dates import read_day
from registration.rosters.faults import Fault
from registration.rosters.people import AS_TEXT, LOST
from registration.rosters.reading import REPEATED, Reader, Reading, read_cells, read_name, read_phone
from registration.rosters.words import SUBJECTS, WORDS, Unread, clean, plain
from registration.takeovers.columns import COLUMNS, LEVELS, column_of, has_people
from skilleval.catalogue.enums import Level, SubjectKind
from skilleval.core.dates import anniversary

SPECIAL_WORDS = frozenset(("专项职业能力", "专项能力", "专项", "专项职业能力考核"))
LONGEST = {"work_type": 60, "order_number": 60, "payer": 100, "amount_note": 120, "source": 60, "number": 30}
MOST_ROLLED = 36
QUOTED = re.compile("“[^”]*”")
NO_SUCH_DAY = "请核对后更正"
#: Numbers that a spreadsheet spoils where a cell isn't text.
EXACT = ("order_number", "number", "serial")


@dataclass(frozen=True)
class PersonFacts:
    """Whom a row is about, in the portal's own words; `phone` may be empty where it isn't asked for."""

    name: str
    id_type: str
    id_number: str
    sex: str
    born: date
    phone: str
    schooling: str


def read_row(kind: str, cells: Mapping[str, str], lossy: Iterable[str], on: date) -> tuple[Reading, PersonFacts | None]:
    """What a row says, with what is wrong cell by cell, and whom it is about; None while it doesn't say."""
    spoilt = set(lossy)
    row = read_cells(cells, READERS[kind])
    for key in spoilt.intersection(EXACT):
        row.stop(key, "identity", LOST, AS_TEXT)
    for column in COLUMNS[kind]:
        if column.required and column.key != "id_number" and not row.has(column.key):
            row.stop(column.key, "required", f"未填写{column.title}", "请填写")
    if not has_people(kind):
        return row, None
    _, person = people.read_identity(row, cells.get("id_number", ""), spoilt, on)
    if person is None or "name" not in row.values:
        return row, None
    told = {key: row.values.get(key, "") for key in ("name", "phone", "schooling")}
    return row, PersonFacts(**person._asdict(), **told)


def not_later(row: Reading, kind: str, keys: Iterable[str], on: date) -> None:
    """Days that have come."""
    for key in keys:
        day = row.values.get(key)
        if day and day > on:
            row.stop(key, "date", f"{column_of(kind, key).title}还没有到", NO_SUCH_DAY)


def old_enough(row: Reading, person: PersonFacts, years: int, on: date) -> None:
    """At least the minimum age on a day (SPEC 4)."""
    if on < anniversary(person.born, years):
        row.stop("id_number", "age", f"提交申报当日未满 {years} 周岁", "请核对证件号码和提交日期；如无误，不能导入")


def untold(fault: Fault) -> Fault:
    """A fault whose message repeats nothing of the cell."""
    if "“" not in fault.message or fault.kind in ("offering", "window"):
        return fault
    return Fault(fault.column, fault.kind, QUOTED.sub("这里填的", fault.message), fault.cure, fault.stops)


def in_order(kind: str, faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults in the order of a kind's columns, none of which repeats a cell."""
    place = {column.key: number for number, column in enumerate(COLUMNS[kind])}
    return tuple(map(untold, sorted(faults, key=lambda fault: place[fault.column])))


def read_level(text: str) -> str:
    """A level by its label or its other names; raises Unread."""
    if plain(text) in SPECIAL_WORDS:
        return Level.SPECIAL.value
    value = WORDS["held_level"].get(plain(text))
    if value is None:
        raise Unread("word", "等级没有这个选项", f"请填写：{'、'.join(LEVELS)}")
    return str(value)


def read_code(text: str) -> str:
    """An occupation's code; raises Unread."""
    typed = plain(text).upper()
    found = CODE.search(typed) or COMPACT_CODE.fullmatch(typed)
    if not found:
        raise Unread("word", "职业编码的格式不对", "请填写编码，形如 4-04-05-05")
    return "-".join(found.groups())


def read_subject(text: str) -> str:
    """One subject; raises Unread."""
    if (found := SUBJECTS.get(plain(text))) is None:
        raise Unread("word", "没有这个科目", f"请填写一个：{'、'.join(str(kind.label) for kind in SubjectKind)}")
    return found


def read_money(text: str) -> Decimal:
    """An amount in yuan, more than nothing, with at most two places; raises Unread."""
    typed = unicodedata.normalize("NFKC", clean(text)).replace(",", "").strip("¥元 ")
    if not re.fullmatch(r"[0-9]{1,7}(?:\.[0-9]{1,2})?", typed) or not Decimal(typed):
        raise Unread("word", "金额不能识别", "请填写大于 0 的数，最多两位小数，如 480.00")
    return Decimal(typed).quantize(Decimal("0.01"))


def read_score(text: str) -> Decimal:
    """A score with at most two places; raises Unread."""
    typed = unicodedata.normalize("NFKC", clean(text))
    if not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,2})?", typed):
        raise Unread("word", "成绩不是数", "请填写 60 至 100 的数，最多两位小数；没有分数的请清空")
    return Decimal(typed)


def read_times(text: str) -> int:
    """How often; raises Unread."""
    typed = unicodedata.normalize("NFKC", clean(text)).removesuffix("次").strip()
    if not re.fullmatch(r"[0-9]{1,2}", typed) or int(typed) > MOST_ROLLED:
        raise Unread("word", "顺延次数不能识别", f"请填写 0 至 {MOST_ROLLED} 的整数")
    return int(typed)


def read_year(text: str) -> int:
    """A year of issue; raises Unread."""
    typed = unicodedata.normalize("NFKC", clean(text)).removesuffix("年").strip()
    if not re.fullmatch(r"20[0-9]{2}", typed):
        raise Unread("date", "年份不能识别", "请填写四位年份，如 2026")
    return int(typed)


def _text(key: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        kept = clean(text)
        if len(kept) > LONGEST[key]:
            raise Unread("length", f"内容有 {len(kept)} 个字，最多 {LONGEST[key]} 个字", "请精简")
        return kept

    return read


def _number(text: str) -> str:
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", _text("number")(text))).upper()


_DAYS = (
    *("born", "submitted_on", "approved_on", "original_on", "value_on"),
    *("published_on", "issued_on", "starts_on", "ends_on"),
)
#: What comes again and again, and what doesn't: a reader of the latter remembers nothing.
_REPEATED: dict[str, Callable[[str], Any]] = {
    **{key: REPEATED[key] for key in ("id_type", "sex", "schooling", "kind", "resit_subjects")},
    **dict.fromkeys(_DAYS, read_day),
    "code": read_code,
    "level": read_level,
    "work_type": _text("work_type"),
    "clause": clean,
    "first_window": clean,
    "window": clean,
    "rolled": read_times,
    "subject": read_subject,
    "score": read_score,
    "amount": read_money,
    "year": read_year,
}
_SINGLE: dict[str, Callable[[str], Any]] = {
    "name": read_name,
    "phone": read_phone,
    "number": _number,
    "serial": _number,
    **{key: _text(key) for key in ("order_number", "payer", "amount_note", "source")},
}
READERS: dict[str, dict[str, Reader]] = {
    kind: {
        column.key: Reader((_REPEATED | _SINGLE)[column.key], remembers=column.key in _REPEATED)
        for column in COLUMNS[kind]
        if column.key != "id_number"
    }
    for kind in TakeOverKind.values
}
