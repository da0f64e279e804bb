"""Reads one PDF in an expendable child, says whether it may be kept, and writes it anew without what isn't its pages.

Run as a script: ``python pdf_inspector.py SOURCE TARGET MAX_PAGES``; prints ``ok`` or one word why not. It imports
nothing of the portal, so that starting it is cheap and it has nothing to give away.
"""

import sys
from typing import Any

import pikepdf

#: Dictionary keys and action or annotation types that make a document do something or carry something else.
ACTIVE_KEYS = {"/JS", "/JavaScript", "/XFA", "/RichMediaContent", "/AA"}
ATTACHED_KEYS = {"/EF", "/EmbeddedFiles"}
ACTIVE_TYPES = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Rendition",
    "/RichMedia",
    "/RichMediaExecute",
    "/Movie",
    "/Sound",
    "/Screen",
    "/3D",
}
ATTACHED_TYPES = {"/EmbeddedFile", "/FileAttachment"}
DEPTH = 50


class Unfit(Exception):
    """The document can't be kept; the message is the word to print."""


def inspect(source: str, target: str, max_pages: int) -> str:
    """``ok`` after writing the cleaned document, else encrypted, pages, active, attachment or broken."""
    try:
        with pikepdf.open(source) as document:
            if document.is_encrypted:
                return "encrypted"
            if not 1 <= len(document.pages) <= max_pages:
                return "pages"
            for item in document.objects:
                _check(item, 0)
            document.remove_unreferenced_resources()
            document.save(target)
    except pikepdf.PasswordError:
        return "encrypted"
    except Unfit as unfit:
        return str(unfit)
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, MemoryError):
        return "broken"
    return "ok"


def _check(item: Any, depth: int) -> None:
    """Refuse a direct object or one nested in it; indirect ones are visited in their own turn."""
    if depth > DEPTH:
        raise Unfit("broken")
    if isinstance(item, pikepdf.Array):
        children: list[Any] = list(item)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        _check_dictionary(item)
        children = [item.get(key) for key in item.keys()]  # noqa: SIM118 - a stream isn't iterable itself
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            _check(child, depth + 1)


def _check_dictionary(item: Any) -> None:
    keys = set(item.keys())
    types = {str(item.get(key)) for key in ("/S", "/Subtype", "/Type") if key in keys}
    if keys & ATTACHED_KEYS or types & ATTACHED_TYPES:
        raise Unfit("attachment")
    if keys & ACTIVE_KEYS or types & ACTIVE_TYPES:
        raise Unfit("active")


if __name__ == "__main__":
    print(inspect(sys.argv[1], sys.argv[2], int(sys.argv[3])))
