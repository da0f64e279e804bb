"""What every test may rely on; `./run test` provides the servers, keys and fonts through the environment."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Playwright

BROWSER = "/usr/bin/chromium"
BROWSER_ARGUMENTS = [
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in set(long)]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's chromium; Playwright downloads none. Its loop runs in this thread, which Django must put up with."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return {"executable_path": BROWSER, "args": BROWSER_ARGUMENTS, "headless": True}


@pytest.fixture(scope="session")
def playwright(playwright: Playwright) -> Iterator[Playwright]:
    """While Playwright's loop runs, Django has other connections in this thread: nobody would close them later."""
    yield playwright
    connections.close_all()


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """An empty folder for a private server (`services.Postgres`, `services.Redis`): sockets need a short path."""
    folder = Path(tempfile.mkdtemp(prefix="skilleval-own.", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
