"""The history of an application, newest first, and where it is in the whole journey."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from registration.enums import ENDED_STATES, ApplicationState
from registration.models import Application, ApplicationLog, RollOver, WindowChange
from registration.queries.windows import changes_for
from registration.window_changes import changes as changes_in, sentence
from scheduling.models import SessionVersion
from scheduling.queries.history import changes_of
from scheduling.versions import Change
from skilleval.core.wording import cn_deadline
from skilleval.journeys.applying.progress import Standing

_S = ApplicationState
TITLES: dict[tuple[str, str], str] = {
    ("", _S.DRAFT): "开始填写",
    ("", _S.APPROVED): "导入：资格审核已通过",
    ("", _S.CONFIRMED): "导入：报名已确认",
    (_S.DRAFT, _S.REVIEW): "提交申报",
    ("", _S.PRELIM): "院校（机构）报名，进入初审",
    (_S.DRAFT, _S.PRELIM): "进入初审",
    (_S.PRELIM, _S.REVIEW): "初审通过，提交评价机构",
    (_S.RETURNED, _S.REVIEW): "补正后重新提交",
    (_S.REVIEW, _S.RETURNED): "退回补正",
    (_S.REVIEW, _S.APPROVED): "资格审核通过",
    (_S.APPROVED, _S.CONFIRMED): "报名已确认",
    (_S.CONFIRMED, _S.SCHEDULED): "考试已安排",
    (_S.SCHEDULED, _S.CONFIRMED): "原考试安排取消",
    (_S.SCHEDULED, _S.COMPLETED): "成绩公布",
    **{
        (ended, again): "恢复申报"
        for ended in (_S.CANCELLED, _S.VOID)
        for again in (_S.REVIEW, _S.APPROVED, _S.CONFIRMED, _S.COMPLETED)
    },
}
LABELS = ("填写并提交", "资格审核", "缴费", "成班", "排考与准考证", "评价与成绩")
REACHED = {
    _S.DRAFT: 0,
    _S.RETURNED: 0,
    _S.PRELIM: 1,
    _S.REVIEW: 1,
    _S.APPROVED: 2,
    _S.CONFIRMED: 3,
    _S.SCHEDULED: 4,
    _S.COMPLETED: 6,
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened."""

    at: datetime
    title: str
    note: str = ""
    who: str = ""
    tone: str = "neutral"


@dataclass(frozen=True)
class Step:
    """One stage of the journey: done, current, todo or stopped."""

    label: str
    state: str
    note: str = ""


def entries_of(application: Application) -> list[Entry]:
    """State changes, roll-overs and changes of what was published together."""
    found = [_logged(log, application) for log in application.log.all()]
    found += [_adjusted(change) for change in changes_for(application)]
    rolled = application.roll_overs.select_related("from_window", "to_window")
    found += [_rolled(row) for row in rolled]
    found += [_moved(version, changes, application) for version, changes in changes_of(application)]
    return sorted(found, key=lambda entry: entry.at)[::-1]  # what happened at one moment stays in its order, too


def steps_of(application: Application, standing: Standing) -> list[Step]:
    """The journey with the place it has reached; an ended application stops where it was."""
    ended = application.state in ENDED_STATES and application.state != _S.COMPLETED
    state = _before_the_end(application) if ended else ApplicationState(application.state)
    reached = REACHED.get(state, 0)
    if state == _S.CONFIRMED and standing.went_ahead:
        reached = 4
    if state == _S.SCHEDULED and standing.ticket:
        reached = 5
    steps = []
    for place, label in enumerate(LABELS):
        word = "done" if place < reached else "todo"
        if place == reached:
            word = "stopped" if ended else "current"
        steps.append(Step(label, word))
    return steps


def last_reason(application: Application) -> str:
    """What the latest move said."""
    log = application.log.order_by("id").last()
    return log.reason.rstrip("。") + "。" if log and log.reason else ""


def _before_the_end(application: Application) -> ApplicationState:
    last = application.log.filter(to_state=application.state).order_by("id").last()
    return ApplicationState(last.from_state) if last and last.from_state else _S.DRAFT


def _logged(log: ApplicationLog, application: Application) -> Entry:
    title = TITLES.get((log.from_state, log.to_state)) or str(ApplicationState(log.to_state).label)
    mine = log.by_id is not None and log.by_id == application.candidate.user_id
    who = "本人" if mine else "系统" if log.by_id is None else application.offering.provider.name
    tone = {_S.RETURNED: "action", _S.REJECTED: "danger", _S.CANCELLED: "danger", _S.VOID: "danger"}
    return Entry(log.at, title, log.reason, who, tone.get(ApplicationState(log.to_state), "success"))


def _adjusted(change: WindowChange) -> Entry:
    said = sentence(changes_in(change.before, change.after))
    return Entry(change.at, f"{change.label}有调整", f"{said}。原因：{change.reason}", "评价机构", "warning")


def _rolled(row: RollOver) -> Entry:
    where = f"顺延至{row.to_window.label}" if row.to_window else "顺延，等待下一年度公告"
    shut = f"；原批次{row.from_window.label}申报于 {cn_deadline(row.from_window.closes_on)}截止"
    return Entry(row.at, where, f"{row.reason}{shut}", "系统", "warning")


def changed(application: Application) -> Entry | None:
    """The last change of what was published, for who has a seat now."""
    found = changes_of(application) if application.state == _S.SCHEDULED else []
    return _moved(*found[-1], application) if found else None


def _moved(version: SessionVersion, changes: Iterable[Change], application: Application) -> Entry:
    said = "；".join(change.words for change in changes)
    note = f"{said}。原因：{version.reason}" if version.reason else said
    return Entry(version.at, "考试安排变更", note, application.offering.provider.name, "warning")
