"""Whom is told what when something published changes, is put off or doesn't take place (SPEC 7.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse

from registration.models import Application
from registration.services import notify
from registration.services.group_notices import words_of
from registration.services.wording import named
from scheduling.enums import AfterCancelling
from scheduling.models import Batch, ExamSession, SessionVersion
from scheduling.services import wording
from scheduling.services.telling import by_group, notice
from scheduling.versions import Change, day_of
from skilleval.accounts.enums import Role
from skilleval.accounts.telling import tell_officers, tell_staff
from skilleval.core.policy import Actor
from skilleval.core.wording import cn_date

MOST_LINES = 3  # of what changed, in one message to officers
WHERETO: dict[str, str] = {
    AfterCancelling.REPLAN: "新的时间、地点确定后将通知您和本人。",
    AfterCancelling.NEXT_WINDOW: "参评人员已顺延至下一批次，费用保留。",
    AfterCancelling.REFUND: "参评人员的申报已取消，已缴费用由评价机构退回付款单位。",
}


def changed(
    written: Sequence[SessionVersion],
    applications: Iterable[Application],
    changes: Mapping[int, Sequence[Change]],
    reason: str,
) -> None:
    """Tell candidates, and the officers of their groups, what changed in which version and why (SPEC 7.8)."""
    people = list(applications)
    of_version = {int(key): version for version in written for key in version.plan["seats"]}
    notify.tell_all(
        notice(
            application,
            cause=f"session-changed:{version.session_id}:{version.number}:{application.pk}",
            template=wording.CHANGED,
            values=named(
                application, 变更=_said(changes[application.pk]), 原因=reason, 后续=_then(changes[application.pk])
            ),
        )
        for application in people
        if (version := of_version.get(application.pk))
    )
    _groups_changed(written[0], people, changes, reason)


def _groups_changed(
    version: SessionVersion, people: Iterable[Application], changes: Mapping[int, Sequence[Change]], reason: str
) -> None:
    for group, concerned in by_group(people).items():
        lines = dict.fromkeys(change.outline for one in concerned for change in changes[one.pk])
        told = [line for line in lines if line]
        tell_officers(
            group.institution,
            cause=f"group-changed:{group.pk}:{version.session_id}:{version.number}",
            template=wording.GROUP_CHANGED,
            values={
                "团体": words_of(group),
                "人数": str(len(concerned)),
                "变更": "；".join(told[:MOST_LINES]) + ("等" if len(told) > MOST_LINES else "") or "座位号",
                "原因": reason,
            },
            provider=group.offering.provider,
            link=notify.page_of(group),
        )


def _said(changes: Iterable[Change]) -> str:
    return "；".join(change.words for change in changes)


def _then(changes: Iterable[Change]) -> str:
    moved = any(change.day_moved for change in changes)
    return "原准考证作废，请以新的准考证为准。" + (
        "评价日期改变，您不能参加的，考试日之前可以免费退考。" if moved else ""
    )


def taken_back(session: ExamSession, people: Sequence[Application], how: str, reason: str) -> None:
    """Tell candidates and officers that a session is put off (延期), or cancelled with another one to come (取消)."""
    notify.tell_all(
        notice(
            application,
            cause=f"session-taken-back:{session.pk}:{session.version}:{application.pk}",
            template=wording.TAKEN_BACK,
            values=named(application, 原考试日期=cn_date(session.held_on), 办理=how, 原因=reason),
        )
        for application in people
    )
    tell_groups(session, people, how, reason, AfterCancelling.REPLAN)


def tell_groups(
    session: ExamSession, people: Iterable[Application], how: str, reason: str, then: AfterCancelling
) -> None:
    """Tell the officers of the groups in a session that it isn't held on the day they were told, and what becomes of
    their people."""
    day = day_of(session.versions.latest("number").plan)
    for group, concerned in by_group(people).items():
        tell_officers(
            group.institution,
            cause=f"group-taken-back:{group.pk}:{session.pk}:{session.state}:{session.version}",
            template=wording.GROUP_TAKEN_BACK,
            values={
                "团体": words_of(group),
                "人数": str(len(concerned)),
                "原考试日期": cn_date(day),
                "办理": how,
                "原因": reason,
                "去向": WHERETO[then],
            },
            provider=group.offering.provider,
            link=notify.page_of(group),
        )


def colleagues(session: ExamSession, what: str, reason: str, by: Actor | None) -> None:
    """Tell the provider's other schedulers what was done with a published session."""
    batch = session.batch
    tell_staff(
        batch.offering.provider,
        Role.SCHEDULING,
        cause=f"session-{session.state}:{session.pk}:{session.version}",
        subject=f"已发布的场次有变动：{what}",
        body=f"{batch.offering} {batch.window.label} 第 {session.number} 场{what}。原因：{reason}。",
        link=reverse("admin:scheduling_examsession_change", args=[session.pk]),
        but=by,
    )


def refunds_due(batch: Batch, people: Sequence[Application], why: str) -> None:
    """Tell the provider's finance clerks that money is owed back."""
    if not people:
        return
    tell_staff(
        batch.offering.provider,
        Role.FINANCE,
        cause=f"refunds-due:{batch.pk}:{people[0].pk}",
        subject="有费用待退",
        body=f"{batch.offering} {batch.window.label}：{why}。{len(people)} 人的申报已取消，已缴费用列入待退费。",
        link=reverse("admin:fees_refund_changelist"),
    )
