"""The whole path of a paper that can't be stamped: all its texts laid out by WeasyPrint, over the page they belong on.

The page itself is the one that is stamped on (core/stamping.py), so that both ways look the same; pictures and codes
are never what can't be stamped. A text in its slot is a paragraph of a page that holds nothing else: what a page's
frames, tables and stylesheet cost is spent once, for the blank.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from skilleval.core import stamping
from skilleval.core.pdf import FACES, page_only, render_html
from skilleval.core.stamping import FOLDED_LINE, LINE, Blank, Place, Sheet, Slot, Unfit

#: A text folded into smaller letters than this can't be read; its paper has to grow instead.
SMALLEST = 0.64
FALLBACKS = "HanaMinA, HanaMinB, sans-serif"  # for rare characters, as in the stylesheet for papers
PARAGRAPHS = (
    "html { color: #111 } body { margin: 0 }"
    "p { position: absolute; margin: 0; white-space: nowrap }"
    f"p.folded {{ white-space: normal; overflow-wrap: anywhere; line-height: {FOLDED_LINE} !important }}"
)


def lay_over(blank: Blank, sheet: Sheet, slots: Mapping[str, Slot], *, title: str) -> bytes:
    """A file of one page; raises Unfit for a text that would be too small to read in its slot."""
    import pikepdf

    texts = {name: text for name, text in sheet.texts.items() if text}
    paragraphs = ((_paragraph(name, text, blank.places[name], slots[name]),) for name, text in texts.items())
    rules = _stylesheets(blank.width, blank.height, tuple((name, blank.places[name], slots[name]) for name in texts))
    laid = render_html(format_html("<body>{}", format_html_join("", "{}", paragraphs)), rules)
    without = stamping.stamp(blank, [Sheet({}, sheet.pictures, sheet.codes)], slots, title=title)
    with pikepdf.open(io.BytesIO(without)) as file, pikepdf.open(io.BytesIO(laid)) as over:
        file.pages[0].add_overlay(over.pages[0], None)
        written = io.BytesIO()
        file.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


def _paragraph(name: str, text: str, place: Place, slot: Slot) -> SafeString:
    """A text for its place: shrunk as a stamped one is, else folded into lines."""
    scale = stamping.nearest_scale(text, place, slot)
    if scale == 1:
        return format_html('<p id="{}">{}</p>', name, text)
    if scale is not None:
        return format_html('<p id="{}"><span style="font-size: {}%">{}</span></p>', name, round(scale * 100), text)
    if (folded := stamping.folded_scale(text, place)) < SMALLEST:
        raise Unfit(f"{len(text)} characters would be too small to read")
    size = round(place.size * folded, 3)
    return format_html('<p id="{}" class="folded" style="font-size: {}pt">{}</p>', name, size, text)


@lru_cache(maxsize=32)
def _stylesheets(width: float, height: float, placed: tuple[tuple[str, Place, Slot], ...]) -> list[Any]:
    """Where each paragraph lies and how it is set: parsed once for a page, which is quicker than from attributes."""
    page = f"@page {{ size: {width:.3f}pt {height:.3f}pt; margin: 0 }} {PARAGRAPHS}"
    return page_only(page + "".join(_rule(name, place, slot, height) for name, place, slot in placed))


def _rule(name: str, place: Place, slot: Slot, page_height: float) -> str:
    family, weight = FACES[slot.font]
    top = page_height - place.bottom - place.height
    lies = f"left: {place.left:.3f}pt; top: {top:.3f}pt; width: {place.width:.3f}pt; height: {place.height:.3f}pt"
    font = f"font: {weight} {place.size:.3f}pt/{LINE} '{family}', {FALLBACKS}"
    return f"#{name} {{ {lies}; {font}; text-align: {slot.align} }}\n"
