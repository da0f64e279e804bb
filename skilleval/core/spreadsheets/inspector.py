"""Judges one spreadsheet by its content, before anything else opens it; the extractor's child calls it.

A workbook's parts are unpacked and counted, and its sheet is looked through for what a reader would swallow silently:
errors, formulas without a value, merged cells, digits beyond what a number keeps, and corners so far away that the
reader would ask for more memory than there is. A sheet that the usual programs wrote and that has none of these is
seen to be so by a few searches; any other one is walked through cell by cell. It imports nothing of the portal.
"""

import posixpath
import pyexpat
import re
import zipfile
from typing import Any

MEGABYTE = 1024 * 1024
MAX_PARTS = 1000
MAX_UNPACKED = 100 * MEGABYTE
MAX_RATIO = 200
#: How far down the last row may be, for each row that may be filled.
SPREAD = 10
DIGITS_KEPT = 17

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OTHER_TYPES = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ", b"PK")
CONTENTS, WORKBOOK, RELATIONS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
READABLE = (".xml", ".rels", ".vml")
DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
MACROS = re.compile(r"vbaProject|macrosheets/|activeX/|embeddings/", re.IGNORECASE)
EXTERNAL = re.compile(r"externalLinks/|connections\.xml$|queryTables/", re.IGNORECASE)
RELATION = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"

PLAIN_BYTES = 20 * MEGABYTE
#: The rows of a sheet as the usual programs write them, with nothing in them that needs a closer look.
ROWS = re.compile(
    rb"""<sheetData>(?:
      <row[ ]r="[0-9]{1,7}" (?:[ ][A-Za-z0-9:]++="[^"<&]*+")*+ (?: /> | > (?:
        <c[ ]r="[A-Z]{1,3}[0-9]{1,7}" (?:[ ]s="[0-9]++" | [ ]t="(?:s|str|inlineStr|n|b|d)")*+ (?: /> | > (?:
          <v>[^<&\0-\x08\x0b\x0c\x0e-\x1f]*+</v>
          | <is><t(?:[ ]xml:space="preserve")?+>[^<\0-\x08\x0b\x0c\x0e-\x1f]*+</t></is>
        )?+ </c>)
      )*+ </row>)
    )*+</sheetData>""",
    re.VERBOSE,
)
ROW, COLUMN = re.compile(rb'<row r="([0-9]+)'), re.compile(rb'<c r="([A-Z]+)')
DECIMAL = re.compile(rb"<v>([^<.]*\.[^<]*)")
#: Beside the rows: what could be more of them, or makes one cell of several.
MORE = re.compile(rb"<!|<(?:\w+:)?(?:sheetData|row|c|v|f|mergeCell)[\s/>]")


class Unfit(Exception):
    """The spreadsheet can't be read; a word why, and where in it."""

    def __init__(self, word: str, where: str = "") -> None:
        super().__init__(word)
        self.word, self.where = word, where


def inspect(path: str, max_rows: int, max_columns: int, *, merged: bool = False) -> tuple[str, Any]:
    """What the file is, judged by its content: ("csv", "") or ("xlsx", sheet); raises Unfit.

    With `merged` cells may be merged: their text stands in the first of them.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes a child as long to import as all the rest
        head = file.read(512)
        if head.startswith(OLE):
            raise Unfit("encrypted" if ENCRYPTED in head + file.read() else "xls")
    if head.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as package:
            texts = _texts(package)
        index, part = _first_sheet(texts)
        sheet = texts[part]
        if len(sheet) > PLAIN_BYTES or not _is_plain(sheet, max_rows, max_columns):
            _Cells(max_rows, max_columns, merged=merged).read(sheet)
        return "xlsx", index
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unfit("utf16")
    if head.startswith(OTHER_TYPES) or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise Unfit("type")
    return "csv", ""


def _texts(package: zipfile.ZipFile) -> dict[str, bytes]:
    """The readable parts of a package; raises Unfit by its list of parts, then by what they unpack to."""
    parts = package.infolist()
    names = [part.filename for part in parts]
    if CONTENTS not in names or WORKBOOK not in names:
        raise Unfit("type")
    if any(part.flag_bits & 1 for part in parts):
        raise Unfit("encrypted")
    if len(parts) > MAX_PARTS or len(set(names)) < len(names):
        raise Unfit("broken")
    for word, pattern in (("macro", MACROS), ("external", EXTERNAL)):
        if any(pattern.search(name) for name in names):
            raise Unfit(word)
    if sum(part.file_size for part in parts) > MAX_UNPACKED or any(_swells(part) for part in parts):
        raise Unfit("bomb")
    contents = {part.filename: _content(package, part) for part in parts}
    return {name: content for name, content in contents.items() if name.lower().endswith(READABLE)}


def _swells(part: zipfile.ZipInfo) -> bool:
    return part.file_size > MEGABYTE and part.file_size > MAX_RATIO * part.compress_size


def _content(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Unpack a part, counting: a declared size may lie. Text is looked through for what may not be in it."""
    with package.open(part) as file:
        content = file.read(part.file_size + 1)
    if len(content) != part.file_size:
        raise Unfit("broken")
    if part.filename.lower().endswith(READABLE):
        if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")):
            raise Unfit("broken")
        if b"<!" in content and DOCTYPE.search(content):
            raise Unfit("doctype")
    if part.filename == CONTENTS and b"macroEnabled" in content:
        raise Unfit("macro")
    if part.filename.endswith(".rels"):
        _check_relations(content)
    return content


def _check_relations(content: bytes) -> None:
    """Hyperlinks may lead out of the workbook, nothing else may."""
    for name, relation in _elements(content):
        outward = name == RELATION and relation.get("TargetMode") == "External"
        if outward and not relation.get("Type", "").endswith("/hyperlink"):
            raise Unfit("external")


def _first_sheet(texts: dict[str, bytes]) -> tuple[int, str]:
    """The first sheet that can be seen: its place in the workbook and the part it is kept in."""
    relations = {found.get("Id"): found for name, found in _elements(texts[RELATIONS]) if name == RELATION}
    sheets = [found for name, found in _elements(texts[WORKBOOK]) if _local(name) == "sheet"]
    for index, sheet in enumerate(sheets):
        key = next((value for name, value in sheet.items() if _local(name) == "id"), "")
        relation = relations.get(key, {})
        kept_as = relation.get("Type", "").endswith("/worksheet")
        if kept_as and sheet.get("state", "visible") == "visible":
            return index, posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
    raise Unfit("empty")


def _elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small part in their order, names with their namespace; it has no DOCTYPE."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = pyexpat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, attributes: found.append((name, attributes))
    parser.Parse(content, True)
    return found


def _is_plain(sheet: bytes, max_rows: int, max_columns: int) -> bool:
    """Whether a sheet is written as expected, within the limits, and has nothing that needs a closer look."""
    rows = ROWS.search(sheet)
    if rows is None or MORE.search(beside := sheet[: rows.start()] + sheet[rows.end() :]):
        return False
    pyexpat.ParserCreate().Parse(beside, True)
    sheet.decode()
    numbers, columns = ROW.findall(sheet), set(COLUMN.findall(sheet))
    return (
        len(numbers) <= max_rows + 1
        and max(map(int, numbers), default=0) <= max_rows * SPREAD
        and max((_column(letters.decode()) for letters in columns), default=0) < max_columns
        and all(len(number) <= DIGITS_KEPT for number in DECIMAL.findall(sheet))
    )


class _Cells:
    """A walk through the cells of a sheet, in the order they stand in the file."""

    def __init__(self, max_rows: int, max_columns: int, *, merged: bool = False) -> None:
        self.max_rows, self.max_columns, self.merged = max_rows, max_columns, merged
        self.row, self.column, self.filled = 0, -1, 0
        self.kind, self.formula, self.text, self.in_value = "", False, "", False
        self.row_filled = False

    def read(self, sheet: bytes) -> None:
        """Raise Unfit for what may not be in a sheet, the parser's error for one that isn't XML."""
        parser = pyexpat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(sheet, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column, self.row_filled = -1, False
        elif name == "c":
            self.column = _column(attributes["r"]) if "r" in attributes else self.column + 1
            self.kind, self.formula, self.text = attributes.get("t", "n"), False, ""
        elif name == "mergeCell" and not self.merged:
            raise Unfit("merged", attributes.get("ref", ""))
        self.formula |= name == "f"
        self.in_value = name in ("v", "t")

    def _characters(self, text: str) -> None:
        if self.in_value:
            self.text += text

    def _end(self, tag: str) -> None:
        self.in_value = False
        if _local(tag) == "c":
            self._check_cell()

    def _check_cell(self) -> None:
        where = f"{letters(self.column)}{self.row}"
        if self.kind == "e":
            raise Unfit("error", f"{where}（{self.text}）")
        if self.formula and not self.text and self.kind != "str":
            raise Unfit("formula", where)
        if not self.text.strip():
            return
        if self.kind == "n" and "." in self.text and _digits(self.text) > DIGITS_KEPT:
            raise Unfit("digits", where)
        if self.column >= self.max_columns:
            raise Unfit("columns", where)
        self.filled += not self.row_filled
        self.row_filled = True
        if self.filled > self.max_rows + 1:
            raise Unfit("rows")
        if self.row > self.max_rows * SPREAD:
            raise Unfit("far", where)


def _local(name: str) -> str:
    """A name without its namespace, as ElementTree or expat write it."""
    return re.split(r"[} ]", name)[-1]


def _column(reference: str) -> int:
    """The column of a cell such as B7, counted from 0."""
    column = 0
    for letter in reference.rstrip("0123456789").upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def letters(column: int) -> str:
    """The letters of a column counted from 0: A, …, Z, AA."""
    named = ""
    while column >= 0:
        column, last = divmod(column, 26)
        named, column = chr(ord("A") + last) + named, column - 1
    return named


def _digits(number: str) -> int:
    """How many significant digits a number is written with."""
    return len(re.sub(r"[eE].*|[^0-9]", "", number).strip("0"))
