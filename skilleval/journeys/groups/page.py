"""What every page of a group shows: whose it is, how many people are where, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from registration.models import Group
from skilleval.journeys.groups.counts import Counts, Place, counts_of


def page(name: str, group: Group, **query: str) -> str:
    """The address of one of the group's pages."""
    address = reverse(name, args=[group.uuid])
    return f"{address}?{urlencode(query)}" if query else address


@dataclass(frozen=True)
class BarItem:
    """One figure of the bar, which leads to the people it counts."""

    place: Place
    number: int
    url: str
    current: bool = False


def context_of(group: Group, on: date, *, place: str = "") -> dict[str, Any]:
    """The group with its counts; `place` is the one whose people the page lists."""
    counts = counts_of(group)
    return {
        "group": group,
        "counts": counts,
        "bar": bar_of(group, counts, place),
        "whole_url": page("group_report", group, show="all"),
        "place": place,
        "open_now": group.window.is_open(on),
        "takes_files": group.window.is_open(on) or bool(counts.returned_until and on <= counts.returned_until),
    }


def bar_of(group: Group, counts: Counts, current: str = "") -> list[BarItem]:
    """The counts as they are linked."""
    report = reverse("group_report", args=[group.uuid])
    return [BarItem(place, number, f"{report}?show={place.key}", place.key == current) for place, number in counts.bar]
