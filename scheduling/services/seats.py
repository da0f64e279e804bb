"""Freeing a place: a candidate leaves after seats were drawn (withdrawal, ban, misconduct)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from registration.models import Application
from registration.services import progress
from scheduling.models import AdmissionTicket, Batch, ExamSession, Seat
from scheduling.services import tickets
from skilleval.catalogue.models import Provider
from skilleval.core import audit
from skilleval.core.policy import Actor


@transaction.atomic
def free_seats(application: Application, *, by: Actor | None, at: datetime, reason: str) -> int:
    """Take an application's seats and ticket back; scheduled, it is confirmed again. Returns the seats freed.

    Seats of published sittings that have begun, or whose attendance was noted, stay as they are; with one of them so do
    ticket and state, because whoever sat awaits a result. Call it before what ends the application, in the same
    transaction: the provider's row stays locked, so that no judgment seats the person in between. Nothing to free is
    no error.
    """
    own = Seat.objects.filter(application=application)
    _lock(application, own)
    sessions = set(own.values_list("sitting__session", flat=True))
    to_come = Q(live=False) | Q(sitting__during__startswith__gt=at)
    freed, _ = own.filter(to_come, attendance=None).delete()
    if not freed:
        return 0
    left = sessions - set(own.values_list("sitting__session", flat=True))
    ExamSession.objects.filter(pk__in=left).update(size=F("size") - 1)
    if left == sessions:
        tickets.withdraw(AdmissionTicket.objects.filter(application=application), reason=reason, at=at)
        scheduled = Application.objects.filter(pk=application.pk)
        progress.unschedule(scheduled, by=by, at=at, reason=reason)  # type: ignore[arg-type]
    audit.record("seats.freed", by=by, obj=application, sessions=sorted(sessions), seats=freed)
    return freed


def lock_plans(applications: QuerySet[Application]) -> None:
    """The providers and batches that seat applications: none of their seats is published until the transaction ends."""
    seats = Seat.objects.filter(application__in=applications.values("pk"))
    providers = Provider.objects.filter(pk__in=applications.values("offering__provider"))
    list(providers.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    batches = Batch.objects.filter(pk__in=seats.values("sitting__session__batch"))
    list(batches.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _lock(application: Application, seats: QuerySet[Seat]) -> None:
    """Provider, batch and seats, in this order; the last keep attendance from being noted meanwhile."""
    Provider.objects.select_for_update(no_key=True).get(pk=application.offering.provider_id)
    Batch.objects.select_for_update(no_key=True).filter(
        offering=application.offering_id, window=application.window_id
    ).first()
    list(seats.select_for_update().order_by("pk").values_list("pk"))
