"""How many exam staff a sitting wants (SPEC 7.7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from scheduling.staffing import Gap, Norm, Person, fill, needed, suits


@pytest.mark.parametrize(
    ("subject", "people", "role", "least"),
    [
        ("theory", 0, "invigilator", 0),
        ("theory", 1, "invigilator", 2),  # two a room at least
        ("theory", 15, "invigilator", 2),
        ("theory", 30, "invigilator", 2),
        ("theory", 31, "invigilator", 3),  # one for every 15 begun
        ("theory", 45, "invigilator", 3),
        ("theory", 46, "invigilator", 4),
        ("practical", 1, "examiner", 3),
        ("practical", 40, "examiner", 3),
        ("review", 8, "reviewer", 3),
        ("review", 0, "reviewer", 0),
    ],
)
def test_what_a_room_wants_by_default(subject: str, people: int, role: str, least: int) -> None:
    need = needed(subject, people)
    assert (need.role, need.least) == (role, least)


@pytest.mark.parametrize(
    ("norm", "subject", "least"),
    [
        (Norm(people_per_invigilator=10), "theory", 4),
        (Norm(invigilators_a_room=5), "theory", 5),
        (Norm(examiners=5), "practical", 5),
        (Norm(examiners=4), "practical", 5),  # an even least is the next odd number
        (Norm(examiners=4, odd=False), "practical", 4),
        (Norm(reviewers=1), "review", 1),
    ],
)
def test_a_norm_of_an_occupation_says_otherwise(norm: Norm, subject: str, least: int) -> None:
    assert needed(subject, 40, norm).least == least


@pytest.mark.parametrize(
    ("subject", "have", "missing"),
    [
        ("theory", 1, 1),
        ("theory", 2, 0),
        ("theory", 3, 0),  # invigilators needn't be odd
        ("practical", 0, 3),
        ("practical", 3, 0),
        ("practical", 4, 1),
        ("practical", 5, 0),
    ],
)
def test_what_is_missing(subject: str, have: int, missing: int) -> None:
    assert needed(subject, 20).missing(have) == missing


def test_an_empty_room_misses_nobody_however_many_are_there() -> None:
    assert needed("practical", 0).missing(0) == 0


@pytest.mark.parametrize(
    ("role", "subject", "fits"),
    [
        ("invigilator", "theory", True),
        ("invigilator", "practical", True),
        ("examiner", "practical", True),
        ("examiner", "theory", False),
        ("reviewer", "review", True),
        ("reviewer", "practical", False),
    ],
)
def test_which_role_a_subject_has(role: str, subject: str, fits: bool) -> None:
    assert suits(role, subject) is fits


def hour(clock: int) -> datetime:
    return datetime(2026, 4, 11, clock, tzinfo=UTC)


def gap(sitting: int, starts: int, missing: int, role: str = "invigilator") -> Gap:
    return Gap(sitting, role, 7, hour(starts), hour(starts + 2), missing)


def person(number: int, *roles: str, busy: int | None = None, duties: int = 0, bound: int = 0) -> Person:
    taken = ((hour(busy), hour(busy + 1)),) if busy else ()
    occupations = frozenset({bound} if bound else ())
    return Person(number, frozenset(roles or ("invigilator",)), occupations, taken, duties)


@pytest.mark.parametrize(
    ("gaps", "people", "filled"),
    [
        ([gap(1, 9, 1)], [person(1, duties=3), person(2)], [(1, 2)]),  # least called on
        ([gap(1, 9, 1)], [person(1, busy=9), person(2)], [(1, 2)]),
        ([gap(1, 9, 1)], [person(1, busy=8), person(2, duties=1)], [(1, 1)]),  # over when it begins
        ([gap(1, 9, 2), gap(2, 9, 2)], [person(1), person(2), person(3)], [(1, 1), (1, 2), (2, 3)]),
        ([gap(2, 11, 1), gap(1, 9, 1)], [person(1)], [(1, 1), (2, 1)]),  # one after the other
        ([gap(1, 9, 1, "examiner")], [person(1), person(2, "examiner", bound=8)], []),
        ([gap(1, 9, 1, "examiner")], [person(1, "examiner", bound=7)], [(1, 1)]),
        ([gap(1, 9, 1)], [person(1, bound=8)], [(1, 1)]),  # invigilating is bound to no occupation
        ([gap(1, 9, 1)], [person(1, "invigilator", "examiner"), person(2)], [(1, 2)]),  # spares whoever can do more
        ([gap(1, 9, 0)], [person(1)], []),
        ([], [person(1)], []),
    ],
)
def test_gaps_are_filled(gaps: list[Gap], people: list[Person], filled: list[tuple[int, int]]) -> None:
    assert fill(gaps, people) == filled


PEOPLE = st.lists(st.integers(0, 12), max_size=8).map(
    lambda hours: [person(number, busy=clock or None) for number, clock in enumerate(hours, start=1)]
)
GAPS = st.lists(st.tuples(st.integers(8, 12), st.integers(0, 3)), max_size=5).map(
    lambda rows: [gap(number, starts, missing) for number, (starts, missing) in enumerate(rows, start=1)]
)


@given(GAPS, PEOPLE)
def test_nobody_is_ever_in_two_places_and_no_gap_is_overfilled(gaps: list[Gap], people: list[Person]) -> None:
    by_id = {one.id: one for one in people}
    times: dict[int, list[Gap]] = {}
    filled = fill(gaps, people)
    for sitting, who in filled:
        found = next(one for one in gaps if one.sitting == sitting)
        assert by_id[who].is_free(found.starts, found.ends)
        assert all(found.ends <= other.starts or other.ends <= found.starts for other in times.get(who, []))
        times.setdefault(who, []).append(found)
    for one in gaps:
        assert sum(sitting == one.sitting for sitting, _ in filled) <= one.missing
