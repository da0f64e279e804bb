"""Telling people and their institution how a group goes on (SPEC 5.2, 5.8).

What goes to an officer says which group and how many, never who: it may leave by e-mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from registration.models import Application, Group, Submission
from registration.services import notify
from skilleval.accounts.models import Institution
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
    body = (
        f"{group.institution}已为您提交申报 {application.number}（{group.offering}），"
        f"由{group.offering.provider}进行资格审核，结果会通知您。"
    )
    has_account = application.candidate.user_id is not None
    claim = f"请到 {settings.SITE_URL} 注册并认领您的申报，查看审核、缴费、准考证和成绩。"
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"handed-in:{application.pk}:{submission.number}",
        subject="您的申报已由院校提交",
        body=body if has_account else body + claim,
        link=notify.page_of(application) if has_account else "",
    )


def tell_submitted(submission: Submission, group: Group) -> None:
    """Tell the officers how many of a submission went."""
    body = (
        f"{words_of(group)}第 {submission.number} 次提交完成：{submission.people} 人已交{group.offering.provider}审核"
    )
    if submission.left_out:
        body += f"，{submission.left_out} 人重新核对时有问题，没有提交，请按核对报告修改"
    tell_officers(
        group.institution,
        cause=f"group-submitted:{submission.pk}",
        subject="团体申报已提交" if submission.people else "团体申报没有提交成功",
        body=f"{body}。",
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


def who_corrects(institution: Institution, until: date) -> str:
    """What a returned member reads: the institution corrects it, and by when."""
    return (
        f"由{institution}于{cn_deadline(until)}修改后重新提交，您不需操作；需要您补充材料的，请与其联系；逾期将失效。"
    )


def tell_returned(group: Group, *, people: int, until: date, at: datetime) -> None:
    """Tell the officers that members were returned for correction, by when they come back, once for each return."""
    tell_officers(
        group.institution,
        cause=f"group-returned:{group.pk}:{at.isoformat()}",
        subject=f"团体申报有 {people} 人退回补正",
        body=f"{words_of(group)}有 {people} 人退回补正，理由见团体页面。"
        f"请于{cn_deadline(until)}修改、初审后重新提交，逾期失效；其他人员不受影响。",
        link=notify.page_of(group),
    )


def tell_each_lapsed(applications: Iterable[Application], group: Group, *, reason: str) -> None:
    """Tell each person that their application lapsed, and who can tell them more."""
    notify.tell_all(
        notify.Notice(
            candidate=application.candidate,
            about=application,
            cause=f"lapsed:{application.pk}",
            subject="您的申报已逾期",
            body=f"申报 {application.number}（{group.offering}）已失效：{reason}。"
            f"如仍要申报，请联系{group.institution}。",
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
        subject=f"团体申报有 {people} 人已逾期",
        body=f"{words_of(group)}有 {people} 人的申报已失效：{reason}。仍要申报的，请转入下一批次的团体。",
        link=notify.page_of(group),
    )
