"""Portraits are shared: a record made from a roster shows the row's own file (SPEC 5.2)."""

from __future__ import annotations

from collections.abc import Iterable

from registration.models import Candidate, RosterRow
from skilleval.core import files
from skilleval.core.models import StoredFile

NAME = "photo.jpg"  # what every photo is kept as: their own names hold people's names and numbers


def let_go(portraits: Iterable[StoredFile]) -> None:
    """Erase portraits that no record and no roster row shows any more. In the caller's transaction."""
    left = {stored.pk: stored for stored in portraits}
    for shown in (Candidate.objects, RosterRow.objects):
        for pk in shown.filter(photo__in=list(left)).values_list("photo", flat=True):
            left.pop(pk or 0, None)
    for stored in left.values():
        files.remove(stored)
