"""PostgreSQL and Redis stopped under a whole portal: what somebody was told is saved is saved, and work goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from services import Postgres, Redis

from tests.faults.town import Town, Visitor, built, end, wake
from tests.waiting import until

AT_ONCE = 6
WRITERS = """
SELECT pid FROM pg_stat_activity WHERE backend_type IN ('walwriter', 'background writer', 'checkpointer')
"""
EVENT = "SELECT handled_at IS NOT NULL FROM core_event WHERE object_id = %s AND kind = 'registration.confirmed'"
BATCH = "SELECT state FROM scheduling_batch WHERE offering_id = %s"


@pytest.fixture(scope="module")
def own_town() -> Iterator[Town]:
    """A town on servers of its own, which may be stopped; they need a short path."""
    folder = Path(tempfile.mkdtemp(prefix="skilleval-town.", dir="/tmp"))
    folder.chmod(0o711)
    postgres = Postgres(folder / "pg", durable=True)
    try:
        postgres.start()
        with closing(built("town", folder, postgres=postgres)) as town:
            yield town
    finally:
        postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def town(own_town: Town) -> Iterator[Town]:
    """No process runs before a test and after it; what they had to say is shown when it fails."""
    for name in ("web", "worker"):
        (own_town.folder / f"{name}.log").write_bytes(b"")
    yield own_town
    own_town.stop_all()
    print(own_town.log("worker")[-3000:], own_town.log("web")[-3000:])


@pytest.fixture
def redis(town: Town) -> Iterator[Redis]:
    """The town's doorbell; its worker is Celery's."""
    bell = Redis(town.folder / "redis")
    bell.start()
    town.redis = bell
    yield bell
    town.stop_all()
    bell.stop(signal.SIGKILL)
    town.redis = None


def submit(town: Town, draft: dict[str, Any]) -> bool:
    """Whether the candidate was told that the application is submitted: sent on to its page."""
    page = f"/applications/{draft['uuid']}/"
    return Visitor(town, draft["session"]).post(f"{page}submit/") == (302, page)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def test_the_database_stopped_at_once_while_candidates_submit(town: Town) -> None:
    """Nothing is started again but the database: web and worker find their way back by themselves."""
    assert town.postgres
    drafts = town.crowd("drafts", 14)["drafts"]
    town.slow_down("registration_applicationlog", 0.2)
    town.start()
    acknowledged: list[str] = []

    def try_once(draft: dict[str, Any]) -> None:
        if submit(town, draft):
            acknowledged.append(draft["uuid"])

    with ThreadPoolExecutor(AT_ONCE) as candidates:
        done = [candidates.submit(try_once, draft) for draft in drafts]
        until(lambda: len(acknowledged) >= 4, "the first submitted")
        town.postgres.stop("immediate")
        for each in done:
            each.result()
    before = list(acknowledged)
    assert len(before) < len(drafts), "the fault came too late to meet anybody"
    town.postgres.start()
    assert [line for line in town.wrong(*before) if "lost" in line] == []
    for draft in drafts:
        if draft["uuid"] not in before:
            try_once(draft)
    assert sorted(acknowledged) == sorted(draft["uuid"] for draft in drafts)
    town.speed_up()
    town.rest()
    assert town.wrong(*acknowledged) == []
    assert all(process.poll() is None for process in town.processes.values())


def test_the_database_stopped_at_once_while_officers_upload(town: Town) -> None:
    """Who was led on to the progress has a roster; everybody else uploads once more, and nobody has two."""
    assert town.postgres
    groups = [town.crowd("opened", module="tests.faults.group_crowd") for _ in range(AT_ONCE)]
    roster = "姓名,证件号码,手机号码,申报条件\n样本甲,310101199005200013,13900000001,4.1\n".encode()
    town.slow_down("registration_roster", 0.3)
    town.start()
    acknowledged: list[int] = []

    def try_once(group: dict[str, Any]) -> None:
        page = f"/groups/{group['uuid']}/files/"
        if Visitor(town, group["session"]).upload(f"{page}rosters/", "uploads", "名册.csv", roster)[0] == 302:
            acknowledged.append(group["group"])

    with ThreadPoolExecutor(AT_ONCE) as officers:
        done = [officers.submit(try_once, group) for group in groups]
        until(lambda: acknowledged, "the first uploaded")
        town.postgres.stop("immediate")
        for each in done:
            each.result()
    before = list(acknowledged)
    assert len(before) < len(groups), "the fault came too late to meet anybody"
    town.postgres.start()
    kept = "SELECT count(*) FROM registration_roster WHERE group_id = ANY (%s)"
    assert town.one(kept, before) == len(before)
    for group in groups:
        if group["group"] not in before:
            try_once(group)
    town.speed_up()
    town.let_leases_run_out()
    town.rest()
    whole = [group["group"] for group in groups]
    assert sorted(acknowledged) == sorted(whole)
    assert town.one(kept, whole) == len(whole)
    assert town.one("SELECT count(*) FROM registration_rosterrow WHERE group_id = ANY (%s)", whole) == len(whole)
    assert town.wrong() == []


def _restart(postgres: Postgres) -> None:
    postgres.stop("immediate")
    postgres.start()


@contextmanager
def hasty(postgres: Postgres) -> Iterator[None]:
    """The server answers before it has written, and its writers sleep until it is stopped."""
    postgres.sql("ALTER SYSTEM SET synchronous_commit = 'off'")
    _restart(postgres)
    for pid in postgres.sql(WRITERS).split():
        os.kill(int(pid), signal.SIGSTOP)
    try:
        yield
    finally:
        postgres.sql("ALTER SYSTEM RESET synchronous_commit")
        _restart(postgres)


def test_without_durable_commits_the_same_loses_what_was_acknowledged(town: Town) -> None:
    """The negative control: a server that answers before it has written."""
    assert town.postgres
    (draft,) = town.crowd("drafts", 1)["drafts"]
    with hasty(town.postgres):
        town.start("web")
        assert submit(town, draft)
        _restart(town.postgres)
        assert f"submitted and lost: {draft['uuid']}" in town.wrong(draft["uuid"])
    assert submit(town, draft)
    town.start("worker")
    town.rest()
    assert town.wrong(draft["uuid"]) == []


def test_without_the_database_pages_say_so_and_the_way_out(town: Town) -> None:
    assert town.postgres
    town.start("web")
    town.postgres.stop("immediate")
    stranger = Visitor(town, "")
    status, page = stranger.get("/")
    town.postgres.start()
    assert (status >= 500, "请稍后再试" in page) == (True, True), page
    assert [stranger.get("/")[0] for _ in range(6)] == [200] * 6


# --- Redis ------------------------------------------------------------------------------------------------------------


def confirm(town: Town, made: dict[str, Any]) -> tuple[int, str]:
    """Finance books the payment of the thirtieth."""
    form = {"value_on": made["today"], "amount": "400.00", "key": f"form-{made['order']}"}
    return Visitor(town, made["session"]).post(f"/admin/fees/order/{made['order']}/change/", **form)


def sweep(town: Town) -> None:
    """What the beat does every minute."""
    town.run("-m", "celery", "-A", "skilleval.celery", "call", "core.sweep")


def went_ahead(town: Town, made: dict[str, Any]) -> bool:
    return bool(town.one(BATCH, made["offerings"][0]) == "going_ahead")


def test_the_thirtieth_confirmation_rings_for_celery(town: Town, redis: Redis) -> None:
    made = town.crowd("thirtieth")
    town.start()
    assert confirm(town, made)[0] == 302
    until(lambda: went_ahead(town, made), "the batch going ahead")
    town.rest()
    assert town.wrong() == []


@pytest.mark.parametrize("fault", ["away", "full", "flushed"])
def test_a_confirmation_whose_ring_is_lost_is_found_by_the_sweep(town: Town, redis: Redis, fault: str) -> None:
    made = town.crowd("thirtieth")
    town.start()
    until(lambda: "ready." in town.log("worker"), "Celery's worker ready")
    frozen = town.freeze()
    try:
        if fault == "flushed":
            end(frozen)  # one that waits would be handed the ring before the queue is flushed
        if fault == "away":
            redis.stop(signal.SIGKILL)
        if fault == "full":
            command(redis, "config", "set", "maxmemory", "1")
        assert confirm(town, made)[0] == 302
        if fault == "flushed":
            assert command(redis, "llen", "celery") == "1"
            command(redis, "flushall")
            town.start("worker")
        else:
            wake(frozen)
        assert (town.one(EVENT, made["application"]), went_ahead(town, made)) == (False, False)
        if fault == "away":
            redis.start()
        if fault == "full":
            command(redis, "config", "set", "maxmemory", "0")
        sweep(town)
        until(lambda: went_ahead(town, made), "the batch going ahead")
        town.rest()
        assert town.wrong() == []
    finally:
        end(frozen)


def test_people_log_in_while_redis_is_away(town: Town, redis: Redis) -> None:
    """Limits are counted in it, and nobody is locked out for that."""
    town.crowd("thirtieth")
    town.start("web")
    redis.stop(signal.SIGKILL)
    stranger = Visitor(town, "")
    assert [stranger.get(path)[0] for path in ("/", "/accounts/login/")] == [200, 200]
    status, page = stranger.post("/accounts/login/", login="nobody@example.test", password="not the password")
    assert (status, "密码" in page) == (200, True)


def command(redis: Redis, *words: str) -> str:
    done = subprocess.run(["redis-cli", "-s", str(redis.socket), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()
