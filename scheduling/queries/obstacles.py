"""All that bars sessions from being published, or from being changed once they are (SPEC 7.5, 7.8), in words."""

from __future__ import annotations

from scheduling.models import ExamSession
from scheduling.queries.plans import conflicts_of
from scheduling.queries.rooms import closed
from scheduling.queries.staff import staff_conflicts


def obstacles(session: ExamSession) -> list[str]:
    """Rooms, candidates and staff that a published session has at the time, and venues that aren't open then."""
    return [
        *conflicts_of(session, with_proposed=False),
        *staff_conflicts(session, with_proposed=False),
        *closures(session),
    ]


def closures(session: ExamSession) -> list[str]:
    """Sittings of a session at times at which their venue is shut."""
    sittings = session.sittings.exclude(room=None).select_related("room__venue").order_by("during", "pk")
    found = (closed([sitting.room], sitting.during) for sitting in sittings if sitting.room)
    return list(dict.fromkeys(reason for reason in found if reason))
