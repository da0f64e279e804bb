"""The runner on other packs: it answers them all, and fails where it should."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.golden import made_packs
from tests.golden.adapters import ADAPTERS
from tests.golden.packs_on_disk import Case, read
from tests.golden.runner import run

ROOT = Path(__file__).parents[2]


def pytest_on(directory: Path) -> subprocess.CompletedProcess[str]:
    """The golden tests as one would run them on another folder, with a test database of their own."""
    command = [sys.executable, "-m", "pytest", "tests/golden/test_golden.py", "-q", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    worker = os.environ.get("PYTEST_XDIST_WORKER", "one")
    environment["TEST_DB"] = f"{settings.DATABASES['default']['TEST']['NAME']}_golden_{worker}"
    environment["GOLDEN_CASES"] = str(directory)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_every_pack_of_our_own_has_an_adapter_and_a_maker() -> None:
    packs = {case.pack for case in read(Path(__file__).parent / "packs")}
    assert packs == set(ADAPTERS) == set(made_packs.MAKERS)


@pytest.mark.django_db
@pytest.mark.usefixtures("notices")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fresh_packs_are_answered(tmp_path: Path, seed: int) -> None:
    made_packs.write(tmp_path, seed)
    cases = read(tmp_path)
    assert {case.pack for case in cases} == set(ADAPTERS)
    for case in cases:
        run(case)


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


def test_an_answer_with_more_than_expected_fails() -> None:
    case = {"level": 4, "subjects": ["theory"], "applies_on": "2026-01-01"}
    run(Case("resits", "whole", case, {"kind": "new", "sits": ["theory"]}))
    with pytest.raises(AssertionError):
        run(Case("resits", "part", case, {"kind": "new"}))
