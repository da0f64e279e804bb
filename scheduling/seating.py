"""Who sits where: seats by lot, people of one institution as far apart as the room lets them be (SPEC 7.6).

Whoever needs an accessible seat comes first. Neighbours are those directly to the left, right, front and back; across
an aisle, or a place that is out of use, nobody is a neighbour. Places left empty are used to keep people apart. Every
result follows from the seed and the facts given, so that a recorded draw can be repeated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

from scheduling.layouts import Place
from scheduling.rooms import spread
from scheduling.seat_search import FREE, Ground, Kind, chance_of, colour_in


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be seated: an id, the institution they come from (individuals: None), what they need."""

    id: int
    institution: int | None = None
    accessible: bool = False


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A room's seats, as the number of each person's place, and how many pairs of one institution sit side by side."""

    seats: dict[int, int]
    neighbours: int


def deal(rooms: Sequence[Sequence[Place]], people: Sequence[Person], seed: str) -> list[Arrangement]:
    """Spread people over rooms (or turns in one), institutions evenly, and seat each room's (SPEC 7.3, 7.6).

    Raises ValueError when the rooms don't hold everybody.
    """
    shares = share_out(rooms, people, seed)
    return [
        arrange(places, share, f"{seed}/{index}")
        for index, (places, share) in enumerate(zip(rooms, shares, strict=True), start=1)
    ]


def share_out(rooms: Sequence[Sequence[Place]], people: Sequence[Person], seed: str) -> list[list[Person]]:
    """Who sits in which room: as evenly as capacities allow, every institution spread alike over all of them.

    Whoever needs an accessible seat goes where there is one. Raises ValueError when the rooms don't hold everybody.
    """
    left = list(spread(len(people), [len(places) for places in rooms]))
    accessible = [sum(place.accessible for place in places) for places in rooms]
    shares: list[list[Person]] = [[] for _ in rooms]
    there: list[Counter[int | None]] = [Counter() for _ in rooms]
    for person in _in_turn(people, chance_of(seed)):
        needed = any(spots and room for spots, room in zip(accessible, left, strict=True)) and person.accessible
        fit = [index for index, room in enumerate(left) if room and (accessible[index] or not needed)]
        to = min(fit, key=lambda index: (there[index][person.institution] / _size(shares, left, index), -left[index]))
        shares[to].append(person)
        there[to][person.institution] += 1
        left[to] -= 1
        accessible[to] -= person.accessible and accessible[to] > 0
    return shares


def arrange(places: Sequence[Place], people: Sequence[Person], seed: str) -> Arrangement:
    """Seat people on a room's places; up to `seat_search.EXACT` places, with the fewest neighbours possible.

    As many as can be of those who need an accessible place get one. Places stay empty from the last one on, unless
    that would make neighbours of an institution. Raises ValueError for more people than places.
    """
    if len(people) > len(places):
        raise ValueError(f"{len(people)} people don't fit on {len(places)} places")
    found = _arranged(_first(places, people), people, seed)
    if found.neighbours and len(people) < len(places):
        found = min(found, _arranged(places, people, seed), key=lambda arrangement: arrangement.neighbours)
    return found


def neighbours(places: Iterable[Place], people: Iterable[Person], seats: Mapping[int, int]) -> int:
    """Pairs of one institution that sit side by side or one before the other; `seats` are numbers by person's id."""
    institutions = {seats[person.id]: person.institution for person in people if person.id in seats}
    at = {(place.row, place.column): institutions.get(place.number) for place in places}
    return sum(
        at.get(spot) == own
        for (row, column), own in at.items()
        if own is not None
        for spot in ((row, column + 1), (row + 1, column))
    )


@dataclass(frozen=True, slots=True, order=True)
class Free:
    """A free place, the best first: whether it is unfit for the person's needs, and the neighbours it would bring."""

    unfit: bool
    neighbours: int
    lot: float
    number: int


def best_free(
    places: Iterable[Place], people: Iterable[Person], seats: Mapping[int, int], newcomer: Person, seed: str
) -> Free | None:
    """The free place for somebody who comes later, while nobody else moves; None in a full room.

    Accessible where needed and only there, then beside as few of their institution as possible, then by lot.
    """
    sitting, taken = list(people), set(seats.values())
    before, chance = neighbours(places := list(places), sitting, seats), chance_of(f"{seed}+{newcomer.id}")
    free = [place for place in places if place.number not in taken]
    return min(
        (
            Free(
                place.accessible != newcomer.accessible,
                _with(place, places, sitting, seats, newcomer) - before,
                chance.random(),
                place.number,
            )
            for place in free
        ),
        default=None,
    )


def repeats(facts: Mapping[str, Any], seed: str) -> bool:
    """Whether a recorded draw comes out again as it did: see scheduling.models.SeatDraw."""
    rooms = [[Place(*place) for place in room["places"]] for room in facts["sittings"]]
    again = deal(rooms, [Person(*person) for person in facts["people"]], seed)
    return [dict(room["seats"]) for room in facts["sittings"]] == [arrangement.seats for arrangement in again]


def _with(place: Place, places: list[Place], people: list[Person], seats: Mapping[int, int], newcomer: Person) -> int:
    return neighbours(places, [*people, newcomer], {**seats, newcomer.id: place.number})


def _arranged(places: Sequence[Place], people: Sequence[Person], seed: str) -> Arrangement:
    if not people:
        return Arrangement({}, 0)
    chance, kinds = chance_of(seed), _kinds(people)
    empty = len(places) - len(people)
    pattern = colour_in(_ground(places), Counter(kinds.values()) + Counter({Kind(): empty}), chance)
    waiting: dict[Kind, list[int | None]] = defaultdict(list, {Kind(): [None] * empty})
    for person in people:
        waiting[kinds[person.id]].append(person.id)
    lots = {kind: sorted(ids, key=lambda _: chance.random()) for kind, ids in waiting.items()}
    drawn = [(lots[kind].pop(), place.number) for kind, place in zip(pattern, places, strict=True)]
    seats = {person: number for person, number in drawn if person is not None}
    return Arrangement(seats, neighbours(places, people, seats))


def _first(places: Sequence[Place], people: Sequence[Person]) -> list[Place]:
    """The first places, as many as people; of the accessible ones no more than are needed, while there are others."""
    needed = sum(person.accessible for person in people)
    accessible = [place for place in places if place.accessible]
    plain = [place for place in places if not place.accessible]
    chosen = [*accessible[:needed], *plain, *accessible[needed:]][: len(people)]
    return sorted(chosen, key=lambda place: place.number)


def _in_turn(people: Sequence[Person], chance: Random) -> list[Person]:
    """Those with needs first, then institution by institution, the largest first; by lot within."""
    sizes = Counter(person.institution for person in people)
    sizes[None] = 0
    lots = {person.id: chance.random() for person in people}
    return sorted(
        people,
        key=lambda one: (not one.accessible, -sizes[one.institution], one.institution or 0, lots[one.id]),
    )


def _size(shares: Sequence[Sequence[Person]], left: Sequence[int], index: int) -> int:
    return len(shares[index]) + left[index]


def _kinds(people: Iterable[Person]) -> dict[int, Kind]:
    """Each person's colour: one for every institution that sent more than one."""
    people = list(people)
    sizes = Counter(person.institution for person in people if person.institution is not None)
    numbers = count(FREE + 1)
    colours = {institution: next(numbers) for institution in sorted(sizes) if sizes[institution] > 1}
    return {person.id: Kind(colours.get(person.institution or 0, FREE), person.accessible) for person in people}


def _ground(places: Sequence[Place]) -> Ground:
    index = {(place.row, place.column): number for number, place in enumerate(places)}
    beside = (
        [
            (place.row, place.column - 1),
            (place.row, place.column + 1),
            (place.row - 1, place.column),
            (place.row + 1, place.column),
        ]
        for place in places
    )
    return Ground(
        tuple(tuple(index[spot] for spot in spots if spot in index) for spots in beside),
        tuple(place.accessible for place in places),
    )
