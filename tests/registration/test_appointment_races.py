"""The last place at the desk for twenty at once, and what happens with the guard off (RELIABILITY 2)."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.db import connection

from registration.models import Appointment
from registration.services import appointments
from skilleval.catalogue.models import Contact
from skilleval.core.errors import Conflict
from tests.factories import staff
from tests.races import run_together
from tests.registration.appointing import NOW, WEDNESDAY, book, comer, desk_of

pytestmark = pytest.mark.django_db(transaction=True)

TWENTY = 20


@pytest.fixture
def desk() -> Contact:
    """Whose half past nine has one place left of two."""
    application = comer(offering__provider__appointment_capacity=2)
    made = desk_of(application.offering.provider)
    book(application, made)
    return made


def rush(desk: Contact) -> list[Any]:
    people = [comer(desk.provider) for _ in range(TWENTY)]
    return run_together(*[lambda one=one: book(one, desk) for one in people])


def test_of_twenty_for_the_last_place_one_has_it(desk: Contact) -> None:
    outcomes = rush(desk)
    assert sum(isinstance(outcome, Appointment) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {Appointment, Conflict}
    assert sorted(Appointment.objects.values_list("place", flat=True)) == [1, 2]


def test_without_the_lock_the_constraint_keeps_the_place_for_one(
    desk: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half the negative control: everybody counts the same free place, and the database lets one have it."""
    monkeypatch.setattr(appointments, "_locked", lambda contact: contact)
    outcomes = rush(desk)
    assert {type(outcome) for outcome in outcomes} == {Appointment, Conflict}
    assert sorted(Appointment.objects.values_list("place", flat=True)) == [1, 2]


def test_without_lock_and_constraint_more_would_come_than_there_are_places(
    desk: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other half: several are told that the place is theirs."""
    monkeypatch.setattr(appointments, "_locked", lambda contact: contact)
    constraint = next(one for one in Appointment._meta.constraints if one.name == "appointment_place_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, constraint)
    try:
        outcomes = rush(desk)
        assert sum(isinstance(outcome, Appointment) for outcome in outcomes) > 1
    finally:
        Appointment.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint)


def test_of_two_tabs_of_one_person_one_books(desk: Contact) -> None:
    application = comer(desk.provider)
    outcomes = run_together(*[lambda at=at: book(application, desk, starts=at) for at in (time(10), time(10, 30))])
    assert {type(outcome) for outcome in outcomes} == {Appointment, Conflict}


def test_a_closure_and_a_booking_come_one_after_the_other(desk: Contact) -> None:
    """Whoever was quicker: nobody is left with an appointment at a closed desk."""
    manager = staff(desk.provider, "manager")
    application = comer(desk.provider)
    _, closed = run_together(
        lambda: book(application, desk, starts=time(10)),
        lambda: appointments.close(desk, first_day=WEDNESDAY, last_day=WEDNESDAY, reason="盘点", by=manager, at=NOW),
    )
    assert not isinstance(closed, Exception)
    assert not Appointment.objects.filter(state="booked").exists()
