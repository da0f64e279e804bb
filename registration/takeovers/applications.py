"""在办申报: applications approved, paid or rolled over before the portal, as a row states them. Pure.

They keep the rules an application of the portal keeps: age, window, clause, dates in their order (SPEC 4, 5.4, 6, 7.1).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registration.bars import MINIMUM_AGE
from registration.enums import TakeOverKind
from registration.rosters.clauses import labels, read_clause
from registration.rosters.kinds import read_kind
from registration.rosters.reading import Reading
from registration.rosters.words import Unread, plain
from registration.takeovers.columns import AWAITING
from registration.takeovers.market import Market, OfferingFacts, WindowFacts
from registration.takeovers.reading import PersonFacts, not_later, old_enough

KIND = TakeOverKind.APPLICATIONS
SEE_WINDOWS = "请按“批次”页的名称填写；页中没有的，先在“申报批次”中登记"


@dataclass(frozen=True)
class Money:
    """What was asked and, where `value_on` is there, came: amounts in yuan, the order's number as known elsewhere."""

    order_number: str = ""
    amount: Decimal | None = None
    value_on: date | None = None
    payer: str = ""
    note: str = ""


@dataclass(frozen=True)
class ApplicationFacts:
    """An application of before. `windows` are those it has been in, the last one now; `awaits` the next notice."""

    person: PersonFacts
    offering: OfferingFacts
    windows: tuple[WindowFacts, ...]
    awaits: bool
    clause: str
    kind: str
    subjects: tuple[str, ...]
    submitted_on: date
    approved_on: date
    original_on: date | None
    money: Money

    @property
    def paid(self) -> bool:
        return self.money.value_on is not None

    @property
    def key(self) -> Hashable:
        """Of one person there is one open application for the same (SPEC 5.4)."""
        return self.person.id_number, self.offering.code, self.offering.work_type, self.offering.level


def judge(row: Reading, person: PersonFacts | None, market: Market, on: date) -> ApplicationFacts | None:
    """What a row asks to be loaded on a day; None, with the faults at the row, where it can't be."""
    values = row.values
    windows, awaits = _windows(row, market, on)
    offering = _offering(row, market, windows)
    _check_days(row, windows, on)
    kind, subjects = read_kind(row, values.get("level", ""), offering.subjects if offering else ())
    clause = _clause(row, offering)
    money = _money(row)
    if person and "submitted_on" in values:
        old_enough(row, person, MINIMUM_AGE, values["submitted_on"])
    if money.value_on is None and (awaits or len(windows) > 1):
        row.stop("value_on", "required", "已顺延的申报须已缴费", "请填写到账日期；未缴费的不能顺延，请核对批次")
    if row.bad or person is None or offering is None:
        return None
    return ApplicationFacts(
        person,
        offering,
        windows,
        awaits,
        clause,
        kind,
        subjects,
        values["submitted_on"],
        values["approved_on"],
        values.get("original_on"),
        money,
    )


def _windows(row: Reading, market: Market, on: date) -> tuple[tuple[WindowFacts, ...], bool]:
    """The windows a row has been in, in order, and whether it awaits the next notice."""
    first = _named(row, "first_window", market)
    if first is None:
        return (), False
    later = market.later_than(first)
    if plain(row.values.get("window", "")) == plain(AWAITING):
        return _awaiting(row, first, later, on)
    last = _named(row, "window", market) if "window" in row.values else None
    if last is None:
        times = row.values.get("rolled", 0)
        if times > len(later):
            row.stop("rolled", "window", f"{first.label}之后没有这么多批次", SEE_WINDOWS)
            return (first,), False
        passed = later[:times]
    elif last != first and last not in later:
        row.stop("window", "window", f"现批次早于最初批次{first.label}", "请核对两个批次")
        return (first,), False
    else:
        passed = later[: later.index(last) + 1] if last != first else []
    _check_times(row, first, len(passed))
    current = passed[-1] if passed else first
    if current.exam_by < on:
        column = "window" if "window" in row.values else "first_window"
        row.stop(
            column,
            "window",
            f"{current.label}的评价期已过",
            "已顺延的，请填写现批次；已评价的，请导入合格科目成绩或证书",
        )
    return (first, *passed), False


def _awaiting(
    row: Reading, first: WindowFacts, later: list[WindowFacts], on: date
) -> tuple[tuple[WindowFacts, ...], bool]:
    """Past the last known window; not while there is one they could enter."""
    if coming := [window for window in later if window.closes_on >= on]:
        row.stop("window", "window", f"下一批次（{coming[0].label}）已公布", "请填写现批次")
    _check_times(row, first, len(later) + 1)
    return (first, *later), True


def _check_times(row: Reading, first: WindowFacts, passed: int) -> None:
    times = row.values.get("rolled", passed)
    if times != passed:
        row.stop(
            "rolled", "window", f"从{first.label}到现批次应顺延 {passed} 次", "每次顺延到下一批次，请核对批次和次数"
        )


def _named(row: Reading, key: str, market: Market) -> WindowFacts | None:
    text = row.values.get(key, "")
    found = market.window_named(text) if text else None
    if text and found is None:
        row.stop(key, "window", "本机构没有这个批次", SEE_WINDOWS)
    return found


def _offering(row: Reading, market: Market, windows: tuple[WindowFacts, ...]) -> OfferingFacts | None:
    """The announced offering of the notice that the window now belongs to, else the newest that holds for it."""
    named = [one for one in market.find(row) if one.announced]
    if not windows or "code" in row.bad or "work_type" in row.bad:
        return None
    current = windows[-1]
    held = [one for one in named if one.holds_for(current.opens_on, current.closes_on)]
    held.sort(key=lambda one: (one.year == current.closes_on.year, one.year), reverse=True)
    if not held and "code" in row.values and "level" in row.values:
        row.stop("code", "offering", f"该评价项目在{current.label}没有公告或不在有效期内", "请核对批次和项目")
    return held[0] if held else None


def _check_days(row: Reading, windows: tuple[WindowFacts, ...], on: date) -> None:
    """Handed in while the first window was open, then approved; nothing of it still to come."""
    not_later(row, KIND, ("submitted_on", "approved_on", "original_on", "value_on"), on)
    handed_in, approved = row.values.get("submitted_on"), row.values.get("approved_on")
    if handed_in and windows and not windows[0].opens_on <= handed_in <= windows[0].closes_on:
        row.stop("submitted_on", "date", f"提交日期不在{windows[0].label}的申报时间内", "请核对最初批次和提交日期")
    if handed_in and approved and approved < handed_in:
        row.stop("approved_on", "date", "审核通过日期早于提交日期", "请核对两个日期")


def _clause(row: Reading, offering: OfferingFacts | None) -> str:
    """The clause the application was approved by; the only one goes without saying."""
    if offering is None:
        return ""
    typed, clauses = row.values.get("clause", ""), offering.clauses
    if not clauses:
        row.stop("clause", "clause", "本项目的申报条件尚未登记", "请联系平台管理员")
    elif not typed and len(clauses) == 1:
        return clauses[0].code
    elif not typed:
        row.stop("clause", "required", "未填写申报条件", f"请填写：{labels(clauses)}")
    else:
        try:
            return read_clause(typed, clauses)
        except Unread as unread:
            row.stop("clause", "clause", "本项目没有这项申报条件", unread.cure)
    return ""


def _money(row: Reading) -> Money:
    """What is said of the fee: somebody has paid where a value day is given, and then number and amount are, too."""
    values = row.values
    if row.has("value_on"):
        for key, name in (("order_number", "原订单编号"), ("amount", "缴费金额")):
            if not row.has(key):
                row.stop(key, "required", f"已缴费的须填写{name}", "请填写；未缴费的，请清空到账日期")
    approved, value_on = values.get("approved_on"), values.get("value_on")
    if approved and value_on and value_on < approved:
        row.stop("value_on", "date", "到账日期早于审核通过日期", "请按银行流水核对")
    named = {key: values.get(key, "") for key in ("order_number", "payer")}
    return Money(**named, amount=values.get("amount"), value_on=value_on, note=values.get("amount_note", ""))
