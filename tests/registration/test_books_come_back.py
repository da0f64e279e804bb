"""What the portal handed out is uploaded: the template empty and filled in, the returned book as it was and mended."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from registration.models import Group, Roster
from registration.services import roster_books, rosters
from registration.services.judging import cells_of
from skilleval.core.jobs import drain
from tests import factories
from tests.registration.rosters import EARLIER, officer_of, read, rows_in, stated

pytestmark = pytest.mark.django_db

LATER = factories.at(2026, 3, 5)


@pytest.fixture
def group() -> Group:
    made: Group = factories.GroupFactory()
    return made


def untouched(book: Workbook) -> None:
    """As it was handed out."""


def uploaded(group: Group, content: bytes, change: Callable[[Any], None] = untouched) -> Roster:
    """A workbook changed by hand, saved and uploaded."""
    book = load_workbook(io.BytesIO(content))
    change(book)
    saved = io.BytesIO()
    book.save(saved)
    file = SimpleUploadedFile("表.xlsx", saved.getvalue())
    roster = rosters.upload_roster(group, upload=file, by=officer_of(group.institution), at=LATER)
    drain()
    return Roster.objects.get(pk=roster.pk)


def template(group: Group) -> bytes:
    return roster_books.template(group.offering, group.window, EARLIER.date(), fee="费用待公布")


def returned(group: Group) -> bytes:
    return roster_books.returned_book(group, by=officer_of(group.institution), at=EARLIER)


def test_the_template_as_it_is_holds_nobody_and_says_so(group: Group) -> None:
    roster = uploaded(group, template(group))
    assert (roster.state, roster.refusal) == ("refused", "名册中只有列名，没有人员；请填写后重新上传")
    assert not rows_in(group)


def test_the_examples_copied_into_it_lack_photos_alone(group: Group) -> None:
    def copy(book: Any) -> None:
        for line in book["示例"].iter_rows(min_row=2):
            for cell in line:
                book["名册"].cell(cell.row, cell.column, cell.value)

    roster = uploaded(group, template(group), copy)
    assert (roster.state, roster.ignored) == ("read", [])
    assert [row.kinds for row in rows_in(group)] == [["photo"]] * 4


def test_a_returned_book_as_it_was_changes_nothing(group: Group) -> None:
    named = f"样本_{stated(1)['id_number']}.jpg"
    read(group, stated(1, phone="123", photo_name=named), stated(2, clause="9.9", held_number="＝1"))
    before = [(cells_of(row), row.faults, row.edited_at) for row in rows_in(group)]
    roster = uploaded(group, returned(group))
    assert (roster.state, roster.renewed, roster.report, roster.ignored) == ("read", 0, [], [])
    after = [(cells_of(row), row.faults, row.edited_at) for row in rows_in(group)]
    assert after == before
    assert after[0][0]["photo_name"] == named


def test_a_mended_book_renews_the_rows_in_place(group: Group) -> None:
    read(group, stated(1, phone="123"), stated(2, clause="9.9"))

    def mend(book: Any) -> None:
        sheet = book.active
        (phone,) = (cell.column for cell in sheet[1] if cell.value == "手机号码*")
        assert sheet.cell(2, phone).value == "123"
        sheet.cell(2, phone, "19900009001")

    first, second = rows_in(group)
    roster = uploaded(group, returned(group), mend)
    assert (roster.renewed, roster.report) == (1, [])
    mended, left = rows_in(group)
    assert (mended.pk, mended.phone_cipher, mended.kinds) == (first.pk, "19900009001", ["photo"])
    assert (left.pk, left.cells, left.kinds) == (second.pk, second.cells, second.kinds)
