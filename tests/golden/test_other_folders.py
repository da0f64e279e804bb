"""The golden tests as one would run them on another folder: they answer its packs, and fail where they should."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.golden import made_packs
from tests.golden.packs_on_disk import read

pytestmark = pytest.mark.usefixtures("django_db_setup")
ROOT = Path(__file__).parents[2]


def pytest_on(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run them on this process's test database, which nobody else uses meanwhile: what they write they undo."""
    command = [sys.executable, "-m", "pytest", "tests/golden/test_golden.py", "-q", "--reuse-db"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["TEST_DB"] = settings.DATABASES["default"]["TEST"]["NAME"]
    environment["GOLDEN_CASES"] = str(directory)
    return subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_another_folder_is_run_instead_and_its_faults_are_found(tmp_path: Path) -> None:
    made_packs.write(tmp_path, 7)
    sound = len(read(tmp_path))
    wrong = {"pack": "id_numbers", "cases": [{"id": "wrong", "id_number": "", "expect": []}]}
    unknown = {"pack": "weather", "cases": [{"id": "sun", "expect": 1}]}
    (tmp_path / "wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
    (tmp_path / "unknown.json").write_text(json.dumps(unknown), encoding="utf-8")
    done = pytest_on(tmp_path)
    assert done.returncode == 1
    assert f"2 failed, {sound + 1} passed" in done.stdout
    assert "no adapter for the pack 'weather'" in done.stdout


def test_an_empty_folder_fails(tmp_path: Path) -> None:
    done = pytest_on(tmp_path)
    assert done.returncode == 1
    assert "no packs in" in done.stdout
