"""Papers by the thousand: a page is laid out once with empty slots, and each person's values are stamped into it.

The page is an ordinary paper of HTML and CSS whose slots are blocks with an `id`, a width and a line height of
`LINE` times the font size. WeasyPrint lays it out once; where the slots lie comes from its public `Page.anchors`.
A file then holds that page once (a form, so that its own axes stay its own), one font subset per font for all its
values, and each person's photo bytes unchanged. What can't be stamped (a glyph the slot's font lacks, a value too wide
even when shrunk) raises Unfit, and the caller lays the whole paper out instead: nothing is clipped, no square printed.
"""

from __future__ import annotations

import io
import logging
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from skilleval.core.codes import code_of
from skilleval.core.pdf import lay_out_html

logging.getLogger("pikepdf._core").setLevel(logging.WARNING)  # it says hello otherwise

LINE = 1.4  # line height of a slot in font sizes, in the stylesheet and here
SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
#: A value that doesn't fit on one line is set in several, smaller and closer: font size and line height.
FOLDED_SCALES = (0.64, 0.56, 0.48, 0.4, 0.34)
FOLDED_LINE = 1.08
PX = 0.75  # points in a CSS pixel
#: Tables a PDF doesn't use: it names glyphs by their numbers. To subset "cmap" takes longer than all the others.
NO_NEED = (b"cmap", b"name", b"OS/2", b"post", b"vmtx", b"vhea", b"GSUB", b"GPOS", b"GDEF")
INK = "0.067 g"  # #111, the stylesheet's black


class Unfit(Exception):
    """A value that can't be stamped into its slot; the whole paper has to be laid out for it."""


@dataclass(frozen=True)
class Slot:
    """How the text of a slot is set: the file of its font, and where in the width."""

    font: str = "PortalSans-Regular.ttf"
    align: str = "left"  # or center, right


@dataclass(frozen=True)
class Place:
    """Where a slot lies, in points from the page's lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def size(self) -> float:
        """The font size that the slot was given."""
        return self.height / LINE


@dataclass(frozen=True)
class Blank:
    """A page laid out without values."""

    content: bytes
    width: float
    height: float
    places: Mapping[str, Place]


@dataclass(frozen=True)
class Sheet:
    """What is stamped on one page: texts, JPEG pictures and QR codes by slot."""

    texts: Mapping[str, str]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


def lay_out(html: str) -> Blank:
    """Lay a one-page paper out; keep what comes back for as long as the template stays the same.

    Raises Unfit for a paper of several pages.
    The page is kept as the form it will be drawn as: compressed once, copied unread from then on.
    """
    import pikepdf

    document = lay_out_html(html)
    page, *more = document.pages
    if more:
        raise Unfit("the paper takes more than one page")
    width, height = page.width * PX, page.height * PX
    places = {
        name: Place(x1 * PX, height - y2 * PX, (x2 - x1) * PX, (y2 - y1) * PX)
        for name, (x1, y1, x2, y2) in page.anchors.items()
    }
    with pikepdf.open(io.BytesIO(bytes(document.write_pdf()))) as laid, pikepdf.new() as kept:
        form = kept.copy_foreign(laid.make_indirect(laid.pages[0].as_form_xobject()))
        kept.add_blank_page(page_size=(width, height)).Resources.XObject = pikepdf.Dictionary(Blank=form)
        written = io.BytesIO()
        kept.save(written)
    return Blank(written.getvalue(), width, height, places)


def laid_over(blank: Blank, content: bytes) -> bytes:
    """A one-page paper with the blank's page drawn beneath it."""
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as file, pikepdf.open(io.BytesIO(blank.content)) as beneath:
        page = file.pages[0]
        form = file.copy_foreign(beneath.pages[0].Resources.XObject.Blank)
        name = page.add_resource(form, pikepdf.Name.XObject)
        page.contents_add(f"q {name} Do Q".encode(), prepend=True)
        written = io.BytesIO()
        file.save(written)
    return written.getvalue()


def scale_of(text: str, place: Place, slot: Slot) -> float | None:
    """How much a value has to shrink to fit on its one line; None if it doesn't. Raises Unfit for a missing glyph."""
    return _scale(_face(slot.font).width(text) * place.size, place)


def nearest_scale(text: str, place: Place, slot: Slot) -> float | None:
    """As scale_of, for a value that is laid out: a rare character is as wide as an em."""
    try:
        return scale_of(text, place, slot)
    except Unfit:
        return _scale(len(text) * place.size, place)


def _scale(width: float, place: Place) -> float | None:
    return next((scale for scale in SCALES if width * scale <= place.width), None)


def folded_scale(text: str, place: Place) -> float:
    """How much a value shrinks that is set in several lines, every sign counted as a whole em."""
    for scale in FOLDED_SCALES:
        per_line = int(place.width / (place.size * scale))
        lines = -(-len(text) // max(per_line, 1))
        if lines * FOLDED_LINE * scale <= LINE:
            break
    return scale


def stamp(blank: Blank, sheets: Sequence[Sheet], slots: Mapping[str, Slot], *, title: str = "") -> bytes:
    """A file with a page for each sheet; raises Unfit when one of them can't be stamped."""
    import pikepdf

    known: dict[tuple[str, str], _Text] = {}  # most of what stands on one page stands on the others
    set_texts = [_set(blank, sheet, slots, known) for sheet in sheets]
    with pikepdf.open(io.BytesIO(blank.content)) as file:
        form = file.pages[0].Resources.XObject.Blank
        del file.pages[0]
        fonts, drawn = _fonts(file, known.values())
        for sheet, texts in zip(sheets, set_texts, strict=True):
            _add_page(file, blank, form, fonts, sheet, [drawn[text] for text in texts])
        del file.docinfo
        if title:
            file.docinfo["/Title"] = title
        written = io.BytesIO()
        file.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


# --- text ---------------------------------------------------------------------------------------------------------


class _Face:
    """A font file: its glyphs, widths and height, in ems."""

    def __init__(self, name: str) -> None:
        import uharfbuzz

        blob = uharfbuzz.Blob.from_file_path(str(Path(settings.FONT_DIR) / name))
        self.name, self.face = name.removesuffix(".ttf"), uharfbuzz.Face(blob)
        self.font, self.em = uharfbuzz.Font(self.face), self.face.upem
        height = self.font.get_font_extents("ltr")
        self.ascent, self.descent = height.ascender / self.em, -height.descender / self.em
        self.known: dict[str, tuple[int, float]] = {}

    def glyph(self, sign: str) -> tuple[int, float]:
        """Number and width of a character's glyph; raises Unfit without one."""
        found = self.known.get(sign)
        if found is None:
            number = self.font.get_nominal_glyph(ord(sign))
            if not number:
                raise Unfit(f"no glyph for U+{ord(sign):04X} in {self.name}")
            found = self.known[sign] = (number, self.font.get_glyph_h_advance(number) / self.em)
        return found

    def width(self, text: str) -> float:
        return sum(self.glyph(sign)[1] for sign in text)

    def subset(self, text: Iterable[str]) -> tuple[bytes, dict[str, int]]:
        """A font file with the glyphs of these characters alone, and their new numbers."""
        import uharfbuzz

        wanted = uharfbuzz.SubsetInput()
        wanted.unicode_set.update({ord(sign) for sign in text})
        wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in NO_NEED)
        plan = uharfbuzz.SubsetPlan(self.face, wanted)
        numbers = dict(plan.old_to_new_glyph_mapping)
        return bytes(plan.execute().blob.data), {sign: numbers[self.glyph(sign)[0]] for sign in text}


_face = lru_cache(maxsize=8)(_Face)


@dataclass(frozen=True, eq=False)
class _Text:
    """A value as it will be set in its slot: font, size, and where its baseline begins."""

    text: str
    font: str
    size: float
    x: float
    y: float


def _set(blank: Blank, sheet: Sheet, slots: Mapping[str, Slot], known: dict[tuple[str, str], _Text]) -> list[_Text]:
    for name, text in sheet.texts.items():
        if text and (name, text) not in known:
            known[name, text] = _set_one(text, blank.places[name], slots[name])
    return [known[value] for value in sheet.texts.items() if value[1]]


def _set_one(text: str, place: Place, slot: Slot) -> _Text:
    face = _face(slot.font)
    width = face.width(text) * place.size
    scale = _scale(width, place)
    if scale is None:
        raise Unfit(f"{len(text)} characters are too wide for their slot")
    size, spare = place.size * scale, place.width - width * scale
    shift = {"left": 0.0, "center": spare / 2, "right": spare}[slot.align]
    above = (place.height - (face.ascent + face.descent) * place.size) / 2 + face.ascent * place.size
    return _Text(text, slot.font, size, place.left + shift, place.bottom + place.height - above)


def _fonts(file: Any, texts: Iterable[_Text]) -> tuple[Any, dict[_Text, str]]:
    """The fonts that all pages share, holding what these texts need of them, and how each text is drawn with them."""
    from pikepdf import Dictionary

    signs: dict[str, set[str]] = {}
    for text in texts:
        signs.setdefault(text.font, set()).update(text.text)
    made = {name: _font(file, _face(name), sorted(used)) for name, used in sorted(signs.items())}
    names = {name: f"/V{number}" for number, name in enumerate(made)}
    fonts = file.make_indirect(Dictionary({names[name]: font for name, (font, _) in made.items()}))
    return fonts, {text: _drawn(text, names[text.font], made[text.font][1]) for text in texts}


def _drawn(text: _Text, font: str, numbers: Mapping[str, int]) -> str:
    glyphs = "".join([f"{numbers[sign]:04x}" for sign in text.text])
    return f"{font} {text.size:.3f} Tf 1 0 0 1 {text.x:.3f} {text.y:.3f} Tm <{glyphs}> Tj"


def _font(file: Any, face: _Face, signs: list[str]) -> tuple[Any, dict[str, int]]:
    program, numbers = face.subset(signs)
    name = f"/{_tag(signs)}+{face.name}"
    ascent, descent = round(face.ascent * 1000), round(face.descent * 1000)
    widths = [0] * (max(numbers.values()) + 1)  # compact, with the missing glyph in front
    for sign, number in numbers.items():
        widths[number] = round(face.glyph(sign)[1] * 1000)
    descriptor = _parsed(
        f"/Type /FontDescriptor /FontName {name} /Flags 4 /FontBBox [-1000 {-descent} 3000 {ascent}] /ItalicAngle 0"
        f" /Ascent {ascent} /Descent {-descent} /CapHeight 733 /StemV 80"
    )
    descriptor.FontFile2 = file.make_stream(program, Length1=len(program))
    descendant = _parsed(
        f"/Type /Font /Subtype /CIDFontType2 /BaseFont {name} /CIDToGIDMap /Identity"
        f" /W [0 [{' '.join(map(str, widths))}]]"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
    )
    descendant.FontDescriptor = file.make_indirect(descriptor)
    font = _parsed(f"/Type /Font /Subtype /Type0 /BaseFont {name} /Encoding /Identity-H /DescendantFonts []")
    font.DescendantFonts.append(file.make_indirect(descendant))
    font.ToUnicode = file.make_stream(_to_unicode(numbers))
    return file.make_indirect(font), numbers


def _parsed(entries: str) -> Any:
    """A dictionary from its entries in the words of PDF."""
    from pikepdf import Object

    return Object.parse(f"<< {entries} >>".encode())


def _tag(signs: list[str]) -> str:
    """The six letters that mark a subset, the same for the same characters."""
    number = zlib.crc32("".join(signs).encode())
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))


def _to_unicode(numbers: Mapping[str, int]) -> bytes:
    """The map by which the text can be read back, in blocks of a hundred as the standard wants."""
    pairs = [f"<{number:04x}> <{sign.encode('utf-16-be').hex()}>" for sign, number in numbers.items()]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapType 2 def\n"
        "/CMapName /Portal-UCS def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


# --- pages --------------------------------------------------------------------------------------------------------


def _add_page(file: Any, blank: Blank, form: Any, fonts: Any, sheet: Sheet, drawn: Iterable[str]) -> None:
    from pikepdf import Array, Dictionary, Name, Page

    images: dict[str, Any] = {}
    parts = ["q /Blank Do Q"]
    for number, (slot, jpeg) in enumerate(sheet.pictures.items()):
        images[f"/P{number}"], drawing = _picture(file, jpeg, blank.places[slot], f"/P{number}")
        parts.append(drawing)
    for number, (slot, address) in enumerate(sheet.codes.items()):
        place = blank.places[slot]
        images[f"/Q{number}"] = _code(file, address)
        parts.append(
            f"q {INK} {place.width:.3f} 0 0 {place.height:.3f} {place.left:.3f} {place.bottom:.3f} cm /Q{number} Do Q"
        )
    content = "\n".join([*parts, f"q BT {INK}", *drawn, "ET Q"])
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(blank.width, 3), round(blank.height, 3)]),
        Resources=Dictionary(Font=fonts, XObject=Dictionary({"/Blank": form, **images})),
        Contents=file.make_stream(content.encode()),
    )
    file.pages.append(Page(file.make_indirect(page)))


def _picture(file: Any, jpeg: bytes, place: Place, name: str) -> tuple[Any, str]:
    """The JPEG's bytes as they are, and the drawing that covers the place with it, cut at its edges."""
    from pikepdf import Name

    width, height, channels = _jpeg_facts(jpeg)
    image = file.make_stream(
        jpeg,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray if channels == 1 else Name.DeviceRGB,
        Filter=Name.DCTDecode,
    )
    enlarged = max(place.width / width, place.height / height)
    wide, high = width * enlarged, height * enlarged
    left, bottom = place.left - (wide - place.width) / 2, place.bottom - (high - place.height) / 2
    edges = f"{place.left:.3f} {place.bottom:.3f} {place.width:.3f} {place.height:.3f} re W n"
    return image, f"q {edges} {wide:.3f} 0 0 {high:.3f} {left:.3f} {bottom:.3f} cm {name} Do Q"


def _jpeg_facts(jpeg: bytes) -> tuple[int, int, int]:
    """Width, height and number of channels from a JPEG's frame header; raises Unfit for what is no plain JPEG."""
    at = 2
    while jpeg[:2] == b"\xff\xd8" and at + 9 < len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = (int.from_bytes(jpeg[at + start : at + start + 2], "big") for start in (5, 7))
            if jpeg[at + 9] in (1, 3) and jpeg[at + 4] == 8:
                return width, height, jpeg[at + 9]
            break
        at += 2 + length
    raise Unfit("the picture is no plain JPEG")


def _code(file: Any, text: str) -> Any:
    """A QR code as a mask of one bit a module: what is 0 is painted."""
    from pikepdf import Name

    code = code_of(text)
    return file.make_stream(
        code.content,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=code.side,
        Height=code.side,
        ImageMask=True,
        BitsPerComponent=1,
    )
