"""Seats and tickets of an application, and who still owes the signed original (SPEC 3.4, 5a, 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from registration.enums import ApplicationState
from registration.models import Application
from scheduling.enums import SessionState
from scheduling.models import AdmissionTicket, ExamSession, Seat
from scheduling.queries.dates import tickets_from
from scheduling.ticket_release import released_on
from skilleval.catalogue.enums import PaperGate
from skilleval.catalogue.models import Provider

# Asked for each ticket that is made: Django takes longer to write it than PostgreSQL to answer it.
LINES = """
SELECT seat.application_id, seat.subject, lower(seat.during), upper(seat.during), coalesce(room.name, ''), seat.number,
    venue.name, venue.address, venue.directions
FROM scheduling_seat seat
JOIN scheduling_sitting sitting ON sitting.id = seat.sitting_id
LEFT JOIN scheduling_room room ON room.id = sitting.room_id
LEFT JOIN scheduling_venue venue ON venue.id = room.venue_id
WHERE seat.application_id = ANY (%s) AND seat.live
ORDER BY seat.during
"""


class VenueLine(NamedTuple):
    """A venue as a ticket tells it."""

    name: str
    address: str
    directions: str


class SeatLine(NamedTuple):
    """A published seat as a ticket tells it; `room` is empty and `venue` None where none is needed."""

    subject: str
    starts: datetime
    ends: datetime
    room: str
    number: int
    venue: VenueLine | None


def ticket_of(application: Application) -> AdmissionTicket | None:
    """The ticket in force, with its session."""
    return AdmissionTicket.objects.in_force().filter(application=application).select_related("session").first()


def has_ticket() -> Exists:
    """For a queryset of applications: whether a ticket is out (the tag 已发准考证)."""
    return Exists(AdmissionTicket.objects.in_force().filter(application=OuterRef("pk")))


def ticket_uuid() -> Subquery:
    """For a queryset of applications: the public number of the ticket in force, None before one is out."""
    return Subquery(AdmissionTicket.objects.in_force().filter(application=OuterRef("pk")).values("uuid")[:1])


def seats_of(application: Application) -> QuerySet[Seat]:
    """The published seats of an application in the order of the day, with room and session."""
    seats = Seat.objects.filter(application=application, live=True)
    return seats.select_related("sitting__room__venue", "sitting__session").order_by("during")


def seat_lines(applications: Iterable[int]) -> dict[int, list[SeatLine]]:
    """What a ticket tells of the published seats of many applications, by their ids, in the order of the day."""
    found = defaultdict[int, list[SeatLine]](list)
    with connection.cursor() as cursor:
        cursor.execute(LINES, [list(applications)])
        for application, subject, starts, ends, room, number, *venue in cursor.fetchall():
            line = VenueLine(*venue) if venue[0] is not None else None
            found[application].append(SeatLine(subject, starts, ends, room, number, line))
    return found


def session_of(application: Application) -> ExamSession | None:
    """The published session an application sits in."""
    seated = Seat.objects.filter(application=application, sitting__session=OuterRef("pk"))
    return ExamSession.objects.filter(Exists(seated), state=SessionState.PUBLISHED).first()


def ticket_context(application: Application, on: date) -> dict[str, Any]:
    """What `scheduling/_ticket_box.html` needs: seats, release day, what it waits for, the ticket once it is out."""
    session = session_of(application)
    if session is None:
        return {"exam_session": None}
    provider = application.offering.provider
    ticket = ticket_of(application)
    day = tickets_from(provider, application.channel, session.held_on, window=application.window)
    published = session.published_at
    return {
        "exam_session": session,
        "seats": seats_of(application),
        "ticket": ticket,
        "release_on": released_on(day, timezone.localdate(published)) if published else day,
        "waits_for_original": ticket is None and _original_missing(application, provider),
        "candidate_may_fetch": ticket is not None and ticket.candidate_may_fetch,
        "today": on,
    }


def awaiting_original(provider: Provider, on: date, *, ahead: timedelta = timedelta(0)) -> QuerySet[Application]:
    """Scheduled people whose ticket is due by a day on one channel or other but waits for the signed original.

    `ahead` looks further, at tickets that will be due by then.
    """
    if provider.paper_gate != PaperGate.TICKET:
        return Application.objects.none()
    to_come = {"sitting__session__tickets_from__lte": on + ahead, "during__startswith__date__gte": on}
    seated = Seat.objects.filter(application=OuterRef("pk"), live=True, **to_come)
    waiting = Application.objects.filter(
        Exists(seated), ~has_ticket(), offering__provider=provider, state=ApplicationState.SCHEDULED
    )
    return waiting.filter(original_received_on=None).select_related("candidate", "offering__work_type__occupation")


def _original_missing(application: Application, provider: Provider) -> bool:
    return provider.paper_gate == PaperGate.TICKET and application.original_received_on is None
