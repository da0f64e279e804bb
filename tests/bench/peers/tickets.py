"""The same ticket drawn by reportlab's canvas, at its best.

Its font is registered once, the JPEG's bytes are embedded unchanged, and the QR code is a 1-bit image mask from segno
with the mask ours has. It draws ready values: it asks no database, checks no permission and writes no receipt. What is
the same on every page (rules, frames, labels) is one form in a document of many; one page alone draws it, which is
less for a single one. It begins with its fonts' subsets at every document, as reportlab does.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from scheduling import papers
from scheduling.papers import Facts
from skilleval.core.pdf import FIXED_MASK
from skilleval.core.stamping import LINE, Blank, Place, Sheet

REGULAR, BOLD = "PortalSans-Regular", "PortalSans-Bold"
FONTS = {f"{name}.ttf": name for name in (REGULAR, BOLD)}
MM = 72 / 25.4
Page = tuple[Facts, Sheet]
LABELS = ("姓名", "证件号码", "职业（工种）", "等级", "申报编号")
HEADS = ("科目", "日期", "时间", "考场", "座位号")
WIDTHS = (0.13, 0.29, 0.18, 0.3, 0.1)
FOOTNOTE = "考试时间、地点以本证为准。本证仅限本人使用，涂改无效；如有改期，以平台重新发放的准考证为准。"


@lru_cache(maxsize=1)
def register() -> None:
    """The fonts, once; and no ASCII armour around pictures, which takes time and space."""
    rl_config.useA85 = 0
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(Path(settings.FONT_DIR) / f"{name}.ttf")))


def draw(pages: Sequence[Page]) -> bytes:
    """A document with a page for each ticket, whose values, places and sizes are ours."""
    register()
    blank = papers.blank(pages[0][0].shape)
    assert blank is not None
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(blank.width, blank.height), pageCompression=1)
    canvas.setTitle(papers.TITLE)
    if len(pages) > 1:
        canvas.beginForm("blank")
        _blank(canvas, blank)
        canvas.endForm()
    for _, sheet in pages:
        if len(pages) > 1:
            canvas.doForm("blank")
        else:
            _blank(canvas, blank)
        _values(canvas, blank, sheet)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _values(canvas: Any, blank: Blank, sheet: Sheet) -> None:
    for name, text in sheet.texts.items():
        if text:
            _text(canvas, text, blank.places[name], name)
    for name, jpeg in sheet.pictures.items():
        place = blank.places[name]
        canvas.drawImage(ImageReader(io.BytesIO(jpeg)), place.left, place.bottom, place.width, place.height)
    for name, address in sheet.codes.items():
        place = blank.places[name]
        canvas.drawImage(_code(address), place.left, place.bottom, place.width, place.height, mask=[1, 1])


def _text(canvas: Any, text: str, place: Place, name: str) -> None:
    """Shrunk to its slot as ours is."""
    slot = papers.SLOTS[name]
    font, size = FONTS[slot.font], place.size
    width = pdfmetrics.stringWidth(text, font, size)
    if width > place.width:
        size *= place.width / width
        width = place.width
    canvas.setFont(font, size)
    shift = {"left": 0.0, "center": (place.width - width) / 2, "right": place.width - width}[slot.align]
    canvas.drawString(place.left + shift, place.bottom + place.height * (1 - 1 / LINE) / 2 + size * 0.12, text)


def _code(address: str) -> Any:
    """The code as a picture of one bit a module."""
    from PIL import Image

    rows = segno.make(address, micro=False, error="m", boost_error=False, mask=FIXED_MASK).matrix
    side, quiet = len(rows), 4
    picture = Image.new("1", (side + 2 * quiet,) * 2, 1)
    flat = bytes(0 if module else 255 for row in rows for module in row)
    picture.paste(Image.frombytes("L", (side, side), flat), (quiet, quiet))
    return ImageReader(picture)


def _blank(canvas: Any, blank: Blank) -> None:
    """Frames, labels, rules and notes."""
    left, right = 12 * MM, blank.width - 12 * MM
    canvas.setLineWidth(0.6 * MM)
    top = blank.places["filing"].bottom - 2.5 * MM
    canvas.line(left, top, right, top)
    _label(canvas, "准考证", blank.width / 2, top - 9 * MM, BOLD, 16, centred=True)
    canvas.setLineWidth(0.2 * MM)
    for name, label in zip(("name", "id_number", "work_type", "level", "application"), LABELS, strict=True):
        place = blank.places[name]
        canvas.rect(left, place.bottom - 1.5 * MM, place.left + place.width + 1.5 * MM - left, 7 * MM)
        _label(canvas, label, left + 1.5 * MM, place.bottom + 1 * MM, REGULAR, 8.5)
    _label(canvas, "考试安排", left, blank.places["subject_0"].bottom + 13 * MM, BOLD, 9.4)
    _table(canvas, blank, left, right)
    _notes(canvas, blank, left, right)


def _table(canvas: Any, blank: Blank, left: float, right: float) -> None:
    place = blank.places["subject_0"]
    at = left
    for head, share in zip(HEADS, WIDTHS, strict=True):
        wide = (right - left) * share
        for row in range(-1, len([name for name in blank.places if name.startswith("subject_")])):
            canvas.rect(at, place.bottom - 1 * MM - row * 6.3 * MM, wide, 6.3 * MM)
        _label(canvas, head, at + wide / 2, place.bottom + 7.3 * MM, BOLD, 8.5, centred=True)
        at += wide


def _notes(canvas: Any, blank: Blank, left: float, right: float) -> None:
    top = blank.places["address_0"].bottom - 8 * MM
    _label(canvas, "考点", left + 1.5 * MM, blank.places["venue_0"].bottom, REGULAR, 8.5)
    _label(canvas, "参评人员须知（摘要）", left, top, BOLD, 9.4)
    for number, rule in enumerate(papers.RULES, start=1):
        _label(canvas, f"{number}. {rule}", left + 2 * MM, top - number * 4.4 * MM, REGULAR, 7.5)
    bottom = blank.places["foot"].bottom
    _label(canvas, "准考证号", right - 12 * MM, blank.places["number"].bottom + 5 * MM, REGULAR, 6.8)
    _label(
        canvas,
        "现场核验请扫码。",
        blank.places["telephone"].left,
        blank.places["telephone"].bottom + 4 * MM,
        REGULAR,
        7,
    )
    _label(canvas, "（评价机构盖章）", right - 34 * MM, blank.places["released"].bottom + 5 * MM, REGULAR, 8.5)
    _label(canvas, FOOTNOTE, left, bottom + 8 * MM, REGULAR, 7)
    _label(canvas, "第 1 页　共 1 页", right - 20 * MM, bottom, REGULAR, 7.5)


def _label(canvas: Any, text: str, x: float, y: float, font: str, size: float, *, centred: bool = False) -> None:
    canvas.setFont(font, size)
    (canvas.drawCentredString if centred else canvas.drawString)(x, y, text)
