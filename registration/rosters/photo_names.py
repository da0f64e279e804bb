"""Which row a photo belongs to, by its file's name: 姓名_证件号码, the number, or what 照片文件名 says (SPEC 5.2).

Pure. Numbers are compared by their keyed index, so that the rows needn't be opened.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from registration import names
from skilleval.core.crypto import blind_index
from skilleval.core.identity import IdentityType, mask, normalise

ENDINGS = re.compile(r"\.(jpe?g|png)$", re.IGNORECASE)
PARTS = re.compile(r"[_＿\s—－-]+")
NUMBERLIKE = re.compile(r"[0-9A-Za-z()（）]{5,}")


@dataclass(frozen=True)
class PhotoName:
    """What the name of a photo's file says: itself, the indexes a number in it may have, and a person's name."""

    file: str
    keys: frozenset[bytes]
    person: str

    def agrees(self, name: str) -> bool:
        """Whether it names this person, or nobody."""
        return not self.person or self.person == names.normalise(name)


def read_name(path: str) -> PhotoName:
    """Read the name of a file in a zip; folders make no difference."""
    stem = _stem(path)
    *before, number = PARTS.split(stem)
    person = names.normalise("".join(before)) if before and not any(sign.isdigit() for sign in "".join(before)) else ""
    return PhotoName(file_key(path), _keys(number), person)


def file_key(name: str) -> str:
    """One spelling for a photo's file name in a zip and in 照片文件名: without folder, ending and case."""
    return _stem(name).casefold()


def masked(path: str) -> str:
    """A file's name as a report may show it: whatever could be a document's number is masked."""
    shown = path.replace("\\", "/").rpartition("/")[2]
    return NUMBERLIKE.sub(lambda found: mask(found[0]) if re.search("[0-9]", found[0]) else found[0], shown)[:80]


def _stem(path: str) -> str:
    name = unicodedata.normalize("NFKC", path.replace("\\", "/").rpartition("/")[2])
    return ENDINGS.sub("", name.strip()).strip()


def _keys(number: str) -> frozenset[bytes]:
    """The indexes under which a row may keep this number, whatever document it is of."""
    spelled = {normalise(number, kind) for kind in IdentityType} if number else set()
    return frozenset(blind_index(text) for text in spelled)
