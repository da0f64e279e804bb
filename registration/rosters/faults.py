"""What is wrong with a cell or a person, and how to mend it: the lines of the report (SPEC 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Kinds of fault, in the order the report offers them as filters.
KINDS: dict[str, str] = {
    "required": "缺少必填项",
    "identity": "证件",
    "name": "姓名",
    "phone": "手机号码",
    "word": "用词不在范围内",
    "date": "日期",
    "length": "内容过长",
    "duplicate": "名册内重复",
    "open": "已有申报",
    "ban": "目前不能申报",
    "age": "年龄",
    "schooling": "文化程度",
    "clause": "申报条件不符",
    "evidence": "条件依据不全",
    "credits": "补考科目",
    "photo": "照片",
    "certificate": "持有证书",
}


@dataclass(frozen=True)
class Fault:
    """One line of the report: the column's key, the kind (of KINDS), what is wrong, and what to do about it.

    One that doesn't stop is a hint that the officer and the reviewer read.
    """

    column: str
    kind: str
    message: str
    cure: str
    stops: bool = True

    def kept(self) -> dict[str, Any]:
        """As RosterRow.faults keeps it."""
        return vars(self).copy()
