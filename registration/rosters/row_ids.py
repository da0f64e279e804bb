"""行标识: how a line of a returned workbook says which row it is, and whether it was changed in the book (SPEC 5.2).

It is the row's public id and a keyed digest of what the row said when the book was made. A line whose cells still have
that digest wasn't touched in the book; a row whose cells still have it wasn't changed on the page since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from skilleval.core import crypto

SEPARATOR = "#"
DIGEST_BYTES = 9


@dataclass(frozen=True)
class RowId:
    """What a 行标识 says: the row, and the digest of its cells when the book was made."""

    row: UUID
    digest: str

    def describes(self, cells: Mapping[str, str]) -> bool:
        """Whether these cells, by column key, are what the book was made with."""
        return digest(cells) == self.digest


def row_id(row: UUID, cells: Mapping[str, str]) -> str:
    """The 行标识 of a row, given all its cells by column key, the number and the telephone in full."""
    return f"{row}{SEPARATOR}{digest(cells)}"


def parse(text: str) -> RowId | None:
    """What a cell of the column says; None for what no workbook of ours holds."""
    row, _, made_with = text.strip().partition(SEPARATOR)
    try:
        return RowId(UUID(row), made_with) if made_with else None
    except ValueError:
        return None


def digest(cells: Mapping[str, str]) -> str:
    """A keyed digest of filled cells; empty ones make no difference."""
    filled = {key: cells[key] for key in sorted(cells) if cells[key]}
    return crypto.blind_index(json.dumps(filled, ensure_ascii=False))[:DIGEST_BYTES].hex()
