"""What stands in the way of publishing sessions, in words that name it; many sessions cost as many queries as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from scheduling.enums import BATCH_TONES, SessionState
from scheduling.models import Batch, ExamSession, Room, Seat, Sitting
from scheduling.queries.clashes import Taken, people_taken, rooms_taken
from scheduling.queries.rooms import closed_each
from skilleval.catalogue.enums import SubjectKind

EITHER = (SessionState.PUBLISHED, SessionState.PROPOSED)


@dataclass(frozen=True)
class Plan:
    """A session as a line of a list: when, where, and what is still missing or in the way."""

    session: ExamSession
    sittings: tuple[Sitting, ...]
    missing: tuple[str, ...]
    conflicts: tuple[str, ...]

    @property
    def tone(self) -> str:
        return BATCH_TONES[self.session.state]

    @property
    def starts(self) -> datetime | None:
        return self.sittings[0].starts if self.sittings else None

    @property
    def ends(self) -> datetime | None:
        return max(sitting.ends for sitting in self.sittings) if self.sittings else None

    @property
    def clashing(self) -> str:
        return f"{len(self.conflicts)} 处冲突"

    @property
    def rooms(self) -> list[Room]:
        """Each room once, in the order in which the subjects need them."""
        return list({sitting.room.pk: sitting.room for sitting in self.sittings if sitting.room}.values())


def missing_rooms(session: ExamSession) -> list[str]:
    """Subjects that have no room yet, by their names; one that nobody sits (they resit others) needs none."""
    return missing_of([session])[session.pk]


def missing_of(sessions: Sequence[ExamSession]) -> dict[int, list[str]]:
    """The same for many sessions, by their ids, in one query."""
    rows: dict[int, list[Sitting]] = {session.pk: [] for session in sessions}
    for sitting in sittings_of(sessions).annotate(people=Count("seats")):
        rows[sitting.session_id].append(sitting)
    return {pk: _missing(own) for pk, own in rows.items()}


def conflicts_of(session: ExamSession, *, with_proposed: bool = True) -> list[str]:
    """Rooms and candidates that another session has at the same time, and venues that aren't open then.

    Published sessions stand in the way of publishing this one; proposed ones are a warning.
    """
    states = EITHER if with_proposed else (SessionState.PUBLISHED,)
    return conflicts(list(sittings_of([session])), states).get(session.pk, [])


def conflicts(sittings: Sequence[Sitting], states: Sequence[str] = EITHER) -> dict[int, list[str]]:
    """The conflicts of some sittings with other sessions of these states, and with opening times, by session.

    Sittings come with their room and its venue.
    """
    housed = [one for one in sittings if one.room]
    said = rooms_taken([Taken(one.session_id, one.room_id or 0, one.starts, one.ends) for one in housed], states)
    people = [Taken(one.session_id, one.pk, one.starts, one.ends) for one in sittings]
    for session_id, words in people_taken(people, states).items():
        said.setdefault(session_id, []).extend(words)
    shut = closed_each((one.room, one.during) for one in housed if one.room)
    for sitting, why in zip(housed, shut, strict=True):
        if why and why not in said.setdefault(sitting.session_id, []):
            said[sitting.session_id].append(why)
    return {session_id: words for session_id, words in said.items() if words}


def plans_of(batch: Batch) -> list[Plan]:
    """A batch's sessions by number, each with its sittings; conflicts are looked for in those not yet published."""
    return plans(list(batch.sessions.order_by("number")))


def plans(sessions: Sequence[ExamSession]) -> list[Plan]:
    """These sessions with their sittings, what they miss and what stands in their way."""
    of_session: dict[int, list[Sitting]] = {session.pk: [] for session in sessions}
    for sitting in sittings_of(sessions).annotate(people=Count("seats")):
        of_session[sitting.session_id].append(sitting)
    proposed = [session.pk for session in sessions if session.state == SessionState.PROPOSED]
    found = conflicts([sitting for pk in proposed for sitting in of_session[pk]])
    return [
        Plan(session, tuple(own), tuple(_missing(own)), tuple(found.get(session.pk, ())))
        for session, own in ((session, of_session[session.pk]) for session in sessions)
    ]


def seating_of(session: ExamSession) -> list[dict[str, Any]]:
    """Who sits where, a row for each person: name, application number and the place in each subject."""
    rows: dict[int, dict[str, Any]] = {}
    seats = Seat.objects.filter(sitting__session=session).select_related("application", "candidate", "sitting__room")
    for seat in seats.order_by("sitting__during", "sitting__room__name", "number"):
        row = rows.setdefault(seat.application_id, {"application": seat.application, "name": seat.candidate.name})
        row.setdefault("places", []).append(seat)
    return list(rows.values())


def sittings_of(sessions: Sequence[ExamSession]) -> QuerySet[Sitting]:
    """The sittings of sessions with their rooms, by time."""
    rows = Sitting.objects.filter(session__in=sessions).select_related("room__venue")
    return rows.order_by("during", "pk")


def _missing(sittings: Any) -> list[str]:
    return list(dict.fromkeys(SubjectKind(one.subject).label for one in sittings if one.room_id is None and one.people))
