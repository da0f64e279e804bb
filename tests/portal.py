"""A whole portal for the stories and the faults: its own database, gunicorn and worker, as `./run demo` starts them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from urllib.parse import quote

import psycopg2
from django.conf import settings
from services import ROLE, Postgres, Redis

from tests.made import once

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds until a process has to be there


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Portal:
    """Started processes and a fresh database in the run's cluster; `close` removes both.

    A test that stops a server brings its own `postgres`. With a `redis` the worker is Celery's, as in production.
    """

    def __init__(
        self, name: str, folder: Path, *, postgres: Postgres | None = None, redis: Redis | None = None
    ) -> None:
        self.name, self.folder = f"{name}_{os.getpid()}", folder
        self.postgres, self.redis = postgres, redis
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.settings: dict[str, str] = {}  # otherwise than a demo's
        self.files = folder / "files"
        self.files.mkdir(mode=0o700, exist_ok=True)
        self._sql(f'CREATE DATABASE "{self.name}"')

    @property
    def environment(self) -> dict[str, str]:
        server = self.server()
        return os.environ | {
            "DATABASE_URL": f"postgres://{server['user']}@{quote(server['host'], safe='')}/{self.name}",
            "REDIS_URL": self.redis.url if self.redis else "",
            "DEMO": "1",
            "SECURE": "off",
            "STAFF_MFA": "off",
            "SITE_URL": self.url,
            "CSRF_TRUSTED_ORIGINS": self.url,
            "MEDIA_ROOT": str(self.files),
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end; its output."""
        return self.run("manage.py", *arguments)

    def run(self, *arguments: str) -> str:
        """Run a Python program in the portal's environment to its end; its output."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout.decode()}{done.stderr.decode()}"
        return done.stdout.decode()

    def prepare(self, on: date | None = None) -> None:
        """Migrate, load the notices, make the demo people, as of today or a later day."""
        today = date.today()  # noqa: DTZ011 (Django has set Shanghai's time)
        on = on or today
        self.become(f"demo_{today}_{on}", lambda: self._make_demo(on))

    def migrate(self) -> None:
        """The empty tables."""
        self.become("migrated", lambda: self._manage_all(["migrate", "-v", "0"], ["createcachetable"]))

    def _make_demo(self, on: date) -> None:
        self.migrate()
        self._manage_all(["load_notices"], ["run_due", "--on", on.isoformat()], ["make_demo"])

    def _manage_all(self, *commands: list[str]) -> None:
        for command in commands:
            self.manage(*command)

    def become(self, what: str, make: Callable[[], None]) -> None:
        """Make what has this name, unless a portal of this run did: then take a copy. An own server has no other's."""
        if self.postgres:
            make()
            return
        with once(what) as (made, there):
            if there:
                self._take_from(what, made)
            else:
                make()
                self._leave_at(what, made)

    def _leave_at(self, what: str, made: Path) -> None:
        self._copy_database(self.name, what)
        shutil.copytree(self.files, made / "files")
        (made / "url").write_text(self.url)

    def _take_from(self, what: str, made: Path) -> None:
        """Messages name the portal that wrote them, which is this one now."""
        self._copy_database(what, self.name)
        shutil.copytree(made / "files", self.files, dirs_exist_ok=True)
        written = (made / "url").read_text()
        self.query("UPDATE core_outboxmessage SET body = replace(body, %s, %s) RETURNING id", written, self.url)

    def _copy_database(self, source: str, target: str) -> None:
        """Nobody is connected to the source: the commands that filled it have ended."""
        self._sql(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        self._sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def start(self, *which: str) -> None:
        """Start `web`, `worker`, or both, and wait until the web answers."""
        commands = {
            "web": ["-m", "gunicorn", "skilleval.wsgi", "--workers", "2", "--bind", f"127.0.0.1:{self.port}"],
            "worker": ["-m", "celery", "-A", "skilleval.celery", "worker", "-c", "1", "-l", "INFO"]
            if self.redis
            else ["manage.py", "work"],
        }
        for name in which or commands:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, *commands[name]],
                    cwd=ROOT,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        self._wait_for_web()

    def kill(self, name: str) -> None:
        """kill -9 of a process and all its children."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """What the database holds, read past the portal."""
        with psycopg2.connect(dbname=self.name, **self.server()) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self._sql(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _wait_for_web(self) -> None:
        if "web" not in self.processes:
            return
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/", timeout=20) as page:  # noqa: S310 (our own)
                assert page.status == 200
                return
            assert time.monotonic() < deadline, (self.folder / "web.log").read_text()
            time.sleep(0.1)

    def server(self) -> dict[str, str]:
        """Where the database is, for a connection of the test's own."""
        if self.postgres:
            return {"host": str(self.postgres.sockets), "user": ROLE}
        database = settings.DATABASES["default"]
        return {"host": str(database["HOST"]), "user": str(database["USER"])}

    def _sql(self, statement: str) -> None:
        connection = psycopg2.connect(dbname="postgres", **self.server())
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()
