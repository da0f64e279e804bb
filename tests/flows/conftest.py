"""A running portal and a browser page for the stories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal import Portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the real notices and the demo people, web and worker running."""
    folder: Path = tmp_path_factory.mktemp("portal")
    running = Portal("flow", folder)
    try:
        running.prepare()
        running.start()
        yield running
    finally:
        running.close()
