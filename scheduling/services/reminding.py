"""Whoever hasn't fetched a ticket shortly before the exam is reminded once: holders, and their officers (SPEC 8)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from registration.models import Group
from scheduling.enums import SessionState
from scheduling.models import AdmissionTicket, ExamSession
from scheduling.papers import load
from scheduling.services import telling
from scheduling.services.fetching import last_day
from scheduling.services.guard import one_by_one

#: Whom the messages go to, and what they say, besides what stands on the ticket.
WHO = (
    "application__candidate__user",
    "application__group__institution",
    "application__group__window",
    "application__group__offering__provider",
    "application__group__offering__work_type__occupation",
)


def unfetched(session: ExamSession) -> QuerySet[AdmissionTicket]:
    """The tickets in force of a session that nobody has taken yet."""
    return AdmissionTicket.objects.in_force().filter(session=session, first_fetched_at=None)


def remind_unfetched(on: date, *, at: datetime) -> int:
    """Remind for the sessions that are at most the provider's reminder days away; returns how many tickets.

    0 days, no reminder; on the day itself nobody is reminded. Who was reminded of a ticket isn't again.
    """
    ahead = ExamSession.objects.filter(state=SessionState.PUBLISHED, held_on__gt=on)
    near = [
        session_id
        for session_id, held_on, days in ahead.values_list(
            "pk", "held_on", "batch__offering__provider__ticket_reminder_days"
        )
        if held_on - timedelta(days=days) <= on
    ]
    return one_by_one(near, lambda session_id: remind_session(session_id, on=on, at=at))


@transaction.atomic
def remind_session(session_id: int, *, on: date, at: datetime) -> int:
    """Remind the holders who may fetch their own tickets, and each institution of how many of its people wait.

    Nobody is reminded of a ticket that can't be downloaded any more.
    """
    session = ExamSession.objects.select_for_update(no_key=True).get(pk=session_id)
    waiting = load(unfetched(session).filter(reminded_at=None)).select_related(*WHO)
    tickets = [ticket for ticket in waiting if on <= (last_day(ticket) or on)]
    telling.tickets_unfetched(ticket for ticket in tickets if ticket.candidate_may_fetch)
    groups = defaultdict[Group, list[AdmissionTicket]](list)
    for ticket in tickets:
        if ticket.application.group:
            groups[ticket.application.group].append(ticket)
    telling.groups_unfetched(session, groups)
    AdmissionTicket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(reminded_at=at)
    return len(tickets)
