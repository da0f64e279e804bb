"""Whatever dies, and whenever: the work is done, once."""

import os
import signal
import subprocess

import pytest

from tests.faults.conftest import Portal, signal_group
from tests.waiting import until


def children_of(worker: subprocess.Popen[bytes]) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=False)
    return [int(number) for number in listed.stdout.split()]


def test_a_commit_whose_ring_was_never_sent_is_found(portal: Portal) -> None:
    portal.start_worker()
    job = portal.tally(5)
    portal.finished(job)
    assert portal.ledger() == []


def test_a_child_killed_in_mid_batch(portal: Portal) -> None:
    worker = portal.start_worker()
    job = portal.tally()
    portal.under_way(job)
    for child in children_of(worker):
        os.kill(child, signal.SIGKILL)
    portal.finished(job)
    assert portal.ledger() == []


def test_the_whole_worker_killed_in_mid_batch(portal: Portal) -> None:
    worker = portal.start_worker()
    job = portal.tally()
    portal.under_way(job)
    signal_group(worker, signal.SIGKILL)
    portal.finished(job)
    assert portal.ledger() == []


def test_the_database_stopped_at_once_in_mid_batch(portal: Portal) -> None:
    portal.start_worker()
    job = portal.tally()
    portal.under_way(job)
    portal.postgres.stop("immediate")
    portal.postgres.start()
    portal.finished(job)
    assert portal.ledger() == []


def test_connections_cut_in_mid_batch(portal: Portal) -> None:
    portal.start_worker()
    job = portal.tally()
    for done in (5, 15, 25):
        portal.under_way(job, done)
        portal.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = 'portal' AND pid <> pg_backend_pid()"
        )
    portal.finished(job)
    assert portal.ledger() == []


def redis(portal: Portal, *command: str) -> None:
    subprocess.run(["redis-cli", "-s", str(portal.redis.socket), *command], check=True, capture_output=True)


@pytest.mark.parametrize("fault", ["flushed", "full", "restarted empty", "away for a while"])
def test_the_doorbell_lost(portal: Portal, fault: str) -> None:
    portal.start_worker()
    first = portal.tally()
    portal.under_way(first)
    if fault == "flushed":
        redis(portal, "flushall")
    elif fault == "full":
        redis(portal, "config", "set", "maxmemory", "1")
        portal.finished(first)
        redis(portal, "config", "set", "maxmemory", "0")
    else:
        portal.redis.stop(signal.SIGKILL)
        if fault == "away for a while":
            portal.finished(first)  # who is at work goes on without it
        portal.redis.start()
    second = portal.tally(5)
    portal.finished(first)
    portal.finished(second)
    assert portal.ledger() == []


def test_a_frozen_worker_that_wakes_up(portal: Portal) -> None:
    frozen = portal.start_worker()
    job = portal.tally()
    portal.under_way(job)
    signal_group(frozen, signal.SIGSTOP)
    stopped_at = portal.progress(job)
    portal.start_worker()
    until(lambda: portal.progress(job) > stopped_at + 3, "the other one at work")
    signal_group(frozen, signal.SIGCONT)
    portal.finished(job)
    assert portal.ledger() == []


def test_two_workers_and_two_beats(portal: Portal) -> None:
    portal.start_beat()
    portal.start_worker()
    portal.start_worker()
    jobs = [portal.tally(10) for _ in range(6)]
    for job in jobs:
        portal.finished(job)
    assert portal.ledger() == []
