"""How people and places are laid out on paper: nothing lost, nothing twice, in an order that eyes follow."""

from __future__ import annotations

import pytest

from scheduling.layouts import Spot
from scheduling.sheet_layout import HIGHEST, LYING, UPRIGHT, abreast, letters, plan_of, side_by_side, size_of


@pytest.mark.parametrize(
    ("count", "columns", "rows"),
    [
        (0, 3, []),
        (1, 3, [[0, None, None]]),
        (3, 3, [[0, 1, 2]]),
        (4, 3, [[0, 1, 2], [3, None, None]]),
    ],
)
def test_abreast(count: int, columns: int, rows: list[list[int | None]]) -> None:
    assert abreast(range(count), columns) == rows


@pytest.mark.parametrize(
    ("count", "pages"),
    [
        (0, [[]]),
        (1, [[[0, None]]]),
        (3, [[[0, 2], [1, None]]]),
        (4, [[[0, 2], [1, 3]]]),
        (5, [[[0, 2], [1, 3]], [[4, None]]]),
        (11, [[[0, 2], [1, 3]], [[4, 7], [5, 8], [6, 9]], [[10, None]]]),
    ],
)
def test_side_by_side_reads_down_the_left_half_of_each_page_first(count: int, pages: list[object]) -> None:
    assert side_by_side(range(count), first=2, others=3) == pages


def test_a_plan_lies_where_it_is_wider_than_deep_and_fits_on_one_sheet() -> None:
    def rows(deep: int, wide: int) -> list[list[Spot | None]]:
        return [[Spot(row, column, "usable", 1) for column in range(wide)] for row in range(deep)]

    for deep, wide, lying in ((1, 8, True), (8, 8, True), (12, 6, False), (40, 40, True)):
        plan = plan_of(rows(deep, wide))
        assert plan.lying is lying
        assert plan.height == min(HIGHEST, (LYING if lying else UPRIGHT) // deep)


def test_columns_nobody_sits_in_are_aisles() -> None:
    seat = Spot(1, 1, "usable", 1)
    assert plan_of([[seat, None, None], [None, None, seat]]).aisles == [False, True, False]


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("样本", "n0"),
        ("样本样本样本", "n0"),
        ("样本样本样本样", "n1"),
        ("样本阿卜杜热西提·买买提", "n2"),
        ("样本阿卜杜热西提·买买提依明江·努尔", "n3"),
        ("Yangben Latin", "n1"),
    ],
)
def test_long_names_are_set_smaller(name: str, size: str) -> None:
    assert size_of(name) == size


def test_each_institution_has_a_letter_of_its_own() -> None:
    named = letters(["乙校", "甲校", "乙校"])
    assert named == {"乙校": "A", "甲校": "B"}
    many = letters(str(number) for number in range(60))
    assert [many["25"], many["26"], many["59"]] == ["Z", "AA", "BH"]
    assert len(set(many.values())) == 60
