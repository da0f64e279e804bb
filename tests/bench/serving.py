"""The portal as it is served, two gunicorn workers on this run's database, and a crowd that presses at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

from django.conf import settings

TOKEN = "s" * 32
PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """What came back to one press, after how many seconds."""

    status: int
    seconds: float


def environment() -> dict[str, str]:
    """For another process on this run's database and files."""
    database = settings.DATABASES["default"]
    url = f"postgres://{database['USER']}@{quote(str(database['HOST']), safe='')}/{database['NAME']}"
    return os.environ | {"DATABASE_URL": url, "MEDIA_ROOT": str(settings.MEDIA_ROOT)}


@contextmanager
def served(application: str = "skilleval.wsgi", *, ready: str = "/") -> Iterator[int]:
    """Serve a WSGI application on this run's database; the port. `ready` is a page that says it is there."""
    port = _free_port()
    own = environment() | {"CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "gunicorn", application, "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=own, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}{ready}")
            yield port
        finally:
            server.terminate()
            server.wait()


def press(port: int, address: str, session: str, **fields: str) -> Answer:
    """One form sent by somebody who is logged in, over a connection of their own."""
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    began, connection = time.perf_counter(), HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", address, urlencode(fields | {"csrfmiddlewaretoken": TOKEN}), headers)
        answer = connection.getresponse()
        answer.read()
        return Answer(answer.status, time.perf_counter() - began)
    except OSError:
        return Answer(0, time.perf_counter() - began)
    finally:
        connection.close()


def all_at_once(port: int, presses: Sequence[tuple[str, str]], at_once: int, **fields: str) -> list[Answer]:
    """The addresses pressed by their sessions, so many at a time as long as there are any."""
    with ThreadPoolExecutor(at_once) as crowd:
        return list(crowd.map(lambda one: press(port, *one, **fields), presses))


def quantile(answers: Sequence[Answer], share: float) -> float:
    """The milliseconds within which a share of the answers came."""
    ordered = sorted(answer.seconds for answer in answers)
    return round(1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(page: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError), urllib.request.urlopen(page, timeout=10):  # noqa: S310 (our own)
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"{page} doesn't answer")
        time.sleep(0.1)
