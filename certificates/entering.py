"""What a marker may type or a workbook may hold for one person: a mark, 缺考, or nothing yet (SPEC 9.1)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from certificates.enums import MarkStatus
from certificates.grading import MarkError, parse_score

ABSENT_WORD = "缺考"
YES = frozenset({"是", "缺考", "√", "✓", "v", "y", "yes", "1", "true"})
NO = frozenset({"", "否", "0", "n", "no", "false"})
LONGEST = 12
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
NOT_A_NUMBER = "成绩“{}”不是数字，请填写 0 至 100 的数，不带单位"


@dataclass(frozen=True)
class Entered:
    """One person's mark as a reading has it: a score, or absent."""

    status: str
    score: Decimal | None = None

    @property
    def shown(self) -> str:
        return ABSENT_WORD if self.score is None else f"{self.score:f}"


ABSENT = Entered(MarkStatus.ABSENT)


@dataclass(frozen=True)
class Raw:
    """A subject's mark before any decision; `status` is empty where it was never marked."""

    status: str = ""
    score: Decimal | None = None
    weight: Decimal | None = None


def read_mark(text: str, absent: str = "") -> Entered | None:
    """What was entered in the columns 成绩 and 缺考; None where both are empty. Raises MarkError with the cure.

    Full-width digits and signs are read as what they mean; nothing is rounded or guessed.
    """
    score, missed = normalised(text), _missed(absent)
    if score == ABSENT_WORD or (missed and not score):
        return ABSENT
    if missed:
        raise MarkError(f"同时填了成绩“{_short(score)}”和缺考，请只填其中一项")
    return Entered(MarkStatus.MARKED, _score(score)) if score else None


def normalised(text: str) -> str:
    """Without surrounding blanks, full-width forms made plain, every minus sign the plain one."""
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


def _missed(text: str) -> bool:
    word = normalised(text).lower()
    if word not in YES | NO:
        raise MarkError(f"缺考一栏的“{_short(word)}”无法识别，缺考的请填“是”，参加考试的请留空")
    return word in YES


def _score(text: str) -> Decimal:
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        raise MarkError(NOT_A_NUMBER.format(_short(text)))
    return parse_score(text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
