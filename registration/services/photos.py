"""Photos of a group's people: a zip read in the background, or one for a row (SPEC 5.2, 5.7).

Photos find their rows whichever came first. The zip is kept while a photo in it may still find one, and erased then, at
the latest when the window has closed and nobody's correction is awaited. Its report says which photos found none or
couldn't be taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction

from registration import policy
from registration.enums import STANDING_ROWS, IntakeState, RowState
from registration.models import Candidate, Group, PhotoPack, RosterRow
from registration.queries.standing import among
from registration.rosters import photo_names
from registration.rosters.photo_names import PhotoName
from registration.services import judging, portraits
from registration.services.editing import day_of
from registration.services.row_editing import bar, check_editable, check_uploadable, locked, locked_rows
from skilleval.accounts.models import User
from skilleval.core import archives, audit, clock, files, intake
from skilleval.core.enums import FileKind, JobState
from skilleval.core.errors import Conflict, Refused
from skilleval.core.jobs import enqueue
from skilleval.core.leases import Lease
from skilleval.core.models import Job, StoredFile
from skilleval.core.policy import require

READ = "registration.read_photos"
PHOTOS_AT_ONCE = 20
ZIP = "application/zip"
TOO_LARGE = "照片包超过 200 MB；请缩小照片，或分成几份后再上传"
NO_ROW = "没有对应的行；文件名请用“姓名_证件号码”或证件号码，或在名册的“照片文件名”列填写"
OTHER_NAME = "文件名中的姓名与名册不一致；请核对后改名或更正名册"
TWICE = "另一张照片已用于同一行；请只保留一张"
HAS_ONE = "该行已另有照片，未采用"


@transaction.atomic
def upload_photos(group: Group, *, upload: File[Any], by: User, at: datetime) -> PhotoPack:
    """Keep a zip of photos and have it read in the background; the same zip again answers with the earlier one.

    Raises Refused for a file too large or empty, and once nobody can be entered any more.
    """
    require(by, policy.ENTER, group.institution)
    if not upload.size or upload.size > intake.max_bytes(FileKind.ARCHIVE):
        raise Refused(TOO_LARGE if upload.size else "文件是空的，请检查后重新上传", field="upload")
    sha256 = files.sha256_of(upload)
    group = locked(group)
    if found := group.photo_packs.filter(sha256=sha256).exclude(state=IntakeState.REFUSED).first():
        return found
    check_uploadable(group, day_of(at))
    label = f"group {group.number}"
    stored = files.keep(
        upload, kind=FileKind.ARCHIVE, name=upload.name or "", content_type=ZIP, by=by, owner_label=label
    )
    pack = PhotoPack.objects.create(
        group=group,
        file=stored,
        name=stored.original_name,
        sha256=sha256,
        uploaded_by_id=by.pk,
        uploaded_by_label=by.label,
        uploaded_at=at,
    )
    audit.record("photos.uploaded", by=by, obj=pack, group=group.pk, file=stored.pk)
    enqueue(READ, key=f"photos:{pack.pk}", payload={"id": pack.pk})
    return pack


@transaction.atomic
def set_row_photo(row: RosterRow, *, upload: File[Any], by: User, at: datetime) -> RosterRow:
    """Take a photo for one row, re-encoded, and check the row at once.

    Raises Refused for what is no photo, Conflict for a row that was handed in or removed.
    """
    require(by, policy.ENTER, row.group.institution)
    on = day_of(at)
    upload.name = portraits.NAME
    stored = files.store(upload, kind=FileKind.PHOTO, by=by, owner_label=f"roster row {row.pk}")
    group = locked(row.group)
    found = next(iter(locked_rows(group, [row.pk])), None)
    if found is None:
        raise Conflict
    check_editable(found, group, on)
    found.edited_by_label, found.edited_at = by.label, at
    _attach(found, stored)
    judging.write(judging.judge([found], on=on), on=on, edited=[found])
    audit.record("roster.photo_set", by=by, obj=found)
    return found


def look_again(group: Group, *, cause: str) -> None:
    """Have photos that found no row yet looked through again, since rows came or changed; in the same transaction."""
    for pack in group.photo_packs.filter(state=IntakeState.READ, file__isnull=False):
        enqueue(READ, key=f"photos:{pack.pk}:{cause}", payload={"id": pack.pk})


def under_way() -> list[int]:
    """The ids of the packs that are being looked through or will be; not of those whose look was given up."""
    looks = Job.objects.filter(kind=READ, state__in=(JobState.QUEUED, JobState.RUNNING))
    return list(looks.values_list("payload__id", flat=True))


def read(pack: PhotoPack, *, done: int, lease: Lease) -> None:
    """Give the photos of a zip to their rows; what finds none, or is none, stays in the report.

    `done` is how many rows have got theirs already.
    """
    if pack.file is None:
        return
    try:
        paths = archives.list_entries(pack.file)
    except Refused as refused:
        _refuse(pack, refused.message)
        return
    if pack.state == IntakeState.WAITING and not pack.report and not pack.matched:
        _list(pack, paths)
    waiting = {line["entry"]: photo_names.read_name(paths[line["entry"]]) for line in pack.report if line["waits"]}
    found = _by_row(pack.group, waiting)
    rows = sorted(found)
    for start in range(0, len(rows), PHOTOS_AT_ONCE):
        chunk = {row: found[row] for row in rows[start : start + PHOTOS_AT_ONCE]}
        with transaction.atomic():
            _take(pack, chunk, waiting)
            lease.renew(done=done + start + len(chunk), total=done + len(rows))
    _finish(pack)


@transaction.atomic
def erase_pack(pack: PhotoPack) -> None:
    """Erase a pack's zip; its report stays."""
    locked_pack = PhotoPack.objects.select_for_update(of=("self",)).select_related("file").get(pk=pack.pk)
    if stored := locked_pack.file:
        locked_pack.file = None
        locked_pack.save(update_fields=["file"])
        files.remove(stored)


@transaction.atomic
def _refuse(pack: PhotoPack, message: str) -> None:
    PhotoPack.objects.filter(pk=pack.pk).update(state=IntakeState.REFUSED, refusal=message)
    erase_pack(pack)


def _list(pack: PhotoPack, paths: Mapping[int, str]) -> None:
    """At first every photo waits for its row."""
    pack.report = [
        {"file": photo_names.masked(path), "message": NO_ROW, "entry": place, "waits": True}
        for place, path in paths.items()
    ]
    pack.save(update_fields=["report"])


def _by_row(group: Group, waiting: Mapping[int, PhotoName]) -> dict[int, list[int]]:
    """The places of the waiting photos by the row each belongs to: by 照片文件名, else by the document's number."""
    rows = group.rows.exclude(state=RowState.REMOVED).order_by("pk")
    named = rows.exclude(photo_cipher="").only("uuid", "photo_cipher")
    by_file = {photo_names.file_key(row.photo_cipher): row.pk for row in reversed(named)}
    keys = {key for name in waiting.values() for key in name.keys}
    numbered = rows.filter(id_key__in=among(keys)).values_list("id_key", "state", "pk")
    standing_last = sorted(numbered, key=lambda row: (row[1] in STANDING_ROWS, -row[2]))
    by_key = {bytes(key or b""): pk for key, _, pk in standing_last}
    found: dict[int, list[int]] = {}
    for place, name in waiting.items():
        row = by_file.get(name.file) or next((by_key[key] for key in name.keys if key in by_key), None)
        if row:
            found.setdefault(row, []).append(place)
    return found


def _take(pack: PhotoPack, chunk: Mapping[int, list[int]], names: Mapping[int, PhotoName]) -> None:
    """Give some rows their photos. They are decoded before the group is locked, and whatever isn't taken goes again."""
    photos = _decoded(pack, [place for places in chunk.values() for place in places])
    group, on = locked(pack.group), clock.today()
    pack = PhotoPack.objects.select_for_update().get(pk=pack.pk)
    lines = {line["entry"]: line for line in pack.report}
    given = []
    for row in locked_rows(group, list(chunk)):
        for place in (place for place in chunk[row.pk] if lines.get(place, {}).get("waits")):
            photo = photos.pop(place)
            if obstacle := TWICE if row in given else _obstacle(row, photo, names[place], group, pack):
                lines[place] |= {"message": obstacle, "waits": obstacle in (NO_ROW, OTHER_NAME)}
                photos[place] = photo
            elif isinstance(photo, StoredFile):
                _attach(row, photo)
                given.append(row)
                del lines[place]
    for left in photos.values():
        if isinstance(left, StoredFile):
            files.remove(left)
    judging.write(judging.judge(given, on=on), on=on, edited=given)
    pack.report, pack.matched = list(lines.values()), pack.matched + len(given)
    pack.save(update_fields=["report", "matched"])


def _decoded(pack: PhotoPack, places: list[int]) -> dict[int, StoredFile | Refused]:
    """The photos at some places, re-encoded and kept, or why one is none."""
    found: dict[int, StoredFile | Refused] = {}
    if pack.file is None:
        return found
    limit = intake.max_bytes(FileKind.PHOTO)
    for place, content in archives.read_entries(pack.file, places, max_bytes=limit):
        found[place] = content if isinstance(content, Refused) else _stored(content, pack)
    return found


def _stored(content: bytes, pack: PhotoPack) -> StoredFile | Refused:
    try:
        upload = ContentFile(content, name=portraits.NAME)
        return files.store(upload, kind=FileKind.PHOTO, by=None, owner_label=f"photo pack {pack.pk}")
    except Refused as refused:
        return refused


def _obstacle(row: RosterRow, photo: StoredFile | Refused, name: PhotoName, group: Group, pack: PhotoPack) -> str:
    """Why a row doesn't get a photo; empty if it does. A later look leaves alone the photos that came meanwhile."""
    if isinstance(photo, Refused):
        return photo.message
    if row.state == RowState.REMOVED:
        return NO_ROW
    if not name.agrees(row.cells.get("name", "")):
        return OTHER_NAME
    if row.photo_id and pack.state == IntakeState.READ:
        return HAS_ONE
    return bar(row, group, day_of(pack.uploaded_at))


def _attach(row: RosterRow, photo: StoredFile) -> None:
    """Give a row its photo in memory, an older one of its own goes; what was passed isn't any more."""
    before, row.photo = row.photo, photo
    if row.state == RowState.PASSED:
        row.state, row.passed = RowState.CLEAR, None
    RosterRow.objects.filter(pk=row.pk).update(photo=photo)
    if before and not Candidate.objects.filter(photo=before).exists():
        files.remove(before)


@transaction.atomic
def _finish(pack: PhotoPack) -> None:
    """The first look is over: another one follows for rows that came meanwhile. The zip goes if nothing waits."""
    locked(pack.group)
    pack = PhotoPack.objects.select_for_update(of=("self",)).select_related("group").get(pk=pack.pk)
    waits = any(line["waits"] for line in pack.report)
    if pack.state == IntakeState.WAITING:
        PhotoPack.objects.filter(pk=pack.pk).update(state=IntakeState.READ)
        if waits:
            look_again(pack.group, cause="first")
    if not waits:
        erase_pack(pack)
