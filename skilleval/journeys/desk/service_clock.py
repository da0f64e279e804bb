"""How much of the time for a review is left, in working days (SPEC 3.6)."""

from __future__ import annotations

from datetime import date

from skilleval.core.wording import cn_deadline
from skilleval.core.workdays import WorkCalendar


def time_left(until: date, on: date, calendar: WorkCalendar) -> str:
    """What is left on a day, or over, for what is to be done by another: 剩 3 个工作日, 今天到期, 已超 2 个工作日."""
    if on == until:
        return "今天到期"
    if on < until:
        return f"剩 {calendar.between(on, until)} 个工作日"
    over = calendar.between(until, on)
    return f"已超 {over} 个工作日" if over else "已到期"


def words_of(until: date | None, on: date, calendar: WorkCalendar) -> tuple[str, str]:
    """The same and the day itself, for a cell of two lines; empty where no day is set."""
    return (time_left(until, on, calendar), cn_deadline(until)) if until else ("", "")
