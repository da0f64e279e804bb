"""The portal's books after a fault, for the ledger: nothing lost, nothing doubled, nothing left half done.

They are read past the models, and none of the constraints is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.faults import case_books, group_books, money_books

MOST_SHOWN = 5  # of one kind
SUBMITTED = "SELECT uuid FROM registration_application WHERE state <> 'draft' AND submitted_on IS NOT NULL"

#: What mustn't be there twice: its name, and the rows that have something in common.
TWICE = {
    "open application": """
        SELECT candidate_id, work_type_id, level FROM registration_application
        WHERE state IN ('prelim', 'review', 'returned', 'approved', 'confirmed', 'scheduled')
        GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "application number": "SELECT number FROM registration_application GROUP BY 1 HAVING count(*) > 1",
    "person": "SELECT id_index FROM registration_candidate GROUP BY 1 HAVING count(*) > 1",
    "seat of a person": "SELECT application_id, subject FROM scheduling_seat GROUP BY 1, 2 HAVING count(*) > 1",
    "place": "SELECT sitting_id, number FROM scheduling_seat GROUP BY 1, 2 HAVING count(*) > 1",
    "batch": "SELECT offering_id, window_id FROM scheduling_batch GROUP BY 1, 2 HAVING count(*) > 1",
    "live order line": "SELECT application_id FROM fees_orderline WHERE live GROUP BY 1 HAVING count(*) > 1",
    "ticket in force": """
        SELECT application_id FROM scheduling_admissionticket WHERE withdrawn_at IS NULL
        GROUP BY 1 HAVING count(*) > 1""",
    "ticket number": "SELECT number FROM scheduling_admissionticket GROUP BY 1 HAVING count(*) > 1",
    "message key": "SELECT key FROM core_outboxmessage GROUP BY 1 HAVING count(*) > 1",
    "message": """
        SELECT recipient_id, channel, subject, body FROM core_outboxmessage WHERE recipient_id IS NOT NULL
        GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
    "credit of a sitting": """
        SELECT application_id, subject FROM registration_credit WHERE application_id IS NOT NULL
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "open offer": """
        SELECT application_id FROM registration_reinstatement WHERE accepted_at IS NULL
        GROUP BY 1 HAVING count(*) > 1""",
    "recorded certificate": """
        SELECT number FROM registration_heldcertificate WHERE recorded GROUP BY 1 HAVING count(*) > 1""",
    "job of an event": "SELECT kind, key FROM core_job GROUP BY 1, 2 HAVING count(*) > 1",
    "roll-over": "SELECT application_id, from_window_id FROM registration_rollover GROUP BY 1, 2 HAVING count(*) > 1",
}

#: What can't be true together, and the rows of which it is.
AMISS = {
    "session whose size isn't the number of its people": """
        SELECT s.id, s.size FROM scheduling_examsession s
        LEFT JOIN scheduling_sitting t ON t.session_id = s.id LEFT JOIN scheduling_seat p ON p.sitting_id = t.id
        WHERE s.state <> 'cancelled' GROUP BY 1, 2 HAVING count(DISTINCT p.application_id) <> s.size""",
    "confirmed person of a judged batch without a seat in a subject": """
        SELECT a.id, wanted.subject FROM registration_application a
        JOIN scheduling_batch b ON b.offering_id = a.offering_id AND b.window_id = a.window_id
        CROSS JOIN LATERAL unnest(a.subjects) AS wanted (subject)
        WHERE b.state IN ('planned', 'published') AND a.state IN ('confirmed', 'scheduled', 'completed')
        AND NOT EXISTS (
            SELECT FROM scheduling_seat p WHERE p.application_id = a.id AND p.subject = wanted.subject)""",
    "seat in the session of another batch": """
        SELECT p.id FROM scheduling_seat p JOIN scheduling_sitting t ON t.id = p.sitting_id
        JOIN scheduling_examsession s ON s.id = t.session_id JOIN scheduling_batch b ON b.id = s.batch_id
        JOIN registration_application a ON a.id = p.application_id
        WHERE (a.offering_id, a.window_id) IS DISTINCT FROM (b.offering_id, b.window_id)""",
    "session of a batch that isn't planned": """
        SELECT s.id FROM scheduling_examsession s JOIN scheduling_batch b ON b.id = s.batch_id
        WHERE s.state <> 'cancelled' AND b.state NOT IN ('planned', 'published')""",
    "person left behind in a batch that rolled over": """
        SELECT a.id FROM registration_application a
        JOIN scheduling_batch b ON b.offering_id = a.offering_id AND b.window_id = a.window_id
        WHERE b.state = 'rolled_over' AND a.state = 'confirmed'""",
    "person of a batch that goes ahead who wasn't told": """
        SELECT a.id FROM registration_application a
        JOIN scheduling_batch b ON b.offering_id = a.offering_id AND b.window_id = a.window_id
        WHERE b.went_ahead_at IS NOT NULL AND a.state IN ('confirmed', 'scheduled', 'completed') AND NOT EXISTS (
            SELECT FROM core_outboxmessage m WHERE m.key LIKE '%going-ahead:' || b.id || ':' || a.id || ':portal:%')""",
    "paid order whose application isn't confirmed": """
        SELECT o.id FROM fees_order o JOIN fees_orderline l ON l.order_id = o.id AND l.live
        JOIN registration_application a ON a.id = l.application_id WHERE o.state = 'paid' AND a.state = 'approved'""",
    "order whose lines don't add up": """
        SELECT o.id FROM fees_order o LEFT JOIN fees_orderline l ON l.order_id = o.id
        GROUP BY o.id HAVING coalesce(sum(l.amount), 0) <> o.amount""",
    "person in an unpaid order who doesn't wait to pay": """
        SELECT l.id FROM fees_orderline l JOIN fees_order o ON o.id = l.order_id
        JOIN registration_application a ON a.id = l.application_id
        WHERE l.live AND (o.state = 'open') <> (a.state = 'approved')""",
    "credit whose standing isn't what its causes say": """
        SELECT id FROM registration_credit
        WHERE (withdrawn_on IS NULL) <> (unearned_by = '' AND withdrawn_for = '{}')""",
    "handed-in resit that sits what it has passed, or has nothing passed": """
        SELECT a.id FROM registration_application a
        LEFT JOIN registration_application_credits r ON r.application_id = a.id
        LEFT JOIN registration_credit c ON c.id = r.credit_id
        WHERE a.kind = 'resit' AND a.submitted_on IS NOT NULL
        AND (c.id IS NULL OR c.subject = ANY (a.subjects))""",
    "new application that relies on credits": """
        SELECT a.id FROM registration_application a
        JOIN registration_application_credits r ON r.application_id = a.id WHERE a.kind = 'new'""",
    "open application handed in under a ban": """
        SELECT a.id FROM registration_application a JOIN registration_ban b ON b.candidate_id = a.candidate_id
        WHERE a.state IN ('prelim', 'review', 'returned', 'approved', 'confirmed', 'scheduled')
        AND b.lifted_on IS NULL AND a.submitted_on > b.starts_on AND a.submitted_on <= b.ends_on""",
    "application whose history ends elsewhere": """
        SELECT a.id, a.state FROM registration_application a JOIN LATERAL (
            SELECT to_state FROM registration_applicationlog WHERE subject_id = a.id ORDER BY id DESC LIMIT 1
        ) last ON true WHERE last.to_state <> a.state""",
    "event that wasn't handled": "SELECT id, kind FROM core_event WHERE handled_at IS NULL",
    "confirmation without its one job": """
        SELECT e.id FROM core_event e LEFT JOIN core_job j ON j.key = 'scheduling.check_threshold:event:' || e.id
        WHERE e.kind = 'registration.confirmed' GROUP BY 1 HAVING count(j.id) <> 1""",
    "job that isn't done": "SELECT id, kind, state, last_error FROM core_job WHERE state <> 'done'",
    "message with a placeholder that nothing was filled in for": """
        SELECT id, kind FROM core_outboxmessage WHERE kind <> '' AND subject || body ~ '[{][^{}]*[}]'""",
    "message that didn't leave": "SELECT id, state, last_error FROM core_outboxmessage WHERE state <> 'sent'",
    "counter that isn't at the last number, or a gap": """
        SELECT c.name, c.value, count(a.id), max(right(a.number, 7)::int) FROM core_counter c
        LEFT JOIN registration_application a ON a.number LIKE 'SQ' || right(c.name, 4) || '%'
        WHERE c.name LIKE 'application:%' GROUP BY 1, 2
        HAVING count(a.id) <> c.value OR max(right(a.number, 7)::int) <> c.value""",
}


def problems(told: Sequence[str] = ()) -> Iterator[str]:
    """Everything that a fault may not leave behind; `told` are applications whose submission was acknowledged."""
    for name, question in (TWICE | group_books.TWICE | case_books.TWICE | money_books.TWICE).items():
        yield from (f"twice: {name} {row}" for row in _ask(question)[:MOST_SHOWN])
    for name, question in (AMISS | group_books.AMISS | case_books.AMISS | money_books.AMISS).items():
        yield from (f"{name}: {row}" for row in _ask(question)[:MOST_SHOWN])
    there = {str(uuid) for (uuid,) in _ask(SUBMITTED)}
    yield from (f"submitted and lost: {uuid}" for uuid in told if uuid not in there)
    yield from money_books.pages(_ask)
    yield from _files()
    yield from _chain()


def _files() -> Iterator[str]:
    """Every row has its file with its hash, and after the collection no file is without a row."""
    from django.conf import settings

    from skilleval.core import files, orphans
    from skilleval.core.models import StoredFile

    orphans.collect_orphans(unclaimed_seconds=-1)  # as if a day later
    known = set()
    for stored in StoredFile.objects.all():
        path = files.path_of(stored)
        known.add(path)
        if not path.exists():
            yield f"file {stored.pk} has no content"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != stored.sha256:
            yield f"file {stored.pk} isn't what was stored"
    strays = {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()} - known
    yield from (f"file without a row: {path.name}" for path in sorted(strays))


def _chain() -> Iterator[str]:
    from skilleval.core import seal

    try:
        seal.seal_pending()
        seal.verify()
    except seal.Broken as broken:
        yield f"the audit chain is broken: {broken}"


def _ask(question: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())
