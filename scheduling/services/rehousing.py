"""Giving published sittings other rooms, and their people seats there (SPEC 7.6, 7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scheduling.models import ExamSession, Room, Sitting
from scheduling.services import seating
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor


def rehouse(
    moved: Mapping[ExamSession, Mapping[Sitting, Room]], *, reason: str, by: Actor | None, at: datetime
) -> None:
    """Hold sittings of locked sessions in other rooms, all at once, so that rooms can be exchanged.

    Seats are drawn anew, for the reason given. Raises Refused for a room of another provider, and one without a place
    for everybody.
    """
    assert_in_transaction()
    sittings = [sitting for of_session in moved.values() for sitting in of_session]
    Sitting.objects.filter(pk__in=[sitting.pk for sitting in sittings]).update(room=None, live=False)
    for session, rooms in moved.items():
        for sitting, room in rooms.items():
            _check(session, room)
            seating.deal_alone(session, sitting=sitting, room=room, by=by, at=at, reason=reason)
            Sitting.objects.filter(pk=sitting.pk).update(room=room, live=True)
        audit.record(
            "session.rooms_changed", by=by, obj=session, rooms={one.pk: room.pk for one, room in rooms.items()}
        )


def _check(session: ExamSession, room: Room) -> None:
    if room.venue.provider_id != session.batch.offering.provider_id:
        raise Refused("只能选择本机构的考场", field="rooms")
