"""今日, the first thing on everybody's first page: what is to be done, the nearest deadline first (LOOK "Pages")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

MOST = 8


@dataclass(frozen=True)
class Item:
    """One thing to do: what, on which page, of what, by when in words, and the day of it where there is one."""

    title: str
    url: str
    detail: str = ""
    by: str = ""
    day: date | None = None
    mark: str = ""


@dataclass(frozen=True)
class Today:
    """What a first page shows: the day, what is nearest, and how much there is besides."""

    on: date
    items: tuple[Item, ...]
    more: int = 0


def today_of(items: Iterable[Item], on: date) -> Today:
    """The nearest few of what there is to do; what ends today or tomorrow is marked, without a deadline comes last."""
    rows = sorted(items, key=lambda item: item.day or date.max)
    return Today(on, tuple(_marked(item, on) for item in rows[:MOST]), max(len(rows) - MOST, 0))


def _marked(item: Item, on: date) -> Item:
    words = {0: "今天", 1: "明天"}
    near = words.get((item.day - on).days, "") if item.day else ""
    return Item(item.title, item.url, item.detail, item.by, item.day, item.mark or near)
