"""Whom the app tells what: staff in the portal, candidates as registration tells them. Every cause is told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse

from registration.models import Application, Group
from registration.services import notify
from registration.services.group_notices import words_of
from registration.services.wording import named
from scheduling.models import AdmissionTicket, Batch, ExamSession, SessionVersion
from scheduling.services import wording
from scheduling.versions import Change
from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.accounts.telling import tell_officers
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.templates import Template
from skilleval.core.wording import cn_date

MOST_LINES = 3  # of what changed, in one message to officers


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
            template=wording.GOING_AHEAD,
            values=named(application, 批次=batch.window.label),
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
            template=wording.PUBLISHED,
            values=named(application, 考试日期=cn_date(session.held_on), 考试地点=where, 准考证发放=tickets),
        )
        for application in applications
    )


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
        _notice(
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
    members: defaultdict[Group, list[Application]] = defaultdict(list)
    for application in people:
        if application.group:
            members[application.group].append(application)
    for group, concerned in members.items():
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
    return "原准考证作废，请以新的准考证为准。" + ("评价日期改变，您不能参加的，开考前可以免费退考。" if moved else "")


def ticket_released(tickets: Iterable[AdmissionTicket]) -> None:
    """Tell candidates that their ticket can be had, here or from the institution that hands it out."""
    notify.tell_all(_ticket_notice(ticket) for ticket in tickets)


def ticket_waits(session: ExamSession, applications: Iterable[Application]) -> None:
    """Tell candidates that their ticket is held back until the signed original is handed in."""
    notify.tell_all(
        _notice(
            application,
            cause=f"ticket-waits:{session.pk}:{application.pk}",
            template=wording.TICKET_WAITS,
            values=named(application, session.batch.offering, 考试日期=cn_date(session.held_on)),
        )
        for application in applications
    )


def _ticket_notice(ticket: AdmissionTicket) -> notify.Notice:
    own = ticket.candidate_may_fetch
    return _notice(
        ticket.application,
        cause=f"ticket-released:{ticket.pk}",
        template=wording.TICKET_RELEASED if own else wording.TICKET_AT_INSTITUTION,
        values=named(ticket.application, 考试日期=cn_date(ticket.session.held_on)),
        link=reverse("ticket_page", args=[ticket.uuid]) if own else "",
    )


def _notice(
    application: Application, *, cause: str, template: Template, values: Mapping[str, str], link: str = ""
) -> notify.Notice:
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=cause,
        template=template,
        values=values,
        link=link or notify.page_of(application),
    )
