"""Photos of a group's people: a zip read in the background, or one for a row (SPEC 5.2, 5.7)."""

from __future__ import annotations

from registration.models import Group


def look_again(group: Group, *, cause: str) -> None:
    """Have photos that found no row yet looked through again, since rows came or changed."""
