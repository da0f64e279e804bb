"""Whom the app tells what: staff in the portal, candidates as registration tells them. Every cause is told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse

from registration.models import Application, Group
from registration.services import notify
from registration.services.group_notices import words_of
from registration.services.wording import named
from scheduling.enums import BatchState
from scheduling.models import AdmissionTicket, Batch, ExamSession
from scheduling.services import wording
from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.accounts.telling import tell_officers, tell_staff
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.templates import Template
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
            link=_page(batch),
        )
        for batch, body in batches.items()
        for user_id in readers[batch.offering.provider_id]
    )


def planned(batches: Sequence[Batch]) -> None:
    """Tell the schedulers once that batches of one window have their sessions proposed, and where to look at them."""
    one = batches[0]
    named, link = str(one.offering), _page(one)
    if len(batches) > 1:
        named += f"等 {len(batches)} 个项目"
        listed = reverse("admin:scheduling_batch_changelist")
        link = f"{listed}?window__id__exact={one.window_id}&state__exact={BatchState.PLANNED}"
    tell_staff(
        one.offering.provider,
        Role.SCHEDULING,
        cause=f"batch.planned:{one.pk}",
        subject="场次已编排，待安排考场",
        body=f"{one.window.label}：{named}已编排场次，请核对日期、安排考场后发布。",
        link=link,
    )


def going_ahead(batch: Batch, applications: Iterable[Application]) -> None:
    """Tell candidates that their batch reached the threshold."""
    notify.tell_all(
        notice(
            application,
            cause=f"going-ahead:{batch.pk}:{application.pk}",
            template=wording.GOING_AHEAD,
            values=named(application, 批次=batch.window.label),
        )
        for application in applications
    )


def published(session: ExamSession, applications: Iterable[Application], where: str) -> None:
    """Tell candidates, and the officers of their groups, when and where they sit."""
    people = list(applications)
    tickets = f"准考证自{cn_date(session.tickets_from)}起发放。" if session.tickets_from else ""
    facts = {"考试日期": cn_date(session.held_on), "考试地点": where, "准考证发放": tickets}
    notify.tell_all(
        notice(
            application,
            cause=f"session-published:{session.pk}:{session.version}:{application.pk}",
            template=wording.PUBLISHED,
            values=named(application, **facts),
        )
        for application in people
    )
    for group, concerned in by_group(people).items():
        tell_officers(
            group.institution,
            cause=f"group-published:{group.pk}:{session.pk}:{session.version}",
            template=wording.GROUP_PUBLISHED,
            values={"团体": words_of(group), "人数": str(len(concerned))} | facts,
            provider=group.offering.provider,
            link=notify.page_of(group),
        )


def ticket_released(tickets: Iterable[AdmissionTicket]) -> None:
    """Tell candidates that their ticket can be had, here or from the institution that hands it out."""
    notify.tell_all(_ticket_notice(ticket) for ticket in tickets)


def tickets_unfetched(tickets: Iterable[AdmissionTicket]) -> None:
    """Remind holders that their ticket waits to be fetched."""
    notify.tell_all(
        notice(
            ticket.application,
            cause=f"ticket-unfetched:{ticket.pk}",
            template=wording.TICKET_UNFETCHED,
            values=named(ticket.application, 考试日期=cn_date(ticket.session.held_on)),
            link=reverse("ticket_page", args=[ticket.uuid]),
        )
        for ticket in tickets
    )


def groups_unfetched(session: ExamSession, waiting: Mapping[Group, Sequence[AdmissionTicket]]) -> None:
    """Remind the officers of how many of a group's people wait for their tickets; each ticket is counted once."""
    for group, tickets in waiting.items():
        tell_officers(
            group.institution,
            cause=f"group-tickets-unfetched:{group.pk}:{max(ticket.pk for ticket in tickets)}",
            template=wording.GROUP_UNFETCHED,
            values={"团体": words_of(group), "人数": str(len(tickets)), "考试日期": cn_date(session.held_on)},
            provider=group.offering.provider,
            link=notify.page_of(group),
        )


def ticket_waits(session: ExamSession, applications: Iterable[Application]) -> None:
    """Tell candidates that their ticket is held back until the signed original is handed in, once for each day."""
    notify.tell_all(
        notice(
            application,
            cause=f"ticket-waits:{session.pk}:{session.held_on}:{application.pk}",
            template=wording.TICKET_WAITS,
            values=named(application, session.batch.offering, 考试日期=cn_date(session.held_on)),
        )
        for application in applications
    )


def by_group(people: Iterable[Application]) -> dict[Group, list[Application]]:
    """Those who came with a group, by their group."""
    found: defaultdict[Group, list[Application]] = defaultdict(list)
    for application in people:
        if application.group:
            found[application.group].append(application)
    return found


def _page(batch: Batch) -> str:
    return reverse("admin:scheduling_batch_change", args=[batch.pk])


def _ticket_notice(ticket: AdmissionTicket) -> notify.Notice:
    own = ticket.candidate_may_fetch
    return notice(
        ticket.application,
        cause=f"ticket-released:{ticket.pk}",
        template=wording.TICKET_RELEASED if own else wording.TICKET_AT_INSTITUTION,
        values=named(ticket.application, 考试日期=cn_date(ticket.session.held_on)),
        link=reverse("ticket_page", args=[ticket.uuid]) if own else "",
    )


def notice(
    application: Application, *, cause: str, template: Template, values: Mapping[str, str], link: str = ""
) -> notify.Notice:
    """A message to somebody of their application, which it leads to unless `link` says otherwise."""
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=cause,
        template=template,
        values=values,
        link=link or notify.page_of(application),
    )
