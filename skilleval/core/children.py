"""Programs that read hostile files: each in a child of its own, with limits, that may die without harm."""

import subprocess
from collections.abc import Sequence

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


class ChildFailed(Exception):
    """The child was stopped by a limit, crashed, or reported an error."""


def run(command: Sequence[str], *, megabytes: int = 512, seconds: int = 20) -> bytes:
    """What a program prints, run with little memory and time and none of our environment; raises ChildFailed."""
    limits = ("prlimit", f"--as={megabytes * 1024 * 1024}", f"--cpu={seconds}", "--core=0")
    try:
        finished = subprocess.run(
            [*limits, *command], capture_output=True, timeout=seconds * 2, env=ENVIRONMENT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed(f"{command[0]}: out of time") from error
    if finished.returncode:
        raise ChildFailed(f"{command[0]}: exit {finished.returncode}")
    return finished.stdout
