"""Workers that die while they make files: each is there once in the end, whole, and nothing is left beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.faults.town import Town, built
from tests.waiting import until

FILES = "core_storedfile"
READY = """
SELECT count(*) FROM core_storedfile WHERE id IN (
    SELECT file_id FROM scheduling_ticketbundle WHERE state = 'ready' AND session_id = %s
    UNION SELECT file_id FROM scheduling_sheetbundle WHERE state = 'ready' AND session_id = %s)
"""
ASKED = """
SELECT (SELECT count(*) FROM scheduling_ticketbundle WHERE session_id = %s)
    + (SELECT count(*) FROM scheduling_sheetbundle WHERE session_id = %s)
"""


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """What its worker had to say is shown when a test fails."""
    with closing(built("files", tmp_path_factory.mktemp("files"))) as town:
        yield town
        town.stop_all()
        print(town.log("worker")[-6000:])


def test_the_worker_killed_twice_while_it_keeps_files(town: Town) -> None:
    session = town.crowd("ticketed", 30)["session"]
    town.slow_down(FILES)
    for _ in range(2):
        town.start("worker")
        until(lambda: town.asleep_in(FILES), "a file being kept")
        town.kill("worker")
        until(lambda: not town.asleep_in(FILES), "the dead one's transaction gone")
        assert town.one(READY, session, session) < 3
        town.let_leases_run_out()
    town.speed_up()
    town.start("worker")
    town.rest()
    assert town.one(READY, session, session) == town.one(ASKED, session, session) == 3
    assert town.one("SELECT count(*) FROM core_storedfile") == 3
    assert town.wrong() == []
