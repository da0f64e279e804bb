"""Identity documents: normalising, checking and masking their numbers (SPEC 5.5; check digit ISO 7064 MOD 11-2).

A number is first normalised: NFKC (full-width input), outer spaces off, upper case. Then it has to be ASCII.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from operator import mul
from typing import NamedTuple

EARLIEST_BIRTH = date(1900, 1, 1)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
# GB/T 2260: the mainland's provinces and Taiwan; 81, 82 and 83 begin the numbers of 港澳台居民居住证.
PROVINCES = frozenset(
    str(code)
    for region in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71,))
    for code in region
) | {"81", "82", "83"}


class IdentityType(StrEnum):
    """The identity documents the portal knows (SPEC 5.5)."""

    RESIDENT = "resident"
    PASSPORT = "passport"
    HK_MACAU = "hk_macau"
    TAIWAN = "taiwan"
    FOREIGNER = "foreigner"

    @property
    def label(self) -> str:
        """The document's Chinese name."""
        return LABELS[self]


LABELS = {
    IdentityType.RESIDENT: "居民身份证",
    IdentityType.PASSPORT: "护照",
    IdentityType.HK_MACAU: "港澳居民来往内地通行证",
    IdentityType.TAIWAN: "台湾居民来往大陆通行证",
    IdentityType.FOREIGNER: "外国人永久居留身份证",
}


class Sex(StrEnum):
    MALE = "男"
    FEMALE = "女"


FORMAT = "id_number.format"
BIRTH_DATE = "id_number.birth_date"
CHECKSUM = "id_number.checksum"
SEX_MISMATCH = "sex.mismatch"
BORN_MISMATCH = "born.mismatch"

FORMAT_CURES = {
    IdentityType.RESIDENT: "身份证号码应为 18 位：前 17 位为数字，末位为数字或 X，请对照原件重新填写",
    IdentityType.PASSPORT: "护照号码应为 5 至 12 位字母和数字，且至少含 4 位数字，请对照护照资料页重新填写",
    IdentityType.HK_MACAU: "港澳居民来往内地通行证号码应为 H 或 M 加 8 位（旧证 10 位）数字，请对照原件重新填写",
    IdentityType.TAIWAN: "台湾居民来往大陆通行证号码应为 8 位数字（旧证 10 位，可带一位字母），请对照原件填写",
    IdentityType.FOREIGNER: "外国人永久居留身份证号码应为 9 开头的 18 位，旧证为 3 位字母加 12 位数字，请对照原件填写",
}
MESSAGES = {
    BIRTH_DATE: "证件号码中的出生日期不存在或不合理（须在 1900 年以后、今天以前），请核对原件",
    CHECKSUM: "身份证号码第 18 位校验不符，请核对原件",
    SEX_MISMATCH: "性别与证件号码不一致，请核对原件后更正性别或证件号码",
    BORN_MISMATCH: "出生日期与证件号码不一致，请核对原件后更正出生日期或证件号码",
}


def message(code: str, kind: IdentityType = IdentityType.RESIDENT) -> str:
    """What to tell a person about an error code: what is wrong and what to do."""
    return FORMAT_CURES[kind] if code == FORMAT else MESSAGES[code]


def normalise(number: str, kind: IdentityType = IdentityType.RESIDENT) -> str:
    """The one spelling under which a number is stored and compared."""
    text = (number if number.isascii() else unicodedata.normalize("NFKC", number)).strip().upper()
    if kind is IdentityType.TAIWAN:
        text = re.sub(r"\(([A-Z])\)$", r"\1", text)
    return text


class IdentityFacts(NamedTuple):
    """What a valid number tells about its holder; None where the document's number doesn't say."""

    born: date | None = None
    sex: Sex | None = None


NOTHING = IdentityFacts()


class Examined(NamedTuple):
    """A number in its one spelling, what is wrong with it, and what it tells if nothing is wrong with itself."""

    number: str
    codes: tuple[str, ...]
    facts: IdentityFacts


def examine(
    number: str,
    kind: IdentityType = IdentityType.RESIDENT,
    *,
    as_of: date,
    sex: str | None = None,
    born: date | None = None,
) -> Examined:
    """Everything about a number at one look (SPEC 5.5).

    A fault of the number itself stands alone; otherwise what the person says of sex and birth date (None: nothing) is
    held against the number. A birth date after `as_of` or before 1900 is a fault of the number.
    """
    text = normalise(number, kind)
    fault = CHECKS[kind](text, as_of)
    if fault:
        return Examined(text, (fault,), NOTHING)
    known = _facts(text, kind)
    codes: tuple[str, ...] = ()
    if sex and known.sex and sex != known.sex:
        codes = (SEX_MISMATCH,)
    if born and known.born and born != known.born:
        codes = (*codes, BORN_MISMATCH)
    return Examined(text, codes, known)


def check(
    number: str,
    kind: IdentityType = IdentityType.RESIDENT,
    *,
    as_of: date,
    sex: str | None = None,
    born: date | None = None,
) -> tuple[str, ...]:
    """Error codes of a number, empty if it is sound: see `examine` (SPEC 5.5)."""
    return examine(number, kind, as_of=as_of, sex=sex, born=born).codes


def facts(number: str, kind: IdentityType = IdentityType.RESIDENT) -> IdentityFacts:
    """Birth date and sex from an 18-character number that `check` has passed; other numbers tell neither."""
    return _facts(normalise(number, kind), kind)


def _facts(text: str, kind: IdentityType) -> IdentityFacts:
    if len(text) != 18 or kind not in (IdentityType.RESIDENT, IdentityType.FOREIGNER):
        return NOTHING
    return IdentityFacts(_date(text[6:14]), Sex.MALE if text[16] in "13579" else Sex.FEMALE)


def check_digit(first_17: str) -> str:
    """The 18th character for 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    return CHECK_DIGITS[sum(map(mul, WEIGHTS, map(int, first_17))) % 11]


def mask(number: str) -> str:
    """A number as it may be shown: 310101********0356; other documents keep two characters at each end."""
    head, tail = (6, 4) if len(number) == 18 else (2, 2) if len(number) > 6 else (1, 1)
    hidden = max(len(number) - head - tail, 0)
    return number[:head] + "*" * hidden + number[-tail:] if hidden else "*" * len(number)


def mask_phone(phone: str) -> str:
    """A telephone number as it may be shown: 138****5678, China's prefix left out; short ones keep two digits."""
    phone = phone.removeprefix("+86")
    if len(phone) >= 11:
        return phone[:-8] + "****" + phone[-4:]
    return "*" * max(len(phone) - 2, 0) + phone[-2:] if len(phone) > 4 else "*" * len(phone)


def _date(text: str) -> date | None:
    """YYYYMMDD as a date, None if there is no such day."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _check_18(text: str, as_of: date) -> str | None:
    """Birth date, then check digit, of a number of the right form."""
    born = _date(text[6:14])
    if born is None or not EARLIEST_BIRTH <= born <= as_of:
        return BIRTH_DATE
    return None if check_digit(text[:17]) == text[17] else CHECKSUM


_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")


def _check_resident(text: str, as_of: date) -> str | None:
    if not _RESIDENT.fullmatch(text) or text[:2] not in PROVINCES:
        return FORMAT
    return _check_18(text, as_of)


def _check_foreigner(text: str, as_of: date) -> str | None:
    """New cards: 9, province, country, birth date, serial, check digit. Old ones carry the birth date as YYMMDD."""
    if re.fullmatch(r"9[0-9]{16}[0-9X]", text) and text[1:3] in PROVINCES:
        return _check_18(text, as_of)
    if not re.fullmatch(r"[A-Z]{3}[0-9]{12}", text):
        return FORMAT
    return None if any(_date(century + text[7:13]) for century in ("19", "20")) else BIRTH_DATE


def _form(pattern: str) -> Callable[[str, date], str | None]:
    """A check of the form alone, for documents whose numbers carry nothing else."""
    compiled = re.compile(pattern)
    return lambda text, as_of: None if compiled.fullmatch(text) else FORMAT


CHECKS: dict[IdentityType, Callable[[str, date], str | None]] = {
    IdentityType.RESIDENT: _check_resident,
    IdentityType.PASSPORT: _form(r"(?=(?:[A-Z]*[0-9]){4})[A-Z0-9]{5,12}"),
    IdentityType.HK_MACAU: _form(r"[HM](?:[0-9]{8}|[0-9]{10})"),
    IdentityType.TAIWAN: _form(r"[0-9]{8}|[0-9]{10}[A-Z]?"),
    IdentityType.FOREIGNER: _check_foreigner,
}
