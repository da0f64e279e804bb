"""Telling workers that there is something to do. A ring may be lost, doubled or late; the rows are the truth."""

import logging
import select
import time

from django.conf import settings
from django.db import connection, transaction

logger = logging.getLogger(__name__)

CHANNEL = "portal_jobs"
QUIET_SECONDS = 5.0
#: A ring may be lost, but no request may wait for a broker that is away; workers wait for theirs.
IMPATIENT = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 2}
_quiet_until = 0.0


def ring() -> None:
    """Ring once after the current transaction commits; a broker that is away never fails the caller."""
    here = set(connection.savepoint_ids)
    if not any(function is _ring_now and at == here for at, function, *_ in connection.run_on_commit):
        transaction.on_commit(_ring_now, robust=True)


def _ring_now() -> None:
    if settings.CELERY_BROKER_URL:
        _send_task()
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def _send_task() -> None:
    """Send Celery's doorbell, and none for some seconds after the broker was found away, so that requests stay fast."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    from celery import current_app
    from kombu.pools import producers

    try:
        line = current_app.connection_for_write(transport_options=IMPATIENT)
        with producers[line].acquire(timeout=1) as producer:
            current_app.send_task("core.drain", ignore_result=True, retry=False, producer=producer)
    except Exception:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("the broker is away; the sweeper will find the work", exc_info=True)


def listen() -> None:
    """Subscribe this connection to rings; again after each reconnect."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")


def wait(seconds: float) -> bool:
    """Sleep until a ring arrives or the time is over; returns whether it rang."""
    raw = connection.connection
    if not raw.notifies:  # those that came with an answer are there already
        ready, _, _ = select.select([raw], [], [], seconds)
        if ready:
            raw.poll()
    rang = bool(raw.notifies)
    raw.notifies.clear()
    return rang
