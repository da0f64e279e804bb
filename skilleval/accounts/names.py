"""What an institution states of itself in words: its name, its address, who speaks for it. Pure."""

import re
import unicodedata

from skilleval.core.errors import Refused

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_PERSON = 100, 200, 50


def institution_name(text: str, *, field: str = "name") -> str:
    """The name with single spaces, brackets as the licence prints them; raises Refused with the cure."""
    name = _tidy(text, "单位名称", field).replace("(", "（").replace(")", "）")
    if not name:
        raise Refused("请填写单位名称，应与证照一致", field=field)
    if len(name) < 4 or not any(unicodedata.category(sign).startswith("L") for sign in name):
        raise Refused("请填写证照上的单位全称，不用简称", field=field)
    return _at_most(LONGEST_NAME, name, "单位名称", field)


def address(text: str, *, field: str = "address") -> str:
    """The address, which may be left out."""
    return _at_most(LONGEST_ADDRESS, _tidy(text, "地址", field), "地址", field)


def person_name(text: str, *, field: str = "contact_name") -> str:
    """How somebody is called, in logs too: no digits, so that no number is ever taken for a name."""
    name = _tidy(text, "姓名", field)
    if not name:
        raise Refused("请填写姓名", field=field)
    if any(unicodedata.category(sign) in ("Nd", "No") or sign in "@<>" for sign in name) or len(name) < 2:
        raise Refused("请填写真实姓名，不能有数字和符号", field=field)
    return _at_most(LONGEST_PERSON, name, "姓名", field)


def _tidy(text: str, label: str, field: str) -> str:
    tidy = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    if any(unicodedata.category(sign) in UNSEEN for sign in tidy):
        raise Refused(f"{label}中有看不见的字符或自造字，请删除后重新输入", field=field)
    return tidy


def _at_most(longest: int, text: str, label: str, field: str) -> str:
    if len(text) > longest:
        raise Refused(f"{label}不超过 {longest} 个字，现有 {len(text)} 个字，请精简", field=field)
    return text
