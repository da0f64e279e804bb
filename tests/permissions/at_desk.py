"""Provider A's desk: an appointment of the owner's, a day on which it is closed, somebody keyed in, a condition."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from registration.models import Application, Candidate, WalkIn
from registration.services import applications, appointments, walk_ins
from skilleval.catalogue.models import Offering
from tests import factories
from tests.factories import at, resident_number
from tests.registration.appointing import comer, desk_of
from tests.registration.conditions import asks
from tests.registration.steps import picture

APRIL = at(2026, 4, 7)
BORN = date(1988, 8, 8)
STARTS = (time(9, 30), time(10), time(10, 30), time(13, 30), time(14), time(14, 30), time(15), time(15, 30))


def build(actors: dict[str, Any], offering: Offering, owner: Candidate) -> dict[str, Any]:
    """The desk and what goes on there, by the names that the tables use."""
    clerk = actors["own reviewing"]
    window = factories.window_of(offering.provider, 4)
    application: Any = factories.ApplicationFactory(candidate=owner, offering=offering, window=window)
    desk, person = desk_of(offering.provider), owner.user
    assert person
    appointment = appointments.book(
        application, contact=desk, day=date(2026, 4, 9), starts=time(9, 30), by=person, at=APRIL
    )
    closure, _ = appointments.close(
        desk, first_day=date(2026, 4, 20), last_day=date(2026, 4, 21), reason="盘点", by=clerk, at=APRIL
    )
    walk_in = keyed_in(offering, clerk, 1)
    walk_ins.set_photo(walk_in, upload=picture(), by=clerk, at=APRIL)
    return {
        "appointed": application,
        "appointment": appointment,
        "closure": closure,
        "walk_in": walk_in,
        "walk_in_paper": applications.attach(walk_in, title="其他材料", upload=picture(), by=clerk, at=APRIL),
        "walk_in_row": factories.WorkPeriodFactory(candidate=walk_in.candidate),
        "condition": asks(factories.OfferingFactory(provider=offering.provider), valid_from=date(2027, 1, 1)),
    }


def keyed_in(offering: Offering, clerk: Any, serial: int) -> WalkIn:
    """Somebody without account whom a clerk began to key in."""
    stated = walk_ins.Stated(
        name="样本甲", id_type="resident", id_number=resident_number(serial, BORN), phone=f"137000{serial:05d}"
    )
    window = factories.window_of(offering.provider, 4)
    made = walk_ins.begin(offering=offering, window=window, stated=stated, fee_published=True, by=clerk, at=APRIL)
    return WalkIn.objects.select_related("candidate").get(pk=made.pk)


def expected(world: Any, serial: int) -> None:
    """One more who is expected at the desk on a day to come: four at each half hour."""
    application: Application = comer(world.a, window=factories.window_of(world.a, 4))
    person: Any = application.candidate.user
    appointments.book(
        application,
        contact=world.things["appointment"].contact,
        day=date(2026, 4, 10),
        starts=STARTS[serial // 4],
        by=person,
        at=APRIL,
    )
