"""A published session with one of the institution's people in it, and its papers as made in the background."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from scheduling.models import Batch, ExamSession, Room, Seat, SheetBundle, Sitting, Venue
from skilleval.accounts.models import Institution
from skilleval.catalogue.models import Offering
from skilleval.core import files
from skilleval.core.enums import FileKind
from skilleval.core.pdf import render_html
from tests import factories
from tests.factories import at
from tests.permissions import bundled

WHEN = at(2026, 4, 7)


def build(institution: Institution, offering: Offering, clerk: Any) -> dict[str, Any]:
    """The session and its parts, by the names that the tables use."""
    group = factories.GroupFactory(
        institution=institution, offering=offering, window=factories.window_of(offering.provider, 4)
    )
    batch = Batch.objects.create(
        offering=offering, window=group.window, cut_off_on=date(2026, 4, 30), judge_on=date(2026, 5, 6)
    )
    facts = {"state": "published", "published_at": WHEN, "held_on": date(2026, 5, 16)}
    session = ExamSession.objects.create(batch=batch, number=1, size=1, **facts)
    venue = Venue.objects.create(provider=offering.provider, name="打印考点", address="打印路 1 号")
    room = Room.objects.create(venue=venue, name="打印考场", capacity=10)
    during = DateTimeTZRange(at(2026, 5, 16, 1), at(2026, 5, 16, 3))
    sitting = Sitting.objects.create(session=session, subject="theory", room=room, during=during, live=True)
    member = factories.ApplicationFactory(
        candidate__user=None,
        offering=offering,
        window=group.window,
        group=group,
        institution=institution,
        channel="group",
        state="scheduled",
    )
    Seat.objects.create(
        sitting=sitting,
        application=member,
        candidate=member.candidate,
        subject="theory",
        number=1,
        during=during,
        live=True,
    )
    _made(session, clerk)
    parts = {"printed_session": session, "printed_sitting": sitting, "printed_group": group, "printed_member": member}
    return parts | bundled.build(institution, session, group.window)


def _made(session: ExamSession, clerk: Any) -> None:
    """Its papers in one file."""
    made = files.keep(
        render_html("<title>材料</title>"),
        kind=FileKind.GENERATED,
        name="papers.pdf",
        content_type="application/pdf",
        owner_label="test",
    )
    SheetBundle.objects.create(
        session=session,
        version=1,
        state="ready",
        file=made,
        asked_at=WHEN,
        ready_at=WHEN,
        asked_by_id=clerk.pk,
        asked_by_label=clerk.label,
    )
