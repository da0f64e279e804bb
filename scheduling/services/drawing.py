"""Drawing confirmed people into sessions and seats: set-based, reproducible from the recorded seed (SPEC 7.3, 7.6).

`draw` locks the people of some batches and puts them, shuffled, into a temporary table; `seat` deals them out over the
planned sittings with one INSERT … SELECT. Both belong to one transaction.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from registration.enums import ApplicationState
from skilleval.core.db import assert_in_transaction

SEEDS = """
UPDATE scheduling_batch SET seed = given.seed
FROM unnest(%s::bigint[], %s::bigint[]) AS given (batch_id, seed) WHERE id = given.batch_id
"""

# The locks keep a withdrawal out until the seats are committed. The order is anybody's to recompute: md5(seed:id).
DRAW = """
CREATE TEMPORARY TABLE scheduling_drawn ON COMMIT DROP AS
WITH people AS MATERIALIZED (
    SELECT b.id AS batch_id, b.seed, a.id AS application_id, a.candidate_id, a.subjects
    FROM scheduling_batch b
    JOIN registration_application a ON a.offering_id = b.offering_id AND a.window_id = b.window_id
    WHERE b.id = ANY (%s) AND a.state = %s
    ORDER BY a.id FOR NO KEY UPDATE OF a
)
SELECT batch_id, application_id, candidate_id, subjects,
    (row_number() OVER (PARTITION BY batch_id ORDER BY md5(seed || ':' || application_id)::uuid) - 1)::int AS place
FROM people
"""

SIT = """
INSERT INTO scheduling_sitting (session_id, subject, rotation, during, live)
SELECT session_id, subject, 1, tstzrange(starts, ends), false
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[]) AS plan (session_id, subject, starts, ends)
"""

SEAT = """
INSERT INTO scheduling_seat (sitting_id, application_id, candidate_id, subject, number, during, live)
SELECT s.id, d.application_id, d.candidate_id, s.subject, d.place - p.first + 1, s.during, false
FROM (
    SELECT batch_id, session_id, first, generate_series(first, first + size - 1) AS place
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) AS plan (batch_id, session_id, first, size)
) p
JOIN scheduling_drawn d ON d.batch_id = p.batch_id AND d.place = p.place
JOIN scheduling_sitting s ON s.session_id = p.session_id AND (s.subject = ANY (d.subjects) OR d.subjects = '{}')
"""

TWICE = """
SELECT candidate_id, batch_id, place FROM scheduling_drawn
WHERE candidate_id IN (SELECT candidate_id FROM scheduling_drawn GROUP BY candidate_id HAVING count(*) > 1)
ORDER BY candidate_id, batch_id, place
"""

ELSEWHERE = """
SELECT d.batch_id, d.place, lower(seat.during), upper(seat.during)
FROM scheduling_drawn d JOIN scheduling_seat seat ON seat.candidate_id = d.candidate_id AND seat.live
ORDER BY d.batch_id, d.place, seat.during
"""


@dataclass(frozen=True)
class Share:
    """The people a session takes: `size` of its batch's draw, from the place `first` (counted from 0) on."""

    batch_id: int
    session_id: int
    first: int
    size: int


def record_seeds(batch_ids: Sequence[int]) -> None:
    """Give each batch the number that decides its draw."""
    with connection.cursor() as cursor:
        cursor.execute(SEEDS, [list(batch_ids), [secrets.randbits(62) for _ in batch_ids]])


def draw(batch_ids: Sequence[int]) -> dict[int, int]:
    """Lock and shuffle the confirmed people of batches whose seeds are recorded; how many each batch has."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.scheduling_drawn")
        cursor.execute(DRAW, [list(batch_ids), ApplicationState.CONFIRMED])
        cursor.execute("ANALYZE scheduling_drawn")
        cursor.execute("SELECT batch_id, count(*) FROM scheduling_drawn GROUP BY batch_id")
        counted = dict(cursor.fetchall())
    return {batch_id: counted.get(batch_id, 0) for batch_id in batch_ids}


def drawn_twice() -> list[tuple[int, int, int]]:
    """Who stands in several of the batches drawn: (candidate's id, batch's id, place) each."""
    with connection.cursor() as cursor:
        cursor.execute(TWICE)
        return list(cursor.fetchall())


def seated_elsewhere() -> list[tuple[int, int, datetime, datetime]]:
    """When people drawn sit in published sessions: (batch's id, place, start, end) each."""
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE)
        return list(cursor.fetchall())


def sit(plan: Sequence[tuple[int, str, datetime, datetime]]) -> None:
    """Make the sittings of sessions, without a room yet: (session's id, subject, start, end) each."""
    with connection.cursor() as cursor:
        cursor.execute(SIT, [list(column) for column in zip(*plan, strict=True)])


def seat(shares: Sequence[Share]) -> int:
    """Seat the people drawn, each in every subject they sit, under the same number in all; returns the seats made."""
    columns = [[getattr(share, name) for share in shares] for name in ("batch_id", "session_id", "first", "size")]
    with connection.cursor() as cursor:
        cursor.execute(SEAT, columns)
        return int(cursor.rowcount)
