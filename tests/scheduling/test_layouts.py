"""A room's plan as text and back, and the numbers of its places."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from scheduling import layouts
from scheduling.layouts import Place, Spot, UnreadableError, grid, in_a_row, numbered, read, usable, write

ROOM = "座座＿座\n无停＿座"


def test_a_plan_is_read_row_by_row_with_its_kinds() -> None:
    assert [(spot.row, spot.column, spot.kind) for spot in read(ROOM)] == [
        (1, 1, "usable"),
        (1, 2, "usable"),
        (1, 4, "usable"),
        (2, 1, "accessible"),
        (2, 2, "blocked"),
        (2, 4, "usable"),
    ]
    assert usable(read(ROOM)) == 5


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("座座\r\n座座\r\n", "座座\n座座"),
        ("\n\n座座\n座座\n\n  ", "座座\n座座"),
        ("＿＿座座\n＿＿座", "座座\n座"),
        ("座 座\n座_座\n座\u3000座", "座＿座\n座＿座\n座＿座"),
        ("座座＿＿\n座", "座座\n座"),
        ("座\n\n座", "座\n\n座"),  # an aisle between two rows
    ],
)
def test_margins_and_other_blanks_are_put_right(text: str, same_as: str) -> None:
    assert write(read(text)) == same_as


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "没有可用的座位"),
        ("＿＿\n", "没有可用的座位"),
        ("停停", "没有可用的座位"),
        ("座座\n座x", "第 2 排有不认识的“x”"),
        ("座" * 41, "第 1 排超过 40 列"),
        ("座\n" * 41, "最多 40 排，现有 41 排"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text: str, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        read(text)


def test_the_largest_plan_is_read() -> None:
    assert usable(read(("座" * layouts.MOST_COLUMNS + "\n") * layouts.MOST_ROWS)) == 1600


@given(st.lists(st.text("座无停＿", min_size=1, max_size=8), min_size=1, max_size=8).map("\n".join))
def test_what_is_written_is_read_back_alike(text: str) -> None:
    if not set(text) & set("座无"):
        with pytest.raises(UnreadableError):
            read(text)
        return
    spots = read(text)
    assert read(write(spots)) == spots


def numbers(text: str, before: str = "") -> str:
    old = numbered(read(before)) if before else ()
    rows = grid(numbered(read(text), old))
    return "/".join(" ".join(str(spot.number) if spot else "." for spot in row) for row in rows)


@pytest.mark.parametrize(
    ("text", "before", "says"),
    [
        (ROOM, "", "1 2 . 3/4 5 . 6"),
        (ROOM.replace("停", "座"), ROOM, "1 2 . 3/4 5 . 6"),  # another kind, the same table
        ("座＿座座\n无＿停座", ROOM, "1 . 2 3/4 . 5 6"),  # the aisle is elsewhere, the rows as they were
        ("座座\n座座", "座座\n座座\n座座", "1 2/3 4"),
        ("座座座\n座座", "座座\n座座", "1 2 5/3 4 ."),  # a table more has a number more
        ("＿座\n座座", "座座\n座座", ". 2/3 4"),
    ],
)
def test_numbers_go_by_row_and_stay_with_their_place(text: str, before: str, says: str) -> None:
    assert numbers(text, before) == says


def test_a_plan_numbered_anew_begins_at_one() -> None:
    kept = numbered(read("＿座\n座座"), numbered(read("座座\n座座")))
    assert [spot.number for spot in kept] == [2, 3, 4]
    assert [spot.number for spot in numbered(kept)] == [1, 2, 3]


def test_a_room_without_a_plan_is_one_row() -> None:
    assert in_a_row(3) == (Place(1, 1, 1), Place(2, 1, 2), Place(3, 1, 3))
    assert in_a_row(0) == ()


def test_a_grid_is_as_wide_as_its_longest_row() -> None:
    assert grid([Spot(1, 1, "usable", 1), Spot(2, 3, "usable", 2)]) == [
        [Spot(1, 1, "usable", 1), None, None],
        [None, None, Spot(2, 3, "usable", 2)],
    ]


@pytest.mark.parametrize(
    ("places", "columns", "text"), [(6, 3, "座座座\n座座座"), (5, 3, "座座座\n座座"), (2, 6, "座座"), (1600, 40, None)]
)
def test_a_block_to_begin_with(places: int, columns: int, text: str | None) -> None:
    begun = layouts.block(places, columns)
    assert text in (None, begun)
    assert usable(read(begun)) == places
