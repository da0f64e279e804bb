"""What every test may rely on; `./run test` provides the servers, keys and fonts through the environment."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

SLOW = ("flows", "faults", "ops", "golden")
MEET_SECONDS = 0.7  # below the lock time-out: whoever waits for a lock gets it when the other gives up meeting
BROWSER = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the long chaos and endurance tests")


def pytest_configure(config: pytest.Config) -> None:
    """Each parallel process has a Redis database of its own, as it has a PostgreSQL database of its own."""
    settings.PAGES_KEPT_SECONDS = 0  # every test sees its own rows
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    number = int(worker.removeprefix("gw"))
    if settings.REDIS_URL and number:
        settings.REDIS_URL = settings.REDIS_URL.replace("db=0", f"db={number}")
        settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL
        broker = settings.REDIS_URL.replace("unix://", "redis+socket://")
        settings.CELERY_BROKER_URL = broker.replace("?db=", "?virtual_host=")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    long = [item for item in items if item.get_closest_marker("long")]
    if long and not config.getoption("--long"):
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in set(long)]
    if "PYTEST_XDIST_WORKER" in os.environ:
        _begin_with_what_takes_long(items)


def _begin_with_what_takes_long(items: list[pytest.Item]) -> None:
    """Files of few, long tests first, each of these folders in turn, then by their size: nobody waits at the end."""
    sizes = Counter(item.path for item in items)
    turn = {path: n for folder in SLOW for n, path in enumerate(path for path in sizes if path.parent.name == folder)}
    last = len(sizes)  # a list that is being sorted looks empty: it can't be asked then
    items.sort(key=lambda item: (turn.get(item.path, last), -sizes[item.path]))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium, for a module's tests; Playwright downloads none.

    Its loop runs in this thread, which Django must put up with: meanwhile it has other connections here, which nobody
    would close later.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS) as opened:
        yield opened
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """An empty folder for a private server (`services.Postgres`, `services.Redis`): sockets need a short path."""
    folder = Path(tempfile.mkdtemp(prefix="skilleval-own.", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """Make a function wait until two threads are about to enter it, or for a moment where a guard keeps one out."""

    def patch(module: Any, name: str) -> None:
        original, barrier = getattr(module, name), Barrier(2)

        def waiting(*args: Any, **kwargs: Any) -> Any:
            with suppress(BrokenBarrierError):
                barrier.wait(MEET_SECONDS)
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, waiting)

    return patch
