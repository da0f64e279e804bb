"""All that bars sessions from being published, or from being changed once they are (SPEC 7.5, 7.8), in words."""

from __future__ import annotations

from scheduling.models import ExamSession
from scheduling.queries.plans import conflicts_of
from scheduling.queries.staff import staff_conflicts


def obstacles(session: ExamSession) -> list[str]:
    """Rooms, candidates and staff that a published session has at the time, and venues that aren't open then."""
    return [*conflicts_of(session, with_proposed=False), *staff_conflicts(session, with_proposed=False)]
