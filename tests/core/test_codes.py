"""QR codes made by XOR are the ones that segno draws, bit for bit."""

from __future__ import annotations

import segno
from hypothesis import given, settings, strategies as st

from skilleval.core.codes import QUIET, Bitmap, code_of
from skilleval.core.pdf import FIXED_MASK


def as_segno_draws(text: str) -> list[list[bool]]:
    matrix = segno.make(text.encode(), micro=False, error="m", boost_error=False, mask=FIXED_MASK, mode="byte").matrix
    return [[bool(module) for module in row] for row in matrix]


def dark(code: Bitmap) -> list[list[bool]]:
    """The modules within the quiet zone; what is around them is light."""
    wide = (code.side + 7) // 8
    rows = [f"{int.from_bytes(code.content[at : at + wide], 'big'):0{wide * 8}b}" for at in _starts(code, wide)]
    inner = [row[QUIET : code.side - QUIET] for row in rows[QUIET : code.side - QUIET]]
    assert sum(row.count("0") for row in rows) == sum(row.count("0") for row in inner)
    return [[bit == "0" for bit in row] for row in inner]


def _starts(code: Bitmap, wide: int) -> range:
    return range(0, code.side * wide, wide)


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=90))
def test_every_text_has_the_code_that_segno_draws(text: str) -> None:
    assert dark(code_of(text)) == as_segno_draws(text)


@settings(deadline=None, max_examples=20)  # the first of a length is drawn bit by bit
@given(st.uuids(), st.uuids())
def test_addresses_of_one_length_too(one: object, other: object) -> None:
    for uuid in (one, other):
        address = f"https://pingjia.example.com/tickets/{uuid}/check/"
        assert dark(code_of(address)) == as_segno_draws(address)
