"""An uploaded roster becomes rows with all their faults: each row once, however the work is interrupted."""

from __future__ import annotations

import pytest

from registration.models import Group
from tests.factories import GroupFactory
from tests.registration.rosters import read, rows_in, stated

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    made: Group = GroupFactory(offering__work_type__occupation__code="4-04-05-05")
    return made


def test_every_row_is_kept_with_all_its_faults(group: Group) -> None:
    roster = read(group, stated(1), stated(2, phone="123", clause="9.9"))
    assert (roster.state, roster.refusal) == ("read", "")
    first, second = rows_in(group)
    assert (first.number, first.state, first.kinds) == (2, "faulty", ["photo"])
    assert first.cells == {"name": "样本乙", "clause": "4.1", "work_from": "2015-07-01"}
    assert (first.id_cipher, first.phone_cipher) == (stated(1)["id_number"], "13900000001")
    assert second.kinds == ["phone", "word", "photo"]
