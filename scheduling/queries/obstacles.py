"""All that bars sessions from being published, or from being changed once they are (SPEC 7.5, 7.8), in words."""

from __future__ import annotations

from collections.abc import Sequence

from scheduling.enums import SessionState
from scheduling.models import ExamSession
from scheduling.queries.plans import conflicts, sittings_of
from scheduling.queries.staff import staff_conflicts_of


def obstacles(session: ExamSession) -> list[str]:
    """Rooms, candidates and staff that a published session has at the time, and venues that aren't open then."""
    return obstacles_of([session])[session.pk]


def obstacles_of(sessions: Sequence[ExamSession]) -> dict[int, list[str]]:
    """The same for many sessions, by their ids, in as many queries."""
    places = conflicts(list(sittings_of(sessions)), (SessionState.PUBLISHED,))
    staff = staff_conflicts_of(sessions, with_proposed=False)
    return {session.pk: [*places.get(session.pk, ()), *staff[session.pk]] for session in sessions}
