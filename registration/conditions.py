"""What a provider asks beyond the level's rules (SPEC 13). Pure: facts and a date in, bars out.

An upper age is computed from the birth date; whatever else is asked, the person confirms, and shows a paper where one
is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registration.bars import Bar
from skilleval.catalogue.enums import ConditionKind
from skilleval.core.dates import anniversary
from skilleval.core.wording import cn_date


@dataclass(frozen=True)
class Condition:
    """One of them, as the provider's notice says it. `limit` is in years, the last one included."""

    key: str
    kind: str
    text: str
    paper: str = ""
    limit: int | None = None
    notice: str = ""

    @property
    def computed(self) -> bool:
        """Whether the birth date decides, and nobody's word."""
        return self.kind == ConditionKind.UPPER_AGE

    def kept(self, **more: Any) -> dict[str, Any]:
        """As an application keeps it: readable years later, whatever the provider asks by then."""
        return {"kind": self.kind, "text": self.text, "paper": self.paper, "limit": self.limit, **more}


def last_day(born: date, limit: int) -> date:
    """The last day on which somebody is at most `limit` years old: the day before the next birthday."""
    return anniversary(born, limit + 1) - timedelta(days=1)


def outgrown(conditions: Iterable[Condition], born: date, on: date) -> list[tuple[Condition, date]]:
    """The upper ages that somebody has passed by a day, each with the last day on which they hadn't."""
    limits = [(one, last_day(born, one.limit)) for one in conditions if one.computed and one.limit is not None]
    return [(one, last) for one, last in limits if on > last]


def age_bars(conditions: Iterable[Condition], born: date, on: date) -> list[Bar]:
    """The bars of upper ages on the day of submission; no later day would be without them."""
    return [
        Bar(
            "upper_age",
            f"{one.text}：申报当日不超过 {one.limit} 周岁；按您的出生日期，最后可申报日为 {cn_date(last)}",
            one.notice or "评价机构的附加申报条件",
        )
        for one, last in outgrown(conditions, born, on)
    ]


def open_ones(
    conditions: Sequence[Condition], confirmed: Collection[str], papers: Collection[str]
) -> tuple[list[Condition], list[Condition]]:
    """Those nobody confirmed yet, and those whose paper isn't there; `papers` are the titles of what is."""
    asked = [one for one in conditions if not one.computed]
    return (
        [one for one in asked if one.key not in confirmed],
        [one for one in asked if one.paper and one.paper[:60] not in papers],
    )


def words_of(kept: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Of what an application keeps: what was asked, and what was answered."""
    return [(str(one["text"]), _answer(one)) for one in kept.values()]


def _answer(kept: Mapping[str, Any]) -> str:
    if last := kept.get("last_day"):
        return f"符合：最后可申报日 {cn_date(date.fromisoformat(last))}"
    who = "院校/培训机构已确认" if kept.get("institution") else "本人已确认"
    return f"{who}，须附{kept['paper']}" if kept.get("paper") and not kept.get("institution") else who
