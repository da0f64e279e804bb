"""What the report is asked to show: a place, a kind of fault, a roster, a name; and the page of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet
from django.http import QueryDict

from registration.enums import RowState
from registration.models import Group, Roster, RosterRow
from registration.models.groups import RosterRowQuerySet
from registration.rosters.faults import KINDS
from skilleval.journeys.groups.counts import PLACE, Counts

ALL, HINTS = "all", "hints"
#: Every kind; and whatever isn't a photo alone, since photos come in a zip and aren't mended one by one.
ANY_KIND, BESIDE_PHOTOS = "any", "beside-photos"
PHOTO_ALONE = Q(kinds=["photo"])
PER_PAGE = 50
KEY = re.compile(r"(\d{1,18})\.(\d{1,9})")


@dataclass(frozen=True)
class Asked:
    """The filter as it stands in the address; what isn't known there counts as not asked."""

    show: str
    kind: str = ""
    roster: Roster | None = None
    name: str = ""
    after: tuple[int, int] | None = None
    before: tuple[int, int] | None = None


@dataclass(frozen=True)
class Shown:
    """One page of rows in their order, and the keys of its neighbours."""

    rows: list[RosterRow]
    previous: str = ""
    following: str = ""


def read(query: QueryDict, group: Group, counts: Counts) -> Asked:
    """What the address asks for. Nothing: whoever has to be mended, or everybody where nobody has."""
    wanted = query.get("show", "")
    narrowed = any(query.get(name) for name in ("kind", "roster", "name"))
    usual = RowState.FAULTY.value if counts[RowState.FAULTY] or not counts.people else ALL
    show = wanted if wanted in (*PLACE, ALL, HINTS) else (usual if not narrowed or counts[RowState.FAULTY] else ALL)
    kind = query.get("kind", "")
    if kind not in (*KINDS, ANY_KIND):
        kind = BESIDE_PHOTOS if show == RowState.FAULTY else ""
    asked = Asked(
        show=show,
        kind="" if kind == ANY_KIND else kind,
        roster=_roster(group, query.get("roster", "")),
        name=query.get("name", "").strip()[:60],
        after=_key(query.get("after", "")),
        before=_key(query.get("before", "")),
    )
    return replace(asked, kind="") if kind == BESIDE_PHOTOS and not _splits(group, asked) else asked


def found(group: Group, asked: Asked, *, any_kind: bool = False) -> RosterRowQuerySet:
    """The rows asked for, without an order; `any_kind` leaves the kind of fault open."""
    rows = RosterRow.objects.filter(_place(asked.show), group=group)
    if asked.kind == BESIDE_PHOTOS and not any_kind:
        rows = rows.exclude(PHOTO_ALONE)
    elif asked.kind and not any_kind:
        rows = rows.filter(kinds__contains=[asked.kind])
    if asked.roster:
        rows = rows.filter(roster=asked.roster)
    if asked.name:
        rows = rows.filter(cells__name__icontains=asked.name)
    return rows


def kinds_in(group: Group, asked: Asked) -> list[tuple[str, str, int]]:
    """The kinds of fault among the rows asked for, with how many rows each has; one query."""
    rows: QuerySet[Any] = found(group, asked, any_kind=True).annotate(each=Func(F("kinds"), function="unnest"))
    counted = dict(rows.order_by().values_list("each").annotate(number=Count("pk")))
    return [(kind, word, counted[kind]) for kind, word in KINDS.items() if counted.get(kind)]


def photo_alone(group: Group, asked: Asked) -> int:
    """How many of the rows asked for lack nothing but a photo."""
    return found(group, asked, any_kind=True).filter(PHOTO_ALONE).count()


def _splits(group: Group, asked: Asked) -> bool:
    """Whether some lack nothing but a photo and others have to be mended: then these come first."""
    rows = found(group, asked, any_kind=True)
    return bool(rows.filter(PHOTO_ALONE)[:1]) and bool(rows.exclude(PHOTO_ALONE)[:1])


def page_of(group: Group, asked: Asked) -> Shown:
    """One page of the rows asked for, by roster and row; paged by key."""
    rows = found(group, asked).select_related("roster", "application")
    if asked.before:
        listed = list(_beyond(rows, asked.before, "lt").order_by("-roster_id", "-number")[: PER_PAGE + 1])
        more = len(listed) > PER_PAGE
        listed = listed[:PER_PAGE][::-1]
        return Shown(listed, _key_of(listed[0]) if more and listed else "", _key_of(listed[-1]) if listed else "")
    if asked.after:
        rows = _beyond(rows, asked.after, "gt")
    listed = list(rows.order_by("roster_id", "number")[: PER_PAGE + 1])
    more, listed = len(listed) > PER_PAGE, listed[:PER_PAGE]
    previous = _key_of(listed[0]) if asked.after and listed else ""
    return Shown(listed, previous, _key_of(listed[-1]) if more else "")


def next_faulty(row: RosterRow) -> RosterRow | None:
    """The next row of the group that has to be mended: after this one, else from the beginning."""
    faulty = RosterRow.objects.filter(group=row.group_id, state=RowState.FAULTY).exclude(pk=row.pk)
    later = _beyond(faulty, (row.roster_id, row.number), "gt").order_by("roster_id", "number").first()
    return later or faulty.order_by("roster_id", "number").first()


def _place(show: str) -> Q:
    if show == ALL:
        return ~Q(state=RowState.REMOVED)
    if show == HINTS:
        return Q(state__in=(RowState.CLEAR, RowState.PASSED)) & ~Q(kinds=[])
    return PLACE[show].rows


def _beyond(rows: RosterRowQuerySet, key: tuple[int, int], way: str) -> RosterRowQuerySet:
    roster, number = key
    return rows.filter(Q(**{f"roster__{way}": roster}) | Q(**{"roster": roster, f"number__{way}": number}))


def _key_of(row: RosterRow) -> str:
    return f"{row.roster_id}.{row.number}"


def _key(text: str) -> tuple[int, int] | None:
    matched = KEY.fullmatch(text)
    return (int(matched[1]), int(matched[2])) if matched else None


def _roster(group: Group, text: str) -> Roster | None:
    try:
        return group.rosters.filter(uuid=UUID(text)).first()
    except ValueError:
        return None
