"""合格科目成绩: subjects passed at the provider before the portal, for a resit to use (SPEC 9.3). Pure."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registration import resits
from registration.enums import TakeOverKind
from registration.rosters.reading import Reading
from registration.takeovers.market import Market, OfferingFacts
from registration.takeovers.reading import PersonFacts, not_later
from skilleval.catalogue.enums import SubjectKind

KIND = TakeOverKind.CREDITS
LOWEST, HIGHEST = Decimal(60), Decimal(100)  # SPEC 9.1


@dataclass(frozen=True)
class CreditFacts:
    """A credit of before and its last day, the anniversary included."""

    person: PersonFacts
    offering: OfferingFacts
    subject: str
    score: Decimal | None
    published_on: date
    valid_until: date

    @property
    def key(self) -> Hashable:
        target = (self.offering.code, self.offering.work_type, self.offering.level)
        return self.person.id_number, target, self.subject, self.published_on


def judge(row: Reading, person: PersonFacts | None, market: Market, on: date) -> CreditFacts | None:
    """What a row asks to be loaded on a day; None, with the faults at the row, where it can't be."""
    values = row.values
    not_later(row, KIND, ("published_on",), on)
    named = market.find(row)
    published, level = values.get("published_on"), values.get("level", "")
    until = resits.credit_valid_until(level, published) if published and level else None
    if level and level not in resits.VALID_YEARS:
        row.stop("level", "credits", "专项职业能力没有补考，不保留单科成绩", "请移除该行")
    elif until and until < on:
        row.stop("published_on", "credits", f"成绩有效期至 {until}，已过期", "请移除该行；日期填错的，请更正")
    score = values.get("score")
    if score is not None and not LOWEST <= score <= HIGHEST:
        row.stop("score", "credits", "不是合格成绩", "只导入 60 至 100 分的合格科目")
    subject = values.get("subject", "")
    if named and subject and subject not in named[0].subjects:
        label = SubjectKind(subject).label
        row.stop("subject", "credits", f"本项目没有{label}科目", "请核对项目和科目")
    if row.bad or person is None or not named or published is None or until is None:
        return None
    return CreditFacts(person, named[0], subject, score, published, until)
