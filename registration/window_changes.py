"""A window entered or changed by hand: which days can't be, and what a change is, in words (SPEC 3.3, 13).

Facts of a window are a mapping of its `FIELDS`; as JSON (`as_json`) they are kept with each change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from skilleval.core.wording import cn_date, cn_deadline, cn_period

#: What staff may set, with the words people read it by.
FIELDS = {
    "label": "批次",
    "opens_on": "申报开始",
    "closes_on": "申报截止",
    "papers_by": "交材料截止",
    "pay_by": "缴费截止",
    "tickets_from": "准考证发放",
    "tickets_until": "准考证下载截止",
    "exam_from": "评价开始",
    "exam_by": "评价截止",
    "tentative": "评价时间暂定",
}
#: What the windows of a provider's batches were judged by.
JUDGED_BY = ("opens_on", "closes_on", "pay_by")
NONE = "未另设"

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """Why a window can't be so, with the field it is mended at."""

    field: str
    message: str


@dataclass(frozen=True)
class Change:
    """One field that changes, in words."""

    field: str
    before: str
    after: str

    @property
    def title(self) -> str:
        return FIELDS[self.field]

    def __str__(self) -> str:
        return f"{self.title}由{self.before}改为{self.after}"


def faults(facts: Facts) -> Iterator[Fault]:
    """What is wrong with a window's days among themselves, most telling first."""
    opens, closes, by = facts["opens_on"], facts["closes_on"], facts["exam_by"]
    if closes < opens:
        yield Fault("closes_on", "申报截止不得早于申报开始")
    if by < closes:
        yield Fault("exam_by", "评价截止不得早于申报截止")
    if facts["exam_from"] is None and not facts["tentative"]:
        yield Fault("exam_from", "请填写评价开始；评价时间还没有确定的，请勾选“评价时间暂定”")
    if facts["exam_from"] and facts["exam_from"] > by:
        yield Fault("exam_by", "评价截止不得早于评价开始")
    yield from _faults_of_stages(facts)


def _faults_of_stages(facts: Facts) -> Iterator[Fault]:
    for name in ("papers_by", "pay_by"):
        day = facts[name]
        if day and not facts["opens_on"] <= day <= facts["exam_by"]:
            yield Fault(name, f"{FIELDS[name]}须在申报开始之后、评价截止之前；不另设的请留空")
    tickets, until = facts["tickets_from"], facts["tickets_until"]
    if tickets and not facts["opens_on"] <= tickets <= facts["exam_by"]:
        yield Fault("tickets_from", "准考证发放须在申报开始之后、评价截止之前；不另设的请留空")
    if until and (until > facts["exam_by"] or until < (tickets or facts["opens_on"])):
        yield Fault("tickets_until", "准考证下载截止须在发放之后、评价截止之前；不另设的请留空")


@dataclass(frozen=True)
class Standing:
    """How far a window has gone: whether anybody applied in it, whether a batch of it was judged, and the latest last
    day to pay that somebody was told who stands in no order yet."""

    applied: bool = False
    judged: bool = False
    promised: date | None = None


def faults_of_change(before: Facts, after: Facts, standing: Standing, on: date) -> Iterator[Fault]:
    """What a change on a day would take from somebody: an opening or a close gone by, a judgment, a promised day."""
    moved = [name for name in JUDGED_BY if before[name] != after[name]]
    if standing.judged and moved:
        yield Fault(moved[0], f"本批次已有项目判定，{FIELDS[moved[0]]}不能再改；评价和准考证的日期可以调整")
    if standing.applied and after["opens_on"] > before["opens_on"]:
        yield Fault("opens_on", "已有人在本批次申报，申报开始不能推迟")
    if after["closes_on"] < min(before["closes_on"], on):
        yield Fault("closes_on", "申报截止最早改为今天：已经过去的日期有人按原截止办理")
    promised = standing.promised
    if promised and payable_until(after) < payable_until(before) and payable_until(after) < promised:
        yield Fault(
            "pay_by",
            f"已有人被告知缴费截止为{cn_date(promised)}，不能提前；要提前截止申报的，请把缴费截止填为{cn_date(promised)}",
        )


def payable_until(facts: Facts) -> date:
    """The last day to pay of whoever is approved in time (SPEC 6, 13)."""
    day: date = facts["pay_by"] or facts["closes_on"]
    return day


def changes(before: Facts, after: Facts) -> list[Change]:
    """What differs, in the order of the fields; `before` may be empty for a window that is new."""
    if not before:
        return []
    changed = [name for name in FIELDS if before.get(name) != after.get(name)]
    return [Change(name, in_words(name, before.get(name)), in_words(name, after.get(name))) for name in changed]


def puts_off(before: Facts, after: Facts) -> bool:
    """Whether a kept change ends the assessment period later than people were told (SPEC 6)."""
    was, now = before.get("exam_by"), after.get("exam_by")
    return bool(was and now and now > was)


def in_words(name: str, value: Any) -> str:
    """A fact as people read it; a day as it is kept (ISO) or as a date."""
    if name == "tentative":
        return "暂定" if value else "已确定"
    if value is None or value == "":
        return "未定" if name == "exam_from" else NONE
    return str(value) if name == "label" else cn_date(date.fromisoformat(value) if isinstance(value, str) else value)


def sentence(found: Sequence[Change]) -> str:
    """Several changes in one sentence."""
    return "；".join(map(str, found))


def as_json(facts: Facts) -> dict[str, Any]:
    """Facts as they are kept: days in ISO."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def stages(window: Any) -> list[tuple[str, str]]:
    """What a window dates beyond applying and assessment, each with its days in words (SPEC 13)."""
    found = []
    if window.papers_by:
        found.append(("交材料", cn_deadline(window.papers_by, year=True)))
    if window.pay_by:
        found.append(("缴费", f"{cn_deadline(window.pay_by, year=True)}；之后才审核通过的，以订单所示为准"))
    if window.tickets_from or window.tickets_until:
        found.append(("准考证下载", _tickets(window.tickets_from, window.tickets_until)))
    return found


def _tickets(first: date | None, last: date | None) -> str:
    if first and last:
        return cn_period(first, last)
    return f"{cn_date(first)}起" if first else f"至{cn_deadline(last, year=True)}" if last else ""


def assessed(window: Any) -> str:
    """A window's assessment period in words; 暂定 where the next notice may say otherwise (SPEC 3.1)."""
    when = cn_period(window.exam_from, window.exam_by) if window.exam_from else f"{cn_date(window.exam_by)}前"
    return f"{when}（暂定）" if window.tentative else when
