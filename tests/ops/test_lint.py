"""The checks of `./run lint` are part of the suite."""

import os
import subprocess

import pytest
import suite


@pytest.mark.parametrize("name", ["style", "format", "types", "templates", "migrations", "deployment"])
def test_check_passes(name: str) -> None:
    command, environment = suite.checks(dict(os.environ))[name]
    done = subprocess.run(command, cwd=suite.CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_check_is_left_out() -> None:
    assert set(suite.checks({})) == {"style", "format", "types", "templates", "migrations", "deployment"}
