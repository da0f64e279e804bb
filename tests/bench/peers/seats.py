"""The limit of seating: binary COPY of the ready seats into the same table, with the same constraints."""

import io

from django.db import connection, transaction

from scheduling.services.guard import check_now

COLUMNS = "sitting_id, application_id, candidate_id, subject, number, during, live"
READ = f"COPY (SELECT {COLUMNS} FROM scheduling_seat ORDER BY id) TO STDOUT (FORMAT binary)"  # noqa: S608
WRITE = f"COPY scheduling_seat ({COLUMNS}) FROM STDIN (FORMAT binary)"


def ready_seats() -> io.BytesIO:
    """The seats as they stand, in PostgreSQL's own binary form."""
    ready = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(READ, ready)
    return ready


def copy_seats(ready: io.BytesIO) -> None:
    """Write them back in one transaction; deferred constraints are checked at its end, by index, as ours are."""
    ready.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # one statement, whatever the size
        cursor.copy_expert(WRITE, ready)
        check_now()
