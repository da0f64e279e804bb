"""Telephone numbers: typed in many ways, stored as E.164 (+8613812345678). Pure."""

import re
import unicodedata
from typing import Any

import phonenumbers

from skilleval.core.errors import Refused

REGION = "CN"
_CHINA: Any = phonenumbers.PhoneMetadata.metadata_for_region(REGION)
#: Mainland mobiles by the library's own pattern: nearly every number typed here, told without its slow parsing.
MAINLAND = re.compile(rf"(?:\+86)?(?=1[0-9]{{10}}$)(?:{_CHINA.mobile.national_number_pattern})")
CURE = "手机号码不正确：内地号码为 1 开头的 11 位数字，其他地区请加国家（地区）代码，如 +852"


def normalise(text: str, *, field: str = "phone") -> str:
    """The E.164 spelling of a mobile number, mainland unless a country code says otherwise; raises Refused."""
    typed = text if text.isascii() else unicodedata.normalize("NFKC", text)
    typed = typed.strip()
    if MAINLAND.fullmatch(typed):
        return f"+86{typed[-11:]}"
    try:
        number = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException as error:
        raise Refused(CURE, field=field) from error
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in kinds:
        raise Refused(CURE, field=field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spoken(number: str) -> str:
    """An E.164 number as people write it: mainland numbers without the country code."""
    return number.removeprefix("+86")


def looks_like_one(text: str) -> bool:
    """Whether somebody who may give a phone or an e-mail address means a phone."""
    return "@" not in unicodedata.normalize("NFKC", text)
