"""Feeds a case to the portal's own function and compares the whole answer."""

from tests.golden.adapters import ADAPTERS
from tests.golden.packs_on_disk import Case


def run(case: Case) -> None:
    """Fails with both answers shown, or because nothing here answers for the pack."""
    assert case.pack in ADAPTERS, f"no adapter for the pack {case.pack!r}"
    assert ADAPTERS[case.pack](case.inputs) == case.expect
