"""What is uploaded is judged by its content, kept privately, named at the commit, and never lost in between."""

import errno
import hashlib
import io
import os
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image, ImageFile

from skilleval.core import files, intake, jobs, orphans
from skilleval.core.errors import Refused
from skilleval.core.models import Job, StoredFile
from tests.core.hostile_files import DOCUMENTS, JPEG, ZIP, mp4, pdf, picture, png_bomb

pytestmark = pytest.mark.django_db


def take_in(content, *, kind="document", name="上传.pdf", by=None):
    return files.store(SimpleUploadedFile(name, content), kind=kind, by=by, owner_label="申请 5")


def test_content_that_is_not_what_its_row_says_is_refused(media):
    stored = take_in(JPEG)
    assert hashlib.sha256(files.read(stored)).hexdigest() == stored.sha256
    files.path_of(stored).write_bytes(JPEG + b"x")
    with pytest.raises(Refused, match="与登记的不符"):
        files.read(stored)
    files.path_of(stored).unlink()
    with pytest.raises(Refused, match="无法读取"):
        files.read(stored)


def on_disk(media):
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()) if media.exists() else []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_document_of_the_corpus(name, media):
    """Also in a process that has made a PDF: WeasyPrint has it read broken pictures as if they were whole."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # as it leaves it
    content, outcome = DOCUMENTS[name]
    if "/" in outcome:
        stored = take_in(content)
        kept = files.read(stored)
        assert stored.content_type == outcome
        assert (stored.size, stored.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
        assert intake._content_type(files.path_of(stored)) == outcome
        for foreign in (b"PK\x03\x04", b"<script", b"alert"):
            assert foreign not in kept
    else:
        with pytest.raises(Refused, match=outcome) as refusal:
            take_in(content)
        assert refusal.value.field == "upload"
        assert (on_disk(media), StoredFile.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        (JPEG, (400, 560)),
        (picture("PNG", (3000, 4200)), (857, 1200)),
        (picture(size=(200, 200)), (200, 200)),
        (picture(size=(199, 300)), "至少 200"),
        (picture("GIF"), "JPG 或 PNG"),
        (pdf(), "JPG 或 PNG"),
        (png_bomb(), "无法读取"),
    ],
)
def test_photos_have_a_size_of_their_own(content, outcome):
    if isinstance(outcome, str):
        with pytest.raises(Refused, match=outcome):
            take_in(content, kind="photo")
    else:
        with files.open_file(take_in(content, kind="photo")) as file, Image.open(file) as kept:
            assert (kept.format, kept.size, kept.mode) == ("JPEG", outcome, "RGB")


def test_a_photo_stands_upright_and_loses_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    exif.get_ifd(0x8825)[1] = "N"
    with files.open_file(take_in(picture(size=(600, 400), exif=exif), kind="photo")) as file, Image.open(file) as kept:
        assert kept.size == (400, 600)
        assert not kept.getexif()


@pytest.mark.parametrize("content", [mp4(), mp4(b"M4A "), pdf(), JPEG + b"\x00behind", picture("PNG")])
def test_evidence_is_kept_to_the_last_byte(content):
    assert files.read(take_in(content, kind="evidence")) == content


@pytest.mark.parametrize("content", [mp4(b"qt  "), ZIP, DOCUMENTS["pdf with an attachment"][0], JPEG[:100]])
def test_evidence_is_examined_all_the_same(content):
    with pytest.raises(Refused):
        take_in(content, kind="evidence")


def test_our_own_files_are_kept_as_they_are(person):
    kept = files.keep(b"PK..", kind="generated", name="批次.zip", content_type="application/zip", owner_label="批次 3")
    streamed = files.keep(io.BytesIO(b"a,b"), kind="spreadsheet", name="n", content_type="text/csv", owner_label="x")
    assert (files.read(kept), kept.path[-4:], files.read(streamed)) == (b"PK..", ".zip", b"a,b")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\材料.pdf", "材料.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("长" * 300, "长" * 200),
    ],
)
def test_names_are_only_names(name, kept):
    stored = files.keep(b"x", kind="generated", name=name, content_type="application/pdf", owner_label="x")
    assert stored.original_name == kept
    assert name not in stored.path


@pytest.mark.django_db(transaction=True)
def test_it_is_readable_before_the_commit_and_named_by_it(media):
    with transaction.atomic():
        stored = take_in(JPEG)
        assert on_disk(media) == [f"incoming/{stored.uuid.hex}"]
        assert files.read(stored)
    assert on_disk(media) == [stored.path]
    assert files.read(StoredFile.objects.get())


@pytest.mark.django_db(transaction=True)
def test_a_fault_between_commit_and_naming_loses_nothing(media, monkeypatch):
    monkeypatch.setattr(files, "settle", lambda stored: 1 // 0)
    stored = take_in(JPEG)
    content = files.read(stored)
    monkeypatch.undo()
    files.settings.MEDIA_ROOT = str(media)
    assert orphans.collect_orphans() == orphans.Orphans(settled=1, removed=0, missing=[])
    assert (on_disk(media), files.read(stored)) == ([stored.path], content)


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_collected_after_a_day_and_not_before(media):
    with transaction.atomic():
        take_in(JPEG)
        transaction.set_rollback(True)
    (left,) = on_disk(media)
    assert orphans.collect_orphans().removed == 0
    yesterday = time.time() - 25 * 3600
    os.utime(media / left, (yesterday, yesterday))
    kept = take_in(JPEG)
    os.utime(files.path_of(kept), (yesterday, yesterday))
    assert orphans.collect_orphans() == orphans.Orphans(settled=0, removed=1, missing=[])
    assert on_disk(media) == [kept.path]


@pytest.mark.django_db(transaction=True)
def test_rows_without_content_are_told(caplog):
    stored = take_in(JPEG)
    files.path_of(stored).unlink()
    assert orphans.collect_orphans().missing == [stored.pk]
    day = stored.created_at.date()
    assert (orphans.collect_due(day), orphans.collect_due(day)) == (1, 0)
    jobs.drain()
    assert f"without content: [{stored.pk}]" in caplog.text
    assert list(Job.objects.values_list("kind", "state")) == [("core.collect_orphans", "done")]
    with pytest.raises(Refused, match="管理员"):
        files.open_file(stored)


@pytest.mark.django_db(transaction=True)
def test_removing_takes_the_content_with_the_row_at_the_commit(media):
    stored = take_in(JPEG)
    with transaction.atomic():
        files.remove(stored)
        assert len(on_disk(media)) == 1
    assert (on_disk(media), StoredFile.objects.count()) == ([], 0)


def test_a_full_disk_is_a_refusal_and_leaves_nothing(media, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="存储空间不足"):
        take_in(JPEG)
    assert on_disk(media) == []


@pytest.mark.parametrize(
    ("content", "kind", "asked", "disposition"),
    [
        (JPEG, "document", False, "inline"),
        (JPEG, "document", True, "attachment"),
        (mp4(), "evidence", False, "attachment"),
    ],
)
def test_a_file_is_answered_without_cache_or_guess(content, kind, asked, disposition):
    response = files.file_response(take_in(content, kind=kind, name="毕业证书.jpg"), as_attachment=asked)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith(disposition)
    assert "%E6%AF%95" in response["Content-Disposition"]
    assert b"".join(response.streaming_content)
    response.close()


def test_nothing_lies_where_a_web_server_would_look(media):
    stored = take_in(JPEG)
    assert Path(stored.path).name == f"{stored.uuid.hex}.jpg"
    assert stored.original_name not in stored.path
