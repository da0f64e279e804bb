"""姓名: which spellings of a person's name are taken, and the one spelling under which it is stored.

Pure. Rare characters (䶮, 㛃, 𠮷 and everything else Unicode has) and the middle dot of minority names are names like
any other; digits, signs and invisible characters aren't.
"""

import re
import unicodedata

MAX_LENGTH = 60
MIDDLE_DOTS = "•‧∙⋅・･·"
#: Nearly all names: plain ideographs, which have one spelling and nothing to find fault with.
PLAIN = re.compile(f"[\u4e00-\u9fef]{{2,{MAX_LENGTH}}}")
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co"})

EMPTY = "请填写姓名，应与证件上的姓名一致"
TOO_SHORT = "姓名至少 2 个字，应与证件上的姓名一致"
TOO_LONG = f"姓名不超过 {MAX_LENGTH} 个字，请与证件核对"
DIGITS = "姓名中不能有数字，请按证件上的姓名填写"
UNSEEN = "姓名中有看不见的字符或自造字，请删除后用输入法重新输入；打不出来的字，请先填最接近的字并联系评价机构"
SIGNS = "姓名只能用汉字、字母、间隔号“·”、空格和连字符，请按证件上的姓名填写"
DOT_PLACE = "间隔号“·”应在两个字之间，且不能连用，请按证件上的姓名填写"


def normalise(text: str) -> str:
    """One spelling: half-width letters, the middle dot U+00B7, single spaces, none outside or beside a dot."""
    if PLAIN.fullmatch(text):
        return text
    name = unicodedata.normalize("NFKC", text)
    name = re.sub(f"[{re.escape(MIDDLE_DOTS)}]", "·", name)
    name = re.sub(r"[ \u3000]+", " ", name).strip()
    return re.sub(r" ?· ?", "·", name)


def fault(name: str) -> str | None:
    """What is wrong with a normalised name, in Chinese with the cure; None if nothing is."""
    if PLAIN.fullmatch(name):
        return None
    if not name:
        return EMPTY
    if any(unicodedata.category(sign) in INVISIBLE for sign in name):
        return UNSEEN
    if any(unicodedata.category(sign) in ("Nd", "No") for sign in name):
        return DIGITS
    if not all(_is_name_sign(sign) for sign in name):
        return SIGNS
    if name.startswith("·") or name.endswith("·") or "··" in name:
        return DOT_PLACE
    if len(name) > MAX_LENGTH:
        return TOO_LONG
    return TOO_SHORT if len(name) < 2 else None


def _is_name_sign(sign: str) -> bool:
    """A letter of any script, a mark on one, or what joins the parts of a name; newer planes count as ideographs."""
    return sign in " ·-'’.〇" or unicodedata.category(sign)[0] in "LM" or 0x20000 <= ord(sign) <= 0x3FFFF
