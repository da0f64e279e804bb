"""已发证书 and 证书末号 of before the portal: numbers in the provider's own form, serials that only go up (SPEC 9.5).

Pure.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from certificates import numbering
from certificates.numbering import Scheme
from registration.enums import TakeOverKind
from registration.rosters.reading import Reading
from registration.takeovers.market import Market, OfferingFacts
from registration.takeovers.reading import PersonFacts, not_later

CHECK_SCHEME = "请对照证书核对；专项证书的编号规则，先由机构负责人登记"
DIGITS = "等级证书 22 位：机构备案号 13 位、年份 2 位、等级 1 位、流水号 6 位"


@dataclass(frozen=True)
class Numbering:
    """How a provider numbers its certificates."""

    filing_number: str
    scheme: Scheme

    def series(self, issued_on: date, level: str) -> str:
        return numbering.series(self.filing_number, issued_on, level)


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate that the provider issued; its serial and the name of the series it counts in."""

    person: PersonFacts
    offering: OfferingFacts
    number: str
    serial: int
    series: str
    issued_on: date

    @property
    def key(self) -> Hashable:
        return self.number


@dataclass(frozen=True)
class SerialFacts:
    """The last serial given out in a series."""

    series: str
    serial: int

    @property
    def key(self) -> Hashable:
        return self.series


def judge_certificate(
    row: Reading, person: PersonFacts | None, market: Market, on: date, *, used: Numbering
) -> CertificateFacts | None:
    """What a row asks to be loaded on a day; None, with the faults at the row, where it can't be."""
    values = row.values
    not_later(row, TakeOverKind.CERTIFICATES, ("issued_on",), on)
    named = market.find(row)
    level, issued, number = values.get("level", ""), values.get("issued_on"), values.get("number", "")
    parts = numbering.parse(number, used.filing_number, level, used.scheme) if number and level else None
    if number and level and parts is None:
        row.stop("number", "certificate", "证书编号不符合本机构的编号规则", f"{DIGITS}。{CHECK_SCHEME}")
    elif parts and issued and parts.year != issued.year % 100:
        row.stop("number", "certificate", "证书编号中的年份与发证日期不一致", "请对照证书核对")
    if row.bad or person is None or not named or issued is None or parts is None:
        return None
    return CertificateFacts(person, named[0], number, parts.serial, used.series(issued, level), issued)


def judge_serial(
    row: Reading, person: PersonFacts | None, market: Market, on: date, *, used: Numbering
) -> SerialFacts | None:
    """The same for the last serial of a year and level, given as such or as the whole number."""
    year, level, text = row.values.get("year"), row.values.get("level", ""), row.values.get("serial", "")
    if year and year > on.year:
        row.stop("year", "date", "年份还没有到", "请核对后更正")
    if row.bad or year is None:
        return None
    serial = _serial(text, year, level, used)
    if serial is None:
        row.stop(
            "serial", "certificate", "流水号不能识别，或与年份、等级不一致", f"请填写流水号，或整个证书编号。{DIGITS}"
        )
        return None
    return SerialFacts(used.series(date(year, 1, 1), level), serial)


def _serial(text: str, year: int, level: str, used: Numbering) -> int | None:
    if len(text) <= 8 and text.isdecimal() and text.isascii():
        digits = numbering.LEVEL_DIGITS if level != numbering.SPECIAL else used.scheme.digits
        return int(text) if 1 <= int(text) < 10**digits else None
    parts = numbering.parse(text, used.filing_number, level, used.scheme)
    return parts.serial if parts and parts.year == year % 100 else None
