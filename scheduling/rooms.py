"""Spreading a session's people over several rooms (SPEC 7.3: a session's capacity is the sum of its rooms)."""

from collections.abc import Sequence


def spread(people: int, capacities: Sequence[int]) -> tuple[int, ...]:
    """How many sit in each room, as evenly as capacities allow; raises ValueError when they don't hold everybody."""
    if people > sum(capacities):
        raise ValueError(f"{people} people don't fit into rooms of {sum(capacities)}")
    shares = [0] * len(capacities)
    left = people
    smallest_first = sorted(range(len(capacities)), key=lambda index: capacities[index])
    for done, index in enumerate(smallest_first):
        shares[index] = min(capacities[index], -(-left // (len(capacities) - done)))
        left -= shares[index]
    return tuple(shares)
