"""Texts laid out over the page that is stamped on: rare and long ones in their slots, none too small to read."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pypdf import PdfReader

from skilleval.core import stamping
from skilleval.core.overlays import lay_over
from skilleval.core.stamping import Blank, Sheet, Slot, Unfit
from tests.core.test_stamping import PAGE, jpeg

SLOTS = {"name": Slot("PortalSans-Bold.ttf"), "note": Slot(align="right")}


@pytest.fixture(scope="module")
def blank() -> Blank:
    return stamping.lay_out(PAGE + "空白")


@pytest.mark.parametrize("text", ["张三", "字" * 18, "字" * 40, "张" + chr(0x20021), "a < b & c"])
def test_every_text_reads_back_on_its_page_with_its_picture(blank: Blank, text: str) -> None:
    sheet = Sheet({"name": text, "note": ""}, {"photo": jpeg()}, {})
    content = lay_over(blank, sheet, SLOTS, title="题")
    (page,) = PdfReader(io.BytesIO(content)).pages
    words = "".join(page.extract_text().split())
    assert "".join(text.split()) in words
    assert "空白" in words
    with pikepdf.open(io.BytesIO(content)) as file:
        assert [round(float(side)) for side in file.pages[0].MediaBox] == [0, 0, 283, 170]
        assert len(file.pages[0].get_images()) == 1
        assert dict(file.docinfo) == {"/Title": "题"}


def test_a_text_that_would_be_too_small_is_refused(blank: Blank) -> None:
    with pytest.raises(Unfit, match="too small"):
        lay_over(blank, Sheet({"name": "字" * 60}), SLOTS, title="题")
