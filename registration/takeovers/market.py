"""What a provider offers, as the checks of its earlier business need it: offerings and windows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registration.rosters.reading import Reading
from registration.rosters.words import plain
from registration.rule_sets import Clause

NO_OFFERING = "本机构没有该职业（工种）、等级的评价项目"
LIST_IT = "请对照公告核对编码、工种和等级；确有该项目的，先在“评价项目”中登记"


@dataclass(frozen=True)
class WindowFacts:
    """An application window and the end of the assessment it leads to; all days included."""

    pk: int
    label: str
    opens_on: date
    closes_on: date
    exam_by: date
    pay_by: date | None = None


@dataclass(frozen=True)
class OfferingFacts:
    """An offering of one year; `announced` where the provider's own notice stands behind it (SPEC 2.5)."""

    pk: int
    code: str
    work_type: str
    level: str
    year: int
    announced: bool
    valid_from: date
    valid_until: date | None
    subjects: tuple[str, ...]
    clauses: tuple[Clause, ...]

    def holds_for(self, first: date, last: date) -> bool:
        """Whether it is in force on some day from the first to the last."""
        return self.valid_from <= last and (self.valid_until is None or self.valid_until >= first)


@dataclass(frozen=True)
class Market:
    """A provider's windows in the order of their first days, and its offerings, the newest first."""

    windows: Sequence[WindowFacts] = ()
    offerings: Sequence[OfferingFacts] = ()

    def window_named(self, text: str) -> WindowFacts | None:
        """The window with a label, however it is typed, with 批次 or without; of several the latest."""
        named = [window for window in self.windows if _bare(window.label) == _bare(text)]
        return named[-1] if named else None

    def later_than(self, window: WindowFacts) -> list[WindowFacts]:
        """The windows that open after another one closed, in order: where its people roll over to (SPEC 7.1)."""
        return [other for other in self.windows if other.opens_on > window.closes_on]

    def find(self, row: Reading) -> list[OfferingFacts]:
        """The offerings that a row names, the newest first; a fault at the row where there is none, or several work
        types."""
        code, level = row.values.get("code"), row.values.get("level")
        if not code or not level:
            return []
        same = [one for one in self.offerings if (one.code, one.level) == (code, level)]
        typed = row.values.get("work_type", "")
        if typed:
            same = [one for one in same if plain(one.work_type) == plain(typed)]
        if not same:
            row.stop("code", "offering", NO_OFFERING, LIST_IT)
        elif len({one.work_type for one in same}) > 1:
            words = "、".join(dict.fromkeys(one.work_type or "（无工种）" for one in same))
            row.stop("work_type", "offering", "该职业有几个工种", f"请填写工种：{words}")
            return []
        return same


def _bare(label: str) -> str:
    return plain(label).removesuffix("批次")
