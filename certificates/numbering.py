"""What a certificate's number looks like (SPEC 9.5; ours, no notice publishes one).

A level certificate has 22 characters: the provider's filing number (13), the year of issue (2), the level (1), a
serial (6). A special capability follows its provider's scheme: a prefix (the filing number unless it says otherwise),
the year, a few fixed characters and a serial. One series of serials runs per provider, year and level.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

LEVEL_DIGITS = 6
LEVELS = ("5", "4", "3", "2", "1")
SPECIAL = "special"
LONGEST = 30


class Exhausted(ValueError):
    """A series has no serial left; the message says why and is fit for a person to read."""


@dataclass(frozen=True)
class Scheme:
    """How a provider numbers its special-capability certificates; `prefix` empty is the filing number."""

    prefix: str = ""
    infix: str = "Z"
    digits: int = 6


def series(filing_number: str, issued_on: date, level: str) -> str:
    """The name of the counter of a provider, year and level (SPEC 9.5)."""
    return f"certificate:{filing_number}:{issued_on:%Y}:{level}"


def number(filing_number: str, issued_on: date, level: str, serial: int, scheme: Scheme | None = None) -> str:
    """The number of a certificate; raises Exhausted for a serial its digits can't hold, ValueError for no level."""
    if level == SPECIAL:
        return _special(filing_number, issued_on, serial, scheme or Scheme())
    if level not in LEVELS:
        raise ValueError(f"no level: {level}")
    return f"{filing_number}{issued_on:%y}{level}{_serial(serial, LEVEL_DIGITS)}"


@dataclass(frozen=True)
class Parts:
    """What a number says: the year of issue in two digits, and the serial."""

    year: int
    serial: int


def parse(text: str, filing_number: str, level: str, scheme: Scheme | None = None) -> Parts | None:
    """The parts of a normalised number of a provider's level, as `number` makes them; None for any other form."""
    if level == SPECIAL:
        used = scheme or Scheme()
        head, tail, digits = used.prefix or filing_number, used.infix, used.digits
    else:
        head, tail, digits = filing_number, level, LEVEL_DIGITS
    found = re.fullmatch(f"{re.escape(head)}([0-9]{{2}}){re.escape(tail)}([0-9]{{{digits}}})", text)
    if found is None or not int(found[2]):
        return None
    return Parts(int(found[1]), int(found[2]))


def normalise(typed: str) -> str:
    """A number as somebody typed it, in the one spelling it is stored in: half-width, upper case, nothing between."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", typed)).upper()


def _special(filing_number: str, issued_on: date, serial: int, scheme: Scheme) -> str:
    return f"{scheme.prefix or filing_number}{issued_on:%y}{scheme.infix}{_serial(serial, scheme.digits)}"


def _serial(serial: int, digits: int) -> str:
    if not 1 <= serial < 10**digits:
        raise Exhausted(f"本机构当年该等级的证书流水号已用完（最多 {10**digits - 1} 个），请联系平台管理员")
    return f"{serial:0{digits}d}"
