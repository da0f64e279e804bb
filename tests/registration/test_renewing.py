"""A returned workbook is uploaded: the book wins where only it was changed, and nothing is taken from elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from registration.models import Group, Roster, RosterRow
from registration.rosters.row_ids import row_id
from registration.services import mending, rosters
from registration.services.judging import cells_of
from registration.services.mending import Change
from tests.factories import GroupFactory, at
from tests.registration.rosters import EARLIER, member, officer_of, read, rows_in, stated

pytestmark = pytest.mark.django_db
LATER = at(2026, 3, 5)


def line(row: RosterRow, **changed: str) -> dict[str, str]:
    """What the book says of a row, with cells changed in it."""
    cells = cells_of(row)
    return cells | changed | {"row_id": row_id(row.uuid, cells)}


def back(group: Group, *lines: dict[str, str], moment: Any = LATER) -> Roster:
    return read(group, *lines, name=f"{uuid4()}.csv", at=moment)


def reported(roster: Roster) -> list[tuple[int, str]]:
    return [(line["row"], line["message"]) for line in roster.report]


def test_what_was_changed_in_the_book_renews_its_row_in_place(group: Group) -> None:
    read(group, stated(1, phone="123", major_name="旧"), stated(2))
    first, second = rows_in(group)
    book = back(group, line(first, phone="13900000009", major_name=""), line(second))
    assert (book.renewed, book.report, book.rows.count()) == (1, [], 0)
    assert [(row.pk, row.number) for row in rows_in(group)] == [(first.pk, 2), (second.pk, 3)]
    mended, untouched = rows_in(group)
    assert (mended.phone_cipher, mended.cells.get("major_name"), mended.kinds) == ("13900000009", None, ["photo"])
    assert (mended.edited_by_label, mended.edited_at, mended.checked_on) == ("经办人", LATER, LATER.date())
    assert (untouched.edited_at, untouched.checked_on) == (None, EARLIER.date())


def test_half_mended_on_the_page_and_half_in_the_book_both_count(group: Group) -> None:
    read(group, stated(1, phone="123"), stated(2, phone="456"))
    first, second = rows_in(group)
    lines = [line(first), line(second, phone="13900000002")]
    mending.mend(first, cells={"phone": "13900000001"}, by=officer_of(group.institution), at=EARLIER)
    book = back(group, *lines)
    assert (book.renewed, book.report) == (1, [])
    assert [row.phone_cipher for row in rows_in(group)] == ["13900000001", "13900000002"]


def test_what_was_changed_in_both_places_stays_as_the_page_has_it(group: Group) -> None:
    read(group, stated(1, phone="123"))
    (row,) = rows_in(group)
    changed = line(row, name="样本戊")
    mending.mend(row, cells={"phone": "13900000001"}, by=officer_of(group.institution), at=EARLIER)
    book = back(group, changed)
    assert (book.renewed, [number for number, _ in reported(book)]) == (0, [2])
    assert "已在平台上改过" in reported(book)[0][1]
    (kept,) = rows_in(group)
    assert (kept.cells["name"], kept.phone_cipher) == (stated(1)["name"], "13900000001")


def test_columns_the_book_lacks_stay(group: Group) -> None:
    read(group, stated(1, major_name="计算机"))
    (row,) = rows_in(group)
    kept = line(row, name="样本戊")
    del kept["major_name"]
    assert back(group, kept).renewed == 1
    assert rows_in(group)[0].cells["major_name"] == "计算机"


def test_lines_without_a_row_id_are_new_people(group: Group) -> None:
    read(group, stated(1))
    (row,) = rows_in(group)
    book = back(group, line(row), stated(2))
    assert (book.renewed, book.report, [new.number for new in book.rows.all()]) == (0, [], [3])


@pytest.mark.parametrize("text", [str(UUID(int=7)), "样本", f"{UUID(int=7)}#abc"])
def test_what_is_no_row_of_this_group_is_refused_in_one_way(group: Group, text: str) -> None:
    other: Group = GroupFactory()
    read(other, stated(1))
    (foreign,) = rows_in(other)
    book = back(group, stated(2, row_id=text), line(foreign, name="样本戊"))
    messages = [message for _, message in reported(book)]
    assert len(messages) == 2
    assert messages[0] == messages[1]
    assert rows_in(group) == []
    assert rows_in(other)[0].cells["name"] == stated(1)["name"]


def test_the_second_line_of_one_row_is_told(group: Group) -> None:
    read(group, stated(1))
    (row,) = rows_in(group)
    book = back(group, line(row, name="样本戊"), line(row, name="样本己"))
    assert (book.renewed, "重复" in reported(book)[0][1]) == (1, True)
    assert rows_in(group)[0].cells["name"] == "样本戊"


@pytest.mark.parametrize(("state", "words"), [("review", "已提交"), ("confirmed", "已提交")])
def test_who_was_handed_in_is_left_alone_and_told(group: Group, state: str, words: str) -> None:
    row = member(group, state=state).roster_row
    book = back(group, line(row, name="样本戊"))
    assert (book.renewed, words in reported(book)[0][1]) == (0, True)
    assert back(group, line(row)).report == []


def test_a_removed_row_doesnt_come_back(group: Group) -> None:
    read(group, stated(1))
    (row,) = rows_in(group)
    lines = line(row, name="样本戊")
    rosters.remove_rows(group, rows=[row.pk], by=officer_of(group.institution), at=EARLIER)
    assert "已移除" in reported(back(group, lines))[0][1]


def test_a_returned_member_is_mended_by_the_book_after_the_close(group: Group) -> None:
    row = member(group, state="returned", row_state="clear", returned_until=date(2026, 4, 5)).roster_row
    book = back(group, line(row, name="样本戊"), moment=at(2026, 4, 3))
    assert (book.renewed, book.report) == (1, [])
    assert rows_in(group)[0].cells["name"] == "样本戊"


def test_numbers_exchanged_in_one_book_both_come_through(group: Group) -> None:
    read(group, stated(1), stated(2))
    first, second = rows_in(group)
    back(group, line(first, id_number=second.id_cipher), line(second, id_number=first.id_cipher))
    assert [row.id_cipher for row in rows_in(group)] == [second.id_cipher, first.id_cipher]
    assert ["duplicate" in row.kinds for row in rows_in(group)] == [False, False]


def test_a_cell_that_became_a_number_in_the_book_has_lost_its_digits(group: Group) -> None:
    read(group, stated(1))
    (row,) = rows_in(group)
    change = Change(row, {"id_number": "310101199005200000"}, lossy=["id_number", "phone"])
    assert change.put()
    assert row.lossy == ["id_number"]
