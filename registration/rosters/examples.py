"""Example rows of a roster: one plainly fictitious person for each clause, filled in as the clause asks for.

Pure. The people are called 样本甲, 样本乙, …; their numbers carry a right check digit, but nobody comes from 310000.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from registration.enums import ApplicationKind, ClassKind, MajorMatch, SchoolKind, StudyStatus, TitleGrade
from registration.requirements import Certificate, MatchingTitle, Requirement, Studied, Worked, WorksNow
from registration.rosters.clauses import choice
from registration.rosters.columns import YES
from registration.rule_sets import Clause
from skilleval.catalogue.enums import Level, Schooling
from skilleval.core.identity import LABELS, IdentityType, Sex, check_digit

Cells = dict[str, str]

STEMS = "甲乙丙丁戊己庚辛壬癸"
GROWN, YOUNG = 38, 22  # ages of who has worked and of who comes from school, in years
CLASSES: dict[str, ClassKind] = {
    SchoolKind.TECHNICAL: ClassKind.INTERMEDIATE,
    SchoolKind.SENIOR_TECHNICAL: ClassKind.SENIOR,
    SchoolKind.TECHNICIAN: ClassKind.TECHNICIAN,
}
SCHOOLING: dict[str, Schooling] = {
    str(SchoolKind.HIGHER_VOCATIONAL.label): Schooling.JUNIOR_COLLEGE,
    str(SchoolKind.JUNIOR_COLLEGE.label): Schooling.JUNIOR_COLLEGE,
    str(SchoolKind.UNDERGRADUATE.label): Schooling.UNDERGRADUATE,
    str(SchoolKind.GRADUATE.label): Schooling.UNDERGRADUATE,
}


def examples(clauses: Sequence[Clause], *, minimum_schooling: str, on: date) -> list[Cells]:
    """Cells by column key that would pass the check on a day: a person for each clause, then one with a passport."""
    people = [_person(number, clause, minimum_schooling, on) for number, clause in enumerate(clauses)]
    if clauses:
        people.append(_with_passport(_person(len(clauses), clauses[0], minimum_schooling, on)))
    return people


def _person(number: int, clause: Clause, minimum_schooling: str, on: date) -> Cells:
    facts: Cells = {}
    for requirement, years in _parts(clause.requirements):
        for key, value in _facts(requirement, years, on).items():
            facts[key] = min(value, facts.get(key, value)) if key == "work_from" else value
    born = date(on.year - (YOUNG if "school" in facts and "work_from" not in facts else GROWN), 1, 15)
    first = f"310000{born:%Y%m%d}{number + 1:03d}"
    return {
        "name": f"样本{STEMS[number % len(STEMS)]}",
        "id_number": first + check_digit(first),
        "phone": f"1990000{9001 + number}",
        "schooling": _schooling(facts.get("school", ""), minimum_schooling),
        "clause": choice(clause),
        "kind": str(ApplicationKind.NEW.label),
        **facts,
    }


def _with_passport(cells: Cells) -> Cells:
    """Other documents than the resident's tell neither sex nor birth date: both are filled in."""
    number = cells["id_number"]
    return cells | {
        "id_type": LABELS[IdentityType.PASSPORT],
        "id_number": "E00000001",
        "sex": Sex.FEMALE.value,
        "born": date.fromisoformat(number[6:14]).isoformat(),
    }


def _parts(requirements: Iterable[Requirement]) -> Iterator[tuple[Requirement, int]]:
    """The requirements, and what their years are counted from, each with how many years ago it has to be."""
    for requirement in requirements:
        years = getattr(requirement, "years", 0)
        yield requirement, years
        if isinstance(requirement, Worked) and requirement.since:
            yield requirement.since, years


def _facts(requirement: Requirement, years: int, on: date) -> Cells:
    """Cells that meet a requirement with half a year to spare; certificates and titles come before the work."""
    year = on.year - years - 1
    if isinstance(requirement, Worked | WorksNow):
        return {"work_from": f"{year}-07-01"}
    if isinstance(requirement, Certificate):
        return {
            "held_level": str(Level(requirement.level).label),
            "held_number": f"S{0:012d}{year % 100:02d}{requirement.level}{1:06d}",
            "held_on": f"{year}-03-01",
        }
    if isinstance(requirement, MatchingTitle):
        return {
            "title_grade": str(TitleGrade(requirement.grade).label),
            "title_matches": YES,
            "title_on": f"{year}-03-01",
        }
    return _study(requirement) if isinstance(requirement, Studied) else {}


def _study(requirement: Studied) -> Cells:
    """The first school and class that the requirement admits, in the order of their declaration."""
    school = next(kind for kind in SchoolKind if kind in requirement.schools)
    admitted = (kind for kind in ClassKind if kind in requirement.classes)
    school_class = next(admitted, CLASSES.get(school))
    major = next((kind for kind in MajorMatch if kind in requirement.majors), MajorMatch.SAME)
    return {
        "school_name": "样本学校",
        "school": str(school.label),
        "class_kind": str(school_class.label) if school_class else "",
        "major_name": "样本专业",
        "major": str(major.label),
        "study_status": str(next(kind for kind in StudyStatus if kind in requirement.statuses).label),
        "validated": YES if requirement.validated else "",
    }


def _schooling(school: str, minimum: str) -> str:
    """文化程度 that goes with a school and is no less than the occupation asks for."""
    order = list(Schooling)
    held = SCHOOLING.get(school, Schooling.SENIOR_MIDDLE)
    return str(max(held, Schooling(minimum) if minimum else held, key=order.index).label)
