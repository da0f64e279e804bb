"""Piles of papers in one file: stamped together while they can be, laid out whole where one of them can't."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from skilleval.core.stamping import Blank, Sheet, Slot, Unfit, stamp


@dataclass(frozen=True)
class Piece:
    """One paper of a pile: what is stamped on which page, and how it is made where that can't be done.

    `title` is what the file's metadata say. `blank` is None where there is no page to stamp on.
    """

    title: str
    blank: Blank | None
    sheet: Sheet
    whole: Callable[[], bytes]


def pile(pieces: Sequence[Piece], slots: Mapping[str, Slot]) -> bytes:
    """A file with all papers in their order, each with its own pictures and no other's; 50 to 200 at once (memory)."""
    parts: list[bytes] = []
    for _, run in groupby(pieces, key=lambda piece: id(piece.blank)):
        parts += _made(list(run), slots)
    return parts[0] if len(parts) == 1 else bound(parts, title=pieces[0].title)


def bound(parts: Iterable[bytes], *, title: str) -> bytes:
    """Files one after the other; no page sees another file's fonts or pictures."""
    import pikepdf

    with pikepdf.new() as whole:
        for content in parts:
            with pikepdf.open(io.BytesIO(content)) as part:
                whole.pages.extend(part.pages)
        whole.docinfo["/Title"] = title
        written = io.BytesIO()
        whole.save(written)
    return written.getvalue()


def _made(run: Sequence[Piece], slots: Mapping[str, Slot]) -> list[bytes]:
    """A run on the same blank as few files: halved until whatever can't be stamped stands alone."""
    blank = run[0].blank
    if blank is not None:
        try:
            return [stamp(blank, [piece.sheet for piece in run], slots, title=run[0].title)]
        except Unfit:
            pass
    if len(run) == 1:
        return [run[0].whole()]
    half = len(run) // 2
    return _made(run[:half], slots) + _made(run[half:], slots)
