"""Mending on the page: one cell in its place, or the whole row; each save checks at once and says what came of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from registration.enums import RowState
from registration.models import Group, RosterRow
from skilleval.accounts.models import User
from skilleval.core.models import AuditEvent
from tests.journeys.applying.pages import picture
from tests.journeys.groups.pages import HTMX, of_row, text, url, words
from tests.registration.rosters import member, portrait, read, stated

pytestmark = pytest.mark.django_db
LOOK = "roster_row.number_seen"


@pytest.fixture
def row(group: Group) -> RosterRow:
    """Somebody with a photo, whose telephone is too short."""
    read(group, stated(1, phone="139000"))
    found: RosterRow = group.rosters.get().rows.get()
    found.photo = portrait()
    found.save()
    return found


def cell(tab: Client, row: RosterRow, column: str, value: str | None = None, **more: Any) -> Any:
    address = of_row("row_cell", row, column)
    if value is None:
        return tab.get(address, more, **HTMX)
    report = f"http://testserver{url('group_report', row.group)}?show=faulty"
    return tab.post(address, {"value": value}, **HTMX, HTTP_HX_CURRENT_URL=report)


def test_a_cell_becomes_a_field_in_its_place(tab: Client, row: RosterRow) -> None:
    page = text(cell(tab, row, "name"))
    assert 'name="value"' in page
    assert f'value="{row.cells["name"]}"' in page
    assert "data-focus" in page
    assert not AuditEvent.objects.filter(action=LOOK).exists()


def test_a_whole_number_is_shown_in_its_open_cell_alone_and_each_look_is_recorded(
    tab: Client, row: RosterRow, officer: User
) -> None:
    for column, number in (("id_number", row.id_cipher), ("phone", row.phone_cipher)):
        page = text(cell(tab, row, column))
        assert f'value="{number}"' in page
        seen = AuditEvent.objects.filter(action=LOOK).latest("pk")
        assert (seen.actor_id, seen.object_id) == (officer.pk, str(row.pk))
        assert seen.details == {"fields": [column], "purpose": "mend"}
        assert number not in str(seen.details)


def test_cells_of_fixed_words_offer_them(tab: Client, row: RosterRow) -> None:
    page = text(cell(tab, row, "school"))
    assert '<option value="技工学校">' in page
    clauses = text(cell(tab, row, "clause"))
    assert '<option value="4.1" selected>四级(1)' in clauses


def test_saving_checks_at_once_and_renews_card_and_counts(tab: Client, row: RosterRow) -> None:
    answer = cell(tab, row, "phone", "13900000001")
    row.refresh_from_db()
    assert row.state == RowState.CLEAR
    page = text(answer)
    assert f'id="row-{row.uuid}"' in page
    assert "data-mended" in page
    assert 'id="bar" aria-label="本团体人数" hx-swap-oob="true"' in page
    assert f"{row.cells['name']}：已保存，核对通过" in page
    assert "13900000001" not in page


def test_what_is_still_wrong_gets_the_keyboard(tab: Client, row: RosterRow) -> None:
    page = text(cell(tab, row, "phone", "1390000"))
    assert "data-mended" not in page
    assert page.count("data-focus") == 1
    assert "还有 1 格需要修改" in page


def test_escape_brings_the_cell_back_as_it_was(tab: Client, row: RosterRow) -> None:
    page = text(cell(tab, row, "phone", closed=""))
    assert "data-focus" in page
    assert 'name="value"' not in page
    assert row.phone_cipher not in page


def test_a_row_handed_in_says_so_in_its_cell(tab: Client, group: Group) -> None:
    row = member(group, state="review").roster_row
    answer = cell(tab, row, "name", "样本乙")
    assert "目前为“待审核”，不能再修改" in words(answer)
    row.refresh_from_db()
    assert row.cells["name"] != "样本乙"


def test_without_javascript_the_cell_is_on_the_persons_page(tab: Client, row: RosterRow) -> None:
    answer = tab.get(of_row("row_cell", row, "phone"))
    assert answer.url == f"{of_row('row_mend', row)}?open=phone#id_phone"  # type: ignore[attr-defined]


@pytest.mark.parametrize("column", ["photo_name", "nonsense"])
def test_what_is_no_cell_is_not_found(tab: Client, row: RosterRow, column: str) -> None:
    assert cell(tab, row, column).status_code == 404


def test_the_whole_row_shows_every_column_but_no_whole_number(tab: Client, row: RosterRow) -> None:
    page = text(tab.get(of_row("row_mend", row)))
    assert 'name="work_from"' in page
    assert 'name="id_number"' not in page
    assert row.id_cipher not in page
    assert row.masked_id in page


def test_a_photos_name_is_a_number_as_well(tab: Client, row: RosterRow) -> None:
    row.photo_cipher = f"样本_{row.id_cipher}.jpg"
    row.save()
    page = text(tab.get(of_row("row_mend", row)))
    assert row.id_cipher not in page
    assert f"样本_{row.masked_id}.jpg" in page
    opened = text(tab.get(of_row("row_mend", row), {"open": "photo_name"}))
    assert f'name="photo_name" value="{row.photo_cipher}"' in opened
    assert AuditEvent.objects.get(action=LOOK).details["fields"] == ["photo_name"]


def test_an_opened_number_is_in_the_form_and_recorded(tab: Client, row: RosterRow) -> None:
    page = text(tab.get(of_row("row_mend", row), {"open": "phone"}))
    assert f'name="phone" value="{row.phone_cipher}"' in page
    assert AuditEvent.objects.filter(action=LOOK, object_id=str(row.pk)).count() == 1
    assert row.id_cipher not in page


def everything(tab: Client, row: RosterRow, **changes: str) -> dict[str, str]:
    form = tab.get(of_row("row_mend", row)).context["form"]
    return {name: form[name].initial or "" for name in form.fields} | changes


def test_saving_the_whole_row_changes_what_was_changed(tab: Client, row: RosterRow) -> None:
    before = row.id_cipher
    answer = tab.post(of_row("row_mend", row), everything(tab, row, phone="13900000001", name="样本丁"))
    row.refresh_from_db()
    assert answer.status_code == 302
    assert (row.cells["name"], row.state, row.id_cipher) == ("样本丁", RowState.CLEAR, before)
    changed = AuditEvent.objects.filter(action="roster.row_mended").latest("pk")
    assert changed.details["fields"] == ["name", "phone"]


def test_after_one_person_comes_the_next_who_is_faulty(tab: Client, group: Group, row: RosterRow) -> None:
    read(group, stated(2, phone="1"), stated(3, phone="2"), name="b.csv")
    second = group.rows.order_by("pk")[1]
    sent = everything(tab, row, phone="13900000001", then="next")
    assert tab.post(of_row("row_mend", row), sent).url == of_row("row_mend", second)  # type: ignore[attr-defined]
    still = everything(tab, second, phone="3", then="next")
    assert tab.post(of_row("row_mend", second), still).url == of_row("row_mend", second)  # type: ignore[attr-defined]


def test_a_photo_for_one_person(tab: Client, group: Group) -> None:
    read(group, stated(1))
    row = group.rows.get()
    answer = tab.post(of_row("row_photo", row), {"upload": picture()}, follow=True)
    row.refresh_from_db()
    assert row.photo is not None
    assert row.state == RowState.CLEAR
    assert "照片已保存" in words(answer)
    shown: Any = tab.get(of_row("row_photo_file", row))
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")
    assert shown["Content-Type"] == "image/jpeg"


def test_a_file_that_is_no_photo_is_refused_with_the_cure(tab: Client, row: RosterRow) -> None:
    broken = picture("x.jpg")
    broken.file.seek(0)
    broken.file.truncate(100)
    broken.size = 100
    answer = tab.post(of_row("row_photo", row), {"upload": broken})
    assert answer.status_code == 400
    assert "重新" in words(answer)
