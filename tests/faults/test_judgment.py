"""Workers that die or freeze while a window is judged and its people are told: nobody unseated, nobody told twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from tests.faults.town import Town, built, end, wake
from tests.waiting import until

SEATS = "scheduling_seat"
MESSAGES = "core_outboxmessage"
JUDGED = "SELECT count(*) FROM scheduling_batch WHERE offering_id = ANY (%s) AND judged_at IS NOT NULL"


@pytest.fixture(scope="module")
def one_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with closing(built("judgment", tmp_path_factory.mktemp("judgment"))) as town:
        yield town


@pytest.fixture
def town(one_town: Town) -> Iterator[Town]:
    """No process runs before a test and after it; what they had to say is shown when it fails."""
    (one_town.folder / "worker.log").write_bytes(b"")
    yield one_town
    one_town.stop_all()
    print(one_town.log("worker")[-6000:])


def seats(town: Town, offerings: list[int]) -> int:
    return int(
        town.one(
            "SELECT count(*) FROM scheduling_seat s JOIN registration_application a ON a.id = s.application_id"
            " WHERE a.offering_id = ANY (%s)",
            offerings,
        )
    )


def told(town: Town, offering: int) -> int:
    """How often people of an offering were told in the portal that they sit."""
    return int(
        town.one(
            "SELECT count(*) FROM core_outboxmessage m JOIN registration_candidate c ON c.user_id = m.recipient_id"
            " JOIN registration_application a ON a.candidate_id = c.id"
            " WHERE a.offering_id = %s AND m.channel = 'portal' AND m.subject = '您申报的批次已成班'",
            offering,
        )
    )


def test_the_worker_killed_twice_in_mid_judgment(town: Town) -> None:
    first = town.crowd("judged", 301, 90, 12)["offerings"]
    second = town.crowd("judged", 60)["offerings"]
    town.slow_down(SEATS)
    town.start("worker")
    until(lambda: town.asleep_in(SEATS), "the first judgment under way")
    town.kill("worker")
    until(lambda: not town.asleep_in(SEATS), "the dead one's transaction gone")
    assert (town.one(JUDGED, first), seats(town, first)) == (0, 0)
    town.start("worker")
    until(lambda: town.one(JUDGED, first) == 3 and town.asleep_in(SEATS), "the second judgment under way")
    town.kill("worker")
    until(lambda: not town.asleep_in(SEATS), "the dead one's transaction gone")
    assert (seats(town, first), seats(town, second)) == (2 * 391, 0)
    town.speed_up()
    town.let_leases_run_out()
    town.start("worker")
    until(lambda: town.one(JUDGED, first + second) == 4, "everything judged")
    town.rest()
    assert (seats(town, first), seats(town, second)) == (2 * 391, 2 * 60)
    moved = "SELECT count(*) FROM registration_rollover r JOIN registration_application a ON a.id = r.application_id"
    assert town.one(f"{moved} WHERE a.offering_id = %s", first[2]) == 12
    assert town.wrong() == []


def test_the_worker_killed_while_it_tells_everybody(town: Town) -> None:
    made = town.crowd("announced", 450)
    town.slow_down(MESSAGES)
    town.start("worker")
    until(lambda: 0 < told(town, made["offerings"][0]) < 450 and town.asleep_in(MESSAGES), "the second chunk under way")
    town.kill("worker")
    until(lambda: not town.asleep_in(MESSAGES), "the dead one's transaction gone")
    assert told(town, made["offerings"][0]) == 200  # what was committed stays, what wasn't is gone
    town.speed_up()
    town.let_leases_run_out()
    town.start("worker")
    town.rest()
    assert told(town, made["offerings"][0]) == 450
    assert town.wrong() == []


def test_the_worker_frozen_in_mid_judgment(town: Town) -> None:
    """Another one judges once the server has cut the silent transaction, as it does after a minute."""
    offerings = town.crowd("judged", 120)["offerings"]
    town.slow_down(SEATS)
    town.start("worker")
    until(lambda: town.asleep_in(SEATS), "the judgment under way")
    (silent,) = town.asleep_in(SEATS)
    frozen = town.freeze()
    try:
        town.query("SELECT pg_terminate_backend(%s)", silent)
        until(lambda: not town.asleep_in(SEATS), "the silent transaction cut")
        town.speed_up()
        town.let_leases_run_out()
        town.start("worker")
        until(lambda: town.one(JUDGED, offerings) == 1, "judged by the other")
        wake(frozen)
        until(lambda: "server closed the connection" in town.log("worker"), "the sleeper noticing")
        town.rest()
    finally:
        end(frozen)
    assert seats(town, offerings) == 2 * 120
    assert town.wrong() == []


@pytest.mark.parametrize("guarded", [True, False])
def test_a_sleeper_whose_lease_was_taken_commits_nothing(town: Town, guarded: bool) -> None:
    """The message keys of the first round are put aside, so that the lease alone keeps the sleeper from telling again.

    Unguarded is the negative control: the sleeper finds its own lease in the row, and everybody is told twice.
    """
    made = town.crowd("announced", 60)
    job, offering = made["job"], made["offerings"][0]
    with closing(psycopg2.connect(dbname=town.name, **town.server())) as barrier:
        barrier.cursor().execute("LOCK TABLE registration_application IN ACCESS EXCLUSIVE MODE")
        town.start("worker")
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
        until(lambda: town.one(waits, town.name), "the worker at the barrier")
        frozen = town.freeze()
    try:
        token = town.one("SELECT lease_token::text FROM core_job WHERE id = %s AND state = 'running'", job)
        town.let_leases_run_out()
        town.start("worker")
        town.rest()
        assert told(town, offering) == 60
        town.kill("worker")
        aside = "UPDATE core_outboxmessage SET key = 'first:' || key WHERE key LIKE %s RETURNING id"
        assert len(town.query(aside, f"going-ahead:{made['batch']}:%:portal:%")) == 60
        if not guarded:
            town.query(
                "UPDATE core_job SET state = 'running', lease_token = %s, leased_until = now() + interval '1 minute',"
                " finished_at = NULL WHERE id = %s RETURNING id",
                token,
                job,
            )
        wake(frozen)
        if guarded:
            until(lambda: "another worker has it now" in town.log("worker"), "the sleeper sent away")
            assert told(town, offering) == 60
            town.query("UPDATE core_outboxmessage SET key = substr(key, 7) WHERE left(key, 6) = 'first:' RETURNING id")
        else:
            until(lambda: told(town, offering) == 120, "everybody told twice")
            assert [line for line in town.wrong() if line.startswith("twice: message (")]
            town.query("DELETE FROM core_outboxmessage WHERE left(key, 6) = 'first:' RETURNING id")
        assert town.wrong() == []
    finally:
        end(frozen)


def test_an_event_whose_ring_was_lost_is_found(town: Town) -> None:
    """Killed between commit and ring: the row is there, and nobody was told."""
    town.start("worker")
    there = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    until(lambda: town.one(there, town.name), "a worker")
    made = town.crowd("gathering", 30)
    someone = town.one("SELECT min(id) FROM registration_application WHERE offering_id = %s", made["offerings"][0])
    event = town.one(
        "INSERT INTO core_event (kind, object_id, key, at) VALUES ('registration.confirmed', %s, %s, now())"
        " RETURNING id",
        someone,
        f"lost:{someone}",
    )
    job = "SELECT count(*) FROM core_job WHERE key = %s AND state = 'done'"
    until(lambda: town.one(job, f"scheduling.check_threshold:event:{event}"), "the job of the event")
    town.rest()
    assert told(town, made["offerings"][0]) == 30
    assert town.wrong() == []
