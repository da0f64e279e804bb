"""What a cell of a bank's file says: an amount, a day, a direction, an account. Banks write each in many ways (SPEC 6).

A cell that could mean two things is an error, never a guess: a wrong amount is worse than a line to look at.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

#: What banks write where nothing is.
NOTHING = frozenset({"", "-", "--", "---", "—", "——", "/", "无"})
AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?:\.(?P<part>\d+))?")
SPACED = re.compile(r"\d\s+[\d.]|\.\s+\d")
UNITS = re.compile(r"^(?:CNY|RMB|人民币|¥|￥)|(?:元整?|CNY|RMB)$")
CENT = Decimal("0.01")
#: A sum kept as a binary number is off by far less than this.
NOISE = Decimal("0.000001")
MOST = Decimal("999999999.99")

DATED = re.compile(r"(\d{4})(?:(?P<mark>[-/.])(\d{1,2})(?P=mark)(\d{1,2})|年(\d{1,2})月(\d{1,2})日?)(?!\d)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s*\d{4}|\s*\d{6}|[\sT]+[\d:.]+)?")
COUNTED = re.compile(r"\d{5}(?:\.\d+)?")  # a spreadsheet's own count of days
COUNTED_FROM = date(1899, 12, 30)
FIRST_COUNTED, LAST_COUNTED = 36526, 73050  # the years 2000 to 2099

INCOMING = frozenset({"贷", "贷方", "C", "CR", "收", "收入", "收款", "转入", "入", "入账", "来账", "存入", "存", "+"})
OUTGOING = frozenset({"借", "借方", "D", "DR", "支", "支出", "付", "付款", "转出", "出", "往账", "支取", "取", "-"})
OWN_CURRENCY = frozenset({"", "人民币", "人民币元", "CNY", "RMB", "156", "01", "1", "001"})
FAILED = re.compile(r"失败|撤销|处理中|未成功|已退|退回|拒绝|待处理")


class Unreadable(ValueError):
    """A cell that can't be read with certainty."""


def plain(text: str) -> str:
    """Text in one width, without spaces: ４８０．００ is 480.00."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def amount_of(text: str) -> Decimal | None:
    """An amount in yuan, to the cent, signed; None for none. Raises Unreadable.

    Thousands are separated by commas in their places or not at all: 1,23, 1.234,56 and 48 0 could mean two things.
    """
    bare = plain(text).replace("−", "-").upper()
    if bare in NOTHING:
        return None
    if SPACED.search(unicodedata.normalize("NFKC", text)):
        raise Unreadable(text)
    sign, bare = _signed(bare)
    found = AMOUNT.fullmatch(UNITS.sub("", UNITS.sub("", bare)))
    if not found or (found["whole"] is None and found["part"] is None):
        raise Unreadable(text)
    amount = Decimal((found["whole"] or "0").replace(",", "") + "." + (found["part"] or "0"))
    cents = amount.quantize(CENT, rounding=ROUND_HALF_UP)
    if abs(amount - cents) > (NOISE if len(found["part"] or "") > 6 else 0) or cents > MOST:
        raise Unreadable(text)
    return sign * cents


def _signed(bare: str) -> tuple[int, str]:
    """The sign of an amount, and the rest; accountants put what is negative in brackets."""
    if bare.startswith("(") and bare.endswith(")"):
        return -1, bare[1:-1]
    sign = -1 if "-" in (bare[0], bare[1:2] if bare[0] in "¥￥" else "", bare[-1]) else 1
    return sign, bare.replace("-", "", 1) if sign < 0 else bare.removeprefix("+")


def day_of(text: str) -> date | None:
    """The day of a date or a moment in any form that begins with the year; None for none. Raises Unreadable."""
    bare = unicodedata.normalize("NFKC", text).strip()
    if bare in NOTHING:
        return None
    if COUNTED.fullmatch(bare) and FIRST_COUNTED <= float(bare) <= LAST_COUNTED:
        return COUNTED_FROM + timedelta(days=int(float(bare)))
    found = DATED.match(bare.replace(" ", "") if "年" in bare else bare) or COMPACT.fullmatch(bare)
    if not found:
        raise Unreadable(text)
    parts = [int(part) for part in found.groups() if part and part.isdecimal()]
    try:
        return date(*parts)
    except ValueError as error:
        raise Unreadable(text) from error


def direction_of(text: str) -> int:
    """1 for money in, -1 for money out, 0 where the cell doesn't say. 贷 is in: it is the bank's book."""
    bare = plain(text).upper()
    bare = re.sub(r"[(\[].*", "", bare) or bare
    return 1 if bare in INCOMING else -1 if bare in OUTGOING else 0


def account_of(text: str) -> str:
    """An account number's digits and letters, stars where the bank hides them."""
    return re.sub(r"[^0-9A-Z*]", "", plain(text).upper())


def same_account(one: str, other: str) -> bool:
    """Whether two account numbers can be the same: hidden places fit any digit, nothing is only what isn't known."""
    if "*" in one + other:
        head = re.match(r"[^*]*", one), re.match(r"[^*]*", other)
        tail = re.search(r"[^*]*$", one), re.search(r"[^*]*$", other)
        return _agree(*(found[0] if found else "" for found in head)) and _agree(
            *((found[0] if found else "")[::-1] for found in tail)
        )
    return one == other


def _agree(one: str, other: str) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]
