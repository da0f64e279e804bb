"""The telephones that rosters state: people without account are reached there, and claims rely on them (SPEC 5.8)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from registration.enums import ApplicationState
from registration.models import Application, Candidate, RosterRow
from registration.models.applications import HANDED_IN
from registration.rosters.reading import read_phone
from registration.rosters.words import Unread


def of_applications(applications: Iterable[int]) -> dict[int, str]:
    """The telephone in E.164 that the row of each application states, by the application's key; one query."""
    rows = RosterRow.objects.filter(application__in=list(applications)).only("uuid", "application", "phone_cipher")
    return {row.application_id: phone for row in rows if row.application_id and (phone := _of(row))}


def vouched_for(candidate: Candidate) -> bool:
    """Whether every institution that entered the person gave the telephone of the record for them.

    A record is one for all institutions: a number that one of them gave, and another didn't, may be anybody's who
    would read what the other entered. What was never handed in and is over doesn't count. What a provider took over was
    loaded only under the record's own telephone (taken_over_people).
    """
    entered = Application.objects.filter(
        HANDED_IN | Q(state=ApplicationState.PRELIM), candidate=candidate, taken_over=None
    )
    rows = RosterRow.objects.filter(application__in=entered).select_related("group")
    vouching = {row.group.institution_id for row in rows if _of(row) == candidate.phone}
    return vouching.issuperset(entered.values_list("institution", flat=True))


def _of(row: RosterRow) -> str:
    try:
        return read_phone(row.phone_cipher)
    except Unread:
        return ""
