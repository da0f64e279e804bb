"""Two at once: calls that start together in threads with a connection each, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection, transaction

from tests.waiting import until


def run_together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time; the results in their order, an exception where one was raised."""
    outcomes: list[Any] = [None] * len(calls)
    barrier = Barrier(len(calls), timeout=20)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            outcomes[index] = call()
        except Exception as error:
            outcomes[index] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def behind(first: Callable[[], Any], second: Callable[[], Any], then: Callable[[], Any] = lambda: None) -> Any:
    """Do `first`, `then` something more once `second`, begun after it, waits for its locks, and only then commit.

    Returns what came of `second`.
    """
    outcomes: list[Any] = []

    def run() -> None:
        try:
            outcomes.append(second())
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        until(lambda: outcomes or _somebody_waits(), "the wait for the lock")
        then()
    thread.join(timeout=60)
    return outcomes[0]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return cursor.fetchone() is not None
