"""A portal of its own for the fault tests: private PostgreSQL and Redis, and real workers as processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from django.conf import settings
from services import Postgres, Redis

from tests.waiting import until


class Portal:
    """Servers, workers and the questions a test asks them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = Postgres(folder / "pg", durable=True)
        self.redis = Redis(folder / "redis")
        self.log = folder / "workers.log"
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        here = {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "MEDIA_ROOT": str(self.folder / "media"),
        }
        return os.environ | here | {"DEMO": "1", "PYTHONWARNINGS": "ignore"}

    def run(self, *arguments: str) -> str:
        """Run a Python program in the portal's environment and return what it prints."""
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A Celery worker with two children."""
        return self._start("worker", "-n", f"{uuid4().hex}@here", "-c", "2", "--without-gossip", "--without-mingle")

    def start_beat(self) -> subprocess.Popen[bytes]:
        """The clock that has the workers look for work."""
        return self._start("beat", "-s", str(self.folder / f"beat.{uuid4().hex}"))

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of Celery in a group of its own, with the tally loaded."""
        command = [sys.executable, "-m", "celery", "-A", "tests.faults.celery_app:app", *arguments, "-l", "INFO"]
        return self._spawn(command)

    def _spawn(self, command: Any) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=self.environment, start_new_session=True, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def restart_dead(self) -> None:
        """Do what systemd does with a process that ended (Restart=always)."""
        for process in [process for process in self.processes if process.poll() is not None]:
            self.processes.remove(process)
            self._spawn(process.args)

    def stop_processes(self) -> None:
        for process in self.processes:
            signal_group(process, signal.SIGCONT)
            signal_group(process, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def ask(self, question: str, *values: Any) -> Any:
        """The first value of a query's first row."""
        with closing(psycopg2.connect(f"host={self.postgres.sockets} user=portal dbname=portal")) as link:
            link.autocommit = True
            cursor = link.cursor()
            cursor.execute(question, values)
            return (cursor.fetchone() or [None])[0] if cursor.description else None

    def _is_quiet(self) -> bool:
        self.restart_dead()
        return not self.ask("SELECT count(*) FROM core_event WHERE handled_at IS NULL")

    def tally(self, total: int = 60) -> int:
        """Commit a tally without ringing: the process that wrote it died before it could."""
        return int(
            self.ask(
                "INSERT INTO core_job (kind, key, payload, state, run_after, attempts, last_error, progress_done,"
                " progress_total, created_at) VALUES ('faults.tally', %s, %s, 'queued', now(), 0, '', 0, 0, now())"
                " RETURNING id",
                uuid4().hex,
                json.dumps({"total": total}),
            )
        )

    def progress(self, job: int) -> int:
        return int(self.ask("SELECT progress_done FROM core_job WHERE id = %s", job))

    def under_way(self, job: int, done: int = 5) -> None:
        until(lambda: self.progress(job) >= done, f"tally {job} under way")

    def finished(self, job: int) -> None:
        until(lambda: self._is_done(job), f"tally {job} done")

    def _is_done(self, job: int) -> bool:
        self.restart_dead()
        return bool(self.ask("SELECT state FROM core_job WHERE id = %s", job) == "done")

    def ledger(self) -> list[str]:
        """What the shared check finds wrong, once events are dispatched."""
        until(self._is_quiet, "dispatch")
        return self.run("-m", "tests.faults.ledger").splitlines()


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal a worker with all its children."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


@pytest.fixture(scope="module")
def servers() -> Iterator[Portal]:
    folder = Path(tempfile.mkdtemp(prefix="skilleval-faults.", dir="/tmp"))
    folder.chmod(0o711)
    portal = Portal(folder)
    try:
        portal.postgres.start()
        portal.redis.start()
        portal.run("manage.py", "migrate", "-v", "0")
        yield portal
    finally:
        portal.stop_processes()
        portal.redis.stop()
        portal.postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def portal(servers: Portal) -> Iterator[Portal]:
    """Empty tables, a beat, and the workers that a test starts; what they had to say is shown when it fails."""
    servers.log.write_bytes(b"")
    servers.ask("TRUNCATE core_job, core_event, core_counter")
    servers.start_beat()
    yield servers
    servers.stop_processes()
    print(servers.log.read_text()[-5000:])
