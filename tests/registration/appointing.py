"""A desk with hours, and people who come to it."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from registration.models import Application, Appointment
from registration.services import appointments
from skilleval.catalogue.enums import ContactKind
from skilleval.catalogue.models import Contact, OpeningHours, Provider
from tests.factories import ApplicationFactory, ContactFactory, at

NOW = at(2026, 3, 10)  # noon of a Tuesday
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 3, day) for day in (10, 11, 12, 13))
MORNING, AFTERNOON = (time(9, 30), time(11)), (time(13, 30), time(16, 30))


def desk_of(provider: Provider, *hours: tuple[time, time]) -> Contact:
    """A desk of the provider, open in the morning and in the afternoon unless said otherwise."""
    desk: Contact = ContactFactory(provider=provider, kind=ContactKind.DESK, value="测试路 1 号")
    for opens, closes in hours or (MORNING, AFTERNOON):
        OpeningHours.objects.create(contact=desk, opens=opens, closes=closes)
    return desk


def comer(provider: Provider | None = None, **fields: Any) -> Application:
    """Somebody whose signed original is to come."""
    facts = {"offering__provider": provider} if provider else {}
    made: Application = ApplicationFactory(**facts | fields)
    return made


def book(
    application: Application, desk: Contact, day: date = WEDNESDAY, starts: time = time(9, 30), moment: Any = NOW
) -> Appointment:
    """As the person does."""
    by: Any = application.candidate.user
    return appointments.book(application, contact=desk, day=day, starts=starts, by=by, at=moment)
