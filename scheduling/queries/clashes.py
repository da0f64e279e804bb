"""Rooms and people that are wanted in two places at once, whatever plan they come from: saved, or being edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from scheduling.models import Duty, Seat, Sitting
from skilleval.core.wording import cn_day, cn_time

#: So many of each kind are named for a sitting; the rest go without saying.
MOST_NAMED = 5

ROOMS = """
SELECT p.session_id, p.room_id, other.id
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    WITH ORDINALITY AS p (session_id, room_id, starts, ends, place)
JOIN scheduling_sitting other ON other.room_id = p.room_id AND other.during && tstzrange(p.starts, p.ends)
    AND other.session_id <> p.session_id
JOIN scheduling_examsession session ON session.id = other.session_id AND session.state = ANY (%s)
ORDER BY p.place, other.during, other.id
"""

# Another provider's proposals are none of this one's business; what it published bars, and is marked as another's.
PEOPLE = """
SELECT p.session_id, p.sitting_id, other.id, (theirs.provider_id <> ours.provider_id)::int
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    WITH ORDINALITY AS p (session_id, sitting_id, starts, ends, place)
JOIN scheduling_seat own ON own.sitting_id = p.sitting_id
JOIN scheduling_seat other ON other.candidate_id = own.candidate_id AND other.during && tstzrange(p.starts, p.ends)
JOIN scheduling_sitting sitting ON sitting.id = other.sitting_id AND sitting.session_id <> p.session_id
JOIN scheduling_examsession session ON session.id = sitting.session_id AND session.state = ANY (%s)
JOIN scheduling_batch batch ON batch.id = session.batch_id
JOIN catalogue_offering theirs ON theirs.id = batch.offering_id
JOIN registration_application application ON application.id = own.application_id
JOIN catalogue_offering ours ON ours.id = application.offering_id
    AND (ours.provider_id = theirs.provider_id OR session.state = 'published')
ORDER BY p.place, other.during, other.id
"""

STAFF = """
SELECT p.session_id, p.sitting_id, other.id
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    WITH ORDINALITY AS p (session_id, sitting_id, starts, ends, place)
JOIN scheduling_duty own ON own.sitting_id = p.sitting_id
JOIN scheduling_duty other ON other.staff_id = own.staff_id AND other.during && tstzrange(p.starts, p.ends)
JOIN scheduling_sitting sitting ON sitting.id = other.sitting_id AND sitting.session_id <> p.session_id
JOIN scheduling_examsession session ON session.id = sitting.session_id AND session.state = ANY (%s)
ORDER BY p.place, other.during, other.id
"""

NAMED_BY = ("session__batch__offering__work_type__occupation", "session__batch__window")


@dataclass(frozen=True)
class Taken:
    """A stretch of time for which a session wants something: a room, or the people who sit in one of its sittings."""

    session_id: int
    of: int  # the room, or the sitting
    starts: datetime
    ends: datetime


def rooms_taken(wanted: Sequence[Taken], states: Sequence[str]) -> dict[int, list[str]]:
    """Which of the rooms wanted other sessions of these states have, in words, by the session that wants them."""
    pairs = _named_only(_ask(ROOMS, wanted, states))
    others = _sittings(other for _, _, other in pairs)
    said: dict[int, list[str]] = {}
    for session_id, _, other_id in pairs:
        other = others[other_id]
        said.setdefault(session_id, []).append(
            f"考场冲突：{other.room}在{when(other)}已安排给{other.session}"
            f"（{other.session.get_state_display()}），请换考场或改时间"
        )
    return said


def people_taken(wanted: Sequence[Taken], states: Sequence[str]) -> dict[int, list[str]]:
    """Which of the people seated in the sittings wanted have to be elsewhere, in words, by their session.

    Of another provider's sessions the time alone is said, and only once they are published (SPEC 12).
    """
    pairs = _named_only(_ask(PEOPLE, wanted, states))
    seats = Seat.objects.select_related(
        "candidate", "application", "sitting", *(f"sitting__{path}" for path in NAMED_BY)
    ).in_bulk([pair[2] for pair in pairs])
    said: dict[int, list[str]] = {}
    for session_id, _, other_id, foreign in pairs:
        said.setdefault(session_id, []).append(_seated(seats[other_id], foreign=bool(foreign)))
    return said


def staff_taken(wanted: Sequence[Taken], states: Sequence[str]) -> dict[int, list[str]]:
    """Which of the staff on duty in the sittings wanted are on duty elsewhere, in words, by their session."""
    pairs = _named_only(_ask(STAFF, wanted, states))
    duties = Duty.objects.select_related("staff", "sitting", *(f"sitting__{path}" for path in NAMED_BY)).in_bulk(
        [other for _, _, other in pairs]
    )
    said: dict[int, list[str]] = {}
    for session_id, _, other_id in pairs:
        other = duties[other_id]
        said.setdefault(session_id, []).append(
            f"考务人员冲突：{other.staff}在{when(other.sitting)}已安排给{other.sitting.session}"
            f"（{other.sitting.session.get_state_display()}），请换人或改时间"
        )
    return said


def _seated(seat: Seat, *, foreign: bool) -> str:
    name, time, session = seat.candidate.name, when(seat.sitting), seat.sitting.session
    if foreign:
        return f"人员冲突：{name}在{time}已有其他机构的考试安排，请改时间"
    return (
        f"人员冲突：{name}（申报 {seat.application.number}）在{time}"
        f"须参加{session}（{session.get_state_display()}），请改时间"
    )


def when(sitting: Sitting) -> str:
    """A sitting's day and time, in words."""
    return f"{cn_day(sitting.starts)} {cn_time(sitting.starts)}–{cn_time(sitting.ends)}"


def _ask(query: str, wanted: Sequence[Taken], states: Sequence[str]) -> list[tuple[int, ...]]:
    columns = [[getattr(one, name) for one in wanted] for name in ("session_id", "of", "starts", "ends")]
    with connection.cursor() as cursor:
        cursor.execute(query, [*columns, list(states)])
        return list(cursor.fetchall())


def _named_only(pairs: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    kept: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for pair in pairs:
        kept.setdefault(pair[:2], []).append(pair)
    return [pair for found in kept.values() for pair in found[:MOST_NAMED]]


def _sittings(ids: Iterable[int]) -> dict[int, Sitting]:
    return Sitting.objects.select_related("room__venue", *NAMED_BY).in_bulk(list(ids))
