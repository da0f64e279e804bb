"""Payers and references in one spelling: what people and banks write differently is compared as the same (SPEC 6)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Not what they are called, but what they are, and which of them pays.
FORMS = re.compile(r"(股份)?有限(责任)?公司$|公司$")
SEPARATORS = re.compile(r"[\W_]+")
#: Words around a name in the text of a transfer.
AROUND = re.compile(
    r"考核费|考试费|报名费|报考费|评价费|鉴定费|认定费|培训费|技能评价|技能鉴定|代缴|代付|代交|缴费|缴纳|费用|转账|汇款"
    r"|付款人?|姓名|考生|学员|等?\d+人"
)

#: Words that say that money is for an assessment.
FEES = re.compile(r"考核费|考试费|报名费|报考费|评价费|鉴定费|认定费|考评费|技能评价|技能鉴定|考证")


def _squeezed(text: str) -> str:
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


@lru_cache(maxsize=65536)
def payer_key(name: str) -> str:
    """A payer's name without spaces, marks and brackets, its company form left out: 上海甲（集团）有限责任公司."""
    bare = _squeezed(name)
    return FORMS.sub("", bare) or bare


def reference_key(text: str) -> str:
    """A reference without what payers leave out or write otherwise: spaces, marks, widths."""
    return _squeezed(text)


def is_for_fees(text: str) -> bool:
    """Whether the text of a transfer says that it is for an assessment."""
    return bool(FEES.search(_squeezed(text)))


def names_in(text: str) -> list[str]:
    """The keys of what could be names in the text of a transfer: its parts between marks and words about fees."""
    spaced = AROUND.sub("+", unicodedata.normalize("NFKC", text))
    parts = (payer_key(part) for part in re.split(r"[^\w·.()]+|_", spaced))
    return list(dict.fromkeys(part for part in parts if len(part) >= 2))
