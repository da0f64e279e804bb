"""Admission tickets come out on the provider's day, where it says so not before the signed original (SPEC 3.4, 5a)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from registration.enums import ApplicationState
from registration.models import Application
from scheduling import ticket_numbers
from scheduling.enums import SessionState
from scheduling.models import AdmissionTicket, ExamSession, Seat, Sitting
from scheduling.queries.dates import tickets_from
from scheduling.services import telling
from scheduling.services.guard import one_by_one, refusing
from skilleval.catalogue.enums import Channel, PaperGate
from skilleval.catalogue.queries import work_calendar
from skilleval.core import clock, counters
from skilleval.core.db import retrying
from skilleval.core.errors import Refused

logger = logging.getLogger(__name__)

REASON_LENGTH = 200  # of the column


def release_tickets(on: date, *, at: datetime | None = None) -> int:
    """Release what is due by a day, session by session; returns how many tickets came out.

    Includes those whose signed original has arrived since. Run again it finds nothing.
    """
    at = at or clock.now()
    waiting = without_ticket().filter(state=ApplicationState.SCHEDULED, pk=OuterRef("sittings__seats__application"))
    to_come = Sitting.objects.filter(during__startswith__date__gte=on).values("session")
    due = ExamSession.objects.filter(
        Exists(waiting), pk__in=to_come, state=SessionState.PUBLISHED, tickets_from__lte=on
    )
    sessions = due.order_by("held_on", "pk").values_list("pk", flat=True).distinct()
    return one_by_one(list(sessions), lambda session_id: release_session(session_id, on=on, at=at))


@retrying
@refusing
@transaction.atomic
def release_session(session_id: int, *, on: date, at: datetime) -> int:
    """Release the tickets of one session that are due by a day; its row is locked, so that each comes out once."""
    rows = ExamSession.objects.select_for_update(of=("self",), no_key=True)
    session = rows.select_related("batch__offering__provider", "batch__window").get(pk=session_id)
    if session.state != SessionState.PUBLISHED:
        return 0
    days = _release_days(session)
    due = [application for application in _people(session, on) if days[application.channel] <= on]
    ready = [application for application in due if not _waits_for_original(application)]
    telling.ticket_waits(session, [application for application in due if application not in ready])
    issued = _issue(session, ready, at) if ready else []
    telling.ticket_released(issued)
    return len(issued)


def release_at_once(session: ExamSession, *, at: datetime) -> None:
    """Release what is due of a session whose plan was just committed; should that fail, the day's run does it."""
    try:
        release_session(session.pk, on=timezone.localdate(at), at=at)
    except Exception:
        logger.exception("tickets of session %s left to the day's run", session.pk)


def withdraw(tickets: QuerySet[AdmissionTicket], *, reason: str, at: datetime) -> int:
    """Take back the tickets in force of a queryset; whoever shows one is told why (SPEC 7.8). Returns how many."""
    facts = {"withdrawn_at": at, "withdrawn_reason": reason[:REASON_LENGTH]}
    return tickets.filter(withdrawn_at=None).update(**facts)


def without_ticket() -> QuerySet[Application]:
    """Applications that hold no ticket in force."""
    in_force = AdmissionTicket.objects.in_force().filter(application=OuterRef("pk"))
    return Application.objects.filter(~Exists(in_force))


def _people(session: ExamSession, on: date) -> list[Application]:
    """Those scheduled in a session from a day on without a ticket, in the order of their seats."""
    seats = Seat.objects.filter(
        sitting__session=session, during__startswith__date__gte=on, application__state=ApplicationState.SCHEDULED
    )
    order: dict[int, None] = dict.fromkeys(
        seats.order_by("sitting__during", "sitting__room__name", "number").values_list("application", flat=True)
    )
    found = {
        application.pk: application
        for application in without_ticket()
        .filter(pk__in=order)
        .select_related("candidate__user", "offering__provider", "offering__work_type__occupation")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    }
    return [found[pk] for pk in order if pk in found]


def _release_days(session: ExamSession) -> dict[str, date]:
    provider, calendar = session.batch.offering.provider, work_calendar()
    return {
        channel: tickets_from(provider, channel, session.held_on, calendar, window=session.batch.window)
        for channel in Channel.values
    }


def _waits_for_original(application: Application) -> bool:
    gate = application.offering.provider.paper_gate
    return gate == PaperGate.TICKET and application.original_received_on is None


def _issue(session: ExamSession, applications: Sequence[Application], at: datetime) -> list[AdmissionTicket]:
    filing_number = session.batch.offering.provider.filing_number
    serials = counters.take(f"ticket:{ticket_numbers.series(filing_number, session.held_on)}", len(applications))
    if serials[-1] > ticket_numbers.SERIALS:
        raise Refused("本机构当月的准考证号已用完（99999 个），请联系平台管理员")
    return AdmissionTicket.objects.bulk_create(
        AdmissionTicket(
            application=application,
            session=session,
            number=ticket_numbers.number(filing_number, session.held_on, serial),
            released_at=at,
        )
        for application, serial in zip(applications, serials, strict=True)
    )
