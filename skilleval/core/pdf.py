"""Papers: HTML and CSS to PDF, in the portal's own fonts and with nothing fetched from anywhere."""

import atexit
import base64
import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # seven lines a paper otherwise

STYLESHEET = "portal/paper.css"
FONT_SCHEME = "portal-font:"
#: Family and weight of each font file.
FACES = {
    "PortalSans-Regular.ttf": ("Portal Sans", 400),
    "PortalSans-Bold.ttf": ("Portal Sans", 700),
    "PortalSong-Bold.ttf": ("Portal Song", 700),
}
FONT_FACES = "".join(
    f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{FONT_SCHEME}{file}") }}\n'
    for file, (family, weight) in FACES.items()
)
PICTURE_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
GETA = "〓"  # stands for a character that has to be made (需造字), as printers have always marked it
FIXED_MASK = 3  # any of the eight is readable; trying them all costs most of the time


class Forbidden(Exception):
    """A paper asked for something outside itself."""


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """A template as PDF, its pictures being data URIs; raises Forbidden when it asks for anything else."""
    return render_html(render_to_string(template, context))


def render_copies(template: str, contexts: Sequence[dict[str, Any]]) -> bytes:
    """Copies of one paper as one PDF, each with page numbers of its own."""
    return joined([lay_out_html(render_to_string(template, context)) for context in contexts])


def joined(documents: Sequence[Any]) -> bytes:
    """Papers laid out one by one as one PDF, each with page numbers of its own, under the title of the first."""
    pages = [page for document in documents for page in document.pages]
    with _own_things_only():
        return bytes(documents[0].copy(pages).write_pdf())


def render_html(html: str, stylesheets: Sequence[Any] = ()) -> bytes:
    """Finished HTML as PDF, on the stylesheet for papers or these; its metadata hold the title and nothing else."""
    document = lay_out_html(html, stylesheets)
    with _own_things_only():
        return bytes(document.write_pdf())


def lay_out_html(html: str, stylesheets: Sequence[Any] = ()) -> Any:
    """Finished HTML as WeasyPrint's document, for who asks where things lie before writing it."""
    from weasyprint import HTML

    fonts, usual, fetcher = _kit()
    with _own_things_only():
        document = HTML(string=html, url_fetcher=fetcher).render(
            font_config=fonts, stylesheets=list(stylesheets) or usual
        )
    document.metadata.authors = document.metadata.keywords = document.metadata.attachments = []
    document.metadata.description = None
    return document


@contextmanager
def _own_things_only() -> Iterator[None]:
    from weasyprint.urls import FatalURLFetchingError

    try:
        yield
    except FatalURLFetchingError as error:  # no Exception: left alone it would end the worker
        raise Forbidden(str(error)) from error


def image_data_uri(content: bytes) -> str:
    """A JPEG or PNG for the ``src`` of a picture."""
    for magic, content_type in PICTURE_TYPES.items():
        if content.startswith(magic):
            return f"data:{content_type};base64,{base64.b64encode(content).decode()}"
    raise ValueError("neither JPEG nor PNG")


def qr_png_data_uri(text: str, *, scale: int = 4) -> str:
    """A QR code for the ``src`` of a picture; a bitmap, because thousands of vector squares are slow to lay out."""
    import segno

    picture = io.BytesIO()
    segno.make(text, micro=False, error="m", boost_error=False, mask=FIXED_MASK).save(
        picture, kind="png", scale=scale, border=4
    )
    return image_data_uri(picture.getvalue())


def missing_glyphs(text: str) -> str:
    """The characters that none of our fonts can print, each once; staff have them made (需造字)."""
    known = _code_points()
    return "".join(dict.fromkeys(char for char in text if not char.isspace() and ord(char) not in known))


def printable(text: str) -> str:
    """A name with a mark for each character that none of our fonts has (需造字)."""
    for sign in missing_glyphs(text):
        text = text.replace(sign, GETA)
    return text


@lru_cache(maxsize=1)
def _code_points() -> Any:
    """What our fonts have between them, as HarfBuzz's set: Python's own would take 50 MB to make."""
    import uharfbuzz

    found = uharfbuzz.Set()
    for path in Path(settings.FONT_DIR).glob("*.ttf"):
        found |= uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))).unicodes
    return found


@lru_cache(maxsize=1)
def _kit() -> tuple[Any, list[Any], Any]:
    """One set of fonts, parsed stylesheets and fetcher per process: making them costs more than a page."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    atexit.register(_kit.cache_clear)  # its fonts can't be released once the interpreter is half gone
    fonts, fetcher = FontConfiguration(), _fetcher()
    faces = CSS(string=FONT_FACES, font_config=fonts, url_fetcher=fetcher)
    paper = CSS(filename=finders.find(STYLESHEET), font_config=fonts, url_fetcher=fetcher)
    return fonts, [faces, paper], fetcher


def page_only(css: str) -> list[Any]:
    """A page's own few rules in place of the stylesheet for papers, beside the portal's fonts; keep what comes back."""
    from weasyprint import CSS

    fonts, (faces, _), fetcher = _kit()
    return [faces, CSS(string=css, font_config=fonts, url_fetcher=fetcher)]


def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnThingsOnly(URLFetcher):  # type: ignore[misc]
        """Gives data URIs and the portal's fonts; what else a paper asks for is a mistake or an attack."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            name = url.removeprefix(FONT_SCHEME)
            if name == url or name not in {path.name for path in Path(settings.FONT_DIR).glob("*.ttf")}:
                raise FatalURLFetchingError(f"a paper may not fetch {url[:80]}")
            return URLFetcherResponse(url, body=(Path(settings.FONT_DIR) / name).read_bytes())

    return OwnThingsOnly()
