"""Waiting for what other processes do: until it is true, not for a time."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], what: str = "it", seconds: float = 40) -> None:
    """Look again and again; fail when it isn't true long after the slowest machine would be done."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} never came true"
        time.sleep(0.05)
