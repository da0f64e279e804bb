"""A decision cancels marks, or its lifting gives them back (SPEC 10); called by whoever decides, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from certificates.models import MarkCancellation
from certificates.services.locking import lock_sitting
from certificates.services.regrading import regrade
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.core import audit


@transaction.atomic
def cancel_marks(
    application: Application, *, subject: str = "", source: str, by: User | None, at: datetime, reason: str
) -> None:
    """Cancel a sitting's mark in one subject, or in all (`subject` empty), by the decision `source`.

    Published already, the result gets a further version with `reason`, and credits and certificate follow; else it is
    only recorded, and the mark sheets and the publication honour it. Run again it changes nothing. The caller has
    checked who decides.
    """
    lock_sitting(application)
    row, _ = MarkCancellation.objects.get_or_create(
        application=application, subject=subject, source=source, defaults={"cancelled_at": at}
    )
    if row.lifted_at:
        MarkCancellation.objects.filter(pk=row.pk).update(cancelled_at=at, lifted_at=None)
    audit.record("marks.cancelled", by=by, obj=application, subject=subject, source=source)
    regrade(application, by=by, at=at, reason=reason)


@transaction.atomic
def restore_marks(source: str, *, by: User | None, at: datetime, reason: str) -> int:
    """The decision `source` is lifted: every mark it cancelled counts again. Returns how many cancellations it lifted.

    A mark that nobody had entered before the decision stays 成绩取消 until a correction enters it.
    """
    rows = MarkCancellation.objects.live().filter(source=source).select_related("application__offering")
    affected = {row.application_id: row.application for row in rows.order_by("application")}
    for application in affected.values():
        lock_sitting(application)
    lifted = MarkCancellation.objects.live().filter(source=source, application__in=affected).update(lifted_at=at)
    for application in affected.values():
        audit.record("marks.restored", by=by, obj=application, source=source)
        regrade(application, by=by, at=at, reason=reason)
    return lifted
