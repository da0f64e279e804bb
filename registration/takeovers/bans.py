"""禁考人员: bans decided before the portal, with the decision's number and days (SPEC 10). Pure."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from registration.rosters.reading import Reading
from registration.takeovers.market import Market
from registration.takeovers.reading import PersonFacts


@dataclass(frozen=True)
class BanFacts:
    """A ban from its first to its last day, both included."""

    person: PersonFacts
    source: str
    starts_on: date
    ends_on: date

    @property
    def key(self) -> Hashable:
        return self.person.id_number, self.source


def judge(row: Reading, person: PersonFacts | None, market: Market, on: date) -> BanFacts | None:
    """What a row asks to be loaded on a day; None, with the faults at the row, where it can't be."""
    values = row.values
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts and ends and ends < starts:
        row.stop("ends_on", "date", "禁考截止日期早于起始日期", "请核对决定书")
    elif ends and ends < on:
        row.stop("ends_on", "date", "禁考已期满", "不需导入，请移除该行；日期填错的，请更正")
    if row.bad or person is None or starts is None or ends is None:
        return None
    return BanFacts(person, values["source"], starts, ends)
