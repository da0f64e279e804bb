"""A corpus of rosters, good and hostile, made by code; each has a name and what should become of it (RELIABILITY).

Files come as uploads, rows as cells of a person who is sound but for them. An outcome is the words a file is refused
with; or for a row the kinds of fault that stop it, of its hints, and how its cells read afterwards.
"""

from __future__ import annotations

import csv
import io
import random
import struct
import zipfile
from dataclasses import dataclass, field
from datetime import date

from PIL import Image

from registration.rosters.columns import COLUMN, COLUMNS
from skilleval.core.identity import check_digit
from tests.core.hostile_files import DOCUMENTS, JPEG, pdf, picture
from tests.core.hostile_sheets import SHEETS, encrypted_entries, workbook
from tests.factories import resident_number
from tests.registration.rosters import stated

TITLES = tuple(COLUMN[key].title for key in stated())
SOUND = tuple(stated().values())


@dataclass(frozen=True)
class Outcome:
    """What becomes of a row: the kinds that stop it, the kinds of its hints, and what its facts say then."""

    stops: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    reads: dict[str, object] = field(default_factory=dict)


def written(*rows: tuple[str, ...], encoding: str = "utf-8-sig") -> bytes:
    """A csv of some rows, quoted where it has to be."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def numbered(*, text: bool) -> bytes:
    """A workbook whose document number is a cell of text, or a number that has lost its last digits."""
    number: object = SOUND[1] if text else int(SOUND[1])
    return workbook(TITLES, (SOUND[0], number, *SOUND[2:]))


def born(day: str) -> str:
    first = f"310101{day}003"
    return first + check_digit(first)


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


#: Files that are refused whole: every hostile spreadsheet there is, and what is no roster.
REFUSED: dict[str, tuple[bytes, str]] = {
    **{f"sheet: {name}": (content, words) for name, (content, words) in SHEETS.items() if isinstance(words, str)},
    "two thousand and one people": (
        written(TITLES, *((SOUND[0], resident_number(1), *SOUND[2:]) for _ in range(2001))),
        "2000",
    ),
    "no document number": (written(("姓名", "手机号码", "申报条件"), ("样本甲", "13900000001", "4.1")), "证件号码"),
    "none of the columns": (written(("甲", "乙"), ("1", "2")), "姓名"),
    "a column twice": (written((*TITLES, "姓名"), (*SOUND, "样本乙")), "重复"),
    "a column twice under two names": (written((*TITLES, "姓 名*"), (*SOUND, "样本乙")), "姓名"),
    "no people": (written(TITLES), "没有人员"),
}

#: Files that are read: how many people, and what stops the first of them.
READ: dict[str, tuple[bytes, int, tuple[str, ...]]] = {
    "two thousand people": (
        written(TITLES, *((SOUND[0], resident_number(n), *SOUND[2:]) for n in range(2000))),
        2000,
        ("photo",),
    ),
    "every column, backwards": (
        written(
            tuple(column.title for column in reversed(COLUMNS)),
            tuple(stated().get(column.key, "") for column in reversed(COLUMNS)),
        ),
        1,
        ("photo",),
    ),
    "columns nobody asked for": (written((*TITLES, "班主任"), (*SOUND, "样本乙")), 1, ("photo",)),
    "starred and spaced names": (written(tuple(f" {title}＊" for title in TITLES), SOUND), 1, ("photo",)),
    "gb18030": (written(TITLES, ("样本䶮", *SOUND[1:]), encoding="gb18030"), 1, ("photo",)),
    "a number as text": (numbered(text=True), 1, ("photo",)),
    "a number as a number": (numbered(text=False), 1, ("identity", "photo")),
    "a date as a date": (
        workbook(TITLES, (*SOUND[:4], date(2015, 7, 1))),
        1,
        ("photo",),
    ),
    "a person twice": (written(TITLES, SOUND, SOUND), 2, ("photo",)),
}

#: Cells of one row, photo given: what stops it, what is only said, and how it reads.
ROWS: dict[str, tuple[dict[str, str], Outcome]] = {
    # --- numbers of documents
    "full-width": ({"id_number": full_width(SOUND[1])}, Outcome(reads={"id_number": SOUND[1]})),
    "a small x": ({"id_number": resident_number(35).lower()}, Outcome(reads={"id_number": resident_number(35)})),
    "spaces in it": ({"id_number": f" {SOUND[1][:6]} {SOUND[1][6:14]} {SOUND[1][14:]} "}, Outcome()),
    "invisible signs in it": ({"id_number": f"\u202d{SOUND[1]}\u200b"}, Outcome(reads={"id_number": SOUND[1]})),
    "a wrong check digit": (
        {"id_number": SOUND[1][:17] + ("1" if SOUND[1][17] != "1" else "2")},
        Outcome(("identity",)),
    ),
    "seventeen digits": ({"id_number": SOUND[1][:17]}, Outcome(("identity",))),
    "the old fifteen digits": ({"id_number": "310101900520001"}, Outcome(("identity",))),
    "a power of ten": ({"id_number": "3.10101199005E+17"}, Outcome(("identity",))),
    "noughts at its end": ({"id_number": "310101199005200000"}, Outcome(("identity",))),
    "no such province": ({"id_number": "990101" + SOUND[1][6:]}, Outcome(("identity",))),
    "born in 1850": ({"id_number": born("18500101")}, Outcome(("identity",))),
    "born on 30 February": ({"id_number": born("19900230")}, Outcome(("identity",))),
    "born tomorrow": ({"id_number": born("20260303")}, Outcome(("identity",))),
    "of a district that is no more": ({"id_number": (h := "310225199005200" + "03") + check_digit(h)}, Outcome()),
    "a residence permit of Hong Kong": ({"id_number": (h := "810000199005200" + "03") + check_digit(h)}, Outcome()),
    "another sex than the number's": ({"sex": "女" if int(SOUND[1][16]) % 2 else "男"}, Outcome(("identity",))),
    "another birth date than the number's": ({"born": "1990-05-21"}, Outcome(("identity",))),
    "a passport without sex and birth date": ({"id_type": "护照", "id_number": "E12345678"}, Outcome(("required",))),
    "a passport": (
        {"id_type": "护照", "id_number": "e12345678", "sex": "男", "born": "1990/5/20"},
        Outcome(reads={"id_number": "E12345678", "born": date(1990, 5, 20)}),
    ),
    "a word for no document": ({"id_type": "驾驶证"}, Outcome(("word",))),
    "no number": ({"id_number": ""}, Outcome(("required",))),
    # --- names
    "rare characters": ({"name": "𠮷䶮㛃"}, Outcome(reads={"name": "𠮷䶮㛃"})),
    "a minority name": ({"name": "阿依努尔•买买提"}, Outcome(reads={"name": "阿依努尔·买买提"})),
    "a name with hidden signs": ({"name": "\u202e样\u200b本甲"}, Outcome(reads={"name": "样本甲"})),
    "digits in a name": ({"name": "样本甲1"}, Outcome(("name",))),
    "one character": ({"name": "样"}, Outcome(("name",))),
    "a script": ({"name": "<script>alert(1)</script>"}, Outcome(("name",))),
    "a template": ({"name": "{{ 7*7 }}{% now %}"}, Outcome(("name",))),
    "sql": ({"name": "样本'; DROP TABLE x;--"}, Outcome(("name",))),
    "a formula": ({"name": '=HYPERLINK("http://x")'}, Outcome(("name",))),
    "a name without end": ({"name": "样本" * 40}, Outcome(("name",))),
    # --- telephones
    "a telephone in full width": ({"phone": full_width("13900000001")}, Outcome(reads={"phone": "+8613900000001"})),
    "a telephone with its country": ({"phone": "+86 139-0000-0001"}, Outcome(reads={"phone": "+8613900000001"})),
    "a landline": ({"phone": "021-62125790"}, Outcome(("phone",))),
    "ten digits": ({"phone": "1390000000"}, Outcome(("phone",))),
    "letters": ({"phone": "手机"}, Outcome(("phone",))),
    # --- dates
    "a date with dots": ({"work_from": "2015.7.1"}, Outcome()),
    "a date in Chinese": ({"work_from": "2015年7月1日"}, Outcome()),
    "eight digits": ({"work_from": "20150701"}, Outcome()),
    "30 February": ({"work_from": "2015-02-30"}, Outcome(("date",))),
    "a month": ({"work_from": "2015-07"}, Outcome(("date",))),
    "a serial number": ({"work_from": "42186"}, Outcome(("date",))),
    "the American order": ({"work_from": "07/01/2015"}, Outcome(("date",))),
    "the future": ({"work_from": "2027-01-01"}, Outcome(("date",))),
    "the year 0": ({"work_from": "0000-01-01"}, Outcome(("date",))),
    "an end before the beginning": ({"work_to": "2014-01-01"}, Outcome(("date",))),
    # --- words
    "a level in other words": ({"held_level": "五级", "held_on": "2012-01-01", "held_number": "1" * 16}, Outcome()),
    "a word that is none": ({"study_status": "毕业啦"}, Outcome(("word",))),
    "another level's clause": ({"clause": "3.1"}, Outcome(("word",))),
    "no clause": ({"clause": ""}, Outcome(("required",))),
    "a resit without subjects": ({"kind": "补考"}, Outcome(("credits",))),
    "a resit of somebody unknown": ({"kind": "补考", "resit_subjects": "理论知识"}, Outcome(("credits",))),
    "a code that is none": ({"work_code": "人工"}, Outcome(("word",))),
    "text without end": ({"school_name": "样" * 81}, Outcome(("length",))),
}


def pack(*entries: tuple[str, bytes]) -> bytes:
    """A zip of some files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries:
            target.writestr(name, content)
    return out.getvalue()


def _flagged(content: bytes, flags: int) -> bytes:
    changed = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            struct.pack_into("<H", changed, at + offset, flags)
            at = content.find(magic, at + 4)
    return bytes(changed)


def in_gbk(name: str) -> bytes:
    """As Windows packs it: the name's bytes are GBK, and nothing says so."""
    bytes_of = name.encode("gbk")
    stand_in = "x" * len(bytes_of)
    return _flagged(pack((stand_in, JPEG)), 0).replace(stand_in.encode(), bytes_of)


NAME = f"{SOUND[0]}_{SOUND[1]}.jpg"
NUMBER = f"{SOUND[1]}.jpg"


def taken_somewhere() -> bytes:
    """An EXIF block with a place, turned on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 0.0)
    return exif.tobytes()


#: One photo by the row's name and number: whether the row has it then, or the words of the report.
PHOTOS: dict[str, tuple[bytes, str]] = {
    **{
        name: (content, "" if words == "image/jpeg" else words)
        for name, (content, words) in DOCUMENTS.items()
        if "pdf" not in name and name != "too large"
    },
    "too large": (JPEG + random.Random(1).randbytes(10 * 1024 * 1024), "10 MB"),
    "a pdf": (pdf(), "仅支持"),
    "a jpeg that says where it was taken": (picture(exif=taken_somewhere()), ""),
    "too small": (picture(size=(100, 140)), "太小"),
}

#: A zip: how many rows have a photo then, or the words it is refused with.
PACKS: dict[str, tuple[bytes, int | str]] = {
    "by the number": (pack((NUMBER, JPEG)), 1),
    "by name and number in a folder": (pack((f"照片/一班/{NAME}", JPEG)), 1),
    "by a small x and capital ending": (pack((NUMBER.replace(".jpg", ".JPG"), JPEG)), 1),
    "names in gbk": (in_gbk(NAME), 1),
    "another's number": (pack((f"{resident_number(77)}.jpg", JPEG)), 0),
    "another's name on it": (pack((f"样本癸_{SOUND[1]}.jpg", JPEG)), 0),
    "what systems add": (pack((NUMBER, JPEG), (f"__MACOSX/._{NUMBER}", b"x"), ("Thumbs.db", b"x")), 1),
    "up and out": (pack((f"../{NUMBER}", JPEG)), "路径"),
    "of a drive": (pack((f"C:\\{NUMBER}", JPEG)), "路径"),
    "no zip": (JPEG, "不是 .zip"),
    "a rar": (b"Rar!\x1a\x07\x00" + b"x" * 100, "不是 .zip"),
    "cut short": (pack((NUMBER, JPEG))[:-30], "无法读取|不是"),
    "with a password": (encrypted_entries(pack((NUMBER, JPEG))), "密码"),
    "too many": (pack(*((f"{n}.jpg", b"") for n in range(2101))), "2100"),
    "a bomb": (pack(*((f"{n}.jpg", bytes(60_000_000)) for n in range(9))), "过大"),
    "a zip within": (pack((NUMBER, pack((NUMBER, JPEG)))), 0),
}
