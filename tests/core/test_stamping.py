"""Stamping: slots found where the page has them, values that shrink, fold or refuse, files without leftovers."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from skilleval.core import stamping
from skilleval.core.stamping import Blank, Place, Sheet, Slot, Unfit

PAGE = (
    "<style>@page { size: 100mm 60mm; margin: 0; @bottom-left { content: none } @bottom-right { content: none } }"
    "i { display: block; position: absolute; left: 10mm; width: 50mm; height: 14pt; line-height: 14pt }</style>"
    '<i id="name" style="top: 10mm"></i><i id="note" style="top: 20mm"></i>'
    '<i id="photo" style="top: 30mm; width: 20mm; height: 25mm"></i>'
)
SLOTS = {"name": Slot(), "note": Slot(align="right")}
WIDE = Place(0, 0, 100, 14)  # ten signs of ten points


@pytest.fixture(scope="module")
def blank() -> Blank:
    return stamping.lay_out(PAGE)


def jpeg(mode: str = "RGB") -> bytes:
    picture = io.BytesIO()
    Image.new(mode, (30, 40)).save(picture, "JPEG")
    return picture.getvalue()


def test_slots_lie_where_the_page_has_them(blank: Blank) -> None:
    place = blank.places["name"]
    top = blank.height - place.bottom - place.height
    assert [round(value / 72 * 25.4) for value in (place.left, top, place.width)] == [10, 10, 50]
    assert place.size == pytest.approx(10, abs=0.01)


@pytest.mark.parametrize(
    ("count", "scale"), [(1, 1.0), (10, 1.0), (11, 0.9), (12, 0.8), (14, 0.7), (15, None), (60, None)]
)
def test_a_value_shrinks_until_it_fits(count: int, scale: float | None) -> None:
    assert stamping.scale_of("字" * count, WIDE, Slot()) == scale


@pytest.mark.parametrize("count", [15, 20, 30, 45, 60])
def test_a_folded_value_stays_in_its_slot(count: int) -> None:
    scale = stamping.folded_scale("字" * count, WIDE)
    lines = -(-count // int(WIDE.width / (WIDE.size * scale)))
    assert lines * stamping.FOLDED_LINE * scale * WIDE.size <= WIDE.height


def test_a_missing_glyph_and_a_value_too_wide_are_refused(blank: Blank) -> None:
    for text in ("字" * 60, chr(0x2FFFD)):
        with pytest.raises(Unfit):
            stamping.stamp(blank, [Sheet({"name": text})], SLOTS)


def test_what_is_stamped_reads_back_on_its_page(blank: Blank) -> None:
    sheets = [Sheet({"name": f"第{number}人", "note": "A-1"}) for number in range(3)]
    pages = PdfReader(io.BytesIO(stamping.stamp(blank, sheets, SLOTS, title="题"))).pages
    assert ["".join(page.extract_text().split()) for page in pages] == [f"第{number}人A-1" for number in range(3)]


def test_the_page_is_in_the_file_once_and_fonts_once(blank: Blank) -> None:
    content = stamping.stamp(blank, [Sheet({"name": "甲"}), Sheet({"name": "乙"})], SLOTS, title="题")
    with pikepdf.open(io.BytesIO(content)) as file:
        streams = [item for item in file.objects if isinstance(item, pikepdf.Stream)]
        assert sum(item.get("/Subtype") == "/Form" for item in streams) == 1
        assert sum("/Length1" in item for item in streams) == 1
        assert dict(file.docinfo) == {"/Title": "题"}


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_is_attached_as_it_is(blank: Blank, mode: str) -> None:
    content = stamping.stamp(blank, [Sheet({}, {"photo": jpeg(mode)})], SLOTS)
    with pikepdf.open(io.BytesIO(content)) as file:
        image = file.pages[0].Resources.XObject["/P0"]
        assert image.read_raw_bytes() == jpeg(mode)
        assert (image.Width, image.Height) == (30, 40)


@pytest.mark.parametrize("content", [b"", b"\x89PNG", jpeg("CMYK"), jpeg()[:30]])
def test_what_is_no_plain_jpeg_is_refused(blank: Blank, content: bytes) -> None:
    with pytest.raises(Unfit, match="no plain JPEG"):
        stamping.stamp(blank, [Sheet({}, {"photo": content})], SLOTS)
