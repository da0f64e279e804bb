"""Files of their own for the tests of cases, and a clock that stands where a test needs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.discipline import making

Stands = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Stands:
    """Set the portal's clock, as often as a story goes on."""

    def stands(moment: datetime) -> None:
        monkeypatch.setattr("skilleval.core.clock.now", lambda: moment)

    stands(making.REPORTED)
    return stands
