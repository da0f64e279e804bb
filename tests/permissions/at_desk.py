"""Provider A's desk: an appointment of the owner's, days on which it is closed, a condition it asks further."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from registration.models import Candidate
from registration.services import appointments
from skilleval.catalogue.models import Offering
from tests import factories
from tests.factories import at
from tests.registration.appointing import desk_of

APRIL = at(2026, 4, 7)


def build(world: Any, offering: Offering, owner: Candidate) -> dict[str, Any]:
    """The desk and what goes on there, by the names that the tables use."""
    window = factories.window_of(offering.provider, 4)
    application: Any = factories.ApplicationFactory(candidate=owner, offering=offering, window=window)
    desk, person = desk_of(offering.provider), owner.user
    assert person
    appointment = appointments.book(
        application, contact=desk, day=date(2026, 4, 9), starts=time(9, 30), by=person, at=APRIL
    )
    return {"appointed": application, "appointment": appointment, "desk": desk}
