"""Piles: stamped while they can be, whole where one can't, in their order, each page with its own alone."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pypdf import PdfReader

from skilleval.core import stamping
from skilleval.core.pdf import render_html
from skilleval.core.piles import Piece, bound, pile
from skilleval.core.stamping import Blank, Sheet, Slot

PAGE = '<style>i { display: block; width: 60mm; height: 14pt; line-height: 14pt }</style><i id="name"></i>'
SLOTS = {"name": Slot()}
TOO_WIDE = "字" * 60


@pytest.fixture(scope="module")
def blank() -> Blank:
    return stamping.lay_out(PAGE + "空白")


def piece(blank: Blank | None, text: str) -> Piece:
    return Piece("题", blank, Sheet({"name": text}), lambda: render_html(f"<title>题</title>整张{text[:4]}"))


def words(content: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize("wide", [(), (0,), (3,), (6,), (2, 3), tuple(range(7))])
def test_only_what_cant_be_stamped_is_laid_out_whole(blank: Blank, wide: tuple[int, ...]) -> None:
    content = pile([piece(blank, TOO_WIDE if number in wide else f"第{number}人") for number in range(7)], SLOTS)
    found = words(content)
    assert [page.startswith("整张") for page in found] == [number in wide for number in range(7)]
    assert [page for page in found if "人" in page and "空白" not in page] == []
    with pikepdf.open(io.BytesIO(content)) as file:
        assert file.docinfo["/Title"] == "题"


def test_without_a_blank_it_is_laid_out_and_two_blanks_keep_the_order(blank: Blank) -> None:
    other = stamping.lay_out(PAGE + "另页")
    content = pile([piece(blank, "甲"), piece(None, "乙"), piece(other, "丙"), piece(blank, "丁")], SLOTS)
    for page, parts in zip(words(content), ("甲空白", "整张乙", "丙另页", "丁空白"), strict=True):
        assert set(parts) <= set(page)


def test_a_paper_of_two_pages_has_no_blank() -> None:
    with pytest.raises(stamping.Unfit, match="more than one page"):
        stamping.lay_out('<p style="break-after: page">一</p><p>二</p>')


def test_joined_files_keep_their_pages(blank: Blank) -> None:
    parts = [pile([piece(blank, sign)], SLOTS) for sign in "甲乙"]
    assert len(PdfReader(io.BytesIO(bound(parts, title="题"))).pages) == 2
