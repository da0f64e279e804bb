"""Who a row is about: the document, its number, and what they tell of sex and birth date (SPEC 5.5)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from registration.rosters.reading import Reading, told
from registration.rosters.words import clean
from skilleval.core import identity
from skilleval.core.dates import anniversary
from skilleval.core.identity import EARLIEST_BIRTH, IdentityType
from skilleval.core.wording import cn_date

AS_TEXT = "请把整列的单元格格式设为“文本”，再对照原件重新填写"
LOST = "单元格是数字格式，号码的末几位已经丢失"
#: How a spreadsheet saves a long number as csv: in powers of ten, or with its last digits as noughts.
_POWER = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+")
_NOUGHTS = re.compile(r"[0-9]{15}000")
COLUMN_OF = {identity.SEX_MISMATCH: "sex", identity.BORN_MISMATCH: "born"}


class Identity(NamedTuple):
    """A person as their document says, checked and in one spelling (a tuple, for there are many)."""

    id_type: str
    id_number: str
    sex: str
    born: date


def read_identity(row: Reading, number: str, lossy: Collection[str], on: date) -> tuple[str, Identity | None]:
    """The document's number, "" if it isn't sound, and the person, None while the row doesn't say who it is."""
    if not number.isalnum():
        number = clean(number).replace(" ", "")
    if not number:
        row.stop("id_number", "required", "未填写证件号码", "请对照原件填写")
        return "", None
    kind = row.values.get("id_type", IdentityType.RESIDENT)
    if "id_number" in lossy or (not number.isalnum() and _POWER.fullmatch(number)):
        row.stop("id_number", "identity", LOST, AS_TEXT)
        return "", None
    if "id_type" in row.bad:
        return "", None
    sex, born = row.values.get("sex"), row.values.get("born")
    examined = identity.examine(number, kind, as_of=on, sex=sex, born=born)
    for code in examined.codes:
        _refuse(row, code, kind, examined.number)
    if examined.codes and "id_number" in row.bad:
        return "", None
    return examined.number, _person(row, examined, kind, on)


def check_age(row: Reading, person: Identity, years: int, on: date) -> None:
    """At least the minimum age on the day of submission, whatever the clause (SPEC 4)."""
    if on.year - person.born.year > years:
        return
    grown = anniversary(person.born, years)
    if on < grown:
        column = "born" if "born" in row.values else "id_number"
        row.stop(
            column,
            "age",
            f"未满 {years} 周岁，{cn_date(grown)}年满 {years} 周岁",
            f"请核对证件；如无误，可于 {cn_date(grown)} 起申报",
        )


def _refuse(row: Reading, code: str, kind: IdentityType, number: str) -> None:
    if code == identity.CHECKSUM and _NOUGHTS.fullmatch(number):
        row.stop("id_number", "identity", f"末三位是 000，第 18 位校验不符，可能{LOST}", AS_TEXT)
    else:
        row.stop(COLUMN_OF.get(code, "id_number"), "identity", *told(identity.message(code, kind)))


def _person(row: Reading, examined: identity.Examined, kind: IdentityType, on: date) -> Identity | None:
    known = examined.facts
    if known.sex and known.born:
        return Identity(str(kind), examined.number, str(known.sex), known.born)
    sex, born = row.values.get("sex"), row.values.get("born")
    if not sex and "sex" not in row.bad:
        row.stop("sex", "required", f"{kind.label}须填写性别", "请填写：男、女，应与证件一致")
    if born is None and "born" not in row.bad:
        row.stop("born", "required", f"{kind.label}须填写出生日期", "请对照证件填写，格式 2000-01-31")
    if not sex or born is None:
        return None
    if not EARLIEST_BIRTH <= born <= on:
        row.stop("born", "identity", "出生日期不合理：须在 1900 年以后、今天以前", "请对照证件更正")
        return None
    return Identity(str(kind), examined.number, sex, born)
