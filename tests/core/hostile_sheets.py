"""A corpus of spreadsheets, good and hostile, made by code; each has a name, its bytes and what should become of it."""

import io
import re
import struct
import zipfile
from datetime import date, datetime, time, timedelta
from string import ascii_uppercase

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.core.hostile_files import JPEG, ZIP, pdf

SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = ("姓名", "成绩")


def workbook(*rows, change=lambda book: None):
    """A workbook of one sheet, changed before it is written."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content, edits=(), added=(), dropped=(), **options):
    """A package with parts edited (name, pattern, replacement), added (name, bytes) and dropped."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            if part.filename in dropped:
                continue
            kept = source.read(part)
            for name, pattern, replacement in edits:
                if name == part.filename:
                    kept, count = re.subn(pattern, replacement, kept, flags=re.DOTALL)
                    assert count, f"{pattern!r} isn't in {name}"
            target.writestr(part.filename, kept)
        for name, kept in added:
            target.writestr(name, kept)
    return out.getvalue()


GOOD = workbook(HEADER, ("甲", "59.5"))


def edited(pattern, replacement, *, name=SHEET, content=GOOD):
    return repacked(content, edits=[(name, pattern, replacement)])


def cell(xml):
    """The good workbook with its last cell replaced."""
    return edited(rb'<c r="B2".*?</c>', xml)


def lying(content, declared):
    """A package whose sheet claims another size unpacked than it has, in both its headers."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        part = package.getinfo(SHEET)
        name, true = part.filename.encode(), struct.pack("<I", part.file_size)
        start = part.header_offset
    central = content.rindex(name) - 46
    changed = bytearray(content)
    for at in (start + 22, central + 24):
        assert bytes(changed[at : at + 4]) == true
        changed[at : at + 4] = struct.pack("<I", declared)
    return bytes(changed)


def encrypted_entries(content):
    """A package whose every part says that it needs a password."""
    changed = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(magic), content):
            changed[found.start() + offset] |= 1
    return bytes(changed)


def relations(kind, *, part="xl/worksheets/_rels/sheet1.xml.rels"):
    """The good workbook with a relation that leads out of it."""
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    type_of = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    target = '<Relationship Id="rId9" Type="{}" Target="http://example.invalid/x" TargetMode="External"/>'
    xml = f'<Relationships xmlns="{space}">{target.format(type_of)}</Relationships>'
    return repacked(GOOD, added=[(part, xml)])


def merged(book):
    book.active.merge_cells("A2:B2")


def hidden_first(book):
    book.active.sheet_state = "hidden"
    seen = book.create_sheet("成绩")
    seen.append(HEADER)
    seen.append(("乙", "60"))


def since_1904(book):
    book.epoch = CALENDAR_MAC_1904
    book.active["A2"] = date(2026, 3, 21)


def prefixed(xml):
    """The good workbook's sheet with its last cell replaced by one of a namespace with a prefix."""
    space = b'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return edited(rb'<c r="B2".*?</c>', xml.replace(b"<x:c ", b"<x:c " + space + b" ", 1))


def far(reference):
    row = reference.lstrip(ascii_uppercase)
    return cell(f'<c r="B2"><v>1</v></c></row><row r="{row}"><c r="{reference}"><v>1</v></c>'.encode())


def many(count):
    return "姓名,成绩\n" + "".join(f"甲{n},{n}\n" for n in range(count))


def of_types():
    """Every type of cell in one row."""
    moment = datetime(2026, 3, 21, 9, 5)  # noqa: DTZ001 - a cell knows no time zone
    values = (59.5, 60.0, 60, True, date(2026, 3, 21), moment, time(9), timedelta(hours=30))
    return workbook([f"列{n}" for n in range(len(values))], values)


TABLE = [("姓名", "成绩"), ("甲", "59.5")]
DTD = rb'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'

#: name → (bytes, the header and rows it is read as, or words of the refusal)
SHEETS = {
    # accepted
    "xlsx": (GOOD, TABLE),
    "csv in utf-8": ("姓名,成绩\n甲,59.5\n".encode(), TABLE),
    "csv in utf-8 with a mark": ("姓名,成绩\r\n甲,59.5\r\n".encode("utf-8-sig"), TABLE),
    "csv in gb18030": ("姓名,成绩\n甲,59.5\n".encode("gb18030"), TABLE),
    "csv with rare characters": (
        "姓名,成绩\n𠮷䶮㛃,1\n阿依努尔·买买提,2\n".encode("gb18030"),
        [("姓名", "成绩"), ("𠮷䶮㛃", "1"), ("阿依努尔·买买提", "2")],
    ),
    "csv with quotes": ('姓名,成绩\n"甲,乙","5""9"\n'.encode(), [("姓名", "成绩"), ("甲,乙", '5"9')]),
    "cells of every type": (
        of_types(),
        [
            tuple(f"列{n}" for n in range(8)),
            ("59.5", "60", "60", "TRUE", "2026-03-21", "2026-03-21 09:05", "09:00", "30:00:00"),
        ],
    ),
    "dates since 1904": (workbook(("日期",), change=since_1904), [("日期",), ("2026-03-21",)]),
    "a number in full": (
        cell(b'<c r="B2"><v>59.99999999999999</v></c>'),
        [("姓名", "成绩"), ("甲", "59.99999999999999")],
    ),
    "a number as Excel writes a sum": (
        cell(b'<c r="B2"><v>59.900000000000006</v></c>'),
        [("姓名", "成绩"), ("甲", "59.900000000000006")],
    ),
    "a small number": (cell(b'<c r="B2"><v>1E-7</v></c>'), [("姓名", "成绩"), ("甲", "0.0000001")]),
    "a formula with its value": (cell(b'<c r="B2"><f>1+1</f><v>2</v></c>'), [("姓名", "成绩"), ("甲", "2")]),
    "a formula whose value is empty text": (
        cell(b'<c r="B2" t="str"><f>""</f><v></v></c>'),
        [("姓名", "成绩"), ("甲", "")],
    ),
    "control characters": (
        '姓\u200b名,成\x07绩\n\u202e甲 \x1b[31m,"5\n9"\n'.encode(),
        [("姓名", "成绩"), ("甲 [31m", "5 9")],
    ),
    "scripts and templates": (
        "姓名,成绩\n<script>{{ 1 }}{% x %}' OR 1=1 --,1\n".encode(),
        [("姓名", "成绩"), ("<script>{{ 1 }}{% x %}' OR 1=1 --", "1")],
    ),
    "empty rows between and beneath": (
        "\n\n姓名,成绩\n,\n甲,59.5\n,,\n\n".encode(),
        TABLE,
    ),
    "short rows": ("姓名,成绩,备注\n甲\n".encode(), [("姓名", "成绩", "备注"), ("甲", "", "")]),
    "only a header": ("姓名,成绩\n".encode(), [("姓名", "成绩")]),
    "the first sheet that can be seen": (
        workbook(("别的",), change=hidden_first),
        [("姓名", "成绩"), ("乙", "60")],
    ),
    "a hyperlink": (relations("hyperlink"), TABLE),
    "two thousand rows": (many(2000).encode(), 2000),
    "an escaped formula": ("姓名,成绩\n'=1+1,'-5\n".encode(), [("姓名", "成绩"), ("=1+1", "-5")]),
    # another type
    "nothing": (b"", "表格是空的"),
    "blank": (b"\n , \n", "表格是空的"),
    "an empty workbook": (workbook(), "表格是空的"),
    "a workbook all hidden": (
        edited(rb'state="visible"', b'state="hidden"', name="xl/workbook.xml"),
        "表格是空的",
    ),
    "pdf": (pdf(), "不是表格"),
    "picture": (JPEG, "不是表格"),
    "zip": (repacked(GOOD, dropped=["xl/workbook.xml"]), "不是表格"),
    "zip cut short": (ZIP, "无法读取"),
    "web page": (b"<html><table><tr><td>1</td></tr></table>", "不是表格"),
    "xml with a mark": (b"\xef\xbb\xbf\n<?xml version='1.0'?><Workbook/>", "不是表格"),
    "program": (b"MZ\x00\x00", "不是表格"),
    "bytes": ("姓名,成绩\n甲,\0\n".encode(), "不是表格"),
    "csv in utf-16": ("姓名,成绩\n".encode("utf-16"), "编码"),
    "csv in no encoding": (b"\xff\xfa\xc3\x28,\x80\x81\n", "编码"),
    "csv with an open quote": ('姓名,成绩\n"甲,59.5\n'.encode(), "引号"),
    "xls": (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), ".xlsx"),
    "xlsx with a password": (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "parts with a password": (encrypted_entries(GOOD), "密码"),
    # broken or lying
    "cut short": (GOOD[: len(GOOD) // 2], "无法读取"),
    "no sheet": (repacked(GOOD, dropped=[SHEET]), "无法读取"),
    "a sheet that isn't xml": (edited(rb"</sheetData>", b""), "无法读取"),
    "a sheet in utf-16": (edited(rb"^.*$", "<worksheet/>".encode("utf-16")), "无法读取"),
    "a size too small": (lying(GOOD, 10), "无法读取"),
    "a size too large": (lying(GOOD, 50_000_000), "无法读取|过大"),
    "a part twice": (
        repacked(GOOD, added=[("xl/styles.xmk", b"x")]).replace(b"styles.xmk", b"styles.xml"),
        "无法读取",
    ),
    "a bomb": (repacked(GOOD, added=[("xl/media/image1.png", b"\0" * 60_000_000)]), "过大"),
    "a great bomb": (repacked(GOOD, added=[(f"xl/media/{n}.png", b"\0" * 20_000_000) for n in range(6)]), "过大"),
    "too many parts": (repacked(GOOD, added=[(f"xl/media/{n}", b"") for n in range(1000)]), "无法读取"),
    "entities": (edited(rb"^(<\?xml.*?\?>)?", DTD), "不允许的声明"),
    "a far corner": (far("B1048576"), "离表格内容太远"),
    "a far column": (cell(b'<c r="XFD2"><v>1</v></c>'), "列数过多（XFD2）"),
    "both far away": (far("XFD1048576"), "列数过多"),
    # what may not be in one
    "macros": (repacked(GOOD, added=[("xl/vbaProject.bin", OLE)]), "宏"),
    "macros by type": (edited(rb"sheet\.main\+xml", b"sheet.macroEnabled.main+xml", name="[Content_Types].xml"), "宏"),
    "old macros": (repacked(GOOD, added=[("xl/macrosheets/sheet1.xml", b"<x/>")]), "宏"),
    "a program inside": (repacked(GOOD, added=[("xl/embeddings/oleObject1.bin", OLE)]), "宏"),
    "another workbook's cells": (repacked(GOOD, added=[("xl/externalLinks/externalLink1.xml", b"<x/>")]), "其他文件"),
    "a data connection": (repacked(GOOD, added=[("xl/connections.xml", b"<x/>")]), "其他文件"),
    "a picture from the net": (relations("image"), "其他文件"),
    "a template from the net": (relations("attachedTemplate", part="xl/_rels/other.xml.rels"), "其他文件"),
    # cells
    "merged cells": (workbook(HEADER, ("甲", None), change=merged), "合并的单元格（A2:B2）"),
    "an error": (cell(b'<c r="B2" t="e"><v>#N/A</v></c>'), "单元格 B2（#N/A）"),
    "a formula without its value": (cell(b'<c r="B2"><f>1+1</f><v></v></c>'), "单元格 B2 是公式"),
    "a formula never calculated": (workbook(HEADER, ("甲", "=1+1")), "单元格 B2 是公式"),
    "more digits than a number keeps": (cell(b'<c r="B2"><v>59.99999999999999999</v></c>'), "单元格 B2 的数字位数过多"),
    # the same, written as no usual program writes them
    "an error in single quotes": (cell(b"<c r='B2' t='e'><v>#N/A</v></c>"), "单元格 B2（#N/A）"),
    "an error by its number": (cell(b'<c r="B2" t="&#101;"><v>#N/A</v></c>'), "单元格 B2（#N/A）"),
    "an error behind spaces": (cell(b'<c\n r = "B2"\tt = "e" ><v>#N/A</v></c>'), "单元格 B2（#N/A）"),
    "an error behind a comment": (cell(b'<!-- x --><c r="B2" t="e"><v>#N/A</v></c>'), "单元格 B2（#N/A）"),
    "a formula of another prefix": (prefixed(b'<x:c r="B2"><x:f>1+1</x:f><x:v></x:v></x:c>'), "单元格 B2 是公式"),
    "digits by their numbers": (cell(b'<c r="B2"><v>59.99999&#57;99999999999999</v></c>'), "单元格 B2 的数字位数过多"),
    "digits in a value with an attribute": (
        cell(b'<c r="B2"><v xml:space="preserve">59.99999999999999999</v></c>'),
        "单元格 B2 的数字位数过多",
    ),
    "a far corner without its reference": (edited(rb'<row r="2"[^>]*>', b'<row r="99999">'), "离表格内容太远"),
    "rows behind the rows": (
        edited(rb"</sheetData>", b'</sheetData><x><row r="3"><c r="A3" t="e"><v>#REF!</v></c></row></x>'),
        "单元格 A3（#REF!）",
    ),
    "not utf-8": (edited(rb"<t>[^<]*</t>", b"<t>\xff</t>"), "无法读取"),
    "a control character": (edited(rb"<t>[^<]*</t>", b"<t>\x01</t>"), "无法读取"),
    "an entity nobody declared": (edited(rb"<t>[^<]*</t>", b"<t>&x;</t>"), "无法读取"),
    "a header twice": ("姓名,成绩,姓名\n甲,1,乙\n".encode(), "列名重复：姓名"),
    "a header missing": ("姓名,,成绩\n甲,1,2\n".encode(), "B 列没有列名"),
    "cells beyond the header": ("姓名\n甲,1,,2\n".encode(), "B、D 列没有列名"),
    "2,001 rows": (many(2001).encode(), "最多 2000 行"),
    "2,001 rows of a workbook": (workbook(HEADER, *[("甲", n) for n in range(2001)]), "最多 2000 行"),
    "61 columns": ((",".join(f"列{n}" for n in range(61)) + "\n").encode(), "最多 60 列"),
    "too much text": (("姓名\n" + ("字" * 100_000 + "\n") * 101).encode(), "文字过多"),
    "one endless cell": (("姓名\n" + "字" * 200_000).encode(), "无法分列"),
}
