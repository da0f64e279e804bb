"""统一社会信用代码 (GB 32100): normalised and judged character by character. Pure; the check digit is python-stdnum's.

Eighteen characters: two of letters or digits (who registers what), six digits (where), nine and a check digit of
letters or digits. I, O, S, V and Z are never among them.
"""

import unicodedata

from stdnum.cn import uscc

from skilleval.core.errors import Refused

LENGTH = 18
PLACE = slice(2, 8)  # the district's digits
ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
MISTAKEN_FOR = {"I": "数字 1", "O": "数字 0", "S": "数字 5", "V": "字母 U 或 Y", "Z": "数字 2"}
WHERE = "请对照营业执照、办学许可证或法人证书"
OLD_NUMBERS = {
    9: "9 位的是组织机构代码，请填营业执照或法人证书上 18 位的统一社会信用代码",
    13: "13 位的是旧注册号，请填营业执照或法人证书上 18 位的统一社会信用代码",
    15: "15 位的是旧注册号，请填营业执照或法人证书上 18 位的统一社会信用代码",
}


def normalise(text: str) -> str:
    """One spelling: half-width, upper case, without spaces, hyphens and invisible characters."""
    typed = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in typed if not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Pd"))


def check(text: str, *, field: str = "credit_code") -> str:
    """The normalised code; raises Refused naming the first character that is wrong and how to mend it."""
    code = normalise(text)
    if fault := _fault(code):
        raise Refused(fault, field=field)
    return code


def _fault(code: str) -> str | None:
    if not code:
        return "请填写统一社会信用代码"
    if len(code) != LENGTH:
        return OLD_NUMBERS.get(len(code)) or f"统一社会信用代码为 18 位，现有 {len(code)} 位，{WHERE}补全或删去多余的"
    for place, sign in enumerate(code):
        if fault := _fault_of(place, sign):
            return f"第 {place + 1} 位{fault}"
    if code[-1] != uscc.calc_check_digit(code[:-1]):
        return f"第 18 位（校验码）与前 17 位不符，{WHERE}逐位核对"
    return None


def _fault_of(place: int, sign: str) -> str | None:
    if sign in MISTAKEN_FOR:
        return f"不会是“{sign}”，请核对是否为{MISTAKEN_FOR[sign]}"
    if sign not in ALPHABET:
        return f"“{sign}”不是数字或大写字母，{WHERE}重新填写"
    if place in range(LENGTH)[PLACE] and not sign.isdigit():
        return f"应为数字（第 3 至 8 位是行政区划代码），现为“{sign}”，{WHERE}更正"
    return None
