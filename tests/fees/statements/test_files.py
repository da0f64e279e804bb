"""Banks' files of every kind: each becomes what the corpus says, and nothing is guessed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fees.statements.columns import missing
from fees.statements.movements import Movement
from fees.statements.sheet import open_sheet
from skilleval.core.errors import Refused
from skilleval.core.spreadsheets import read_rows
from tests.fees.statements.bank_files import FILES, OWN, TODAY

MOST_LINES = 20_000


@pytest.mark.parametrize("name", FILES)
def test_a_file_becomes_what_it_should(name: str, tmp_path: Path) -> None:
    content, expected = FILES[name]
    path = tmp_path / "statement"
    path.write_bytes(content)
    if isinstance(expected, str):
        with pytest.raises(Refused, match=expected):
            read(path)
        return
    found = read(path)
    assert len(found) == len(expected)
    for told, wanted in zip(found, expected, strict=True):
        assert fits(told, wanted), (told, wanted)


def read(path: Path) -> list[Any]:
    """The movements of a file, or what a person has to say of its columns first."""
    sheet = open_sheet(read_rows(path, max_rows=MOST_LINES))
    sheet.check_titles(OWN)
    if told := missing(sheet.guessed, [row.cells for row in sheet.rows]):
        return told[:1]
    return sheet.movements(sheet.guessed, own=OWN, today=TODAY)


def fits(told: Any, wanted: Any) -> bool:
    if isinstance(wanted, str):
        return wanted in (told.fault if isinstance(told, Movement) else told)
    return not told.fault and (told.amount, told.payer) == (Decimal(wanted[0]), wanted[1])
