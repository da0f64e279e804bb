"""Whom the app tells what: staff in the portal, candidates as registration tells them. Every cause is told once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse

from registration.models import Application
from registration.services import notify
from scheduling.models import AdmissionTicket, Batch, ExamSession
from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.wording import cn_date


def staff_of_batches(batches: Mapping[Batch, str], *, cause: str, subject: str) -> None:
    """Tell the schedulers what happened to each batch (its text), in the portal, once for each cause and batch."""
    readers = holders({batch.offering.provider for batch in batches}, Role.SCHEDULING)
    outbox.send_all(
        outbox.Message(
            key=f"batch.{cause}:{batch.pk}:{user_id}",
            channel=Channel.PORTAL,
            recipient_id=user_id,
            subject=subject,
            body=f"{batch.offering} {batch.window.label}：{body}",
            link=reverse("admin:scheduling_batch_change", args=[batch.pk]),
        )
        for batch, body in batches.items()
        for user_id in readers[batch.offering.provider_id]
    )


def going_ahead(batch: Batch, applications: Iterable[Application]) -> None:
    """Tell candidates that their batch reached the threshold."""
    notify.tell_all(
        _notice(
            application,
            cause=f"going-ahead:{batch.pk}:{application.pk}",
            subject="您申报的批次已成班",
            body=f"申报 {application.number}（{application.offering}）所在的{batch.window.label}已达到开班人数，"
            "确定开考。考试时间、地点确定后将通知您。",
        )
        for application in applications
    )


def published(session: ExamSession, applications: Iterable[Application], where: str) -> None:
    """Tell candidates when and where they sit."""
    tickets = f"准考证自{cn_date(session.tickets_from)}起发放。" if session.tickets_from else ""
    notify.tell_all(
        _notice(
            application,
            cause=f"session-published:{session.pk}:{session.version}:{application.pk}",
            subject=f"考试时间已确定：{cn_date(session.held_on)}",
            body=f"申报 {application.number}（{application.offering}）已排考：{cn_date(session.held_on)}，{where}。"
            f"{tickets}请以准考证所载时间、地点为准。",
        )
        for application in applications
    )


def ticket_released(tickets: Iterable[AdmissionTicket]) -> None:
    """Tell candidates that their ticket can be had, here or from the institution that hands it out."""
    notify.tell_all(_ticket_notice(ticket) for ticket in tickets)


def ticket_waits(session: ExamSession, applications: Iterable[Application]) -> None:
    """Tell candidates that their ticket is held back until the signed original is handed in."""
    notify.tell_all(
        _notice(
            application,
            cause=f"ticket-waits:{session.pk}:{application.pk}",
            subject="请先交报名表签字原件，再领取准考证",
            body=f"申报 {application.number} 的准考证已到发放日，但评价机构尚未收到报名表签字原件。"
            f"请在{cn_date(session.held_on)}考试前把原件交到机构业务受理点，登记后准考证即发放。",
        )
        for application in applications
    )


def _ticket_notice(ticket: AdmissionTicket) -> notify.Notice:
    own = ticket.candidate_may_fetch
    how = "请登录查看、下载并打印，考试当天携带准考证和有效身份证件原件。" if own else "请向您的院校或培训机构领取。"
    return _notice(
        ticket.application,
        cause=f"ticket-released:{ticket.pk}",
        subject="准考证已发放",
        body=f"申报 {ticket.application.number}（{ticket.application.offering}）的准考证已发放，"
        f"考试日期为{cn_date(ticket.session.held_on)}。{how}",
        link=reverse("ticket_page", args=[ticket.uuid]) if own else "",
    )


def _notice(application: Application, *, cause: str, subject: str, body: str, link: str = "") -> notify.Notice:
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=cause,
        subject=subject,
        body=body,
        link=link or notify.page_of(application),
    )
