"""Private files: written aside, checked, given a row, and named when the row is committed.

A file waits under ``incoming/`` until its row is committed; then it is renamed to ``StoredFile.path``. Whoever reads
in between, or after a fault in between, finds it where it waits, and collect_orphans() finishes the renaming.
"""

from __future__ import annotations

import errno
import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.http import FileResponse

from skilleval.core import intake
from skilleval.core.errors import Refused
from skilleval.core.models import StoredFile
from skilleval.core.policy import Actor

INCOMING = "incoming"
SHOWN_IN_PAGES = (*intake.PICTURES, intake.PDF)
EXTENSIONS = {
    intake.JPEG: "jpg",
    intake.PNG: "png",
    intake.PDF: "pdf",
    intake.MP4: "mp4",
    intake.M4A: "m4a",
    "application/zip": "zip",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
DISK_FULL = "存储空间不足，文件没有保存；请稍后再试，若仍不成功请联系管理员"
CONTENT_GONE = "文件内容暂时无法读取，请联系管理员"
CONTENT_CHANGED = "文件内容与登记的不符，未使用；请重新上传或联系管理员"


def store(upload: File[Any], *, kind: str, by: Actor | None, owner_label: str) -> StoredFile:
    """Take in somebody's file, judged by its content; raises Refused with the cure.

    Pictures are re-encoded and PDFs written anew, so that what is kept is only what was looked at; evidence is kept
    unchanged. ``owner_label`` says whose it is, by number and without personal data.
    """
    uuid = uuid4()
    with _discarded_on_error(uuid) as aside:
        _write(aside, upload.chunks(), intake.max_bytes(kind), intake.wanted(kind))
        content_type = intake.examine(aside, kind)
        return _keep(uuid, kind, content_type, upload.name or "", by, owner_label)


def keep(
    content: bytes | IO[bytes], *, kind: str, name: str, content_type: str, by: Actor | None = None, owner_label: str
) -> StoredFile:
    """Keep a file as it is: what the portal made itself, and spreadsheets, which their reader judges."""
    uuid = uuid4()
    source: File[Any] = ContentFile(content) if isinstance(content, bytes) else File(content)
    with _discarded_on_error(uuid) as aside:
        _write(aside, source.chunks(), intake.max_bytes(kind), intake.wanted(kind))
        return _keep(uuid, kind, content_type, name, by, owner_label)


def sha256_of(upload: File[Any]) -> str:
    """The hash of an upload's bytes as they came, by which the same file is known again."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def open_file(stored: StoredFile) -> IO[bytes]:
    """The file's content for reading; raises Refused when it isn't there."""
    try:
        return path_of(stored).open("rb")
    except FileNotFoundError as error:
        raise Refused(CONTENT_GONE) from error


def read(stored: StoredFile) -> bytes:
    """The whole content, which must be what its row says; raises Refused when it is gone or another."""
    with open_file(stored) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise Refused(CONTENT_CHANGED)
    return content


def path_of(stored: StoredFile) -> Path:
    """Where the file is at this moment: at its place, or still aside."""
    named = _root() / stored.path
    return named if named.exists() else _aside(stored.uuid)


def file_response(stored: StoredFile, *, as_attachment: bool) -> FileResponse:
    """An answer that carries the file, never cached nor guessed at; the caller has checked the permission."""
    as_attachment = as_attachment or stored.content_type not in SHOWN_IN_PAGES
    response = FileResponse(
        open_file(stored),
        as_attachment=as_attachment,
        filename=stored.original_name,
        content_type=stored.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def remove(stored: StoredFile) -> None:
    """Erase a file and its row; the content goes when the erasure is committed."""
    places = (_root() / stored.path, _aside(stored.uuid))
    stored.delete()
    transaction.on_commit(lambda: _unlink(*places), robust=True)


def settle(stored: StoredFile) -> None:
    """Give a waiting file its name."""
    target = _root() / stored.path
    target.parent.mkdir(parents=True, exist_ok=True)
    _aside(stored.uuid).replace(target)
    _sync(target.parent)


@contextmanager
def _discarded_on_error(uuid: UUID) -> Iterator[Path]:
    aside = _aside(uuid)
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield aside
    except OSError as error:
        _unlink(aside)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused(DISK_FULL, field="upload") from error
        raise
    except BaseException:
        _unlink(aside)
        raise


def _write(aside: Path, chunks: Iterable[bytes], limit: int, too_large: str) -> None:
    """Write what comes, counting it: a declared size may lie."""
    size = 0
    with aside.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise Refused(too_large, field="upload")
            file.write(chunk)
    if not size:
        raise Refused("文件是空的，请检查后重新上传", field="upload")


def _keep(uuid: UUID, kind: str, content_type: str, name: str, by: Actor | None, owner_label: str) -> StoredFile:
    aside = _aside(uuid)
    _sync(aside)
    _sync(aside.parent)
    with aside.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    stored = StoredFile.objects.create(
        uuid=uuid,
        kind=kind,
        path=f"{kind}/{uuid.hex[:2]}/{uuid.hex}.{EXTENSIONS.get(content_type, 'bin')}",
        sha256=sha256,
        size=aside.stat().st_size,
        content_type=content_type,
        original_name=_plain_name(name),
        owner_label=owner_label,
        uploaded_by_id=by.id if by else None,
    )
    transaction.on_commit(lambda: settle(stored), robust=True)
    return stored


def _plain_name(name: str) -> str:
    """The last part of a name without control and direction characters, at most 200 characters long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if unicodedata.category(c)[0] != "C")[-200:] or "file"


def _unlink(*places: Path) -> None:
    for place in places:
        place.unlink(missing_ok=True)


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)


def _aside(uuid: UUID) -> Path:
    return _root() / INCOMING / uuid.hex


def _sync(path: Path) -> None:
    """Make sure a file's or folder's content survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
