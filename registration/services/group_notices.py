"""Telling people and their institution how a group goes on (SPEC 5.2, 5.8).

What goes to an officer says which group and how many, never who: it may leave by e-mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from registration.models import Application, Group, Submission
from registration.services import group_wording, notify, wording
from skilleval.accounts.telling import tell_administrators, tell_officers
from skilleval.core.enums import JobState
from skilleval.core.wording import cn_deadline


def words_of(group: Group) -> str:
    """A group in a message: its number, what it applies for, and when."""
    return f"团体申报 {group.number}（{group.offering}，{group.window}）"


def tell_handed_in(applications: Iterable[Application], group: Group, submission: Submission) -> None:
    """Tell each person that their institution handed in an application for them, once for each submission.

    Who has no account reads how to come to it; their message names no document number.
    """
    notify.tell_all(_handed_in(application, group, submission) for application in applications)


def _handed_in(application: Application, group: Group, submission: Submission) -> notify.Notice:
    has_account = application.candidate.user_id is not None
    provider = group.offering.provider
    values = wording.named(application, group.offering, 院校=str(group.institution), 评价机构=str(provider))
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"handed-in:{application.pk}:{submission.number}",
        template=wording.HANDED_IN if has_account else wording.HANDED_IN_UNKNOWN,
        values=values if has_account else values | {"平台网址": settings.SITE_URL},
        provider=provider,
        link=notify.page_of(application) if has_account else "",
    )


def tell_submitted(submission: Submission, group: Group) -> None:
    """Tell the officers how many of a submission went."""
    result = f"{submission.people} 人已交{group.offering.provider}审核"
    if submission.left_out:
        result += f"，{submission.left_out} 人重新核对时有问题，没有提交，请按核对报告修改"
    tell_officers(
        group.institution,
        cause=f"group-submitted:{submission.pk}",
        template=group_wording.SUBMITTED if submission.people else group_wording.NOTHING_SUBMITTED,
        values={"团体": words_of(group), "次数": str(submission.number), "提交结果": result},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def tell_of_stuck(submission: Submission, group: Group, *, job: int, left: int, until: date) -> None:
    """Tell the administrators, once, that the job of a submission was given up, and until when they can mend it."""
    tell_administrators(
        cause=f"group-stuck:{submission.pk}",
        subject="团体提交的后台作业已隔离",
        body=f"{words_of(group)}第 {submission.number} 次提交的作业 {job} 已隔离，还有 {left} 人没有提交，其中有人"
        f"不能再次提交。请于{cn_deadline(until)}排除故障并将作业重新排队；仍未完成的，该次提交结束，上述人员将逾期。",
        link=_given_up_jobs(),
    )


def tell_interrupted(submission: Submission, group: Group, *, job: int, left: int) -> None:
    """Tell the officers and the administrators that a submission ended with those who went, and what is left to do."""
    sent = f"{words_of(group)}第 {submission.number} 次提交因系统故障中断：{submission.people} 人已交审核"
    if submission.left_out:
        sent += f"，{submission.left_out} 人重新核对时有问题，请按核对报告修改"
    tell_officers(
        group.institution,
        cause=f"group-interrupted:{submission.pk}",
        subject="团体申报提交中断",
        body=f"{sent}，{left} 人没有提交，仍为“已初审”。请重新提交；申报时间已过的，可转入下一批次。",
        link=notify.page_of(group),
    )
    tell_administrators(
        cause=f"group-interrupted:{submission.pk}",
        subject="团体提交的后台作业已隔离，提交已结束",
        body=f"{sent}，{left} 人由经办人重新提交。请查明作业 {job} 的故障；该作业不需重新排队。",
        link=_given_up_jobs(),
    )


def _given_up_jobs() -> str:
    return reverse("admin:core_job_changelist", query={"state__exact": JobState.QUARANTINED})


def tell_returned(group: Group, *, people: int, until: date, at: datetime) -> None:
    """Tell the officers that members were returned for correction, by when they come back, once for each return."""
    tell_officers(
        group.institution,
        cause=f"group-returned:{group.pk}:{at.isoformat()}",
        template=group_wording.RETURNED,
        values={"团体": words_of(group), "人数": str(people), "补正截止": cn_deadline(until)},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )


def tell_each_lapsed(applications: Iterable[Application], group: Group, *, reason: str) -> None:
    """Tell each person that their application lapsed, and who can tell them more."""
    notify.tell_all(
        notify.Notice(
            candidate=application.candidate,
            about=application,
            cause=f"lapsed:{application.pk}",
            template=wording.MEMBER_LAPSED,
            values=wording.named(application, group.offering, 理由=reason, 院校=str(group.institution)),
            provider=group.offering.provider,
            link=notify.page_of(application),
        )
        for application in applications
    )


def tell_lapsed(group: Group, *, people: int, reason: str, cause: str) -> None:
    """Tell the officers how many applications of their group lapsed, and why; nothing where it is none."""
    if not people:
        return
    tell_officers(
        group.institution,
        cause=f"group-lapsed:{group.pk}:{cause}",
        template=group_wording.LAPSED,
        values={"团体": words_of(group), "人数": str(people), "理由": reason},
        provider=group.offering.provider,
        link=notify.page_of(group),
    )
