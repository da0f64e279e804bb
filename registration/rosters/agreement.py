"""Whether a roster's row and the person's record say the same (SPEC 5.2, 5.5). Pure.

A record is never overwritten by a roster, and an institution isn't told what stands in it: a difference is for the
provider's reviewer, who has the papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registration.rosters.reading import spelled
from registration.rosters.words import meaning
from skilleval.core.identity import LABELS, IdentityType


@dataclass(frozen=True)
class Record:
    """What the portal knows of a person, as far as a roster states it too."""

    name: str
    id_type: str
    sex: str
    born: date


def differences(cells: Mapping[str, str], born: str, record: Record) -> tuple[str, ...]:
    """In words, where a row differs from the record, with both readings; empty where they agree.

    `cells` are the row's as typed, by column; `born` is the birth date it was judged by (ISO). An empty document type
    is the resident's (SPEC 5.2), an empty sex was read from the number; words without a meaning here differ in nothing.
    """
    typed = cells.get("id_type", "").strip()
    document = (meaning("id_type", typed) or record.id_type) if typed else IdentityType.RESIDENT
    pairs = (
        ("姓名", spelled(cells.get("name", "")), spelled(record.name)),
        ("证件类型", str(LABELS[IdentityType(str(document))]), str(LABELS[IdentityType(record.id_type)])),
        ("性别", str(meaning("sex", cells.get("sex", "")) or record.sex), record.sex),
        ("出生日期", born or record.born.isoformat(), record.born.isoformat()),
    )
    return tuple(f"与档案{what}不一致：名册“{row}”，档案“{known}”" for what, row, known in pairs if row != known)
