"""An open misconduct case holds back its own person's result, and nobody else's (SPEC 9.2)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from certificates.models import ResultHold
from certificates.services.locking import lock_sitting
from certificates.services.publishing import publish_released
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.core import audit


@transaction.atomic
def hold(application: Application, *, source: str, at: datetime) -> None:
    """Leave an application out of its session's publication while the case `source` is open.

    What is published already stays so. Run again it changes nothing.
    """
    lock_sitting(application)
    row, _ = ResultHold.objects.get_or_create(application=application, source=source, defaults={"placed_at": at})
    if row.released_at:
        ResultHold.objects.filter(pk=row.pk).update(placed_at=at, released_at=None)
    audit.record("result.held", by=None, obj=application, source=source)


@transaction.atomic
def release(source: str, *, by: User | None, at: datetime) -> int:
    """The case `source` is closed: what it held is published now, where the session's results are out and nothing else
    holds it. Returns how many holds ended.
    """
    rows = ResultHold.objects.live().filter(source=source).select_related("application__offering")
    affected = {row.application_id: row.application for row in rows.order_by("application")}
    for application in affected.values():
        lock_sitting(application)
    released = ResultHold.objects.live().filter(source=source, application__in=affected).update(released_at=at)
    for application in affected.values():
        audit.record("result.released", by=by, obj=application, source=source)
        publish_released(application, by=by, at=at)
    return released
