"""Spreading people over rooms (SPEC 7.3)."""

import pytest

from scheduling.rooms import spread


@pytest.mark.parametrize(
    ("people", "capacities", "shares"),
    [
        (40, [40], (40,)),
        (40, [30, 30], (20, 20)),
        (41, [30, 30], (21, 20)),
        (40, [10, 40], (10, 30)),
        (40, [40, 10], (30, 10)),
        (60, [30, 30], (30, 30)),
        (1, [30, 30], (1, 0)),
        (0, [30], (0,)),
    ],
)
def test_as_evenly_as_the_rooms_allow(people: int, capacities: list[int], shares: tuple[int, ...]) -> None:
    assert spread(people, capacities) == shares


@pytest.mark.parametrize(("people", "capacities"), [(41, [40]), (1, []), (61, [30, 30])])
def test_more_people_than_places_is_an_error(people: int, capacities: list[int]) -> None:
    with pytest.raises(ValueError, match="fit"):
        spread(people, capacities)
