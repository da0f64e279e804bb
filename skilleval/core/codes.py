"""QR codes by the thousand, as bits to paint: drawn by segno once for a length of text, and by XOR from then on.

Of all texts of one length, in one mode and with one mask, the codes are an affine space over GF(2): data, error
correction and mask are linear in the text's bits. So a code is the first one's, with the difference that each differing
bit makes, and each of those differences is drawn once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from skilleval.core.pdf import FIXED_MASK

QUIET = 4  # modules around a code


@dataclass(frozen=True)
class Bitmap:
    """A picture of one bit a module, 0 being dark, each row padded to whole bytes; with the quiet zone around it."""

    side: int
    content: bytes


class Family:
    """The codes of all texts of one length."""

    def __init__(self, length: int) -> None:
        self.first = b"a" * length
        self.side, self.base, self.size = _drawn(self.first)
        self.known: dict[tuple[int, int], int] = {}

    def of(self, text: bytes) -> Bitmap:
        bits = self.base
        for at, (sign, first) in enumerate(zip(text, self.first, strict=True)):
            if differs := sign ^ first:
                bits ^= self._difference(at, differs)
        return Bitmap(self.side, bits.to_bytes(self.size, "big"))

    def _difference(self, at: int, differs: int) -> int:
        found = self.known.get((at, differs))
        if found is None:
            changed = bytearray(self.first)
            changed[at] ^= differs
            found = self.known[at, differs] = _drawn(bytes(changed))[1] ^ self.base
        return found


def code_of(text: str) -> Bitmap:
    """A text's code, as segno draws it in byte mode at error level M."""
    content = text.encode()
    return _family(len(content)).of(content)


_family = lru_cache(maxsize=16)(Family)


def _drawn(text: bytes) -> tuple[int, int, int]:
    """The side in modules, the bits as one number, and their length in bytes."""
    import segno

    rows = segno.make(text, micro=False, error="m", boost_error=False, mask=FIXED_MASK, mode="byte").matrix
    side = len(rows) + 2 * QUIET
    wide = (side + 7) // 8 * 8
    light = "1" * wide
    painted = ["1" * QUIET + "".join("0" if dark else "1" for dark in row) for row in rows]
    lines = [light] * QUIET + [line.ljust(wide, "1") for line in painted] + [light] * QUIET
    return side, int("".join(lines), 2), side * wide // 8
