"""Where a group stands: one sentence, who has to act, by when, and the one button for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from registration.enums import ApplicationState, RowState
from registration.models import Group
from skilleval.core.today import Item, Today, today_of
from skilleval.core.wording import cn_date, cn_deadline, yuan
from skilleval.journeys.groups.page import page
from skilleval.journeys.groups.standing import GroupStanding, standings_of

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
    day: date | None = None  # of `by`


@dataclass(frozen=True)
class Gathered:
    """A group with where it stands: the first of `heads` comes first, the others are to be done as well."""

    group: Group
    standing: GroupStanding
    heads: list[Head]

    @property
    def head(self) -> Head:
        return self.heads[0]

    @property
    def also(self) -> list[Head]:
        return [head for head in self.heads[1:] if head.tone == "action"]


def gathered(groups: Iterable[Group], on: date) -> list[Gathered]:
    """Groups with where they stand on a day, in a fixed number of queries whatever their number."""
    rows = list(groups)
    standings = standings_of(rows, on)
    return [Gathered(group, standings[group.pk], heads_of(group, standings[group.pk], on)) for group in rows]


def heads_of(group: Group, standing: GroupStanding, on: date) -> list[Head]:
    """Everything there is to say of a group on a day, the most urgent first."""
    asked = (
        ask(group, standing, on) for ask in (_handing_in, _reading, _returned, _unsent, _empty, _order, _pay, _fetch)
    )
    told = (ask(group, standing, on) for ask in (_review, _booking, _seating, _confirmed, _scheduled))
    found = [head for head in (*asked, *told) if head]
    return found or [
        Head("本团体的申报均已办结，结果见人员名单。", action_url=page("group_report", group), action_label="查看人员")
    ]


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
        day=counts.returned_until,
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
    return Head(f"{told}。", YOU, closing(group), *first, *second, tone="action", day=group.window.closes_on)


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
        "还没有名册。下载模板，填好后上传；也可以逐人添加。",
        YOU,
        closing(group),
        start,
        "上传名册",
        tone="action",
        day=group.window.closes_on,
    )


def _order(group: Group, standing: GroupStanding, on: date) -> Head | None:
    waiting = [day for day in standing.undrawn if day >= on]
    if not waiting:
        return None
    told = f"{len(waiting)} 人审核通过，请开具订单并缴费。"
    by = f"款项须于 {cn_deadline(min(waiting), year=True)}到账"
    return Head(told, YOU, by, page("group_order", group), "开具订单", tone="action", day=min(waiting))


def _pay(group: Group, standing: GroupStanding, on: date) -> Head | None:
    waiting = [order for order in standing.unpaid if not order.vouched and order.due_on >= on]
    if not waiting:
        return None
    total = yuan(sum((order.amount for order in waiting), Decimal(0)))
    several = f"{len(waiting)} 个订单共 {total}" if len(waiting) > 1 else f"订单 {total}"
    day = waiting[0].due_on
    by = f"款项须于 {cn_deadline(day, year=True)}到账"
    address = reverse("order_page", args=[waiting[0].uuid])
    return Head(f"{several}待缴费，请转账并上传凭证。", YOU, by, address, "去缴费", tone="action", day=day)


def _booking(group: Group, standing: GroupStanding, on: date) -> Head | None:
    if not standing.unpaid:
        return None
    late = all(order.due_on < on for order in standing.unpaid)
    told = (
        "缴费截止已过，机构正在核对到账；截止前到账的照常确认。"
        if late
        else "缴费凭证已收到，正在核对到账，确认后会通知您。"
    )
    return Head(told, f"等待{group.offering.provider}核对到账")


def _review(group: Group, standing: GroupStanding, on: date) -> Head | None:
    waiting, due = standing.counts[_A.REVIEW], standing.counts.review_by
    if not waiting:
        return None
    late = "，已超过期限，请拨打下方电话询问" if due and on > due else ""
    by = cn_deadline(due, year=True) if due else ""
    return Head(f"{waiting} 人已提交，正在进行资格审核{late}。", f"等待{group.offering.provider}审核", by)


def _fetch(group: Group, standing: GroupStanding, on: date) -> Head | None:
    if not standing.unfetched:
        return None
    told = f"准考证已发放 {standing.tickets} 张，其中 {standing.unfetched} 张没有领取。请合并下载，打印后发给本人。"
    return Head(told, YOU, "考试日之前", page("group_tickets", group), "领取准考证", tone="action")


def _seating(group: Group, standing: GroupStanding, on: date) -> Head | None:
    if not standing.put_off:
        return None
    told = f"{standing.put_off} 人报名已确认，所在批次已成班，等待安排考试；时间、地点确定后会通知您。"
    return Head(told, f"等待{group.offering.provider}排考", tone="success")


def _confirmed(group: Group, standing: GroupStanding, on: date) -> Head | None:
    waiting = standing.counts[_A.CONFIRMED] - standing.put_off
    if waiting <= 0:
        return None
    told = f"{waiting} 人报名已确认，成班后安排考试；人数不足的，顺延至下一批次。"
    return Head(told, "您不需办理", tone="success")


def _scheduled(group: Group, standing: GroupStanding, on: date) -> Head | None:
    seated, out = standing.counts[_A.SCHEDULED], standing.tickets
    if not seated:
        return None
    if out < seated:
        told = f"{seated} 人的考试已安排，" + (f"{out} 张准考证已发放，其余待发放。" if out else "准考证待发放。")
        return Head(told, f"等待{group.offering.provider}发放准考证", tone="success")
    address = page("group_tickets", group)
    return Head(f"{seated} 人的考试已安排，准考证均已发放。", "您不需办理", "", address, "查看准考证", tone="success")


def today_for(found: Iterable[Gathered], on: date) -> Today:
    """今日 of an officer: what waits for them, of all their groups."""
    waiting = ((one.group, head) for one in found for head in one.heads if head.tone == "action")
    items = (
        Item(head.action_label, head.action_url, f"{group.offering} · {group.window.label}", head.by, head.day)
        for group, head in waiting
    )
    return today_of(items, on)
