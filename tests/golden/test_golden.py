"""Every case of every pack, against the functions the portal itself uses. GOLDEN_CASES=DIR runs other packs."""

import pytest

from tests.golden.packs_on_disk import Case, folder, read
from tests.golden.runner import run

CASES = read(folder())


def test_the_folder_has_packs() -> None:
    assert CASES, f"no packs in {folder()}"


@pytest.mark.django_db
@pytest.mark.usefixtures("notices")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    run(case)
