"""How many exam staff a sitting wants (SPEC 7.7; from present national standards, in no notice)."""

from __future__ import annotations

from dataclasses import dataclass

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
