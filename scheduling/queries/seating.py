"""Who has to be seated, and who sits where."""

from __future__ import annotations

from collections import defaultdict

from scheduling.models import ExamSession, Seat
from scheduling.seating import Person


def people_of(session: ExamSession, subject: str) -> list[Person]:
    """Everybody who sits a subject of a session, by their applications' ids."""
    rows = Seat.objects.filter(sitting__session=session, subject=subject).order_by("application")
    return [
        Person(*row)
        for row in rows.values_list("application", "application__institution", "application__accessible_seat")
    ]


def seats_of(session: ExamSession, subject: str) -> dict[int, dict[int, int]]:
    """For each sitting's id who sits where: numbers by application."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Seat.objects.filter(sitting__session=session, subject=subject)
    for sitting, application, number in rows.values_list("sitting", "application", "number"):
        found[sitting][application] = number
    return dict(found)
