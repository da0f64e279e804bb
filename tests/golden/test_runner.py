"""The runner on other packs: it answers them all, and fails where it should."""

from pathlib import Path

import pytest

from tests.golden import made_packs
from tests.golden.adapters import ADAPTERS
from tests.golden.packs_on_disk import Case, read
from tests.golden.runner import run


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


def test_an_answer_with_more_than_expected_fails() -> None:
    case = {"level": 4, "subjects": ["theory"], "applies_on": "2026-01-01"}
    run(Case("resits", "whole", case, {"kind": "new", "sits": ["theory"]}))
    with pytest.raises(AssertionError):
        run(Case("resits", "part", case, {"kind": "new"}))
