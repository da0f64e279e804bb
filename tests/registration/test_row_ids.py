"""行标识: a returned workbook's lines find their rows, and what was changed where shows."""

from __future__ import annotations

from uuid import UUID

import pytest

from registration.rosters.row_ids import RowId, digest, parse, row_id

ROW = UUID(int=7)
CELLS = {"name": "样本甲", "id_number": "310101199005200016", "major": ""}


def test_a_row_id_names_its_row_and_what_it_said() -> None:
    assert parse(row_id(ROW, CELLS)) == RowId(ROW, digest(CELLS))


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (CELLS, True),
        ({"id_number": "310101199005200016", "name": "样本甲"}, True),  # another order, an empty cell left out
        (CELLS | {"major": "计算机"}, False),
        (CELLS | {"name": "样本乙"}, False),
    ],
)
def test_the_digest_tells_whether_the_cells_are_the_same(now: dict[str, str], same: bool) -> None:
    found = parse(f" {row_id(ROW, CELLS)} ")
    assert found is not None
    assert found.describes(now) is same


@pytest.mark.parametrize("text", ["", str(ROW), f"{ROW}#", "#abc", "样本甲", f"x{ROW}#abc"])
def test_other_words_are_no_row_id(text: str) -> None:
    assert parse(text) is None


def test_nobody_reads_the_cells_out_of_it() -> None:
    assert CELLS["id_number"] not in row_id(ROW, CELLS)
