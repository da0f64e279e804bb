"""When one may apply, and when that leads to an assessment (SPEC 3.1–3.3; KUPAS, SICT, AIA 二（三）).

All days are Asia/Shanghai and inclusive: a window's last day counts to its end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol, TypeVar

from skilleval.core.dates import add_months, day_in_month, last_of_month

DECEMBER = 12


class Opening(Protocol):
    """Anything one can apply in: a rule's Window or a stored one."""

    @property
    def opens_on(self) -> date: ...

    @property
    def closes_on(self) -> date: ...


OpeningT = TypeVar("OpeningT", bound=Opening)


@dataclass(frozen=True)
class Window:
    """An application window with its assessment period. `exam_from` None: the beginning isn't fixed (`tentative`).

    `papers_by` and `pay_by` are stages of their own, where the pattern has them (SPEC 13).
    """

    opens_on: date
    closes_on: date
    exam_from: date | None
    exam_by: date
    tentative: bool = False
    label: str = ""
    papers_by: date | None = None
    pay_by: date | None = None


def open_on(windows: Iterable[OpeningT], day: date) -> OpeningT | None:
    """The window one may apply in on a day; of several the one that closes first."""
    open_now = [window for window in windows if window.opens_on <= day <= window.closes_on]
    return min(open_now, key=lambda window: (window.closes_on, window.opens_on), default=None)


def next_after(windows: Iterable[OpeningT], day: date) -> OpeningT | None:
    """The first window that opens after a day: where a batch that closed on it rolls over to (SPEC 7.1)."""
    later = [window for window in windows if window.opens_on > day]
    return min(later, key=lambda window: (window.opens_on, window.closes_on), default=None)


@dataclass(frozen=True)
class WindowPattern:
    """How a provider's windows repeat, month by month of closing (SPEC 3.3).

    A window closes on `closes_day`; where that comes before `opens_day` it opened in the month before. Its assessments
    lie `exam_months_after` months after the month of closing, from `exam_from_day` to that month's end. Months in
    `skipped_exam_months` have no assessment, so no window leads there. With `december_tentative`, what closes in
    December is assessed by 31 December or as the next notice says (SPEC 3.1). A day that a month lacks is its last.
    Stages of their own end so many days after the closing; None: the windows have no such stage (SPEC 13).
    """

    opens_day: int = 1
    closes_day: int = 31
    exam_months_after: int = 1
    exam_from_day: int = 1
    skipped_exam_months: frozenset[int] = frozenset()
    december_tentative: bool = False
    papers_days_after: int | None = None
    pay_days_after: int | None = None


#: KUPAS and SICT: the calendar month M leads to assessments in M+1; December is tentative (SPEC 3.1).
CALENDAR_MONTH = WindowPattern(december_tentative=True)


def day_to_day(opens_day: int, closes_day: int, *, skipped_exam_months: Iterable[int] = ()) -> WindowPattern:
    """Day D to day D, assessed in the last third (下旬, from the 21st) of the month after closing (SPEC 3.2, 3.3)."""
    return WindowPattern(opens_day, closes_day, exam_from_day=21, skipped_exam_months=frozenset(skipped_exam_months))


#: AIA: 16th to 15th, no assessment in August and November (SPEC 3.2).
SIXTEENTH_TO_FIFTEENTH = day_to_day(16, 15, skipped_exam_months=(8, 11))


def generate(pattern: WindowPattern, year: int, first_opens_on: date | None = None) -> tuple[Window, ...]:
    """The windows that close in a year; `first_opens_on`, the notice's date, cuts off what lies before (SPEC 3.1)."""
    windows = tuple(window for window in _months(pattern, year) if not skipped(pattern, window))
    if first_opens_on is None:
        return windows
    return tuple(
        replace(window, opens_on=max(window.opens_on, first_opens_on))
        for window in windows
        if window.closes_on >= first_opens_on
    )


@dataclass(frozen=True)
class Planned:
    """A month of a year's pattern: its window, and why there will be none, or another stays (empty: it is made)."""

    window: Window
    why_not: str = ""
    held_by: Opening | None = None


def plan_year(pattern: WindowPattern, year: int, held: Sequence[Opening]) -> tuple[Planned, ...]:
    """What generating a year would do, month by month: days that another window holds are left alone (SPEC 3.3)."""
    return tuple(_planned(pattern, window, held) for window in _months(pattern, year))


def skipped(pattern: WindowPattern, window: Window) -> bool:
    """Whether a pattern's window would lead to a month without assessment, so that there is none."""
    return not window.tentative and window.exam_by.month in pattern.skipped_exam_months


def overlap(one: Opening, other: Opening) -> bool:
    """Whether there is a day on which one could apply in both."""
    return one.opens_on <= other.closes_on and other.opens_on <= one.closes_on


def extend(windows: Sequence[Opening], pattern: WindowPattern, through: date) -> tuple[Window, ...]:
    """New windows by a provider's own pattern, from the last of `windows` on until one closes on or after `through`."""
    last = max((window.closes_on for window in windows), default=None)
    if last is None or last >= through:
        return ()
    fresh: list[Window] = []
    for year in range(last.year, through.year + 2):
        for window in generate(pattern, year):
            if window.opens_on > last and (not fresh or fresh[-1].closes_on < through):
                fresh.append(window)
    return tuple(fresh)


def _planned(pattern: WindowPattern, window: Window, held: Sequence[Opening]) -> Planned:
    if skipped(pattern, window):
        return Planned(window, f"{window.exam_by.month} 月不安排评价")
    there = next((other for other in held if overlap(window, other)), None)
    return Planned(window, "这些日期已有批次", there) if there else Planned(window)


def _months(pattern: WindowPattern, year: int) -> Iterable[Window]:
    return (_window(pattern, year, month) for month in range(1, 13))


def _window(pattern: WindowPattern, year: int, month: int) -> Window:
    """The window that closes in a month, whether or not its assessment month is skipped."""
    closes_on = day_in_month(year, month, pattern.closes_day)
    opens_in = add_months(date(year, month, 1), -1 if pattern.opens_day > pattern.closes_day else 0)
    opens_on = day_in_month(opens_in.year, opens_in.month, pattern.opens_day)
    exam = add_months(date(year, month, 1), pattern.exam_months_after)
    regular = Window(
        opens_on,
        closes_on,
        day_in_month(exam.year, exam.month, pattern.exam_from_day),
        last_of_month(exam.year, exam.month),
        label=f"{year}年{month}月批次",
        papers_by=_after(closes_on, pattern.papers_days_after),
        pay_by=_after(closes_on, pattern.pay_days_after),
    )
    if pattern.december_tentative and month == DECEMBER:
        return replace(regular, exam_from=None, exam_by=date(year, 12, 31), tentative=True)
    return regular


def _after(day: date, days: int | None) -> date | None:
    return None if days is None else day + timedelta(days=days)
