"""Which of several rows with one number stands, and how the others are told."""

from __future__ import annotations

import pytest

from registration.rosters.duplicates import Member, fault, keeper

FIRST = Member(1, 10, "名册.xlsx", 2, "faulty")
SECOND = Member(2, 10, "名册.xlsx", 5, "faulty")
NEW = Member(None, 11, "第二份.xlsx", 3, "faulty")
NEW_TOO = Member(None, 11, "第二份.xlsx", 4, "faulty")


@pytest.mark.parametrize(
    ("members", "kept"),
    [
        ([SECOND, FIRST], FIRST),  # who was there first
        ([FIRST, Member(2, 10, "名册.xlsx", 5, "clear")], Member(2, 10, "名册.xlsx", 5, "clear")),  # who stands already
        ([FIRST, Member(9, 10, "名册.xlsx", 9, "passed")], Member(9, 10, "名册.xlsx", 9, "passed")),
        ([NEW, SECOND], SECOND),  # what is kept before what isn't yet
        ([NEW_TOO, NEW], NEW),  # then the order of the file
    ],
)
def test_one_row_stands_for_a_person(members: list[Member], kept: Member) -> None:
    assert keeper(members) == kept


@pytest.mark.parametrize(
    ("member", "kept", "message"),
    [
        (SECOND, FIRST, "与第 2 行重复"),
        (NEW, FIRST, "与“名册.xlsx”第 2 行重复"),
        (FIRST, Member(7, 12, "", 1, "clear"), "与逐人添加第 1 行重复"),
    ],
)
def test_the_others_are_told_where_it_is(member: Member, kept: Member, message: str) -> None:
    told = fault(member, kept)
    assert (told.column, told.kind, told.message, told.stops) == ("id_number", "duplicate", message, True)
