"""A row is mended cell by cell and checked at once; of two officers nothing gets lost."""

from __future__ import annotations

from datetime import date
from threading import Barrier
from typing import Any

import pytest

from registration.enums import ApplicationState
from registration.models import Group, RosterRow
from registration.services import mending, rosters
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests.factories import InstitutionFactory, at, resident_number
from tests.races import run_together
from tests.registration.rosters import EARLIER, member, officer_of, read, read_photos, row_of, rows_in, stated

pytestmark = pytest.mark.django_db
TOO_LATE = at(2026, 3, 31, 16)


def mend(row: RosterRow, moment: Any = EARLIER, **cells: str) -> RosterRow:
    return mending.mend(row, cells=cells, by=officer_of(row.group.institution), at=moment)


def states(group: Group) -> list[tuple[str, list[str]]]:
    return [(row.state, row.kinds) for row in rows_in(group)]


def photographed(group: Group, *serials: int) -> None:
    read_photos(group, *(f"{resident_number(serial)}.jpg" for serial in serials))


def test_only_the_cells_given_change_and_the_row_is_checked_at_once(group: Group) -> None:
    read(group, stated(1, phone="123", major_name="计算机"))
    photographed(group, 1)
    (row,) = rows_in(group)
    assert (row.state, row.kinds) == ("faulty", ["phone"])
    mended = mend(row, phone=" 139 0000 0001 ")
    assert (mended.state, mended.faults) == ("clear", [])
    (stored,) = rows_in(group)
    assert (stored.state, stored.phone_cipher, stored.cells["major_name"]) == ("clear", "139 0000 0001", "计算机")
    assert (stored.edited_by_label, stored.edited_at) == ("经办人", EARLIER)
    event = AuditEvent.objects.get(action="roster.row_mended")
    assert event.details == {"fields": ["phone"]}


def test_a_cell_is_emptied_and_what_stays_the_same_isnt_an_edit(group: Group) -> None:
    read(group, stated(1, major_name="计算机"))
    (row,) = rows_in(group)
    assert mend(row, name="样本乙").edited_at is None
    assert "major_name" not in mend(row, major_name="").cells
    assert AuditEvent.objects.filter(action="roster.row_mended").count() == 1


def test_editing_a_double_away_frees_the_other(group: Group) -> None:
    read(group, stated(1), stated(1, name="样本丙"))
    photographed(group, 1)
    first, second = rows_in(group)
    assert (first.state, second.kinds) == ("clear", ["duplicate", "photo"])
    mend(first, id_number=resident_number(7))
    assert states(group) == [("clear", []), ("faulty", ["photo"])]


def test_editing_into_a_double_leaves_the_one_that_stands(group: Group) -> None:
    read(group, stated(1), stated(2))
    photographed(group, 1, 2)
    first, second = rows_in(group)
    assert mend(first, id_number=second.id_cipher).kinds == ["duplicate"]
    assert states(group) == [("faulty", ["duplicate"]), ("clear", [])]


def test_numbers_can_be_exchanged_one_after_the_other(group: Group) -> None:
    read(group, stated(1), stated(2))
    photographed(group, 1, 2)
    first, second = rows_in(group)
    mend(first, id_number=resident_number(2))
    mend(second, id_number=resident_number(1))
    assert [state for state, _ in states(group)] == ["clear", "clear"]


def test_digits_a_spreadsheet_lost_stay_lost_until_they_are_typed(group: Group) -> None:
    row = row_of(group, state="faulty")
    row.lossy = ["id_number"]
    row.save()
    assert "identity" in mend(row, name="样本丙").kinds
    assert "identity" not in mend(row, id_number=resident_number(3)).kinds
    assert RosterRow.objects.get().lossy == []


def test_a_passed_row_goes_back_to_the_check_and_keeps_its_application(group: Group) -> None:
    application = member(group)
    row = mend(application.roster_row, schooling="大专")
    assert (row.state, row.passed, row.application) == ("clear", None, application)
    application.refresh_from_db()
    assert application.state == "prelim"


@pytest.mark.parametrize("state", ["review", "approved", "confirmed", "scheduled", "completed"])
def test_what_was_handed_in_isnt_mended(group: Group, state: str) -> None:
    with pytest.raises(Conflict, match="已提交"):
        mend(member(group, state=state).roster_row, name="样本丙")


@pytest.mark.parametrize("state", ["prelim", "lapsed", "cancelled", "void"])
def test_what_wasnt_handed_in_or_is_over_is_mended(group: Group, state: str) -> None:
    assert mend(member(group, state=state).roster_row, name="样本丙").cells["name"] == "样本丙"


@pytest.mark.parametrize(
    ("moment", "mended"), [(at(2026, 4, 5, 15), True), (at(2026, 4, 5, 16), False)], ids=["in time", "too late"]
)
def test_a_returned_member_is_mended_to_the_end_of_the_deadline(group: Group, moment: Any, mended: bool) -> None:
    row = member(group, state="returned", row_state="clear", returned_until=date(2026, 4, 5)).roster_row
    if mended:
        assert mend(row, moment, name="样本丙").cells["name"] == "样本丙"
    else:
        with pytest.raises(Conflict, match="补正期限"):
            mend(row, moment, name="样本丙")


def test_after_the_close_and_once_removed_a_row_stays_as_it_is(group: Group) -> None:
    row = row_of(group)
    with pytest.raises(Conflict, match="已经截止"):
        mend(row, TOO_LATE, name="样本丙")
    rosters.remove_rows(group, rows=[row.pk], by=officer_of(group.institution), at=EARLIER)
    with pytest.raises(Conflict, match="已移除"):
        mend(row, name="样本丙")


def test_strangers_and_columns_that_arent_there_are_refused(group: Group) -> None:
    row = row_of(group)
    with pytest.raises(NotAllowed):
        mending.mend(row, cells={"name": "样本丙"}, by=officer_of(InstitutionFactory()), at=EARLIER)
    with pytest.raises(Refused, match="没有这一列"):
        mend(row, state="passed")
    with pytest.raises(Refused, match="500"):
        mend(row, major_name="字" * 501)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_both_cells_are_kept(group: Group) -> None:
    row = row_of(group)
    run_together(lambda: mend(row, major_name="计算机"), lambda: mend(row, school_name="样本学校"))
    (stored,) = rows_in(group)
    assert (stored.cells["major_name"], stored.cells["school_name"]) == ("计算机", "样本学校")


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_them_would_be_lost(group: Group) -> None:
    """The negative control: both read before either writes."""
    row, asked = row_of(group), Barrier(2, timeout=20)

    def careless(key: str, text: str) -> None:
        found = RosterRow.objects.get(pk=row.pk)
        asked.wait()
        found.cells[key] = text
        found.save(update_fields=["cells"])

    run_together(lambda: careless("major_name", "计算机"), lambda: careless("school_name", "样本学校"))
    (stored,) = rows_in(group)
    assert len({"major_name", "school_name"} & set(stored.cells)) == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_after_the_handing_in_is_told(group: Group) -> None:
    application = member(group)
    row = application.roster_row
    type(application).objects.filter(pk=application.pk).update(state=ApplicationState.REVIEW)
    with pytest.raises(Conflict, match="已提交"):
        mend(row, name="样本丙")
    assert rows_in(group)[0].state == "passed"
