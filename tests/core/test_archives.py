"""Zips are listed by what is in them, or refused with what to do about it; nothing hostile gets far."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from skilleval.core import archives, files
from skilleval.core.errors import Refused
from skilleval.core.models import StoredFile
from tests.core.hostile_files import JPEG
from tests.core.hostile_sheets import encrypted_entries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def zipped(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as package:
        for name, content in entries:
            package.writestr(name, content)
    return out.getvalue()


def named(raw: bytes) -> bytes:
    """A zip of one file whose name is these bytes, without the mark that says they are UTF-8."""
    out = zipped(("x" * len(raw), JPEG))
    return out.replace(b"x" * len(raw), raw)


def kept(content: bytes) -> StoredFile:
    return files.keep(content, kind="archive", name="照片.zip", content_type="application/zip", owner_label="测试")


LISTED: dict[str, tuple[bytes, list[str]]] = {
    "files": (zipped(("甲.jpg", JPEG), ("乙.png", JPEG)), ["甲.jpg", "乙.png"]),
    "folders": (zipped(("照片/", b""), ("照片/甲.jpg", JPEG)), ["照片/甲.jpg"]),
    "names in gbk": (named("样本甲.jpg".encode("gbk")), ["样本甲.jpg"]),
    "names in gb18030 with rare characters": (named("䶮㛃.jpg".encode("gb18030")), ["䶮㛃.jpg"]),
    "names in utf-8 without its mark": (named("样本甲.jpg".encode()), ["样本甲.jpg"]),
    "names with backslashes": (named(b"a\\b.jpg"), ["a/b.jpg"]),
    "names taken apart": (zipped(("e\u0301.jpg", JPEG)), ["\u00e9.jpg"]),
    "litter": (
        zipped(("__MACOSX/._甲.jpg", b"x"), (".DS_Store", b"x"), ("a/Thumbs.db", b"x"), ("甲.jpg", JPEG)),
        ["甲.jpg"],
    ),
    "nothing": (zipped(), []),
}
REFUSED: dict[str, tuple[bytes, str]] = {
    "no zip": (b"Rar!\x1a\x07" + b"\0" * 100, "不是 .zip"),
    "cut short": (zipped(("甲.jpg", JPEG))[:200], "不是 .zip"),
    "a password": (encrypted_entries(zipped(("甲.jpg", JPEG))), "密码"),
    "a bomb": (zipped(("甲.jpg", b"\0" * 60_000_000)), "过大"),
    "too many": (zipped(*((f"{n}.jpg", b"") for n in range(11))), "最多 10 个"),
    "a way up": (zipped(("../../etc/passwd", b"x")), "路径"),
    "a way up in windows": (named(b"..\\..\\x.jpg"), "路径"),
    "the root": (zipped(("/etc/passwd", b"x")), "路径"),
    "a drive": (zipped(("C:/x.jpg", b"x")), "路径"),
}


@pytest.mark.parametrize("name", LISTED)
def test_names_are_as_they_were_meant(name: str) -> None:
    content, names = LISTED[name]
    assert list(archives.list_entries(kept(content)).values()) == names


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_sound_zip_is_refused_with_the_cure(name: str) -> None:
    content, words = REFUSED[name]
    with pytest.raises(Refused, match=words) as refusal:
        archives.list_entries(kept(content), max_entries=10)
    assert refusal.value.field == "upload"


def test_a_directory_that_lies_costs_a_child_and_no_more() -> None:
    """An end record that promises more entries than there are bytes."""
    content = bytearray(zipped(("甲.jpg", JPEG)))
    end = content.rindex(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<I", 0xFFFFFFF0)
    with pytest.raises(Refused):
        archives.list_entries(kept(bytes(content)))


def test_entries_are_read_by_their_place_one_by_one() -> None:
    stored = kept(zipped(("甲.jpg", b"1"), ("乙.jpg", b"22"), ("丙.jpg", b"333")))
    assert dict(archives.read_entries(stored, [2, 0], max_bytes=3)) == {2: b"333", 0: b"1"}


def test_one_that_is_larger_than_it_may_be_is_refused_as_it_unpacks() -> None:
    stored = kept(zipped(("甲.jpg", b"\0" * 2_000_000)))
    ((_, found),) = archives.read_entries(stored, [0], max_bytes=1_000_000)
    assert isinstance(found, Refused)


def test_one_that_is_broken_leaves_the_others() -> None:
    content = zipped(("甲.jpg", b"first-of-them"), ("乙.jpg", b"second"), compression=zipfile.ZIP_STORED)
    found = dict(archives.read_entries(kept(content.replace(b"first", b"worst")), [0, 1], max_bytes=100))
    assert isinstance(found[0], Refused)
    assert found[1] == b"second"
