"""The report: everybody of the group, what is wrong with whom, and how to mend it (SPEC 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registration.enums import RowState
from registration.models import Group
from registration.rosters.faults import KINDS
from skilleval.core import clock
from skilleval.journeys.groups import filters
from skilleval.journeys.groups.cards import cards_of, with_standing
from skilleval.journeys.groups.counts import PLACE
from skilleval.journeys.groups.own import group_or_404, officer_page
from skilleval.journeys.groups.page import bar_of, context_of


@dataclass(frozen=True)
class Kind:
    """A kind of fault as a filter."""

    word: str
    number: int | None
    url: str
    current: bool


WORDS = {filters.ALL: "全部人员", filters.HINTS: "有提示的人员"}


@officer_page
@require_safe
def group_report(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The people asked for, each with what is wrong; a filter stays in the address."""
    group, on = group_or_404(request, uuid), clock.today()
    return render(request, "groups/report.html", report_context(request, group, on))


def report_context(request: HttpRequest, group: Group, on: date) -> dict[str, Any]:
    """The page of the report that an address asks for."""
    context = context_of(group, on)
    asked = filters.read(request.GET, group, context["counts"])
    shown = filters.page_of(group, asked)
    cards = with_standing(cards_of(group, shown.rows, on))
    return context | {
        "place": asked.show,
        "bar": bar_of(group, context["counts"], asked.show),
        "asked": asked,
        "what": WORDS.get(asked.show) or PLACE[asked.show].word,
        "cards": cards,
        "some_removable": any(card.removable for card in cards),
        "prev_key": shown.previous,
        "next_key": shown.following,
        "kinds": kinds_of(group, asked, request.GET),
        "photo_alone": filters.photo_alone(group, asked) if asked.show == RowState.FAULTY else 0,
        "kind_word": KINDS.get(asked.kind, ""),
        "found": filters.found(group, asked).count(),
        **rosters_context(group),
    }


def rosters_context(group: Group) -> dict[str, Any]:
    """The rosters to choose among, and whether a row's number alone says where it stands."""
    listed = list(group.rosters.order_by("id"))
    return {"rosters": listed, "several_rosters": len(listed) > 1}


def kinds_of(group: Group, asked: filters.Asked, query: QueryDict) -> list[Kind]:
    """The kinds of fault there are among the people asked for, the first one standing for all of them."""
    found = filters.kinds_in(group, asked)
    if not found:
        return []
    linked = [Kind("全部问题", None, _address(group, query, filters.ANY_KIND), not asked.kind)]
    if asked.kind == filters.BESIDE_PHOTOS:
        linked.insert(0, Kind("照片以外的问题", None, _address(group, query, filters.BESIDE_PHOTOS), True))
    return linked + [Kind(word, number, _address(group, query, key), key == asked.kind) for key, word, number in found]


def _address(group: Group, query: QueryDict, kind: str) -> str:
    narrowed = query.copy()
    for name in ("after", "before", "kind"):
        narrowed.pop(name, None)
    narrowed["kind"] = kind
    return f"{reverse('group_report', args=[group.uuid])}?{narrowed.urlencode()}"
