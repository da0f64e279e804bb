"""What a change of a proposed session's plan would come to, looked at without writing anything (SPEC 7.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg2.extras import DateTimeTZRange

from scheduling.enums import SessionState
from scheduling.models import ExamSession, Room, Seat, Sitting
from scheduling.queries.clashes import Taken, people_taken, rooms_taken, staff_taken
from scheduling.queries.rooms import closed_each
from scheduling.services.housing import turns_in
from scheduling.services.planning import check_days, parts_of, times_of
from scheduling.timetable import Span, Timing
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.errors import Refused


@dataclass(frozen=True)
class Line:
    """One turn of a subject as it would be."""

    subject: str
    turn: int
    turns: int
    starts: datetime
    ends: datetime
    rooms: tuple[Room, ...]


@dataclass
class Rehearsal:
    """The timetable that would come of a plan; `refused` is why it can't be saved, `barred` why not published then.

    `doubtful` are clashes with sessions that are proposals themselves.
    """

    lines: list[Line] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    barred: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)

    @property
    def clear(self) -> bool:
        return not (self.refused or self.barred or self.doubtful)


def rehearse(
    session: ExamSession, *, timing: Timing, rooms: Mapping[str, Sequence[Room]], reason: str, at: datetime
) -> Rehearsal:
    """Look at a plan that somebody is editing: the rooms chosen for some subjects, the others keep theirs."""
    found, turns = Rehearsal(), dict[str, int]()
    current = list(session.sittings.select_related("room__venue").order_by("rotation", "pk"))
    chosen = {one.subject: _rooms_now(current, one.subject) for one in current} | dict(rooms)
    _noting(found, lambda: check_days(session, timing, reason.strip(), at))
    for subject, own in rooms.items():
        _noting(found, lambda subject=subject, own=own: turns.update({subject: _turns(session, subject, own)}))
    times: dict[str, tuple[Span, ...]] = {}
    _noting(found, lambda: times.update(times_of(timing, parts_of(session, turns))))
    found.lines = _lines(times, chosen)
    _clashes(found, session, times, chosen, current)
    return found


def _noting(found: Rehearsal, look: object) -> None:
    try:
        look()  # type: ignore[operator]
    except Refused as refusal:
        found.refused.append(refusal.message)


def _turns(session: ExamSession, subject: str, rooms: Sequence[Room]) -> int:
    people = Seat.objects.filter(sitting__session=session, subject=subject).count()
    return turns_in(session, subject, rooms, people)


def _rooms_now(sittings: Sequence[Sitting], subject: str) -> list[Room]:
    return list({one.room.pk: one.room for one in sittings if one.subject == subject and one.room}.values())


def _lines(times: Mapping[str, Sequence[Span]], rooms: Mapping[str, Sequence[Room]]) -> list[Line]:
    return sorted(
        (
            Line(SubjectKind(subject).label, turn, len(spans), *span, tuple(rooms[subject]))
            for subject, spans in times.items()
            for turn, span in enumerate(spans, start=1)
        ),
        key=lambda line: line.starts,
    )


def _clashes(
    found: Rehearsal,
    session: ExamSession,
    times: Mapping[str, Sequence[Span]],
    rooms: Mapping[str, Sequence[Room]],
    current: Sequence[Sitting],
) -> None:
    in_rooms = [(room, span) for subject, spans in times.items() for span in spans for room in rooms[subject]]
    shut = closed_each((room, DateTimeTZRange(*span)) for room, span in in_rooms)
    found.barred += dict.fromkeys(why for why in shut if why)
    wanted = [Taken(session.pk, room.pk, *span) for room, span in in_rooms]
    there = [
        Taken(session.pk, one.pk, *_span(one, times[one.subject], current)) for one in current if one.subject in times
    ]
    for state, words in ((SessionState.PUBLISHED, found.barred), (SessionState.PROPOSED, found.doubtful)):
        for look, of in ((rooms_taken, wanted), (people_taken, there), (staff_taken, there)):
            words += look(of, [state]).get(session.pk, [])


def _span(sitting: Sitting, spans: Sequence[Span], current: Sequence[Sitting]) -> Span:
    """Its turn's time; where the number of turns changes, nobody knows yet who sits in which: all of the subject's."""
    before = max(one.rotation for one in current if one.subject == sitting.subject)
    return spans[sitting.rotation - 1] if before == len(spans) else (spans[0][0], spans[-1][1])
