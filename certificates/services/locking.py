"""Locks in the one fixed order: provider → batch → session → application."""

from __future__ import annotations

from certificates.models import Result
from registration.models import Application
from scheduling.models import Batch, ExamSession, Seat
from skilleval.catalogue.models import Provider
from skilleval.core.db import assert_in_transaction


def lock_session(session_id: int) -> ExamSession:
    """A session locked after its provider and batch until the transaction ends, with what its messages name."""
    assert_in_transaction()
    plain = ExamSession.objects.values_list("batch__offering__provider", "batch").get(pk=session_id)
    Provider.objects.select_for_update(no_key=True).get(pk=plain[0])
    Batch.objects.select_for_update(no_key=True).get(pk=plain[1])
    rows = ExamSession.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related(
        "batch__window", "batch__offering__provider", "batch__offering__work_type__occupation"
    ).get(pk=session_id)


def lock_sitting(application: Application) -> ExamSession | None:
    """The session an application sits or sat in, locked, and the application's row after it.

    Without a session the provider is locked all the same, so that whoever follows waits.
    """
    session_id = session_id_of(application)
    if session_id is None:
        Provider.objects.select_for_update(no_key=True).get(pk=application.offering.provider_id)
    session = lock_session(session_id) if session_id else None
    Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    return session


def session_id_of(application: Application) -> int | None:
    """The session of an application's results, else of its seats."""
    published = Result.objects.filter(application=application).values_list("session", flat=True).first()
    seated = Seat.objects.filter(application=application).values_list("sitting__session", flat=True)
    return published or seated.first()
