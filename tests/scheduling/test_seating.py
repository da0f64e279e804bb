"""Seats by lot: as few neighbours of one institution as can be, accessible places first, repeatable (SPEC 7.6)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations
from random import Random
from time import process_time

import pytest

from scheduling import seat_search
from scheduling.layouts import Place
from scheduling.seat_search import EXACT
from scheduling.seating import Arrangement, Person, arrange, best_free, deal, neighbours, repeats, share_out


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


def test_the_search_for_larger_rooms_finds_the_fewest_in_small_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat_search, "EXACT", 0)
    places = grid(3, 4)
    for sizes in partitions(12, 12):
        assert arrange(places, from_institutions(*sizes), "3").neighbours == fewest(places, sizes), sizes


@pytest.mark.parametrize(
    ("places", "sizes"),
    [
        (grid(3, 4, without=[6, 7]), (5, 3)),  # round two that are out of use
        (grid(3, 4, without=[2, 6, 10]), (6, 2)),  # an aisle parts the room
        (grid(2, 6, without=[1, 12]), (4, 4, 2)),
        (grid(4, 4, without=[1, 4, 13, 16]), (7, 4)),
    ],
)
def test_nor_in_a_room_with_gaps(places: list[Place], sizes: tuple[int, ...]) -> None:
    assert arrange(places, from_institutions(*sizes), "7").neighbours == fewest(places, sizes)


def best_with_needs(places: Sequence[Place], people: Sequence[Person]) -> tuple[int, int]:
    """By trying every way: how many who need an accessible place can have one, and the fewest pairs that go with it."""
    everybody = [*people, *[Person(-number) for number in range(len(places) - len(people))]]
    kinds = Counter((person.institution, person.accessible) for person in everybody)
    ways = []

    def go_on(seated: tuple[tuple[int | None, bool], ...]) -> None:
        if len(seated) == len(places):
            served = sum(needs and place.accessible for (_, needs), place in zip(seated, places, strict=True))
            at = {(place.row, place.column): kind[0] for place, kind in zip(places, seated, strict=True)}
            pairs = sum(
                own is not None and at.get(spot) == own
                for (row, column), own in at.items()
                for spot in ((row, column + 1), (row + 1, column))
            )
            ways.append((-served, pairs))
            return
        for kind in [kind for kind, left in kinds.items() if left]:
            kinds[kind] -= 1
            go_on((*seated, kind))
            kinds[kind] += 1

    go_on(())
    served, pairs = min(ways)
    return -served, pairs


@pytest.mark.parametrize(
    ("accessible", "sizes", "individuals", "needing"),
    [
        ([1, 2], (4, 2), 0, [1, 2]),  # two of one institution need the two places side by side
        ([1, 2], (3, 3), 1, [1, 4]),
        ([1, 6], (3, 3), 2, [1, 2, 4]),  # more need one than there are
        ([1, 2, 3], (5,), 2, [7]),
        ([4, 5, 8], (2, 2, 2), 0, [1, 2, 3]),
        ([], (4, 2), 1, [1]),
    ],
)
def test_whoever_needs_an_accessible_place_comes_first_and_the_fewest_neighbours_after(
    accessible: list[int], sizes: tuple[int, ...], individuals: int, needing: list[int]
) -> None:
    places, people = grid(2, 4, accessible), from_institutions(*sizes, individuals=individuals, needing=needing)
    drawn = arrange(places, people, "11")
    served = sum(drawn.seats[person.id] in accessible for person in people if person.accessible)
    assert (served, drawn.neighbours) == best_with_needs(places, people)


def checked(places: Sequence[Place], people: Sequence[Person], seed: str) -> Arrangement:
    """A draw that holds what every draw has to hold."""
    drawn = arrange(places, people, seed)
    assert drawn == arrange(places, people, seed)
    assert set(drawn.seats) == {person.id for person in people}
    assert len(set(drawn.seats.values())) == len(people)
    assert set(drawn.seats.values()) <= {place.number for place in places}
    assert drawn.neighbours == neighbours(places, people, drawn.seats)
    accessible = {place.number for place in places if place.accessible}
    needing = [person.id for person in people if person.accessible]
    assert sum(drawn.seats[one] in accessible for one in needing) == min(len(needing), len(accessible))
    return drawn


@pytest.mark.parametrize("seed", range(40))
def test_in_larger_rooms_nobody_sits_beside_their_own_where_no_institution_is_more_than_half(seed: int) -> None:
    chance = Random(seed)
    rows, columns = chance.randint(4, 8), chance.randint(4, 10)
    left = rows * columns - chance.randint(0, 5)
    sizes: list[int] = []
    while left and len(sizes) < 8:
        sizes.append(min(left, chance.randint(1, rows * columns // 2)))
        left -= sizes[-1]
    people = from_institutions(*sizes, individuals=left)
    assert checked(grid(rows, columns), people, str(seed)).neighbours == 0


@pytest.mark.parametrize(
    ("sizes", "least"),
    [((60,), 104), ((50, 10), 64), ((45, 15), 44), ((33, 27), 7), ((31, 29), 2), ((30, 30), 0)],
)
def test_one_large_institution_sits_as_apart_as_the_room_lets_it(sizes: tuple[int, ...], least: int) -> None:
    """Six rows of ten: each of the others parts four pairs at most, on the edge three, in a corner two."""
    assert checked(grid(6, 10), from_institutions(*sizes), "5").neighbours == least


@pytest.mark.parametrize("seed", range(5))
def test_needs_cost_no_more_neighbours_than_they_must(seed: int) -> None:
    """Three of the largest institution on four accessible places in a row: two of them sit side by side."""
    people = from_institutions(30, 20, individuals=10, needing=[1, 2, 3])
    assert checked(grid(6, 10, accessible=[1, 2, 3, 4]), people, str(seed)).neighbours == 1


@pytest.mark.parametrize("seed", range(20))
def test_needs_hold_in_larger_rooms_too(seed: int) -> None:
    chance = Random(seed)
    people = from_institutions(20, 15, individuals=10, needing=chance.sample(range(1, 46), seed % 8))
    checked(grid(5, 10, accessible=chance.sample(range(1, 51), 4)), people, str(seed))


def test_another_seed_is_another_draw() -> None:
    places, people = grid(5, 6), from_institutions(10, 10, individuals=10)
    assert len({tuple(sorted(arrange(places, people, str(seed)).seats.items())) for seed in range(20)}) == 20


def test_places_stay_empty_from_the_end_unless_that_makes_neighbours() -> None:
    assert set(arrange(grid(5, 6), from_institutions(individuals=20), "1").seats.values()) == set(range(1, 21))
    assert set(arrange(grid(1, 5), from_institutions(3), "1").seats.values()) == {1, 3, 5}


def test_accessible_places_are_left_to_those_who_need_them() -> None:
    drawn = arrange(grid(2, 5, accessible=[1, 2]), from_institutions(individuals=6, needing=[4]), "1")
    assert len({1, 2} & set(drawn.seats.values())) == 1
    assert drawn.seats[4] in {1, 2}


def test_more_people_than_places_are_refused() -> None:
    with pytest.raises(ValueError, match="3 people don't fit on 2"):
        arrange(grid(1, 2), from_institutions(3), "1")
    with pytest.raises(ValueError, match="don't fit"):
        share_out([grid(1, 2), grid(1, 1)], from_institutions(4), "1")
    assert arrange([], [], "1") == Arrangement({}, 0)


def test_every_room_has_its_part_of_every_institution() -> None:
    rooms = [grid(5, 6), grid(5, 6), grid(3, 5)]
    shares = share_out(rooms, from_institutions(30, 30, 6), "1")
    assert list(map(len, shares)) == [26, 25, 15]
    for share in shares:
        there = Counter(person.institution for person in share)
        for institution, size in ((1, 30), (2, 30), (3, 6)):
            assert abs(there[institution] - size * len(share) / 66) < 1


def test_whoever_needs_an_accessible_seat_goes_to_the_room_that_has_one() -> None:
    rooms = [grid(2, 5), grid(2, 5, accessible=[1, 2])]
    people = from_institutions(10, individuals=5, needing=[3, 4, 12])
    shares = share_out(rooms, people, "1")
    assert sorted(map(len, shares)) == [7, 8]
    assert sum(person.accessible for person in shares[1]) == 2
    seats = deal(rooms, people, "1")[1].seats
    assert {1, 2} == {seats[person.id] for person in shares[1] if person.accessible}


def test_a_recorded_draw_is_repeated_and_a_change_in_it_shows() -> None:
    rooms, people = [grid(3, 4, accessible=[1]), grid(1, 5)], from_institutions(6, 5, individuals=4, needing=[2])
    facts = {
        "people": [[person.id, person.institution, person.accessible] for person in people],
        "sittings": [
            {
                "places": [[place.number, place.row, place.column, place.accessible] for place in places],
                "seats": sorted(drawn.seats.items()),
            }
            for places, drawn in zip(rooms, deal(rooms, people, "abc"), strict=True)
        ],
    }
    kept = json.loads(json.dumps(facts))
    assert repeats(kept, "abc")
    assert not repeats(kept, "abd")
    kept["sittings"][1]["seats"][0][1], kept["sittings"][1]["seats"][1][1] = (
        kept["sittings"][1]["seats"][1][1],
        kept["sittings"][1]["seats"][0][1],
    )
    assert not repeats(kept, "abc")


def test_a_latecomer_sits_beside_fewest_of_their_own_and_moves_nobody() -> None:
    places, people = grid(1, 6, accessible=[6]), from_institutions(2, 1)
    seats = {1: 1, 2: 3, 3: 4}
    free = best_free(places, people, seats, Person(9, 1), "s")
    assert free is not None
    assert (free.number, free.neighbours, free.unfit) == (5, 0, False)
    needing = best_free(places, people, seats, Person(9, 1, accessible=True), "s")
    assert needing is not None
    assert (needing.number, needing.unfit) == (6, False)
    assert best_free(places[:4], people, {**seats, 8: 2}, Person(9), "s") is None


def test_a_whole_month_of_sessions_is_dealt_in_the_time_of_a_page() -> None:
    """Forty sessions of sixty people: some 10 ms each on this machine, with room for a slow one."""
    places, people = grid(6, 10), from_institutions(25, 15, 10, individuals=10)
    began = process_time()
    for number in range(40):
        arrange(places, people, str(number))
    assert process_time() - began < 4
