"""The search behind `scheduling.seating`: colour a room's places so that as few neighbours as possible share a colour.

A colour stands for an institution; FREE for whoever has no neighbour to be kept from, and for places left empty. How
many of each colour there are is given, so this is a matter of who changes places with whom. Chance comes from
`Random.random` alone, the one method whose numbers Python promises to keep, so that a draw can be repeated years later:
whoever changes what is done here changes what recorded draws come out as.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

FREE = 0
#: Up to here the least possible number of neighbours is found for certain.
EXACT = 12
#: Steps without getting better after which a search gives up, beside one for each place.
PATIENCE = 60
#: So many steps a place doesn't take its colour back.
REST = 8


def chance_of(seed: str) -> Random:
    """Chance as anybody repeats it who knows the seed."""
    return Random(seed)  # noqa: S311 - a draw is to be repeated, not to be kept secret


@dataclass(frozen=True, slots=True)
class Kind:
    """What the search tells people (and empty places) apart by."""

    colour: int = FREE
    needs_access: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """A room: for each place those beside it, and whether it is accessible."""

    beside: tuple[tuple[int, ...], ...]
    accessible: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.beside)

    @property
    def edges(self) -> int:
        return sum(map(len, self.beside)) // 2


class Pattern:
    """Kinds on places, with how many neighbours of each colour every place has."""

    def __init__(self, ground: Ground, kinds: Sequence[Kind], colours: int) -> None:
        self.ground = ground
        self.kinds = list(kinds)
        self.colours = [FREE] * len(kinds)
        self.near = [[0] * (colours + 1) for _ in kinds]
        for place, kind in enumerate(kinds):
            self.put(place, kind)

    def clashes(self, place: int) -> int:
        """Neighbours of a place who share its colour."""
        return self.near[place][self.colours[place]]

    def total(self) -> int:
        """Pairs of neighbours who share a colour."""
        return sum(map(self.clashes, range(len(self.kinds)))) // 2

    def put(self, place: int, kind: Kind) -> None:
        self._tell(place, self.colours[place], -1)
        self.kinds[place], self.colours[place] = kind, kind.colour
        self._tell(place, kind.colour, 1)

    def swap(self, one: int, other: int) -> None:
        first, second = self.kinds[one], self.kinds[other]
        self.put(one, second)
        self.put(other, first)

    def changes(self, one: int) -> list[int]:
        """By how much a swap with each place would change the total; below 0 it is for the better."""
        colour, near = self.colours[one], self.near[one]
        own = near[colour]
        found = [
            near[theirs] + beside[colour] - own - beside[theirs]
            for theirs, beside in zip(self.colours, self.near, strict=True)
        ]
        for other in self.ground.beside[one]:  # each counted the other, who leaves
            found[other] -= 1 + (self.colours[other] != FREE)
        return found

    def may_swap(self, one: int, other: int) -> bool:
        """Whether as many as before have the accessible place they need."""
        (a, b), accessible = (self.kinds[one], self.kinds[other]), self.ground.accessible
        return (
            accessible[one] == accessible[other]
            or a.needs_access == b.needs_access
            or (a.needs_access != accessible[one])
        )

    def _tell(self, place: int, colour: int, change: int) -> None:
        if colour != FREE:
            for neighbour in self.ground.beside[place]:
                self.near[neighbour][colour] += change


def colour_in(ground: Ground, kinds: Counter[Kind], chance: Random) -> list[Kind]:
    """A kind for every place, neighbours of one colour as few as can be found; for EXACT places or fewer, the fewest.

    `kinds` counts as many as there are places. As many as possible who need an accessible place get one.
    """
    best: list[Kind] = []
    least, floor = ground.edges + 1, _floor(ground, kinds)
    for start in (_at_random, _chequered, _chequered, _chequered):
        found = _improved(start(ground, kinds, chance), floor, chance)
        if found.total() < least:
            best, least = found.kinds, found.total()
        if least <= floor:
            return best
    return (_exact(ground, kinds, least, chance) if len(ground) <= EXACT else None) or best


def _floor(ground: Ground, kinds: Counter[Kind]) -> int:
    """Pairs that no arrangement avoids: those not in a colour's hands touch so many edges at most."""
    degrees = sorted(map(len, ground.beside), reverse=True)
    return sum(max(0, ground.edges - sum(degrees[: len(ground) - count])) for count in _sizes(kinds).values())


def _sizes(kinds: Counter[Kind]) -> Counter[int]:
    sizes: Counter[int] = Counter()
    for kind, count in kinds.items():
        if kind.colour != FREE:
            sizes[kind.colour] += count
    return sizes


def _shuffled(items: Iterable[int], chance: Random) -> list[int]:
    return sorted(items, key=lambda _: chance.random())


def _with_access(ground: Ground, kinds: Counter[Kind], chance: Random) -> tuple[Pattern, Counter[Kind], list[int]]:
    """Those who need an accessible place on one, by lot; who is left over, and which places are."""
    rest = Counter(kinds)
    pattern = Pattern(ground, [Kind()] * len(ground), max(kind.colour for kind in kinds))
    needing = [kind for kind, count in kinds.items() if kind.needs_access for _ in range(count)]
    spots = _shuffled((place for place, fit in enumerate(ground.accessible) if fit), chance)[: len(needing)]
    for place, index in zip(spots, _shuffled(range(len(needing)), chance), strict=False):
        pattern.put(place, needing[index])
        rest[needing[index]] -= 1
    return pattern, +rest, sorted(set(range(len(ground))) - set(spots))


def _at_random(ground: Ground, kinds: Counter[Kind], chance: Random) -> Pattern:
    pattern, rest, places = _with_access(ground, kinds, chance)
    for place, kind in zip(_shuffled(places, chance), rest.elements(), strict=True):
        pattern.put(place, kind)
    return pattern


def _chequered(ground: Ground, kinds: Counter[Kind], chance: Random) -> Pattern:
    """The largest first, each on every other place; only what doesn't fit there sits between its own."""
    pattern, rest, places = _with_access(ground, kinds, chance)
    shade, sizes = _shades(ground, chance), _sizes(kinds)
    order = sorted(places if chance.random() < 0.5 else reversed(places), key=lambda place: shade[place])
    by_size = sorted(rest, key=lambda kind: (-sizes[kind.colour], kind.colour, kind.needs_access))
    for kind in by_size:
        for _ in range(rest[kind]):
            place = min(order, key=lambda place: pattern.near[place][kind.colour])
            pattern.put(place, kind)
            order.remove(place)
    return pattern


def _shades(ground: Ground, chance: Random) -> list[int]:
    """Every place black (0) or white (1) as on a chessboard; in each part of the room, black has the more."""
    shade = [-1] * len(ground)
    for first in range(len(ground)):
        if shade[first] < 0:
            _paint(ground, first, shade, chance)
    return shade


def _paint(ground: Ground, first: int, shade: list[int], chance: Random) -> None:
    part = {first: 0}
    waiting = [first]
    while waiting:
        place = waiting.pop()
        for neighbour in ground.beside[place]:
            if neighbour not in part:
                part[neighbour] = 1 - part[place]
                waiting.append(neighbour)
    surplus = 2 * sum(part.values()) - len(part)
    turned = surplus > 0 or (surplus == 0 and chance.random() < 0.5)
    for place, colour in part.items():
        shade[place] = colour ^ turned


def _improved(pattern: Pattern, floor: int, chance: Random) -> Pattern:
    """Swap whoever clashes with whom it helps most, downhill or on the level, until nothing has helped for long."""
    places = range(len(pattern.kinds))
    best, least = list(pattern.kinds), pattern.total()
    now, step, last = least, 0, 0
    resting: dict[tuple[int, int], int] = {}
    while least > floor and step - last < PATIENCE + len(places):
        step += 1
        clashing = [place for place in places if pattern.clashes(place)]
        one = clashing[int(chance.random() * len(clashing))]
        found = _best_swap(pattern, one, now - least, resting, step, chance)
        if found is None:
            continue
        change, other = found
        resting[one, pattern.colours[one]] = resting[other, pattern.colours[other]] = step + REST
        pattern.swap(one, other)
        now += change
        if now < least:
            best, least, last = list(pattern.kinds), now, step
    return Pattern(pattern.ground, best, len(pattern.near[0]) - 1)


def _best_swap(
    pattern: Pattern, one: int, above: int, resting: dict[tuple[int, int], int], step: int, chance: Random
) -> tuple[int, int] | None:
    """The change and the place of the swap that helps most, by lot among equals; a resting one only for a new best."""
    colour, best = pattern.colours[one], len(pattern.kinds)
    found: list[int] = []
    for other, change in enumerate(pattern.changes(one)):
        if change > best or pattern.colours[other] == colour or not pattern.may_swap(one, other):
            continue
        rests = max(resting.get((one, pattern.colours[other]), 0), resting.get((other, colour), 0)) > step
        if rests and above + change >= 0:
            continue
        if change < best:
            best, found = change, []
        found.append(other)
    return (best, found[int(chance.random() * len(found))]) if found else None


def _exact(ground: Ground, kinds: Counter[Kind], least: int, chance: Random) -> list[Kind] | None:
    """A pattern with fewer than `least` pairs, if there is one: every way is tried that doesn't have as many yet."""
    search = _Exact(ground, kinds, least, chance)
    search.go_on(0, 0)
    return search.best


class _Exact:
    def __init__(self, ground: Ground, kinds: Counter[Kind], least: int, chance: Random) -> None:
        self.ground, self.least, self.left = ground, least, Counter(kinds)
        needing = sum(count for kind, count in kinds.items() if kind.needs_access)
        self.enough = needing <= sum(ground.accessible)
        self.choices = [list(kinds)[index] for index in _shuffled(range(len(kinds)), chance)]
        # Where fewest may sit first, so that what can't be shows early.
        self.order = sorted(range(len(ground)), key=lambda place: (not ground.accessible[place], place))
        self.kinds = [Kind()] * len(ground)
        self.best: list[Kind] | None = None

    def go_on(self, depth: int, pairs: int) -> None:
        if depth == len(self.order):
            self.best, self.least = list(self.kinds), pairs
            return
        place = self.order[depth]
        for kind in self.choices:
            if self.left[kind] and self._fits(kind, place) and pairs + self._clashes(kind, place) < self.least:
                self.left[kind] -= 1
                self.kinds[place] = kind
                self.go_on(depth + 1, pairs + self._clashes(kind, place))
                self.kinds[place] = Kind()
                self.left[kind] += 1

    def _fits(self, kind: Kind, place: int) -> bool:
        accessible = self.ground.accessible[place]
        return accessible or not kind.needs_access if self.enough else kind.needs_access or not accessible

    def _clashes(self, kind: Kind, place: int) -> int:
        if kind.colour == FREE:
            return 0
        return sum(self.kinds[neighbour].colour == kind.colour for neighbour in self.ground.beside[place])
