"""Zips of small files that people upload: listed in an expendable child, then read one file at a time (SPEC 5.7)."""

from __future__ import annotations

import json
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from skilleval.core import children, files
from skilleval.core.errors import Refused
from skilleval.core.intake import MEGABYTE
from skilleval.core.models import StoredFile

MAX_ENTRIES = 2100
MAX_UNPACKED = 500 * MEGABYTE
BROKEN = "该压缩包无法读取，可能已损坏；请重新压缩为 .zip 后再上传"
REFUSALS = {
    "type": "这不是 .zip 压缩包；.rar、.7z 等请解压后重新压缩为 .zip 再上传",
    "encrypted": "该压缩包设有密码，无法读取；请不设密码重新压缩后再上传",
    "many": "压缩包中的文件过多，一份最多 {entries} 个；请分成几份后再上传",
    "bomb": "压缩包展开后过大；请只放需要的文件，重新压缩后再上传",
    "path": "压缩包中的文件路径不允许（含“..”或盘符）；请直接选中文件重新压缩后再上传",
}
ENTRY_BROKEN = "该文件无法读取，可能已损坏；请重新压缩后再上传"
ENTRY_LARGE = "该文件超过 {megabytes} MB；请缩小后再上传"


def list_entries(stored: StoredFile, *, max_entries: int = MAX_ENTRIES) -> dict[int, str]:
    """The names of a zip's files by their place in it, folders and what systems add left out.

    Names are as they were meant, UTF-8 or GBK. Raises Refused with the cure for what isn't a sound zip: one with a
    password, too many or too large files, or names that lead elsewhere.
    """
    script = str(Path(__file__).with_name("archive_inspector.py"))
    limits = [str(max_entries), str(MAX_UNPACKED)]
    try:
        told = children.run([sys.executable, "-I", script, str(files.path_of(stored)), *limits])
    except children.ChildFailed as error:
        raise Refused(BROKEN, field="upload") from error
    word, names = json.loads(told)
    if word != "ok":
        raise Refused(REFUSALS.get(word, BROKEN).format(entries=max_entries), field="upload")
    return {int(place): name for place, name in names.items()}


def read_entries(stored: StoredFile, places: Iterable[int], *, max_bytes: int) -> Iterator[tuple[int, bytes | Refused]]:
    """Some files of a zip that `list_entries` has accepted, each counted as it unpacks, or why it can't be read."""
    with zipfile.ZipFile(files.path_of(stored)) as package:
        entries = package.infolist()
        for place in places:
            try:
                yield place, _unpacked(package, entries[place], max_bytes)
            except Refused as refused:
                yield place, refused


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo, max_bytes: int) -> bytes:
    try:
        with package.open(entry) as content:
            found = content.read(max_bytes + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError) as error:
        raise Refused(ENTRY_BROKEN, field="upload") from error
    if len(found) > max_bytes:
        raise Refused(ENTRY_LARGE.format(megabytes=max_bytes // MEGABYTE), field="upload")
    return found
