"""Rooms that the portal chooses for proposed sessions at their times, for staff to look at and change (SPEC 7.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from scheduling.enums import SessionState
from scheduling.models import Batch, ExamSession, Room
from scheduling.proposing import Slot, Wish
from scheduling.queries.halls import agenda_of
from scheduling.services.guard import check_now, refusing
from scheduling.services.housing import house
from scheduling.services.planning import parts_of, proposals, timing_of
from scheduling.timetable import Part
from skilleval.accounts.models import User
from skilleval.core import audit


@dataclass
class Housed:
    """The sessions that got rooms, and those for which none are free at their time."""

    done: list[ExamSession] = field(default_factory=list)
    without: list[ExamSession] = field(default_factory=list)


@refusing
@transaction.atomic
def suggest_rooms(batch: Batch, *, by: User, at: datetime) -> Housed:
    """Give rooms to every proposed session of a batch that lacks some: the smallest that are free and hold everybody.

    Sessions whose subjects are on several days are left to staff, as are those that no free rooms hold.
    """
    found = Housed()
    lacking = batch.sessions.filter(state=SessionState.PROPOSED, sittings__room=None).distinct()
    for session in proposals(lacking.order_by("number"), by=by):
        slot = _slot(session)
        if slot is None:
            found.without.append(session)
            continue
        _house(session, slot, by=by, at=at)
        found.done.append(session)
    check_now()
    return found


def _slot(session: ExamSession) -> Slot | None:
    timing = timing_of(session)
    if timing.elsewhen:
        return None
    agenda = agenda_of(session.batch.offering.provider, timing.held_on, timing.held_on, but=session.pk)
    if not agenda.halls:
        return None
    wish = Wish(session.size, session.batch.offering.work_type.occupation_id, _once(parts_of(session)))
    return agenda.fit(wish, timing.held_on, timing.starts_at)


def _once(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(Part(part.subject, part.minutes) for part in parts)


def _house(session: ExamSession, slot: Slot, *, by: User, at: datetime) -> None:
    for subject, keys in slot.rooms.items():
        rooms = Room.objects.select_related("venue").in_bulk(list(keys))
        house(session, subject=subject, rooms=[rooms[key] for key in keys], by=by, at=at)
        audit.record("session.rooms_assigned", by=by, obj=session, subject=subject, rooms=list(keys))
