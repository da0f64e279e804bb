"""Giving published sittings other rooms, and their people seats there (SPEC 7.6, 7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from registration.models import Application
from scheduling import seating
from scheduling.layouts import Place
from scheduling.models import ExamSession, Room, Seat, Sitting
from scheduling.queries.rooms import places_for
from scheduling.seating import Person
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor


def rehouse(moved: Mapping[ExamSession, Mapping[Sitting, Room]], *, by: Actor | None, at: datetime) -> None:
    """Hold sittings of locked sessions in other rooms, all at once, so that rooms can be exchanged.

    Raises Refused for a room of another provider, and one without a place for everybody.
    """
    assert_in_transaction()
    sittings = [sitting for of_session in moved.values() for sitting in of_session]
    Sitting.objects.filter(pk__in=[sitting.pk for sitting in sittings]).update(room=None, live=False)
    for session, rooms in moved.items():
        for sitting, room in rooms.items():
            _check(session, room)
            _seat_anew(session, sitting, room)
            Sitting.objects.filter(pk=sitting.pk).update(room=room, live=True)
        audit.record(
            "session.rooms_changed", by=by, obj=session, rooms={one.pk: room.pk for one, room in rooms.items()}
        )


def _check(session: ExamSession, room: Room) -> None:
    if room.venue.provider_id != session.batch.offering.provider_id:
        raise Refused("只能选择本机构的考场", field="rooms")


def _seat_anew(session: ExamSession, sitting: Sitting, room: Room) -> None:
    """In another room everybody gets another ticket anyhow: seats are drawn for it, from a seed that says when."""
    places = places_for(room, sitting.subject, session.batch.offering.work_type.occupation)
    seats = {seat.application_id: seat for seat in Seat.objects.filter(sitting=sitting).order_by("application")}
    _check_size(sitting, room, places, len(seats))
    people = Application.objects.filter(pk__in=seats).order_by("pk")
    persons = [Person(one.pk, one.institution_id, one.accessible_seat) for one in people]
    seed = f"{session.batch.seed}-{session.number}-{session.version + 1}-{sitting.pk}"
    for application, number in seating.arrange(places, persons, seed).seats.items():
        seats[application].number = number
    Seat.objects.bulk_update(seats.values(), ["number"])


def _check_size(sitting: Sitting, room: Room, places: tuple[Place, ...], people: int) -> None:
    if people > len(places):
        name = sitting.get_subject_display()
        raise Refused(f"{name}：{room.name}可用 {len(places)} 座，本场有 {people} 人，请换更大的考场", field="rooms")
