"""The members of a group as its provider sees them: those handed in, by where they stand (SPEC 5.2, 5a, 12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q

from registration.enums import ENDED_STATES, PAID_STATES, ApplicationState
from registration.models import Application, Group
from registration.models.applications import ApplicationQuerySet

_S = ApplicationState
#: Over without having been assessed.
OVER = tuple(state for state in ENDED_STATES if state != _S.COMPLETED)
#: Who owes the signed original: handed in, and neither over nor assessed.
OWES_ORIGINAL = Q(original_received_on=None) & ~Q(state__in=ENDED_STATES)


@dataclass(frozen=True)
class Sums:
    """How many of a group's members stand where, and the nearest days: to review by, to hand in again by."""

    people: int = 0
    review: int = 0
    returned: int = 0
    approved: int = 0
    paid: int = 0
    over: int = 0
    received: int = 0
    owing: int = 0
    review_by: date | None = None
    returned_until: date | None = None


def handed_in(applications: ApplicationQuerySet | None = None) -> ApplicationQuerySet:
    """Members who reached the provider; one removed or withdrawn before never did."""
    rows = Application.objects.all() if applications is None else applications
    return rows.handed_in().filter(group__isnull=False)


def sums_of(groups: Iterable[Group]) -> dict[int, Sums]:
    """The sums of each group by its primary key, in one query however many there are."""
    ids = [group.pk for group in groups]
    counts: dict[str, Any] = {
        "people": Count("pk"),
        "review": Count("pk", filter=Q(state=_S.REVIEW)),
        "returned": Count("pk", filter=Q(state=_S.RETURNED)),
        "approved": Count("pk", filter=Q(state=_S.APPROVED)),
        "paid": Count("pk", filter=Q(state__in=PAID_STATES)),
        "over": Count("pk", filter=Q(state__in=OVER)),
        "received": Count("pk", filter=Q(original_received_on__isnull=False)),
        "owing": Count("pk", filter=OWES_ORIGINAL),
        "review_by": Min("review_by", filter=Q(state=_S.REVIEW)),
        "returned_until": Min("returned_until", filter=Q(state=_S.RETURNED)),
    }
    rows = handed_in().filter(group__in=ids).order_by().values_list("group").annotate(**counts)
    return dict.fromkeys(ids, Sums()) | {group: Sums(**dict(zip(counts, found, strict=True))) for group, *found in rows}
