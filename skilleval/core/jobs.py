"""Work that outlives a request: rows unique by the key of their cause, leased, resumable, visibly given up.

An app registers its handlers with ``@job("app.verb")``. A handler gets its Job and a Lease.

By default it runs in one transaction, together with the note that the job is done. With ``chunked=True`` it opens a
transaction for each chunk itself and ends each with ``lease.renew(done=…, total=…)``, so that a worker that dies loses
one chunk, and a worker whose lease ran out can't commit. Either way a handler goes on from what is in the database:
it may be called again after any commit.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.doorbell import ring
from skilleval.core.enums import JobState
from skilleval.core.leases import Lease, LeaseLost, lease_next
from skilleval.core.models import Event, Job
from skilleval.core.policy import Actor

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 500

Handler = Callable[[Job, Lease], None]


@dataclass(frozen=True)
class _Registered:
    handler: Handler
    chunked: bool


_handlers: dict[str, _Registered] = {}


def job(kind: str, *, chunked: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of job; a ``chunked`` one opens its own transactions."""

    def register(handler: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"two handlers for {kind}")
        _handlers[kind] = _Registered(handler, chunked)
        return handler

    return register


def kinds() -> frozenset[str]:
    """Every kind of job that has a handler."""
    return frozenset(_handlers)


def enqueue(kind: str, *, key: str, payload: dict[str, Any] | None = None, run_after: datetime | None = None) -> Job:
    """The job of a cause, made in the current transaction or found where its key exists; ``payload`` holds ids only."""
    made = {"kind": kind, "payload": payload or {}, "run_after": run_after or timezone.now()}
    found, created = Job.objects.get_or_create(key=key, defaults=made)
    if created:
        ring()
    return found


def emit(kind: str, object_id: int, *, key: str | None = None) -> None:
    """Write an event in the current transaction; with a key it happens once, however often it is emitted."""
    emit_all(kind, {object_id: key or f"{kind}:{object_id}:{uuid4()}"})


def emit_all(kind: str, keys: Mapping[int, str]) -> None:
    """Write an event for each object by its id in the current transaction; each key happens once, as with emit."""
    events = [Event(kind=kind, object_id=object_id, key=key) for object_id, key in keys.items()]
    Event.objects.bulk_create(events, batch_size=1000, ignore_conflicts=True)
    ring()


def dispatch_events(table: Mapping[str, tuple[str, ...]]) -> int:
    """Turn unhandled events into their jobs, each exactly once, and return how many events were handled.

    The payload of such a job is ``{"id": <object_id of the event>}``.
    """
    handled = 0
    while count := _dispatch_some(table):
        handled += count
    return handled


@transaction.atomic
def _dispatch_some(table: Mapping[str, tuple[str, ...]]) -> int:
    unhandled = Event.objects.select_for_update(skip_locked=True).filter(handled_at__isnull=True)
    events = list(unhandled.order_by("id")[:EVENTS_AT_ONCE])
    jobs = [
        Job(kind=kind, key=f"{kind}:event:{event.pk}", payload={"id": event.object_id})
        for event in events
        for kind in table.get(event.kind, ())
    ]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)
    Event.objects.filter(pk__in=[event.pk for event in events]).update(handled_at=timezone.now())
    return len(events)


def drain(limit: int | None = None) -> int:
    """Run the jobs that are due, at most ``limit`` of them, and return how many were taken up.

    Raises the database's error when the connection is gone; the lease then runs out by itself.
    """
    taken = 0
    while (limit is None or taken < limit) and (leased := lease_next()):
        taken += 1
        _run(*leased)
    return taken


@transaction.atomic
def release(given_up: Job, *, by: Actor | None) -> None:
    """Put a quarantined job back in the queue, its cause having been mended."""
    quarantined = Job.objects.filter(pk=given_up.pk, state=JobState.QUARANTINED)
    if quarantined.update(state=JobState.QUEUED, attempts=0, run_after=timezone.now()):
        audit.record("job.released", by=by, obj=given_up)
        ring()


def _run(leased: Job, lease: Lease) -> None:
    try:
        _call(leased, lease)
    except LeaseLost:
        logger.warning("job %s %s: another worker has it now", leased.pk, leased.kind)
    except (InterfaceError, DatabaseError) as error:
        if not connection.is_usable():
            raise
        _give_back(leased, lease, error)
    except Exception as error:
        _give_back(leased, lease, error)


def _call(leased: Job, lease: Lease) -> None:
    registered = _handlers[leased.kind]
    if registered.chunked:
        registered.handler(leased, lease)
        lease.finish()
    else:
        retrying(transaction.atomic(_handle_and_finish))(registered.handler, leased, lease)


def _handle_and_finish(handler: Handler, leased: Job, lease: Lease) -> None:
    handler(leased, lease)
    lease.finish()


def _give_back(leased: Job, lease: Lease, error: Exception) -> None:
    """Note the kind of error and its place, here and in the log: its message may hold personal data."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "unknown place"
    failure = f"{type(error).__name__} at {place}"
    logger.error("job %s %s: %s", leased.pk, leased.kind, failure)
    try:
        lease.give_back(failure)
    except LeaseLost:
        logger.warning("job %s %s: another worker has it now", leased.pk, leased.kind)
