"""The whole portal of the fault tests: crowds made in it, processes slowed, killed and frozen, its books checked."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.portal import Portal
from tests.waiting import until

#: A statement that writes to a table takes this long, so that a fault can meet it half way.
SLOW = """
CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$;
CREATE TRIGGER take_time AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION take_time();
SELECT 1
"""
OVER = "UPDATE {table} SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL RETURNING id"
LEFT_TO_DO = """
SELECT (SELECT count(*) FROM core_event WHERE handled_at IS NULL)
    + (SELECT count(*) FROM core_job WHERE state IN ('queued', 'running'))
    + (SELECT count(*) FROM core_outboxmessage WHERE state = 'queued')
"""


class Town(Portal):
    """A portal without demo people, but with whatever crowd a test needs."""

    def crowd(self, kind: str, *numbers: int, module: str = "tests.faults.crowd") -> dict[str, Any]:
        """Make people (tests.faults.crowd); what a test has to know of them."""
        made: dict[str, Any] = json.loads(self.run("-m", module, kind, *map(str, numbers)))
        return made

    def slow_down(self, table: str, seconds: float = 1.0) -> None:
        """Let each statement that writes to a table take its time."""
        self.query(SLOW.format(table=table, seconds=seconds))

    def speed_up(self) -> None:
        self.query("DROP FUNCTION take_time CASCADE; SELECT 1")

    def asleep_in(self, table: str) -> list[int]:
        """The database's processes that are half way through a slow statement of a table."""
        question = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event = 'PgSleep' AND query ~ %s"
        return [int(str(pid)) for (pid,) in self.query(question, self.name, f"(INTO|COPY).*{table}")]

    def one(self, question: str, *values: object) -> Any:
        """The first value of the first row."""
        return self.query(question, *values)[0][0]

    def let_leases_run_out(self) -> None:
        """Some minutes later: whoever held a lease and doesn't say anything has lost it."""
        for holder in ("core_job", "core_outboxmessage"):
            self.query(OVER.format(table=holder))

    def rest(self) -> None:
        """Wait until nothing is left to do: no event, no job, no message."""
        until(lambda: not self.one(LEFT_TO_DO), "the end of all work")

    def wrong(self, *told: str) -> list[str]:
        """What the ledger finds wrong; `told` are the applications somebody was told are submitted."""
        return self.run("-m", "tests.faults.ledger", *told).splitlines()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def freeze(self, name: str = "worker") -> subprocess.Popen[bytes]:
        """Stop a process and its children where they are, for `wake` and `end`; another may be started beside it."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGSTOP)
        return process

    def stop_all(self) -> None:
        for name in list(self.processes):
            self.kill(name)


def wake(frozen: subprocess.Popen[bytes]) -> None:
    os.killpg(frozen.pid, signal.SIGCONT)


def end(frozen: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(frozen.pid, signal.SIGKILL)
    frozen.wait()


class Visitor:
    """Somebody who is logged in, sends forms, and follows no redirect."""

    SECRET = "a" * 32  # the token of a form is good if the cookie says the same

    def __init__(self, portal: Portal, session: str) -> None:
        self.port = portal.port
        self.cookies = f"sessionid={session}; csrftoken={self.SECRET}"

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """The answer's status and where it leads; 0 when there was none."""
        body = urlencode(fields | {"csrfmiddlewaretoken": self.SECRET})
        return self._ask("POST", path, body)

    def upload(self, path: str, field: str, name: str, content: bytes) -> tuple[int, str]:
        """Send a form with one file."""
        token = (
            f'--{self.SECRET}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{self.SECRET}\r\n'
        )
        file = f'--{self.SECRET}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        body = f"{token}{file}".encode() + content + f"\r\n--{self.SECRET}--\r\n".encode()
        return self._ask("POST", path, body, f"multipart/form-data; boundary={self.SECRET}")

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, None)

    def _ask(
        self, method: str, path: str, body: str | bytes | None, kind: str = "application/x-www-form-urlencoded"
    ) -> tuple[int, str]:
        headers = {"Cookie": self.cookies, "Content-Type": kind}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode(errors="replace")
        except (OSError, HTTPException):
            return 0, ""
        finally:
            connection.close()
        return answer.status, answer.headers.get("Location") or re.sub(r"\s+", " ", page)


def built(name: str, folder: Path, **servers: Any) -> Town:
    """A town that is ready; the caller closes it."""
    town = Town(name, folder, **servers)
    try:
        town.migrate()
    except BaseException:
        town.close()
        raise
    return town
