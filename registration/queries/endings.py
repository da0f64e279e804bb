"""What ends within days while somebody could still act on it (SPEC 5.2, 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from registration.enums import ApplicationState, RowState
from registration.models import Application, Group, RosterRow
from registration.queries.slots import HANDING_IN

_S = ApplicationState
#: Entered, and not handed in: what the window's close leaves behind.
UNSENT = Q(application=None) | Q(application__state=_S.PRELIM)


@dataclass(frozen=True)
class Ending:
    """The last day of a correction, or to bring papers: of one application, or of how many people of a group."""

    until: date
    people: int
    application: Application | None = None
    group: Group | None = None


def unsent_people(first: date, last: date) -> list[tuple[Group, int]]:
    """Groups whose window closes on one of these days, with how many of their people aren't handed in; two queries."""
    rows = RosterRow.objects.filter(UNSENT, group__window__closes_on__range=(first, last))
    sums = rows.exclude(state=RowState.REMOVED).order_by().values("group").annotate(people=Count("pk"))
    counts = {row["group"]: row["people"] for row in sums}
    return [(group, counts[group.pk]) for group in Group.objects.with_names().filter(pk__in=counts).order_by("pk")]


def papers_ending(first: date, last: date) -> list[Ending]:
    """Signed originals that a window dates a stage for which ends on one of these days, and that are still to come
    (SPEC 13), a group's together; three queries."""
    owing = Application.objects.filter(
        original_received_on=None, state__in=HANDING_IN, window__papers_by__range=(first, last)
    )
    names = ("candidate__user", "offering__provider", "offering__work_type__occupation", "window")
    alone = owing.filter(group=None).select_related(*names).order_by("pk")
    counted = owing.exclude(group=None).order_by("group", "window__papers_by").values_list("group", "window__papers_by")
    sums = list(counted.annotate(people=Count("pk")))
    groups = Group.objects.with_names().in_bulk({group for group, _, _ in sums})
    return [
        *(Ending(one.window.papers_by, 1, application=one) for one in alone if one.window and one.window.papers_by),
        *(Ending(until, people, group=groups[group]) for group, until, people in sums if until),
    ]


def corrections_ending(first: date, last: date) -> list[Ending]:
    """Corrections whose last day is one of these, a group's of one day together; three queries."""
    back = Application.objects.filter(state=_S.RETURNED, returned_until__range=(first, last))
    names = ("candidate__user", "offering__provider", "offering__work_type__occupation")
    alone = back.filter(group=None).select_related(*names).order_by("pk")
    counted = back.exclude(group=None).order_by("group", "returned_until").values_list("group", "returned_until")
    sums = list(counted.annotate(people=Count("pk")))
    groups = Group.objects.with_names().in_bulk({group for group, _, _ in sums})
    return [
        *(Ending(one.returned_until, 1, application=one) for one in alone if one.returned_until),
        *(Ending(until, people, group=groups[group]) for group, until, people in sums if until),
    ]
