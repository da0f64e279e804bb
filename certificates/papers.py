"""What stands on a certificate, and the certificate as a paper: one person's, or a pile of them (SPEC 9.5, 14)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from certificates.models import Certificate
from certificates.ornament import frame
from skilleval.catalogue.enums import Level
from skilleval.core import files, stamping
from skilleval.core.pdf import image_data_uri, printable, qr_png_data_uri, render_html
from skilleval.core.piles import Piece, pile
from skilleval.core.stamping import Blank, Sheet, Slot

TEMPLATE = "papers/certificate.html"
SONG, SANS = "PortalSong-Bold.ttf", "PortalSans-Regular.ttf"
SLOTS = {
    "issuer": Slot(SONG, "center"),
    "filing": Slot(SANS, "center"),
    "name": Slot(SONG),
    "id_number": Slot(SONG),
    "id_type": Slot(SANS, "right"),
    "occupation": Slot(SONG),
    "code": Slot(SANS, "right"),
    "work_type": Slot(SONG),
    "level": Slot(SONG),
    "number": Slot(SONG),
    "issued_on": Slot(SONG),
    "seal_name": Slot(SONG, "center"),
    "foot_number": Slot(SANS),
}
TITLES = {False: "职业技能等级证书", True: "专项职业能力证书"}  # SPEC 2.6


def load(queryset: Any) -> Any:
    """Certificates with everything that stands on them, in one query."""
    return queryset.select_related("candidate__photo", "provider", "offering__work_type__occupation")


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate as a paper of one page."""
    return certificates_pdf([certificate])


def certificates_pdf(certificates: Sequence[Certificate]) -> bytes:
    """A page for each, in their order; stamped, and laid out whole only where a value can't be stamped.

    Each page carries its own holder's photo and no other. At most 200 at once: a file is made in memory.
    """
    return pile([_piece(certificate) for certificate in certificates], SLOTS)


def laid_out_pdf(certificate: Certificate) -> bytes:
    """The same paper laid out whole by WeasyPrint."""
    special = certificate.level == Level.SPECIAL
    places, sheet = blank(special).places, sheet_of(certificate)
    values = {name: _fitted(text, places[name], SLOTS[name]) for name, text in sheet.texts.items() if text}
    pictures = {"photo": image_data_uri(sheet.pictures["photo"])} if sheet.pictures else {}
    codes = {name: qr_png_data_uri(text) for name, text in sheet.codes.items()}
    html = render_to_string(TEMPLATE, _words_of(special) | values | pictures | codes)
    return stamping.laid_over(_background(), render_html(html))


@lru_cache(maxsize=2)
def blank(special: bool) -> Blank:
    """The paper without values; laid out once per process, and anew with every version of the template."""
    return stamping.lay_out(render_to_string(TEMPLATE, _words_of(special) | {"frame": frame()}))


@lru_cache(maxsize=1)
def _background() -> Blank:
    """The frame alone: its thousands of curves cost half a second, whoever they are drawn for."""
    return stamping.lay_out(f'<body class="certificate"><img class="cert-frame" src="{frame()}" alt="">')


def sheet_of(certificate: Certificate) -> Sheet:
    """Every value of a certificate, whole document number included: print it where that is meant (SPEC 12)."""
    offering, provider = certificate.offering, certificate.provider
    occupation, photo = offering.work_type.occupation, certificate.candidate.photo
    day = certificate.issued_on
    texts = {
        "issuer": provider.name,
        "filing": f"机构备案号　{provider.filing_number}",
        "name": printable(certificate.holder_name),
        "id_number": certificate.id_cipher,
        "id_type": certificate.get_id_type_display(),
        "occupation": occupation.name,
        "code": f"职业编码 {occupation.code}",
        "work_type": "" if certificate.level == Level.SPECIAL else offering.work_type.name or "—",
        "level": certificate.get_level_display(),
        "number": certificate.number or "",
        "issued_on": f"{day.year}年{day.month}月{day.day}日" if day else "",
        "seal_name": provider.name,
        "foot_number": f"证书编号　{certificate.number}",
    }
    pictures = {"photo": files.read(photo)} if photo else {}
    return Sheet(texts, pictures, {"qr": check_address(str(certificate.number))})


def check_address(number: str) -> str:
    """Where the QR code leads: the public check page with the number filled in, and no name."""
    return f"{settings.SITE_URL}{reverse('certificate_check')}?{urlencode({'number': number})}"


def _piece(certificate: Certificate) -> Piece:
    special = certificate.level == Level.SPECIAL
    return Piece(TITLES[special], blank(special), sheet_of(certificate), lambda: laid_out_pdf(certificate))


def _words_of(special: bool) -> dict[str, Any]:
    site = settings.SITE_URL.partition("//")[2]
    return {
        "special": special,
        "title": TITLES[special],
        "check_address": f"{site}{reverse('certificate_check')}",
    }


def _fitted(text: str, place: stamping.Place, slot: Slot) -> SafeString:
    """A value in the size it fits in: shrunk as a stamped one is, else folded into lines."""
    scale = stamping.nearest_scale(text, place, slot)
    if scale is None:
        return format_html('<span class="folded s{}">{}</span>', round(stamping.folded_scale(text, place) * 100), text)
    return format_html('<span class="s{}">{}</span>', round(scale * 100), text)
