"""Tickets that are out, with whatever stands on them."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from registration.models import Candidate
from scheduling import papers, services
from scheduling.models import AdmissionTicket, ExamSession
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core import files
from skilleval.core.models import StoredFile
from tests.scheduling.people import NOON, planned, publish, scheduler

HANDED_IN = date(2026, 3, 10)
RELEASED = date(2026, 4, 8)


def portrait(colour: tuple[int, int, int] = (90, 120, 160), *, by: User | None = None) -> StoredFile:
    """A photo as one is kept after being uploaded."""
    picture = io.BytesIO()
    Image.new("RGB", (480, 640), colour).save(picture, "JPEG")
    return files.store(ContentFile(picture.getvalue(), "me.jpg"), kind="photo", by=by, owner_label="test")


def session_out(offering: Offering, count: int = 30, *, by: User | None = None, **fields: Any) -> ExamSession:
    """A published session of so many people whose tickets are out."""
    by = by or scheduler(offering.provider)
    session = publish(planned(offering, count, original_received_on=HANDED_IN, **fields)[0], by=by, capacity=200)
    services.release_tickets(RELEASED, at=NOON)
    return session


def with_photos(session: ExamSession, *photos: StoredFile) -> None:
    """The first holders of a session's tickets get these photos, in the tickets' order."""
    for ticket, photo in zip(session.tickets.order_by("number"), photos, strict=False):
        Candidate.objects.filter(pk=ticket.application.candidate_id).update(photo=photo)


def loaded(tickets: Any = None) -> list[AdmissionTicket]:
    """Tickets as their papers need them."""
    rows = AdmissionTicket.objects.all() if tickets is None else tickets
    return list(papers.load(rows).order_by("number"))
