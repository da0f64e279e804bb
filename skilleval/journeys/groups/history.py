"""What happened to a group, newest first, and what was uploaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from registration.enums import ApplicationState, HandingIn, IntakeState, RosterOrigin, RowState
from registration.models import ApplicationLog, Group, RollOver, Roster
from scheduling.queries.history import events_for
from skilleval.core.wording import cn_date

#: Who left or was refused brings nothing any more.
ENDED_UNSEEN = (
    ApplicationState.REJECTED,
    ApplicationState.LAPSED,
    ApplicationState.WITHDRAWN,
    ApplicationState.CANCELLED,
    ApplicationState.VOID,
)


@dataclass(frozen=True)
class Entry:
    """One thing that happened."""

    at: datetime
    title: str
    note: str = ""
    who: str = ""
    tone: str = "neutral"


def rosters_of(group: Group) -> QuerySet[Roster]:
    """The group's rosters with how many people each holds and how many of them are faulty, newest first."""
    standing = ~Q(rows__state=RowState.REMOVED)
    return (
        group.rosters.annotate(
            people=Count("rows", filter=standing), faulty=Count("rows", filter=Q(rows__state=RowState.FAULTY))
        )
        .select_related("file")
        .order_by("-id")
    )


def originals_of(group: Group) -> dict[str, int]:
    """How many signed originals the provider has, of how many that it will want."""
    wanted = group.members.exclude(state__in=(ApplicationState.DRAFT, ApplicationState.PRELIM, *ENDED_UNSEEN))
    received = Q(original_received_on__isnull=False)
    return wanted.aggregate(expected=Count("pk"), received=Count("pk", filter=received))


def entries_of(group: Group) -> list[Entry]:
    """Everything that officers and the provider did to the group as a whole."""
    return sorted(_entries(group), key=lambda entry: entry.at)[::-1]  # of one moment, too, the later in front


def _entries(group: Group) -> Iterator[Entry]:
    yield Entry(group.created_at, "开始团体申报", who=group.created_by_label)
    for roster in group.rosters.exclude(origin=RosterOrigin.HAND):
        refused = roster.state == IntakeState.REFUSED
        note = roster.refusal if refused else roster.name
        yield Entry(roster.uploaded_at, "名册未能读取" if refused else "上传名册", note, roster.uploaded_by_label)
    for pack in group.photo_packs.all():
        yield Entry(pack.uploaded_at, "上传照片", f"{pack.name}，对应 {pack.matched} 人", pack.uploaded_by_label)
    for review in group.preliminary_reviews.all():
        yield Entry(review.at, "资格初审", f"{review.people} 人", review.by_label, "success")
    for sent in group.submissions.all():
        left = f"，{sent.left_out} 人未能提交" if sent.left_out else ""
        done = sent.state == HandingIn.DONE
        note = f"第 {sent.number} 次，{sent.people} 人{left}" if done else f"第 {sent.number} 次，正在办理"
        yield Entry(sent.at, "提交评价机构", note, sent.by_label, "success")
        if sent.city_reference_at:
            who = sent.city_reference_by_label
            yield Entry(sent.city_reference_at, "登记市自助经办系统受理编号", sent.city_reference, who)
    provider = group.offering.provider.name
    for receipt in group.receipts.all():
        note = f"接收单 {receipt.number}，{receipt.people} 人，{cn_date(receipt.received_on)}"
        yield Entry(receipt.at, "评价机构收到原件", note, provider, "success")
    for event in events_for(group.members.all()):
        note = f"{event.people} 人：{'；'.join(event.lines)}。原因：{event.reason}"
        yield Entry(event.at, "考试安排变更", note, provider, "warning")
    yield from _taken_back(group, provider)


def _taken_back(group: Group, provider: str) -> Iterator[Entry]:
    """Assessments put off or cancelled, and who rolled over, each once for everybody whom it concerned."""
    back = ApplicationLog.objects.filter(
        subject__group=group, from_state=ApplicationState.SCHEDULED, to_state=ApplicationState.CONFIRMED
    )
    for at, reason, people in back.order_by().values_list("at", "reason").annotate(people=Count("pk")):
        yield Entry(at, "原考试安排取消", f"{people} 人：{reason}。原准考证作废", provider, "warning")
    rolled = RollOver.objects.filter(application__group=group).order_by()
    for at, reason, label, people in rolled.values_list("at", "reason", "to_window__label").annotate(
        people=Count("pk")
    ):
        title = f"顺延至{label}" if label else "顺延，等待下一年度公告"
        yield Entry(at, title, f"{people} 人：{reason}", "系统", "warning")
