"""Places of a room: what its plan says as text, and which there are to sit on (SPEC 7.5, 7.6).

A plan is a grid, a line for each row from the front, a letter for each spot from the left: 座 a seat, 无 an accessible
one, 停 one that is out of use, ＿ (or a space) where nobody sits. Only spots side by side are neighbours, so that an
aisle parts them. Numbers go with the table they are stuck on: a changed plan keeps those that stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from scheduling.enums import PlaceKind

MOST_ROWS = 40
MOST_COLUMNS = 40
COMMON_COLUMNS = 6  # a proposal for a plan that isn't drawn yet
AISLE = "＿"
LETTERS: dict[str, str] = {"座": PlaceKind.USABLE, "无": PlaceKind.ACCESSIBLE, "停": PlaceKind.BLOCKED}
LETTER_OF = {kind: letter for letter, kind in LETTERS.items()}
#: What people type for an aisle, its own letter among it.
BLANKS = frozenset({AISLE, "_", " ", "\u3000"})


@dataclass(frozen=True, slots=True)
class Place:
    """A numbered place that somebody can sit on. Rows count from the front, columns from the left, both from 1."""

    number: int
    row: int
    column: int
    accessible: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a plan, out of use or not; `number` is 0 until it has one."""

    row: int
    column: int
    kind: str
    number: int = 0


class UnreadableError(ValueError):
    """A plan that can't be read; it says in Chinese which line and what to do."""


def in_a_row(places: int) -> tuple[Place, ...]:
    """So many places in one row, numbered from 1: a room without a plan, or its stations."""
    return tuple(Place(number, 1, number) for number in range(1, places + 1))


def read(text: str) -> tuple[Spot, ...]:
    """The spots of a plan written as text, row by row, without numbers yet.

    Empty lines before and after it don't count, nor columns on the left in which no row has a spot. Raises
    UnreadableError for another letter, too many rows or columns, and a plan without a place that can be used.
    """
    rows = _without_margins(text.replace("\r\n", "\n").split("\n"))
    if len(rows) > MOST_ROWS:
        raise UnreadableError(f"座位图最多 {MOST_ROWS} 排，现有 {len(rows)} 排，请分成两个考场")
    spots = [spot for number, row in enumerate(rows, start=1) for spot in _spots(number, row)]
    if not usable(spots):
        raise UnreadableError("座位图里没有可用的座位，请至少标一个“座”或“无”")
    left = min(spot.column for spot in spots) - 1
    return tuple(replace(spot, column=spot.column - left) for spot in spots)


def block(places: int, columns: int) -> str:
    """So many usable places as text, in rows of `columns`: to begin a plan with."""
    full, rest = divmod(places, columns)
    return "\n".join(["座" * columns] * full + ["座" * rest] * bool(rest))


def write(spots: Iterable[Spot]) -> str:
    """The plan as text, in a form that `read` reads back alike."""
    rows = grid(spots)
    return "\n".join("".join(LETTER_OF[spot.kind] if spot else AISLE for spot in row).rstrip(AISLE) for row in rows)


def grid(spots: Iterable[Spot]) -> list[list[Spot | None]]:
    """The plan as rows of equal length; None where nobody sits."""
    at = {(spot.row, spot.column): spot for spot in spots}
    rows, columns = (max((place[side] for place in at), default=0) for side in (0, 1))
    return [[at.get((row, column)) for column in range(1, columns + 1)] for row in range(1, rows + 1)]


def usable(spots: Iterable[Spot]) -> int:
    """How many places of a plan people can sit on."""
    return sum(spot.kind != PlaceKind.BLOCKED for spot in spots)


def numbered(spots: Sequence[Spot], before: Sequence[Spot] = ()) -> tuple[Spot, ...]:
    """A plan with its numbers: row by row from 1, or those of the plan `before`, so that labels stay right.

    Where every row has as many spots as it had, an aisle was moved and the rows keep their numbers in order; otherwise
    a spot keeps its number where it stands, and what is new is numbered on from the highest.
    """
    if before and _widths(before) == _widths(spots):
        pairs = zip(_in_order(spots), _in_order(before), strict=True)
        return tuple(replace(spot, number=old.number) for spot, old in pairs)
    kept = {(spot.row, spot.column): spot.number for spot in before}
    new = count(max(kept.values(), default=0) + 1)
    return tuple(replace(spot, number=kept.get((spot.row, spot.column)) or next(new)) for spot in _in_order(spots))


def _without_margins(lines: list[str]) -> list[str]:
    filled = [index for index, line in enumerate(lines) if set(line) - BLANKS]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _spots(row: int, line: str) -> Iterator[Spot]:
    for column, letter in enumerate(line, start=1):
        if letter in BLANKS:
            continue
        if letter not in LETTERS:
            raise UnreadableError(f"座位图第 {row} 排有不认识的“{letter}”，只能用 座、无、停，空位和过道用 ＿")
        if column > MOST_COLUMNS:
            raise UnreadableError(f"座位图第 {row} 排超过 {MOST_COLUMNS} 列，请分成两个考场")
        yield Spot(row, column, LETTERS[letter])


def _in_order(spots: Iterable[Spot]) -> list[Spot]:
    return sorted(spots, key=lambda spot: (spot.row, spot.column))


def _widths(spots: Iterable[Spot]) -> Counter[int]:
    return Counter(spot.row for spot in spots)
