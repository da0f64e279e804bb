"""A city's people judged, batched and seated while everything falls over at random: exactly one seat each, no gaps.

The seed is printed; ``SEED=… ./run test --long tests/faults/test_city.py`` does the same faults in the same order.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from services import Postgres, Redis

from tests.faults.test_stopped_servers import command
from tests.faults.town import LEFT_TO_DO, Town, built
from tests.portal import ROOT
from tests.waiting import until

CROWD, MORE = "tests.faults.city_crowd", 202
UNJUDGED = "SELECT count(*) FROM scheduling_batch WHERE judged_at IS NULL AND judge_on < current_date"
SEATS = "SELECT count(*), count(DISTINCT (application_id, subject)) FROM scheduling_seat"
#: Numbers within a sitting begin at 1 and leave none out.
GAPS = "SELECT sitting_id FROM scheduling_seat GROUP BY 1 HAVING max(number) <> count(*) OR min(number) <> 1"
PATIENCE = 300  # seconds; two cores have to seat and tell thousands


class Chaos:
    """Faults at random in a town whose processes are started again, as systemd would."""

    def __init__(self, town: Town, redis: Redis, seed: int) -> None:
        self.town, self.redis, self.random = town, redis, random.Random(seed)
        self.faults: tuple[Callable[[], None], ...] = (
            self.child_killed,
            self.worker_killed,
            self.database_stopped,
            self.redis_flushed,
            self.redis_restarted_empty,
        )
        self.met: dict[str, int] = {}

    def strike(self) -> None:
        """One fault, and whatever died is started again."""
        fault = self.random.choice(self.faults)
        fault()
        self.met[fault.__name__] = self.met.get(fault.__name__, 0) + 1
        if self.town.processes["worker"].poll() is not None:
            self.town.processes.pop("worker")
            self.town.start("worker")
        self.town.let_leases_run_out()

    def wait(self) -> None:
        time.sleep(self.random.uniform(0.2, 1.5))

    def child_killed(self) -> None:
        boss = self.town.processes["worker"].pid
        found = subprocess.run(["pgrep", "-P", str(boss)], capture_output=True, text=True, check=False)
        for child in found.stdout.split():
            os.kill(int(child), signal.SIGKILL)

    def worker_killed(self) -> None:
        self.town.kill("worker")
        self.town.start("worker")

    def database_stopped(self) -> None:
        assert self.town.postgres
        self.town.postgres.stop("immediate")
        self.town.postgres.start()

    def redis_flushed(self) -> None:
        command(self.redis, "flushall")

    def redis_restarted_empty(self) -> None:
        self.redis.stop(signal.SIGKILL)
        self.redis.start()


@pytest.fixture
def town() -> Iterator[Town]:
    """A town on servers of its own, with Celery's worker and two beats in a hurry."""
    folder = Path(tempfile.mkdtemp(prefix="skilleval-city.", dir="/tmp"))
    folder.chmod(0o711)
    postgres, redis = Postgres(folder / "pg", durable=True), Redis(folder / "redis")
    ringers: list[subprocess.Popen[bytes]] = []
    try:
        postgres.start()
        redis.start()
        with closing(built("city", folder, postgres=postgres, redis=redis)) as town:
            with (folder / "ringers.log").open("ab") as log:
                beat = [sys.executable, "-m", "tests.faults.ringer"]
                ringers += [
                    subprocess.Popen(beat, cwd=ROOT, env=town.environment, stdout=log, stderr=log) for _ in range(2)
                ]
            yield town
            town.stop_all()
            print(town.log("worker")[-6000:], town.log("ringers")[-1000:])
    finally:
        for ringer in ringers:
            ringer.kill()
            ringer.wait()
        redis.stop(signal.SIGKILL)
        postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("people", "faults"), [(202, 4), pytest.param(5_252, 30, marks=[pytest.mark.long, pytest.mark.timeout(3600)])]
)
def test_a_city_is_seated_while_everything_falls_over(town: Town, people: int, faults: int) -> None:
    """More people come as long as faults are left, so that each meets work under way."""
    assert town.redis
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    print(f"SEED={seed}")
    chaos = Chaos(town, town.redis, seed)
    made = [town.crowd(str(people), module=CROWD)]
    town.slow_down("scheduling_seat", 0.3)
    town.start("worker")
    for _ in range(faults):
        if not town.one(UNJUDGED):
            made.append(town.crowd(str(MORE), module=CROWD))
        chaos.wait()
        chaos.strike()
    town.speed_up()
    print(chaos.met, made)
    until(lambda: not town.one(UNJUDGED), "everybody judged", seconds=PATIENCE)
    until(lambda: not town.one(LEFT_TO_DO), "everybody told", seconds=PATIENCE)
    seated, rolled = (sum(crowd[name] for crowd in made) for name in ("seated", "rolled"))
    assert town.query(SEATS) == [(2 * seated, 2 * seated)]
    assert town.query(GAPS) == []
    assert town.one("SELECT count(*) FROM registration_rollover") == rolled
    assert town.wrong() == []
