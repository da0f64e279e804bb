"""How many exam staff a sitting wants (SPEC 7.7)."""

from __future__ import annotations

import pytest

from scheduling.staffing import Norm, needed, suits


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
