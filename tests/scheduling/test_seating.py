"""Seats by lot: as few neighbours of one institution as can be, accessible places first, repeatable (SPEC 7.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations

import pytest

from scheduling.layouts import Place
from scheduling.seat_search import EXACT
from scheduling.seating import Person, arrange, neighbours


def grid(rows: int, columns: int, accessible: Sequence[int] = (), without: Sequence[int] = ()) -> list[Place]:
    """A room of so many rows and columns, numbered row by row; some places accessible, some not there."""
    numbers = range(1, rows * columns + 1)
    return [
        Place(number, (number - 1) // columns + 1, (number - 1) % columns + 1, number in accessible)
        for number in numbers
        if number not in without
    ]


def from_institutions(*sizes: int, individuals: int = 0, needing: Sequence[int] = ()) -> list[Person]:
    """So many people of each institution, then individuals, with ids from 1; some need an accessible place."""
    institutions = [number for number, size in enumerate(sizes, start=1) for _ in range(size)]
    everybody = [*institutions, *[None] * individuals]
    return [Person(number, institution, number in needing) for number, institution in enumerate(everybody, start=1)]


def partitions(most: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Every way to make up at most `most` people of institutions that sent two or more; whoever is alone is free."""
    yield ()
    for size in range(min(most, largest), 1, -1):
        for rest in partitions(most - size, size):
            yield (size, *rest)


def fewest(places: Sequence[Place], sizes: Sequence[int]) -> int:
    """By trying every way: the fewest pairs side by side that people of one institution each can make."""
    spots = [(place.row, place.column) for place in places]

    @cache
    def pairs(chosen: frozenset[tuple[int, int]]) -> int:
        return sum((row, column + 1) in chosen for row, column in chosen) + sum(
            (row + 1, column) in chosen for row, column in chosen
        )

    def rest(free: frozenset[tuple[int, int]], left: tuple[int, ...]) -> int:
        if not left:
            return 0
        least = 99
        for chosen in combinations(sorted(free), left[0]):
            own = pairs(frozenset(chosen))
            if own < least:
                least = min(least, own + rest(free - set(chosen), left[1:]))
            if not least:
                break
        return least

    return rest(frozenset(spots), tuple(sizes))


SMALL_ROOMS = [(rows, columns) for rows in range(1, 4) for columns in range(rows, EXACT + 1) if rows * columns <= EXACT]


@pytest.mark.parametrize(("rows", "columns"), SMALL_ROOMS)
def test_no_mix_of_institutions_in_a_small_room_has_more_neighbours_than_it_must(rows: int, columns: int) -> None:
    places = grid(rows, columns)
    for sizes in partitions(len(places), len(places)):
        people = from_institutions(*sizes, individuals=(len(places) - sum(sizes)) // 2)
        drawn = arrange(places, people, f"{sizes}")
        assert drawn.neighbours == fewest(places, sizes), (sizes, drawn)
        assert drawn.neighbours == neighbours(places, people, drawn.seats)
