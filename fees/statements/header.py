"""Where the columns of a bank's file are named: beneath title lines, in one row or in two (SPEC 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from fees.statements.cells import Unreadable, amount_of, day_of
from fees.statements.columns import MEANINGS, bare_name, rank_of

#: Banks put a few lines above the columns, never a page.
SOUGHT_IN = 60
FEWEST = 3


@dataclass(frozen=True)
class Header:
    """The names of the columns, and in which of the rows the movements begin."""

    names: tuple[str, ...]
    begins: int

    @property
    def key(self) -> str:
        """The same for every file with the same columns."""
        return hashlib.sha256("\x1f".join(map(bare_name, self.names)).encode()).hexdigest()


def find_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """The row that names a day and an amount; else the last row of words above one with both. None: there is none."""
    sought = rows[:SOUGHT_IN]
    named = next((place for place, cells in enumerate(sought) if _names(cells)), None)
    if named is None:
        named = next((place for place in range(len(sought) - 1) if _stands_above(sought, place)), None)
    if named is None:
        return None
    names, begins = tuple(sought[named]), named + 1
    if begins < len(rows) and _goes_on(names, rows[begins]):
        names, begins = _joined(names, rows[begins]), begins + 1
    return Header(names, begins)


def is_header(cells: Sequence[str], header: Header) -> bool:
    """Whether a row names the columns again, as at the top of a printed page."""
    again = tuple(map(bare_name, cells))
    return again == tuple(map(bare_name, header.names))[: len(again)] and len(again) >= FEWEST


def _meanings(cells: Sequence[str]) -> set[str]:
    bare = [bare_name(cell) for cell in cells if cell]
    return {meaning for meaning in MEANINGS if any(rank_of(meaning, name) is not None for name in bare)}


def _names(cells: Sequence[str]) -> bool:
    found = _meanings(cells)
    filled = sum(map(bool, cells))
    return filled >= FEWEST and "value_on" in found and bool(found & {"incoming", "outgoing", "amount"})


def _stands_above(rows: Sequence[Sequence[str]], place: int) -> bool:
    """A row of words alone above one that holds a day and an amount."""
    words = [cell for cell in rows[place] if cell]
    return (
        len(words) >= FEWEST and not any(map(_day, words)) and not any(map(_number, words)) and _moves(rows[place + 1])
    )


def _moves(cells: Sequence[str]) -> bool:
    days = [cell for cell in cells if _day(cell)]
    return bool(days) and any(_number(cell) for cell in cells if cell not in days)


def _goes_on(names: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a second row names parts of a column above, such as 借方 and 贷方 beneath 发生额."""
    filled = [cell for cell in cells if cell]
    return (
        bool(filled)
        and not any(map(_day, filled))
        and not any(map(_number, filled))
        and bool(_meanings(cells) & {"incoming", "outgoing"})
        and not _meanings(names) >= {"incoming", "outgoing"}
    )


def _joined(names: Sequence[str], beneath: Sequence[str]) -> tuple[str, ...]:
    """Two rows in one: the lower name is the more exact one."""
    width = max(len(names), len(beneath))
    above, below = ((*row, *("",) * (width - len(row))) for row in (names, beneath))
    return tuple(under or over for over, under in zip(above, below, strict=True))


def _day(cell: str) -> bool:
    try:
        return day_of(cell) is not None
    except Unreadable:
        return False


def _number(cell: str) -> bool:
    try:
        return amount_of(cell) is not None
    except Unreadable:
        return False
