"""Photos find their rows by the names of their files, whichever came first, and nothing hostile gets in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from registration import due
from registration.models import Group, PhotoPack, RosterRow
from registration.services import mending, photos, rosters
from skilleval.core import files, leases
from skilleval.core.enums import JobState
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.jobs import drain
from skilleval.core.models import AuditEvent, Job, StoredFile
from tests.core.hostile_files import JPEG, ZIP, picture, png_bomb
from tests.factories import CandidateFactory, InstitutionFactory, at, resident_number
from tests.registration.rosters import EARLIER, member, officer_of, read, read_photos, row_of, rows_in, stated, zipped

pytestmark = pytest.mark.django_db
TOO_LATE = at(2026, 3, 31, 16)


def photo(serial: int) -> str:
    return f"{resident_number(serial)}.jpg"


def told(pack: PhotoPack) -> list[tuple[str, str, bool]]:
    """The report: the file as shown, the beginning of what is told, and whether it still waits."""
    return [(line["file"], line["message"][:5], line["waits"]) for line in pack.report]


def has_photo(group: Group) -> list[bool]:
    return [row.photo_id is not None for row in rows_in(group)]


def test_photos_find_rows_that_are_there_and_the_zip_goes(group: Group) -> None:
    one, two, three = stated(1), stated(2), stated(3, photo_name="丙.JPG")
    read(group, one, two, three)
    pack = read_photos(group, f"{one['name']}_{one['id_number']}.jpg", f"照片/{two['id_number']}.JPG", "丙.jpg")
    assert (pack.state, pack.matched, pack.report, pack.file) == ("read", 3, [], None)
    assert [(row.state, row.faults) for row in rows_in(group)] == [("clear", [])] * 3
    assert not StoredFile.objects.filter(kind="archive").exists()


def test_what_the_roster_names_comes_before_the_number(group: Group) -> None:
    named = f"第1张_{resident_number(2)}"
    read(group, stated(1, photo_name=f"{named}.JPG"), stated(2))
    read_photos(group, f"{named}.jpg")
    assert has_photo(group) == [True, False]


def test_photos_wait_for_rows_that_come_later(group: Group) -> None:
    pack = read_photos(group, photo(1), photo(2))
    assert [(message, waits) for _, message, waits in told(pack)] == [("没有对应的", True)] * 2
    read(group, stated(1))
    pack.refresh_from_db()
    assert (pack.matched, [waits for _, _, waits in told(pack)], pack.file is None) == (1, [True], False)
    rosters.add_person(group, cells=stated(2), by=officer_of(group.institution), at=EARLIER)
    drain()
    pack.refresh_from_db()
    assert (pack.matched, pack.report, pack.file) == (2, [], None)
    assert [row.state for row in rows_in(group)] == ["clear", "clear"]


def test_a_number_mended_later_finds_its_photo(group: Group) -> None:
    read(group, stated(1, id_number=resident_number(9)))
    read_photos(group, photo(1))
    assert has_photo(group) == [False]
    (row,) = rows_in(group)
    mending.mend(row, cells={"id_number": resident_number(1)}, by=officer_of(group.institution), at=EARLIER)
    drain()
    assert has_photo(group) == [True]


def test_a_photo_with_somebody_elses_name_waits_until_it_agrees(group: Group) -> None:
    read(group, stated(1))
    pack = read_photos(group, f"样本丁_{photo(1)}")
    assert told(pack) == [("样本丁_310101********" + photo(1)[14:], "文件名中的", True)]
    (row,) = rows_in(group)
    mending.mend(row, cells={"name": "样本丁"}, by=officer_of(group.institution), at=EARLIER)
    drain()
    assert has_photo(group) == [True]


def test_of_doubles_the_row_that_stands_gets_the_photo(group: Group) -> None:
    read(group, stated(1), stated(1))
    read_photos(group, photo(1))
    assert has_photo(group) == [True, False]


def test_what_is_no_photo_is_told_and_the_others_come_through(group: Group) -> None:
    read(group, *map(stated, range(1, 6)))
    others = {photo(2): picture("GIF"), photo(3): png_bomb(), photo(4): ZIP, photo(5): picture(size=(100, 140))}
    pack = read_photos(group, photo(1), **others)
    assert (pack.matched, pack.file) == (1, None)
    assert [(message, waits) for _, message, waits in told(pack)] == [
        ("照片仅支持", False),
        ("该图片无法", False),
        ("照片仅支持", False),
        ("照片太小：", False),
    ]
    assert has_photo(group) == [True, False, False, False, False]
    assert StoredFile.objects.filter(kind="photo").count() == 1


def test_photos_are_re_encoded_and_keep_no_number_in_their_name(group: Group) -> None:
    read(group, stated(1))
    read_photos(group, **{photo(1): picture("PNG", size=(3000, 4200))})
    stored = rows_in(group)[0].photo
    assert stored is not None
    assert (stored.content_type, stored.original_name) == ("image/jpeg", "photo.jpg")
    assert resident_number(1) not in f"{stored.owner_label}{stored.path}"
    assert files.path_of(stored).read_bytes().startswith(b"\xff\xd8\xff")


def test_two_photos_for_one_row_are_told(group: Group) -> None:
    read(group, stated(1))
    pack = read_photos(group, photo(1), f"{stated(1)['name']}_{photo(1)}")
    assert (pack.matched, [message for _, message, _ in told(pack)]) == (1, ["另一张照片"])


def test_a_later_zip_replaces_but_a_later_look_leaves_what_came_meanwhile(group: Group) -> None:
    waiting = read_photos(group, photo(1))
    row = row_of(group, person=CandidateFactory.build(user=None, id_cipher=resident_number(1)))
    own = row.photo
    photos.look_again(group, cause="test")
    drain()
    waiting.refresh_from_db()
    assert (rows_in(group)[0].photo, [message for _, message, _ in told(waiting)]) == (own, ["该行已另有"])
    read_photos(group, photo(1), photo(2))
    assert rows_in(group)[0].photo != own


@pytest.mark.parametrize(("state", "words"), [("review", "该行已提交"), ("confirmed", "该行已提交")])
def test_who_was_handed_in_keeps_their_photo(group: Group, state: str, words: str) -> None:
    row = member(group, state=state, candidate=CandidateFactory(user=None, id_cipher=resident_number(1))).roster_row
    pack = read_photos(group, photo(1))
    assert [(message, waits) for _, message, waits in told(pack)] == [(words, False)]
    assert rows_in(group)[0].photo == row.photo


def test_a_passed_row_with_another_photo_goes_back_to_the_check(group: Group) -> None:
    member(group, candidate=CandidateFactory(user=None, id_cipher=resident_number(1)))
    read_photos(group, photo(1))
    assert [(row.state, row.passed) for row in rows_in(group)] == [("clear", None)]


@pytest.mark.parametrize("content", [b"Rar!\x1a\x07" + b"\0" * 100, zipped({"../x.jpg": JPEG}).read()])
def test_a_zip_that_cant_be_read_is_refused_and_erased_and_may_come_again(group: Group, content: bytes) -> None:
    def upload() -> PhotoPack:
        file = SimpleUploadedFile("照片.zip", content)
        pack = photos.upload_photos(group, upload=file, by=officer_of(group.institution), at=EARLIER)
        drain()
        return PhotoPack.objects.get(pk=pack.pk)

    first = upload()
    assert (first.state, bool(first.refusal), first.file) == ("refused", True, None)
    assert upload() != first


def test_the_same_zip_is_recognised_strangers_and_latecomers_are_refused(group: Group) -> None:
    first = read_photos(group, photo(1))
    assert read_photos(group, photo(1)) == first
    with pytest.raises(NotAllowed):
        photos.upload_photos(group, upload=zipped({"x": JPEG}), by=officer_of(InstitutionFactory()), at=EARLIER)
    with pytest.raises(Refused, match="已经截止"):
        photos.upload_photos(group, upload=zipped({"x": JPEG}), by=officer_of(group.institution), at=TOO_LATE)
    empty = SimpleUploadedFile("照片.zip", b"")
    with pytest.raises(Refused, match="空的"):
        photos.upload_photos(group, upload=empty, by=officer_of(group.institution), at=EARLIER)
    assert AuditEvent.objects.filter(action="photos.uploaded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_reading_killed_half_way_goes_on_where_it_was(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "PHOTOS_AT_ONCE", 2)
    read(group, *map(stated, range(5)))
    renew, calls = leases.Lease.renew, []

    def die(self: leases.Lease, **progress: Any) -> None:
        calls.append(progress)
        if len(calls) == 2:
            raise KeyboardInterrupt
        renew(self, **progress)

    monkeypatch.setattr(leases.Lease, "renew", die)
    with pytest.raises(KeyboardInterrupt):
        read_photos(group, *map(photo, range(5)))
    assert sum(has_photo(group)) == 2
    Job.objects.filter(state="running").update(leased_until=timezone.now() - timedelta(seconds=1))
    drain()
    pack = PhotoPack.objects.get()
    assert (pack.state, pack.matched, pack.report, pack.file) == ("read", 5, [], None)
    assert all(has_photo(group))
    assert StoredFile.objects.filter(kind="photo").count() == 5
    assert calls[-1] == {"done": 5, "total": 5}


def test_what_waits_is_erased_when_the_window_has_closed(group: Group) -> None:
    pack = read_photos(group, photo(1))
    assert due.erase_photo_packs(date(2026, 3, 31)) == 0
    assert due.erase_photo_packs(date(2026, 4, 1)) == 1
    pack.refresh_from_db()
    assert (pack.file, StoredFile.objects.filter(kind="archive").count(), len(pack.report)) == (None, 0, 1)
    assert due.erase_photo_packs(date(2026, 4, 1)) == 0


def test_what_waits_for_a_correction_is_erased_after_its_deadline(group: Group) -> None:
    member(group, state="returned", row_state="clear", returned_until=date(2026, 4, 3))
    read_photos(group, photo(1), at=at(2026, 4, 2))
    assert [due.erase_photo_packs(date(2026, 4, day)) for day in (3, 4)] == [0, 1]


@pytest.mark.parametrize("again", [False, True])  # before the first look, before another one
def test_a_zip_that_is_to_be_looked_through_isnt_erased_before(group: Group, again: bool) -> None:
    read(group, stated(1))
    (row,) = rows_in(group)
    officer = officer_of(group.institution)
    if again:
        pack = read_photos(group, "样本别名.jpg")
        mending.mend(row, cells={"photo_name": "样本别名.jpg"}, by=officer, at=EARLIER)
    else:
        pack = photos.upload_photos(group, upload=zipped({photo(1): JPEG}), by=officer, at=at(2026, 3, 31))
    assert due.erase_photo_packs(date(2026, 4, 1)) == 0
    drain()
    assert has_photo(group) == [True]
    assert PhotoPack.objects.get(pk=pack.pk).file is None


def test_a_zip_whose_look_was_given_up_goes_with_the_others(group: Group) -> None:
    photos.upload_photos(group, upload=zipped({photo(1): JPEG}), by=officer_of(group.institution), at=EARLIER)
    Job.objects.update(state=JobState.QUARANTINED)
    assert due.erase_photo_packs(date(2026, 4, 1)) == 1


# --- one row --------------------------------------------------------------------------------------------------------


def set_photo(row: RosterRow, content: bytes = JPEG, moment: Any = EARLIER) -> RosterRow:
    upload = SimpleUploadedFile(f"样本_{row.id_cipher}.jpg", content)
    return photos.set_row_photo(row, upload=upload, by=officer_of(row.group.institution), at=moment)


def test_one_photo_clears_its_row_and_replaces_the_one_before(group: Group) -> None:
    read(group, stated(1))
    row = set_photo(rows_in(group)[0])
    assert (row.state, row.faults, row.edited_at) == ("clear", [], EARLIER)
    before = row.photo
    assert set_photo(row).photo != before
    assert StoredFile.objects.get(kind="photo").original_name == "photo.jpg"
    assert AuditEvent.objects.filter(action="roster.photo_set").count() == 2


def test_a_photo_that_became_a_persons_own_stays_with_them(group: Group) -> None:
    application = member(group)
    person, row = application.candidate, application.roster_row
    person.photo = row.photo
    person.save()
    assert set_photo(row).photo != person.photo
    person.refresh_from_db()
    assert person.photo is not None


def test_no_photo_for_what_was_handed_in_nor_from_strangers_nor_what_is_none(group: Group) -> None:
    with pytest.raises(Conflict, match="已提交"):
        set_photo(member(group, state="review").roster_row)
    row = row_of(group)
    with pytest.raises(Refused, match="照片仅支持"):
        set_photo(row, picture("GIF"))
    with pytest.raises(NotAllowed):
        photos.set_row_photo(row, upload=zipped({}), by=officer_of(InstitutionFactory()), at=EARLIER)
