"""Plainly fictitious people, photos and papers for the demonstration.

Document numbers carry a right check digit but serials that belong to nobody we know of; phones and addresses are
numbered; portraits are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from io import BytesIO

from django.conf import settings
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from skilleval.core.identity import check_digit

PASSWORD = "yanshi-2026-mima"  # noqa: S105  (of everybody in the demonstration; printed at its start)
DIGITS = "零一二三四五六七八九"
SHADES = ("#dfe7f2", "#e6efe4", "#f3e9dc", "#ece4f0", "#e3eef0")
COATS = ("#41597d", "#4d6b4a", "#7a5c3e", "#665273", "#3f6a70")


@dataclass(frozen=True)
class Person:
    """One of the demonstration's candidates, numbered from 1."""

    serial: int

    @property
    def name(self) -> str:
        """样本七, 样本二十三, 样本一〇五: nobody is called so."""
        if self.serial > 99:
            return "样本" + "".join("〇" if digit == "0" else DIGITS[int(digit)] for digit in str(self.serial))
        tens, ones = divmod(self.serial, 10)
        head = "" if not tens else ("十" if tens == 1 else f"{DIGITS[tens]}十")
        return f"样本{head}{DIGITS[ones] if ones else ''}"

    @property
    def email(self) -> str:
        return f"yangben{self.serial:02d}@example.com"

    @property
    def phone(self) -> str:
        """E.164, of a numbered range."""
        return f"+8619900000{self.serial:03d}"

    @property
    def born(self) -> date:
        return date(1986, 1, 1) + timedelta(days=97 * (self.serial % 100))

    @property
    def id_number(self) -> str:
        first = f"310101{self.born:%Y%m%d}{9 - self.serial // 100}{self.serial % 100:02d}"
        return first + check_digit(first)


def portrait(serial: int) -> ContentFile[bytes]:
    """A drawn head and shoulders, so that nobody real is shown."""
    image = Image.new("RGB", (413, 579), SHADES[serial % len(SHADES)])
    draw = ImageDraw.Draw(image)
    draw.ellipse((-30, 400, 443, 900), fill=COATS[serial % len(COATS)])
    draw.polygon([(150, 420), (263, 420), (206, 520)], fill="#ffffff")
    draw.rectangle((176, 330, 237, 430), fill="#e6bf9c")
    draw.ellipse((121, 140, 292, 380), fill="#efcba9")
    draw.pieslice((111, 110, 302, 350), 180, 360, fill="#2f2a28")
    return ContentFile(_png(image), name=f"portrait-{serial:02d}.png")


def paper(title: str) -> ContentFile[bytes]:
    """A page that says what it stands for."""
    return ContentFile(_page(title), name="material.png")


@lru_cache(maxsize=8)
def _page(title: str) -> bytes:
    """Most people hand in the same paper: it is drawn once."""
    image = Image.new("RGB", (1000, 1414), "#ffffff")
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 50, 950, 1364), outline="#1f5fbf", width=3)
    font = ImageFont.truetype(f"{settings.FONT_DIR}/PortalSans-Regular.ttf", 44)
    for line, text in enumerate((title[:20], title[20:40], "演示材料，无任何效力")):
        draw.text((110, 180 + line * 90), text, fill="#222222", font=font)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
