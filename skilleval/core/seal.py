"""The audit trail's seal: a hash chain laid over committed events once a minute, outside their transactions."""

import hashlib
import json
from collections.abc import Iterable

from django.db import connection, transaction

from skilleval.core.models import AuditEvent

START = bytes(32)
LOCK = 0x5EA1
AT_ONCE = 2000


class Broken(Exception):
    """The chain doesn't hold; names the first event that doesn't fit."""


def seal_pending() -> int:
    """Seal the events that aren't yet, in order of their number, and return how many."""
    sealed = 0
    while count := _seal_some():
        sealed += count
    return sealed


def pending() -> int:
    """How many events aren't sealed yet."""
    return AuditEvent.objects.filter(sequence__isnull=True).count()


def verify() -> int:
    """Recompute the whole chain and return its length; raises Broken at the first event altered, added or missing."""
    digest, length = START, 0
    for event in AuditEvent.objects.filter(sequence__isnull=False).order_by("sequence").iterator():
        length += 1
        digest = _digest(digest, length, event)
        if event.sequence != length or bytes(event.digest or b"") != digest:
            raise Broken(f"audit event {event.pk} at {length}")
    return length


@transaction.atomic
def _seal_some() -> int:
    if not _alone():
        return 0
    last = AuditEvent.objects.filter(sequence__isnull=False).order_by("-sequence").first()
    digest = bytes(last.digest or b"") if last else START
    first = (last.sequence or 0) + 1 if last else 1
    events = list(AuditEvent.objects.filter(sequence__isnull=True).order_by("id")[:AT_ONCE])
    for sequence, event in enumerate(events, start=first):
        digest = _digest(digest, sequence, event)
        event.sequence, event.digest = sequence, digest
    AuditEvent.objects.bulk_update(events, ["sequence", "digest"], batch_size=500)
    return len(events)


def _alone() -> bool:
    """Whether no other worker is sealing; held until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _digest(previous: bytes, sequence: int, event: AuditEvent) -> bytes:
    told: Iterable[object] = (
        sequence,
        event.pk,
        event.at.isoformat(),
        event.actor_id,
        event.actor_label,
        event.action,
        event.object_type,
        event.object_id,
        event.details,
    )
    text = json.dumps(list(told), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()
