"""How people and places are laid out on the papers of a room: side by side, on labels, in the plan (SPEC 14).

Pure: what is laid out is given, and given back unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TypeVar

from scheduling.layouts import Spot

T = TypeVar("T")

LABELS_ABREAST = 3
#: Places of a room without a plan stand so many abreast on paper, with nothing said of who is in front of whom.
ABREAST = 8
#: What a plan's rows share on paper, in millimetres, lying and upright, and how high one is at most.
LYING, UPRIGHT, HIGHEST = 98, 176, 22
LENGTHS = (6, 9, 13)  # a name of so many signs is set full, smaller, smallest


@dataclass(frozen=True)
class Plan:
    """A room's plan as its paper shows it."""

    rows: list[list[Spot | None]]
    lying: bool
    height: int  # of a row, in whole millimetres

    @property
    def aisles(self) -> list[bool]:
        """For each column, whether nobody sits in it: it is drawn narrow."""
        return [not any(column) for column in zip(*self.rows, strict=True)]


def abreast(items: Sequence[T], columns: int) -> list[list[T | None]]:
    """Rows of so many, filled row by row; the last one is filled up with None."""
    rows = [list(items[start : start + columns]) for start in range(0, len(items), columns)]
    return [[*row, *[None] * (columns - len(row))] for row in rows]


def side_by_side(items: Sequence[T], *, first: int, others: int) -> list[list[list[T | None]]]:
    """Pages of rows of two, read down the left half and then the right one.

    The first page has room for `first` rows, the others for `others`; a page that isn't full has equal halves.
    """
    pages, start, rows = list[list[list[T | None]]](), 0, first
    while start < len(items) or not pages:
        here = items[start : start + 2 * rows]
        half = -(-len(here) // 2)
        pages.append([[here[row], here[half + row] if half + row < len(here) else None] for row in range(half)])
        start, rows = start + 2 * rows, others
    return pages


def plan_of(rows: list[list[Spot | None]]) -> Plan:
    """A plan on the sheet that suits it: lying where it is wider than deep."""
    lying = max((len(row) for row in rows), default=0) >= len(rows)
    return Plan(rows, lying, min(HIGHEST, (LYING if lying else UPRIGHT) // max(len(rows), 1)))


def size_of(name: str) -> str:
    """The size a name is set in, as the stylesheet calls it: long ones smaller, so that nothing is cut off."""
    width = sum(1 if ord(sign) > 0xFF else 0.55 for sign in name)
    return f"n{next((step for step, most in enumerate(LENGTHS) if width <= most), len(LENGTHS))}"


def letters(names: Iterable[str]) -> dict[str, str]:
    """A letter for each institution, in the order given: A to Z, then AA and on."""
    return dict(zip(dict.fromkeys(names), _letters(), strict=False))


def _letters() -> Iterator[str]:
    yield from ascii_uppercase
    for first in ascii_uppercase:
        yield from (first + second for second in ascii_uppercase)
