"""The telephones that rosters state: people without account are reached there (SPEC 5.8)."""

from __future__ import annotations

from collections.abc import Iterable

from registration.models import RosterRow
from registration.rosters.reading import read_phone
from registration.rosters.words import Unread


def of_applications(applications: Iterable[int]) -> dict[int, str]:
    """The telephone in E.164 that the row of each application states, by the application's key; one query."""
    rows = RosterRow.objects.filter(application__in=list(applications)).only("uuid", "application", "phone_cipher")
    return {row.application_id: phone for row in rows if row.application_id and (phone := _of(row))}


def _of(row: RosterRow) -> str:
    try:
        return read_phone(row.phone_cipher)
    except Unread:
        return ""
