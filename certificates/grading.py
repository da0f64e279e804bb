"""Passed or not, and what stays valid for a resit (SPEC 9.1, 9.3; PILOT 四 for special capabilities).

Marks are exact decimals from 0 to 100 with at most two places. Level items pass when every subject reaches the pass
mark; a special capability passes when the weighted total does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation

from certificates.enums import MarkStatus
from skilleval.catalogue.enums import Level

PASS_MARK = Decimal(60)
FULL_MARK = Decimal(100)
SHOWN = Decimal("0.01")


class MarkError(ValueError):
    """A mark or a set of weights that can't be graded; the message is for the person who entered it."""


@dataclass(frozen=True)
class Mark:
    """One subject's result. `weight` in percent, only for special capabilities.

    A score counts only where the subject was marked: a cancelled one may keep the score it had, for the record.
    """

    subject: str
    status: str
    score: Decimal | None = None
    weight: Decimal | None = None

    def __post_init__(self) -> None:
        if self.status not in MarkStatus.values:
            raise MarkError(f"评分状态“{self.status}”不存在，请选择已评分、缺考或成绩取消")
        if self.status == MarkStatus.MARKED and self.score is None:
            raise MarkError("已评分的科目须填写成绩")
        if self.status == MarkStatus.ABSENT and self.score is not None:
            raise MarkError("缺考的科目不填成绩；已参加考试的请改为已评分")

    @property
    def counted(self) -> Decimal | None:
        """The score if it counts, None if the subject was missed or cancelled."""
        return self.score if self.status == MarkStatus.MARKED else None


@dataclass(frozen=True)
class GradedOutcome:
    """The result of a sitting: `credits` are the subjects that stay valid for a resit, sorted.

    `total` is a special capability's exact weighted total, None for levels and while a subject has no mark.
    """

    passed: bool
    credits: tuple[str, ...] = ()
    total: Decimal | None = None


def parse_score(text: str) -> Decimal:
    """A score as entered. Raises MarkError unless it is 0 to 100 with at most two decimals."""
    try:
        score = Decimal(text.strip())
    except InvalidOperation:
        raise MarkError(f"成绩“{text}”不是数字，请填写 0 至 100 的数") from None
    if not score.is_finite() or not 0 <= score <= FULL_MARK:
        raise MarkError(f"成绩“{text}”超出范围，请填写 0 至 100 的数")
    if score != score.quantize(SHOWN):
        raise MarkError(f"成绩“{text}”的小数多于两位，请保留两位小数")
    return score


def grade(
    level: str,
    marks: Iterable[Mark],
    *,
    competition: bool = False,
    pass_mark: Decimal = PASS_MARK,
    rest_covered: bool = True,
) -> GradedOutcome:
    """The outcome of a sitting. Raises MarkError for no marks, or special-capability weights that don't make 100.

    `rest_covered`: the credits a resit relies on for the subjects not sat are all in force (SPEC 9.3).
    """
    sitting = list(marks)
    if not sitting:
        raise MarkError("没有任何科目的成绩，不能评定")
    if level == Level.SPECIAL:
        return _grade_special(sitting, pass_mark)
    reached = sorted(mark.subject for mark in sitting if mark.counted is not None and mark.counted >= pass_mark)
    if len(reached) == len(sitting) and rest_covered:
        return GradedOutcome(passed=True)
    return GradedOutcome(passed=False, credits=() if competition else tuple(reached))


def shown(total: Decimal) -> Decimal:
    """A total as it is shown: cut, not rounded, to two places (SPEC 9.1)."""
    return total.quantize(SHOWN, rounding=ROUND_DOWN)


def _grade_special(marks: list[Mark], pass_mark: Decimal) -> GradedOutcome:
    """PILOT: the total decides; a subject below the pass mark doesn't fail it, and nothing is kept for a resit."""
    weights = [mark.weight for mark in marks if mark.weight is not None]
    if len(weights) < len(marks) or sum(weights, Decimal(0)) != FULL_MARK:
        raise MarkError("专项职业能力各科目权重须全部填写且合计为 100%，请先在评价项目中填写")
    scores = [mark.counted for mark in marks if mark.counted is not None]
    if len(scores) < len(marks):
        return GradedOutcome(passed=False)
    weighted = sum((score * weight for score, weight in zip(scores, weights, strict=True)), Decimal(0))
    total = weighted / FULL_MARK
    return GradedOutcome(passed=total >= pass_mark, total=total)
