"""Where a group stands: one sentence, who has to act, by when, and the one button for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from registration.enums import ApplicationState, HandingIn, IntakeState, RowState
from registration.models import Group, Roster, Submission
from skilleval.core.wording import cn_date, cn_deadline
from skilleval.journeys.groups.counts import Counts, counts_for

_A, _R = ApplicationState, RowState
YOU = "由您办理"


@dataclass(frozen=True)
class Head:
    """One sentence, who acts, by when, the button and perhaps a second way."""

    sentence: str
    who: str = ""
    by: str = ""
    action_url: str = ""
    action_label: str = ""
    second_url: str = ""
    second_label: str = ""
    tone: str = "info"


@dataclass(frozen=True)
class GroupStanding:
    """What decides where a group stands, gathered once."""

    counts: Counts
    reading: int = 0  # rosters that are being checked
    handing_in: Submission | None = None  # the submission that is under way


@dataclass(frozen=True)
class Step:
    """One stage of the way: done, current or todo, with how many wait in it."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Gathered:
    """A group with where it stands."""

    group: Group
    standing: GroupStanding
    head: Head = field(compare=False)


def gathered(groups: Iterable[Group], on: date) -> list[Gathered]:
    """Groups with where they stand on a day, in a fixed number of queries whatever their number."""
    rows = list(groups)
    counts = counts_for(rows)
    waiting = Roster.objects.filter(group__in=rows, state=IntakeState.WAITING).values_list("group_id", flat=True)
    reading = list(waiting)
    running = {sent.group_id: sent for sent in Submission.objects.filter(group__in=rows, state=HandingIn.RUNNING)}
    found = []
    for group in rows:
        standing = GroupStanding(counts[group.pk], reading.count(group.pk), running.get(group.pk))
        found.append(Gathered(group, standing, head_of(group, standing, on)))
    return found


def head_of(group: Group, standing: GroupStanding, on: date) -> Head:
    """Where a group stands on a day: the first of these that applies."""
    for ask in (_handing_in, _reading, _returned, _unsent, _empty, _approved, _review, _confirmed):
        if head := ask(group, standing, on):
            return head
    return Head(
        "本团体的申报均已办结，结果见人员名单。", action_url=page("group_report", group), action_label="查看人员"
    )


def page(name: str, group: Group, **query: str) -> str:
    """The address of one of the group's pages."""
    address = reverse(name, args=[group.uuid])
    return f"{address}?{urlencode(query)}" if query else address


def closing(group: Group) -> str:
    """The window's last moment in words."""
    return cn_deadline(group.window.closes_on, year=True)


def _handing_in(group: Group, standing: GroupStanding, on: date) -> Head | None:
    sent = standing.handing_in
    if sent is None:
        return None
    address = reverse("group_submission", args=[group.uuid, sent.number])
    return Head("正在提交，可以离开本页，完成后在这里查看结果。", "系统办理", "", address, "查看进度")


def _reading(group: Group, standing: GroupStanding, on: date) -> Head | None:
    if not standing.reading:
        return None
    address = f"{page('group_detail', group)}#rosters"
    return Head(
        f"{standing.reading} 份名册正在核对，可以离开本页，核对完在这里查看报告。", "系统办理", "", address, "查看进度"
    )


def _returned(group: Group, standing: GroupStanding, on: date) -> Head | None:
    """What came back has a deadline of its own, which also holds once it is mended."""
    counts, back = standing.counts, standing.counts[_A.RETURNED]
    if not back:
        return None
    until = f"最早 {cn_deadline(counts.returned_until, year=True)}" if counts.returned_until else ""
    return Head(
        f"评价机构退回 {back} 人补正，修改后须重新初审并提交。",
        YOU,
        until,
        page("group_report", group, show=_A.RETURNED),
        f"补正退回的 {back} 人",
        tone="action",
    )


def _unsent(group: Group, standing: GroupStanding, on: date) -> Head | None:
    """Mend, pass, hand in: the earliest of these that is left, and the next one beside it."""
    counts = standing.counts
    if counts.unsent and not group.window.is_open(on):
        return _too_late(group, counts.unsent)
    parts = [
        (counts[_R.FAULTY], "待修改"),
        (counts[_R.CLEAR], "核对通过，等待初审"),
        (counts[_R.PASSED], "已初审，还没有提交"),
    ]
    told = "；".join(f"{number} 人{word}" for number, word in parts if number)
    if not told:
        return None
    ways = [
        (counts[_R.FAULTY], page("group_report", group), f"修改 {counts[_R.FAULTY]} 人"),
        (counts.to_pass, page("group_pass", group), f"初审 {counts.to_pass} 人"),
        (counts[_R.PASSED], page("group_submit", group), f"提交 {counts[_R.PASSED]} 人"),
    ]
    (first, *others) = [(address, label) for number, address, label in ways if number]
    second = others[0] if others else ("", "")
    return Head(f"{told}。", YOU, closing(group), *first, *second, tone="action")


def _too_late(group: Group, unsent: int) -> Head:
    return Head(
        f"{group.window.label}的申报已于{cn_date(group.window.closes_on)}截止，{unsent} 人没有提交，可以转入下一批次。",
        YOU,
        action_url=page("group_move", group),
        action_label="转入下一批次",
        tone="action",
    )


def _empty(group: Group, standing: GroupStanding, on: date) -> Head | None:
    if standing.counts.people:
        return None
    if not group.window.is_open(on):
        return Head(f"{group.window.label}的申报已于{cn_date(group.window.closes_on)}截止，本团体没有人员。")
    start = f"{page('group_detail', group)}#upload"
    return Head(
        "还没有名册。下载模板，填好后上传；也可以逐人添加。", YOU, closing(group), start, "上传名册", tone="action"
    )


def _approved(group: Group, standing: GroupStanding, on: date) -> Head | None:
    waiting = standing.counts[_A.APPROVED]
    if not waiting:
        return None
    return Head(
        f"{waiting} 人资格审核通过，请开具订单并缴费。",
        YOU,
        action_url=f"{page('group_detail', group)}#orders",
        action_label="去缴费",
        tone="action",
    )


def _review(group: Group, standing: GroupStanding, on: date) -> Head | None:
    waiting, due = standing.counts[_A.REVIEW], standing.counts.review_by
    if not waiting:
        return None
    late = "，已超过期限，请拨打下方电话询问" if due and on > due else ""
    by = cn_deadline(due, year=True) if due else ""
    return Head(f"{waiting} 人已提交，正在进行资格审核{late}。", f"等待{group.offering.provider}审核", by)


def _confirmed(group: Group, standing: GroupStanding, on: date) -> Head | None:
    counts = standing.counts
    if counts[_A.CONFIRMED]:
        told = f"{counts[_A.CONFIRMED]} 人报名已确认，成班后安排考试；人数不足的，顺延至下一批次。"
        return Head(told, "您不需办理", tone="success")
    if counts[_A.SCHEDULED]:
        told = f"{counts[_A.SCHEDULED]} 人的考试已安排，准考证发放后会通知您。"
        return Head(told, f"等待{group.offering.provider}发放准考证", tone="success")
    return None


def steps_of(counts: Counts) -> list[Step]:
    """名册, 修改, 初审, 提交, 审核, 缴费: a group waits in several of them, since it grows until the window closes."""
    sent, faulty = counts.handed_in, counts[_R.FAULTY] + counts[_A.RETURNED] - counts.returned_clear
    paid = counts.handed_in - counts[_A.REVIEW] - counts[_A.APPROVED]
    return [
        _step("名册", 0 if counts.people else 1, counts.people, f"{counts.people} 人"),
        _step("修改", faulty, counts.people, f"{faulty} 人待修改"),
        _step("初审", counts.to_pass, counts[_R.PASSED] + sent, f"{counts.to_pass} 人待初审"),
        _step("提交", counts[_R.PASSED], sent, f"{counts[_R.PASSED]} 人待提交"),
        _step("审核", counts[_A.REVIEW], sent, f"{counts[_A.REVIEW]} 人待审核"),
        _step("缴费", counts[_A.APPROVED], paid, f"{counts[_A.APPROVED]} 人待缴费"),
    ]


def _step(label: str, waiting: int, through: int, note: str) -> Step:
    """Current while somebody waits in it, done once somebody is through and nobody waits."""
    if waiting:
        return Step(label, "current", note if through or label != "名册" else "")
    return Step(label, "done" if through else "todo", note if label == "名册" and through else "")
