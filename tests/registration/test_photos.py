"""Photos find their rows by the names of their files, whichever came first, and nothing hostile gets in."""

from __future__ import annotations

import pytest

from registration.models import Group
from tests.factories import GroupFactory
from tests.registration.rosters import read, read_photos, rows_in, stated

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    made: Group = GroupFactory(offering__work_type__occupation__code="4-04-05-05")
    return made


def test_photos_find_rows_that_are_there(group: Group) -> None:
    one, two, three = stated(1), stated(2), stated(3, photo_name="丙.JPG")
    read(group, one, two, three)
    pack = read_photos(group, f"{one['name']}_{one['id_number']}.jpg", f"照片/{two['id_number']}.JPG", "丙.jpg")
    assert (pack.state, pack.matched, pack.report, pack.file) == ("read", 3, [], None)
    assert [(row.state, row.faults) for row in rows_in(group)] == [("clear", [])] * 3


def test_photos_find_rows_that_come_later(group: Group) -> None:
    pack = read_photos(group, f"{stated(1)['id_number']}.jpg", f"{stated(2)['id_number']}.jpg")
    assert [line["waits"] for line in pack.report] == [True, True]
    read(group, stated(1))
    pack.refresh_from_db()
    assert (pack.matched, [line["waits"] for line in pack.report]) == (1, [True])
    assert [row.state for row in rows_in(group)] == ["clear"]
