"""Rosters checked and groups handed in by workers that die in the middle: every row once, everybody told once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.faults.town import Town, built, end, wake
from tests.waiting import until

ROWS, LOG = "registration_rosterrow", "registration_applicationlog"
PEOPLE = "SELECT count(*) FROM registration_rosterrow WHERE group_id = %s"
IN_REVIEW = "SELECT count(*) FROM registration_application WHERE group_id = %s AND state = 'review'"
TOLD = "SELECT count(*) FROM core_outboxmessage WHERE recipient_id IS NULL AND channel = 'sms'"


@pytest.fixture(scope="module")
def one_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with closing(built("groups", tmp_path_factory.mktemp("groups"))) as town:
        yield town


@pytest.fixture
def town(one_town: Town) -> Iterator[Town]:
    """No process runs before a test and after it; what they had to say is shown when it fails."""
    (one_town.folder / "worker.log").write_bytes(b"")
    yield one_town
    one_town.stop_all()
    print(one_town.log("worker")[-6000:])


def group(town: Town, kind: str, *numbers: int) -> dict[str, Any]:
    return town.crowd(kind, *numbers, module="tests.faults.group_crowd")


def test_the_worker_killed_twice_in_mid_check(town: Town) -> None:
    """A chunk that wasn't committed is gone, one that was stays, and the rest follows."""
    made = group(town, "uploaded", 1200)
    town.slow_down(ROWS)
    for kept in (0, 1000):
        town.start("worker")
        until(lambda kept=kept: town.one(PEOPLE, made["group"]) == kept and town.asleep_in(ROWS), "a chunk under way")
        town.kill("worker")
        until(lambda: not town.asleep_in(ROWS), "the dead one's transaction gone")
        assert town.one(PEOPLE, made["group"]) == kept
        town.let_leases_run_out()
    town.speed_up()
    town.start("worker")
    town.rest()
    assert town.one(PEOPLE, made["group"]) == 1200
    assert town.wrong() == []


def test_the_worker_frozen_in_mid_check(town: Town) -> None:
    """Another one reads the roster once the server has cut the silent transaction; the sleeper commits nothing."""
    made = group(town, "uploaded", 60)
    town.slow_down(ROWS)
    town.start("worker")
    until(lambda: town.asleep_in(ROWS), "the check under way")
    (silent,) = town.asleep_in(ROWS)
    frozen = town.freeze()
    try:
        town.query("SELECT pg_terminate_backend(%s)", silent)
        until(lambda: not town.asleep_in(ROWS), "the silent transaction cut")
        town.speed_up()
        town.let_leases_run_out()
        town.start("worker")
        until(lambda: town.one(PEOPLE, made["group"]) == 60, "checked by the other")
        wake(frozen)
        until(lambda: "OperationalError" in town.log("worker"), "the sleeper noticing")
        town.rest()
    finally:
        end(frozen)
    assert town.one(PEOPLE, made["group"]) == 60
    assert town.wrong() == []


def test_the_worker_killed_while_a_group_is_handed_in(town: Town) -> None:
    made = group(town, "handed_in", 250)
    before = town.one(TOLD)
    town.slow_down(LOG)
    town.start("worker")
    until(lambda: town.one(IN_REVIEW, made["group"]) == 200 and town.asleep_in(LOG), "the second chunk under way")
    town.kill("worker")
    until(lambda: not town.asleep_in(LOG), "the dead one's transaction gone")
    assert (town.one(IN_REVIEW, made["group"]), town.one(TOLD) - before) == (200, 200)
    town.speed_up()
    town.let_leases_run_out()
    town.start("worker")
    town.rest()
    assert (town.one(IN_REVIEW, made["group"]), town.one(TOLD) - before) == (250, 250)
    assert town.wrong() == []
