"""Papers of tickets put into one file on the disk, some dozens at a time: one long PDF, or a zip with a file each."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from scheduling import papers
from scheduling.enums import BundleKind
from skilleval.core.piles import Piece, pile

#: What Windows doesn't take in the name of a file.
UNSAFE = str.maketrans('/\\:*?"<>|', "_________")


@dataclass(frozen=True)
class Ready:
    """A ticket that is ready to be stamped."""

    ticket_id: int
    number: str
    name: str
    piece: Piece


class Bundler(Protocol):
    """Takes tickets, then says where the file is. What `add` raises leaves it as it was before."""

    content_type: ClassVar[str]
    ending: ClassVar[str]

    def __init__(self, folder: Path) -> None: ...

    def add(self, ready: Sequence[Ready]) -> None: ...

    def finish(self) -> Path: ...


class Merged(Bundler):
    """A page for each in one PDF. What is added at once is a document of its own, so that no photo is ever shared."""

    content_type, ending = "application/pdf", "pdf"

    def __init__(self, folder: Path) -> None:
        self.folder, self.parts = folder, list[Path]()

    def add(self, ready: Sequence[Ready]) -> None:
        part = self.folder / f"{len(self.parts)}.pdf"
        part.write_bytes(pile([one.piece for one in ready], papers.SLOTS))
        self.parts.append(part)

    def finish(self) -> Path:
        import pikepdf

        if len(self.parts) == 1:
            return self.parts[0]
        target = self.folder / "merged.pdf"
        with pikepdf.new() as whole, ExitStack() as opened:
            for part in self.parts:
                whole.pages.extend(opened.enter_context(pikepdf.open(part)).pages)
            whole.docinfo["/Title"] = papers.TITLE
            whole.save(target)
        return target


class Zipped(Bundler):
    """A file for each, named by its number and holder; not compressed again."""

    content_type, ending = "application/zip", "zip"

    def __init__(self, folder: Path) -> None:
        self.target = folder / "tickets.zip"

    def add(self, ready: Sequence[Ready]) -> None:
        made = [(f"{one.number}_{one.name.translate(UNSAFE)}.pdf", pile([one.piece], papers.SLOTS)) for one in ready]
        with zipfile.ZipFile(self.target, "a", zipfile.ZIP_STORED) as file:
            for name, content in made:
                file.writestr(name, content)

    def finish(self) -> Path:
        return self.target


BUNDLERS: dict[str, type[Bundler]] = {BundleKind.MERGED: Merged, BundleKind.ZIP: Zipped}
