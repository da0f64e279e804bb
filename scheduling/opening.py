"""When a venue can be used: its hours by weekday, and the days on which it is shut (SPEC 7.5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from skilleval.core.clock import SHANGHAI


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A stretch of a weekday (0 is Monday) in which a venue is open."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a venue is shut, both included."""

    first: date
    last: date
    reason: str


def read_stretches(text: str) -> list[tuple[time, time]]:
    """The stretches of a day as people type them, "8:30-11:30、13:00-17:00"; none for an empty text.

    Raises ValueError, with what couldn't be read, for anything else.
    """
    plain = unicodedata.normalize("NFKC", text)
    return [_stretch(part.strip()) for part in re.split(r"[、,;\n]", plain) if part.strip()]


def is_open(hours: Iterable[Hours], starts: datetime, ends: datetime) -> bool:
    """Whether a venue is open throughout; one without any hours is open whenever it is asked for."""
    stretches = list(hours)
    if not stretches:
        return True
    first, last = starts.astimezone(SHANGHAI), ends.astimezone(SHANGHAI)
    if first.date() != last.date():
        return False
    return any(opens <= first.time() and last.time() <= closes for opens, closes in joined(stretches, first.weekday()))


def joined(hours: Iterable[Hours], weekday: int) -> list[tuple[time, time]]:
    """A weekday's stretches in order, those that touch or overlap made one."""
    found: list[tuple[time, time]] = []
    for stretch in sorted(stretch for stretch in hours if stretch.weekday == weekday):
        if found and stretch.opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stretch.closes))
        else:
            found.append((stretch.opens, stretch.closes))
    return found


def closure_of(closures: Iterable[Closure], starts: datetime, ends: datetime) -> Closure | None:
    """The first closure that touches the time, if any."""
    first, last = starts.astimezone(SHANGHAI).date(), ends.astimezone(SHANGHAI).date()
    touching = (closure for closure in closures if closure.first <= last and first <= closure.last)
    return min(touching, key=lambda closure: closure.first, default=None)


def _stretch(part: str) -> tuple[time, time]:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})\s*[-–—~至到]+\s*(\d{1,2}):(\d{2})", part)
    if not found:
        raise ValueError(part)
    first, second, third, fourth = (int(number) for number in found.groups())
    try:
        return time(first, second), time(third, fourth)
    except ValueError as error:
        raise ValueError(part) from error
