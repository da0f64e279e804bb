"""Moving what is published (SPEC 7.5, 7.8): to another time, into other rooms, one person, or two for each other.

Each verb is a change with a reason: a new version, new tickets for those concerned, and a message of what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from scheduling.models import ExamSession, Room, Sitting
from scheduling.queries.dates import first_tickets, inside_period
from scheduling.services.changing import Seen, changing, one_transaction
from scheduling.services.rehousing import rehouse
from skilleval.accounts.models import User
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Refused
from skilleval.core.wording import cn_date


@one_transaction
def reschedule(
    session: ExamSession,
    *,
    held_on: date,
    starts_at: time,
    reason: str,
    by: User,
    at: datetime,
    seen: Seen = None,
) -> list[ExamSession]:
    """改期: a published session is held on another day or at another hour; rooms and seats stay (SPEC 7.8).

    All its sittings move by as much. A day outside the assessment period is allowed: the reason says why. Raises
    Refused for a moment gone by, the time it has already, and so late a start that it wouldn't end that day; Conflict
    where a room, somebody or a venue isn't free; and as `changing`.
    """
    with changing([session], reason=reason, by=by, at=at, seen=seen) as (fresh,):
        _start(fresh, datetime.combine(held_on, starts_at, tzinfo=SHANGHAI), reason=reason, at=at)
    return [fresh]


@one_transaction
def swap_sessions(
    one: ExamSession,
    other: ExamSession,
    *,
    times: bool,
    rooms: bool,
    reason: str,
    by: User,
    at: datetime,
    seen: Seen = None,
) -> list[ExamSession]:
    """两场对调: two published sessions of a provider exchange their times, their rooms, or both (SPEC 7.8).

    Raises Refused for one session with itself, for nothing to exchange, and for rooms where the two have not as many
    sittings of each subject; and as `changing`.
    """
    if one.pk == other.pk:
        raise Refused("请选择另外一场", field="other")
    if not (times or rooms):
        raise Refused("请选择对调时间、对调考场，或两者都对调", field="what")
    with changing([one, other], reason=reason, by=by, at=at, seen=seen) as (first, second):
        if first.batch.offering.provider_id != second.batch.offering.provider_id:
            raise Refused("只能与本机构的场次对调", field="other")
        if times:
            start, other_start = start_of(first), start_of(second)
            _start(first, other_start, reason=reason, at=at)
            _start(second, start, reason=reason, at=at)
        if rooms:
            moved = {first: _rooms_for(first, second), second: _rooms_for(second, first)}
            rehouse(moved, reason=reason.strip(), by=by, at=at)
    return [first, second]


@one_transaction
def change_rooms(
    session: ExamSession, rooms: Mapping[int, Room], *, reason: str, by: User, at: datetime, seen: Seen = None
) -> list[ExamSession]:
    """换考场: sittings of a published session, by their ids, are held in other rooms; their people get seats there.

    Raises Refused where nothing changes, for a room of another provider and one that doesn't hold them; Conflict where
    a room is taken or its venue shut; and as `changing`.
    """
    with changing([session], reason=reason, by=by, at=at, seen=seen) as (fresh,):
        sittings = {sitting.pk: sitting for sitting in fresh.sittings.select_related("room__venue")}
        moved = {sittings[pk]: room for pk, room in rooms.items() if pk in sittings and sittings[pk].room_id != room.pk}
        if not moved:
            raise Refused("考场没有变化，请选择其他考场", field="rooms")
        rehouse({fresh: moved}, reason=reason.strip(), by=by, at=at)
    return [fresh]


def start_of(session: ExamSession) -> datetime:
    """When a session's first sitting begins."""
    return min(sitting.starts for sitting in session.sittings.all())


def _start(session: ExamSession, start: datetime, *, reason: str, at: datetime) -> None:
    """Begin a locked session at another moment; its sittings keep their distances."""
    day, by_how_much = timezone.localdate(start), start - start_of(session)
    if start <= at:
        raise Refused(f"{cn_date(day)}的这个时间已过，请改为以后的时间", field="held_on")
    if not by_how_much:
        raise Refused("日期和时间没有变化，请填写新的日期或时间", field="held_on")
    _shift(session, by_how_much)
    session.held_on = day
    session.period_override_reason = "" if inside_period(session, session.batch.window) else reason.strip()
    session.tickets_from = first_tickets(session.batch.offering.provider, day, window=session.batch.window)
    session.save(update_fields=["held_on", "period_override_reason", "tickets_from"])


def _shift(session: ExamSession, by_how_much: timedelta) -> None:
    for sitting in session.sittings.all():
        starts, ends = sitting.starts + by_how_much, sitting.ends + by_how_much
        if timezone.localdate(starts) != timezone.localdate(ends):
            raise Refused("开始时间太晚，最后一个科目不能在当天结束，请提前开始时间", field="starts_at")
        Sitting.objects.filter(pk=sitting.pk).update(during=(starts, ends))


def _rooms_for(session: ExamSession, other: ExamSession) -> dict[Sitting, Room]:
    """The rooms of the other session for this one's sittings: subject by subject, turn by turn."""
    mine, theirs = _in_order(session), _in_order(other)
    if [one.subject for one in mine] != [one.subject for one in theirs]:
        raise Refused("两场的科目、轮次或考场数不同，不能对调考场，请分别更换考场", field="what")
    return {one: its.room for one, its in zip(mine, theirs, strict=True) if its.room and its.room_id != one.room_id}


def _in_order(session: ExamSession) -> list[Sitting]:
    rows: Iterable[Sitting] = session.sittings.select_related("room__venue")
    return sorted(rows, key=lambda one: (one.subject, one.rotation, one.starts, one.pk))
