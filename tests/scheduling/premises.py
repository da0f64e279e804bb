"""Rooms with plans and stations, hours and closures, and exam staff, for the tests of planning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from scheduling.layouts import numbered, read
from scheduling.models import ExamStaff, Room, RoomSeat, VenueHours
from skilleval.catalogue.models import Provider
from skilleval.core.clock import SHANGHAI


def plan(room: Room, text: str) -> Room:
    """Give a room the places of a plan written as text, as rows alone."""
    for spot in numbered(read(text)):
        RoomSeat.objects.create(room=room, row=spot.row, column=spot.column, kind=spot.kind, number=spot.number)
    return room


def open_on(room: Room, weekday: int, opens: str, closes: str) -> VenueHours:
    return VenueHours.objects.create(
        venue=room.venue, weekday=weekday, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes)
    )


def during(starts: str, ends: str) -> Any:
    """A range of Shanghai's time, both ends as "2026-04-11 09:00"."""
    return DateTimeTZRange(*(datetime.fromisoformat(end).replace(tzinfo=SHANGHAI) for end in (starts, ends)))


def helper(provider: Provider, name: str, *roles: str, occupations: Sequence[Any] = (), **fields: Any) -> ExamStaff:
    """Somebody a provider calls on; an invigilator unless said."""
    staff = ExamStaff.objects.create(provider=provider, name=name, roles=list(roles or ["invigilator"]), **fields)
    staff.occupations.set(occupations)
    return staff
