"""Days and starts for the sessions of batches that run, so that rooms, opening times and people allow them (SPEC 7.5).

Rooms are looked for but not given: they are staff's to choose. Where nothing fits, the session is proposed on a
Saturday at 09:00 as if there were no rooms, and its page names what stands in the way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import accumulate

from scheduling.models import Batch
from scheduling.proposing import Agenda, Slot, Wish, choices, first_choice, spare_days
from scheduling.queries.dates import earliest_exam, period_of
from scheduling.queries.halls import agenda_of
from scheduling.services import drawing
from scheduling.timetable import Part, Span, propose_days
from skilleval.catalogue.models import Subject
from skilleval.core.workdays import WorkCalendar

#: A session to come: its batch, and its place among the batch's (from 0).
Key = tuple[int, int]
MOST_DAYS = 62


@dataclass(frozen=True)
class Company:
    """Which sessions share people, and when people of a session have to be elsewhere."""

    kin: Mapping[Key, set[Key]]
    busy: Mapping[Key, list[Span]]


NOBODY = Company({}, {})


def place(
    batches: Sequence[Batch],
    sizes: Mapping[int, Sequence[int]],
    subjects: Mapping[int, Sequence[Subject]],
    *,
    on: date,
    calendar: WorkCalendar,
    company: Company = NOBODY,
) -> dict[Key, tuple[date, time]]:
    """A day and a start for each session of batches of one window; `sizes` and `subjects` by batch and offering."""
    if not batches:
        return {}
    period, provider = period_of(batches[0].window), batches[0].offering.provider
    first = max(period.first, earliest_exam(provider, on, calendar))
    asked = {"not_before": first, "count": MOST_DAYS, "days_off": calendar.holidays}
    days = list(dict.fromkeys(propose_days(period, **asked)))  # type: ignore[arg-type]
    last = max(period.last, *days)
    agenda = agenda_of(provider, first, last)
    spare = spare_days(first, period.last, days, calendar.holidays) if agenda.halls else []
    placed: dict[Key, tuple[date, time]] = {}
    slots: dict[Key, Slot] = {}
    for key, wish in _wishes(batches, sizes, subjects):
        slot = _slot(agenda, wish, key, days, spare, company, slots)
        placed[key] = (slot.held_on, slot.starts_at) if slot else first_choice(days, key[1])
        if slot:
            slots[key] = slot
    return placed


def company_of(batches: Sequence[Batch], sizes: Mapping[int, Sequence[int]]) -> Company:
    """Who of the people drawn is drawn twice, or published elsewhere; the draw has to be there still."""
    ends = {pk: list(accumulate(own)) for pk, own in sizes.items()}

    def key_of(batch: int, place: int) -> Key | None:
        return (batch, bisect_right(ends[batch], place)) if batch in ends else None

    kin: dict[Key, set[Key]] = defaultdict(set)
    of_person: dict[int, set[Key]] = defaultdict(set)
    for candidate, batch, place_of in drawing.drawn_twice():
        if key := key_of(batch, place_of):
            of_person[candidate].add(key)
    for keys in of_person.values():
        for key in keys:
            kin[key] |= keys - {key}
    busy: dict[Key, list[Span]] = defaultdict(list)
    for batch, place_of, starts, finishes in drawing.seated_elsewhere():
        if key := key_of(batch, place_of):
            busy[key].append((starts, finishes))
    return Company(kin, busy)


def _wishes(
    batches: Sequence[Batch], sizes: Mapping[int, Sequence[int]], subjects: Mapping[int, Sequence[Subject]]
) -> Iterator[tuple[Key, Wish]]:
    for batch in batches:
        parts = tuple(Part(subject.kind, subject.minutes) for subject in subjects[batch.offering_id])
        occupation = batch.offering.work_type.occupation_id
        for number, size in enumerate(sizes[batch.pk]):
            yield (batch.pk, number), Wish(size, occupation, parts)


def _slot(
    agenda: Agenda,
    wish: Wish,
    key: Key,
    days: Sequence[date],
    spare: Sequence[date],
    company: Company,
    slots: Mapping[Key, Slot],
) -> Slot | None:
    kin = [span for other in company.kin.get(key, ()) if other in slots for span in slots[other].spans]
    return agenda.place(wish, choices(days, spare, key[1]), [*company.busy.get(key, ()), *kin])
