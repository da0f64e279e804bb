"""Two published sessions of one batch, held a week apart, with everybody's tickets out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from registration.models import Application
from scheduling import services
from scheduling.models import ExamSession, Seat
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.scheduling.people import NOON, planned, publish

#: The tickets of the first are out (three days before the 11th), those of the second aren't.
EIGHTH = datetime(2026, 4, 8, 12, tzinfo=SHANGHAI)
FIRST, SECOND = date(2026, 4, 11), date(2026, 4, 18)


def two_sessions(offering: Offering, by: User, *, people: int = 6, **fields: Any) -> tuple[ExamSession, ExamSession]:
    """So many people in two sessions on the 11th and the 18th of April; the provider takes half of them a session."""
    offering.provider.session_capacity = people // 2
    offering.provider.save(update_fields=["session_capacity"])
    one, two = planned(offering, people, original_received_on=date(2026, 3, 10), **fields)
    first, second = publish(one, by=by, held_on=FIRST), publish(two, by=by, held_on=SECOND)
    services.release_tickets(EIGHTH.date(), at=EIGHTH)
    return first, second


def provider_of_three() -> Offering:
    """An offering that runs with three people, with a window to roll over into."""
    offering = factories.OfferingFactory(provider__threshold=3)
    factories.window_of(offering.provider, 4)
    return offering


def people_of(session: ExamSession) -> list[Application]:
    seats = Seat.objects.filter(sitting__session=session)
    return list(Application.objects.filter(pk__in=seats.values("application")).order_by("pk"))


def told(subject: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(subject=subject, channel="portal").order_by("pk"))


def states(people: list[Application]) -> set[str]:
    return set(Application.objects.filter(pk__in=[one.pk for one in people]).values_list("state", flat=True))


__all__ = ["EIGHTH", "FIRST", "NOON", "SECOND", "people_of", "provider_of_three", "states", "told", "two_sessions"]
