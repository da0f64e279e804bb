"""How many exam staff a sitting wants (SPEC 7.7; from present national standards, in no notice)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduling.enums import DutyRole
from skilleval.catalogue.enums import SubjectKind

#: Who does the work of a subject. Invigilators may help in any of them.
ROLE_OF: dict[str, str] = {
    SubjectKind.THEORY: DutyRole.INVIGILATOR,
    SubjectKind.PRACTICAL: DutyRole.EXAMINER,
    SubjectKind.REVIEW: DutyRole.REVIEWER,
}


@dataclass(frozen=True, slots=True)
class Norm:
    """What the standard of an occupation asks: people an invigilator, and the least of each role in a room."""

    people_per_invigilator: int = 15
    invigilators_a_room: int = 2
    examiners: int = 3
    reviewers: int = 3
    odd: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """So many of a role at least in one room; an odd number of them where they judge by majority."""

    role: str
    least: int
    odd: bool = False

    def missing(self, have: int) -> int:
        """How many more are wanted with `have` of them there: up to the least, or one to make them odd."""
        if have < self.least:
            return self.least - have
        return int(self.odd and have % 2 == 0)


DEFAULT = Norm()


def needed(subject: str, people: int, norm: Norm = DEFAULT) -> Need:
    """What one room of a subject wants with so many people in it; nobody for an empty one (SPEC 7.7).

    An even least of examiners or reviewers counts as the next odd number where the norm asks for odd ones.
    """
    role = ROLE_OF[subject]
    if people == 0:
        return Need(role, 0)  # odd is no matter: nobody is wanted
    if role == DutyRole.INVIGILATOR:
        return Need(role, max(norm.invigilators_a_room, -(-people // norm.people_per_invigilator)))
    least = norm.examiners if role == DutyRole.EXAMINER else norm.reviewers
    return Need(role, least + int(norm.odd and least % 2 == 0), norm.odd)


def suits(role: str, subject: str) -> bool:
    """Whether a role is one of a subject's: examiners examine, reviewers review, anybody may need invigilators."""
    return role in (DutyRole.INVIGILATOR, ROLE_OF[subject])


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be called on: what they may do, when they are taken, how often they are in that month."""

    id: int
    roles: frozenset[str]
    occupations: frozenset[int] = frozenset()  # empty: any
    taken: tuple[tuple[datetime, datetime], ...] = ()
    duties: int = 0

    def may(self, role: str, occupation: int) -> bool:
        """Whether they may do a role in an occupation: only who judges is bound to some."""
        bound = self.occupations and role != DutyRole.INVIGILATOR
        return role in self.roles and (not bound or occupation in self.occupations)

    def is_free(self, starts: datetime, ends: datetime) -> bool:
        """Whether nothing that they are taken by overlaps the time."""
        return not _overlaps(self.taken, starts, ends)


@dataclass(frozen=True, slots=True)
class Gap:
    """So many of a role still missing in a sitting."""

    sitting: int
    role: str
    occupation: int
    starts: datetime
    ends: datetime
    missing: int


def fill(gaps: Iterable[Gap], people: Sequence[Person]) -> list[tuple[int, int]]:
    """Who takes which gap, as (sitting's id, person's id): able, free, and called on least in the month.

    Gaps are filled in order of time as far as people go; the same people and gaps always give the same answer.
    """
    given: dict[int, list[tuple[datetime, datetime]]] = {person.id: [] for person in people}
    filled = []
    for gap in sorted(gaps, key=lambda gap: (gap.starts, gap.sitting)):
        able = [person for person in people if _can_take(person, gap, given)]
        able.sort(key=lambda person: (person.duties + len(given[person.id]), len(person.roles), person.id))
        for person in able[: gap.missing]:
            given[person.id].append((gap.starts, gap.ends))
            filled.append((gap.sitting, person.id))
    return filled


def _can_take(person: Person, gap: Gap, given: Mapping[int, Sequence[tuple[datetime, datetime]]]) -> bool:
    free = person.is_free(gap.starts, gap.ends) and not _overlaps(given[person.id], gap.starts, gap.ends)
    return free and person.may(gap.role, gap.occupation)


def _overlaps(taken: Iterable[tuple[datetime, datetime]], starts: datetime, ends: datetime) -> bool:
    return any(begin < ends and starts < end for begin, end in taken)
