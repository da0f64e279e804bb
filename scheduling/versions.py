"""What a session's published plan says, and what changed from one version to the next (SPEC 7.5, 7.8). Pure.

A plan is JSON of ids, dates and places, without personal data: the day, the sittings, and for each application's id and
subject the place `[index of the sitting, seat number]`. Rooms keep the names they had; ids tell whether they changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from skilleval.catalogue.enums import SubjectKind
from skilleval.core.wording import cn_day, cn_time

Plan = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where and when somebody sits a subject. Two are the same where time, room and number are."""

    subject: str
    starts: datetime
    ends: datetime
    room: int | None
    number: int
    named: str = field(default="", compare=False)  # venue and room
    address: str = field(default="", compare=False)

    @property
    def time(self) -> str:
        return f"{cn_day(self.starts)} {cn_time(self.starts)}"

    @property
    def seat(self) -> str:
        return f"{self.named or '考场待定'} {self.number} 号"

    @property
    def words(self) -> str:
        return f"{self.time}，{self.seat}"


@dataclass(frozen=True)
class Change:
    """One subject of one person, before and after; None where they didn't, or don't, sit it."""

    subject: str
    before: Place | None
    after: Place | None

    @property
    def words(self) -> str:
        """What changed, from what to what, with the seat."""
        return self._said(seats=True)

    @property
    def outline(self) -> str:
        """What changed for everybody alike: time and room without seat numbers; empty where only those changed."""
        return self._said(seats=False)

    @property
    def day_moved(self) -> bool:
        return bool(self.before and self.after) and self._days()[0] != self._days()[1]

    def _days(self) -> tuple[date | None, date | None]:
        return tuple(place.starts.date() if place else None for place in (self.before, self.after))  # type: ignore[return-value]

    def _said(self, *, seats: bool) -> str:
        name = SubjectKind(self.subject).label
        if self.before is None or self.after is None:
            return _alone(name, self.before, self.after, seats)
        told = []
        if (self.before.starts, self.before.ends) != (self.after.starts, self.after.ends):
            told.append(f"时间由{_time(self.before, self.after)}改为{_time(self.after, self.before)}")
        if self.before.room != self.after.room or (seats and self.before.number != self.after.number):
            what = "seat" if seats else "named"
            told.append(f"{'座位' if seats else '考场'}由{getattr(self.before, what)}改为{getattr(self.after, what)}")
        return f"{name}{'，'.join(told)}" if told else ""


def diff(before: Iterable[Plan], after: Iterable[Plan]) -> dict[int, tuple[Change, ...]]:
    """What changed for each application, by its id, from some sessions' plans to their next ones (SPEC 7.8).

    People who stand in no plan any more have left and aren't named; those whose places are the same aren't either.
    """
    old, new = _places(before), _places(after)
    found = {application: changes_between(old.get(application, {}), places) for application, places in new.items()}
    return {application: changes for application, changes in found.items() if changes}


def places_of(plan: Plan, application: int) -> dict[str, Place]:
    """Somebody's places in a plan, by subject in the order of the day; empty for whom it doesn't name."""
    seats: Mapping[str, Any] = plan.get("seats", {}).get(str(application), {})
    places = [_place(plan["sittings"][index], number) for index, number in seats.values()]
    return {place.subject: place for place in sorted(places, key=lambda place: place.starts)}


def day_of(plan: Plan) -> date:
    """The plan's assessment day."""
    return date.fromisoformat(plan["held_on"])


def _places(plans: Iterable[Plan]) -> dict[int, dict[str, Place]]:
    found: dict[int, dict[str, Place]] = {}
    for plan in plans:
        for application in plan.get("seats", {}):
            found.setdefault(int(application), {}).update(places_of(plan, int(application)))
    return found


def changes_between(old: Mapping[str, Place], new: Mapping[str, Place]) -> tuple[Change, ...]:
    """What differs between one person's places, by subject."""
    subjects = dict.fromkeys((*new, *old))
    pairs = (Change(subject, old.get(subject), new.get(subject)) for subject in subjects)
    return tuple(change for change in pairs if change.before != change.after)


def _place(sitting: Mapping[str, Any], number: int) -> Place:
    return Place(
        subject=sitting["subject"],
        starts=datetime.fromisoformat(sitting["starts"]),
        ends=datetime.fromisoformat(sitting["ends"]),
        room=sitting["room"],
        number=number,
        named=sitting["named"],
        address=sitting["address"],
    )


def _alone(name: str, before: Place | None, after: Place | None, seats: bool) -> str:
    if after:
        return f"{name}：{after.words if seats else f'{after.time}，{after.named}'}"
    return f"{name}不再安排" if before else ""


def _time(place: Place, other: Place) -> str:
    """When it starts; where both start alike, until when as well."""
    return place.time if place.starts != other.starts else f"{place.time}–{cn_time(place.ends)}"
