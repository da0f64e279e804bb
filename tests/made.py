"""What several tests need alike, made once in a run: by whichever process comes first; the others find it there."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
FOLDER = Path(tempfile.gettempdir(), f"made.{RUN}")


@contextmanager
def once(what: str) -> Iterator[tuple[Path, bool]]:
    """The folder of what is made under this name, nobody else's for the moment, and whether it is there already.

    Who fails or is killed while making it leaves no word that it is done: the next one begins anew.
    """
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    folder, done = FOLDER / what, FOLDER / f"{what}.done"
    with (FOLDER / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = done.exists()
        if not there:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        yield folder, there
        done.touch()
