"""New places for the people of a session that isn't held: in the batch's other proposals, or one of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from registration.enums import ApplicationState
from registration.models import Application
from scheduling import batching
from scheduling.enums import SessionState
from scheduling.models import Batch, ExamSession, Seat
from scheduling.services import forming, seating
from skilleval.core.db import assert_in_transaction


def join(batch: Batch, people: QuerySet[Application], *, at: datetime) -> list[ExamSession]:
    """Seat confirmed people of a locked batch in its locked proposals while these have room, the rest in new ones.

    Returns the new proposals, which have a day and hours, and no room yet.
    """
    assert_in_transaction()
    staying = people.filter(state=ApplicationState.CONFIRMED).order_by("pk")
    left = [one for one in staying if not _joined(batch, one)]
    made = []
    for size in batching.split(len(left), batch.offering.provider.session_capacity):
        made.append(_proposed(batch, left[:size], at))
        left = left[size:]
    return made


def _joined(batch: Batch, application: Application) -> bool:
    capacity = batch.offering.provider.session_capacity
    sessions = batch.sessions.filter(state=SessionState.PROPOSED, size__lt=capacity).order_by("size", "number")
    return any(seating.add(session, application) for session in sessions)


def _proposed(batch: Batch, people: Sequence[Application], at: datetime) -> ExamSession:
    """One more proposal of the batch, for people who sit in it in their order."""
    (session,) = forming.add_sessions(batch, [len(people)], at=at)
    Seat.objects.bulk_create(
        Seat(
            sitting=sitting,
            application=application,
            candidate_id=application.candidate_id,
            subject=sitting.subject,
            number=number,
            during=sitting.during,
        )
        for sitting in session.sittings.all()
        for number, application in enumerate(people, start=1)
        if sitting.subject in application.subjects or not application.subjects
    )
    return session
