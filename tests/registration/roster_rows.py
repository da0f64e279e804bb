"""Rows of a roster as cells, for the rules that judge them: somebody of 26 who is entered for level 4 in March."""

from __future__ import annotations

from datetime import date
from typing import Any

from registration.background import Target
from registration.rosters.checks import Checked, RosterRules
from registration.rosters.faults import Fault
from registration.rule_sets import RuleSet
from skilleval.catalogue.enums import LEVEL_SUBJECTS, Level
from tests.registration.backgrounds import CODE, ON, OTHER, RELATED, RULES

OCCUPATIONS = {CODE: "人工智能训练师", RELATED: "呼叫中心服务员", OTHER: "电切削工"}
#: A sound person with nothing to rely on; male, born 1999-08-17.
PERSON = {"name": "样本甲", "id_number": "310101199908170356", "phone": "13812345678"}
STUDY = {
    "school_name": "样本学校",
    "school": "大专",
    "major_name": "样本专业",
    "major": "本专业",
    "study_status": "已毕业",
}
WORKED = {"clause": "4.1", "work_from": "2016-07-01"}


def rules(level: str = "4", *, on: date = ON, minimum_schooling: str = "", rule_set: RuleSet = RULES) -> RosterRules:
    """The rules for an offering of a level, related to one other occupation."""
    return RosterRules(
        target=Target(CODE, level, frozenset({RELATED}), minimum_schooling),
        rule_set=rule_set,
        subjects=LEVEL_SUBJECTS[Level(level)],
        occupations=OCCUPATIONS,
        on=on,
    )


LEVELS = {level: rules(level) for level in Level.values}


def check(level: str = "4", *, by: RosterRules | None = None, photo: bool = True, **cells: str) -> Checked:
    """A person's row judged with these cells; what isn't given stays empty."""
    return (by or LEVELS[level]).check(PERSON | cells, has_photo=photo)


def sound(**cells: str) -> Checked:
    """A row for level 4 that relies on ten years' work, with these cells changed."""
    return check(**{**WORKED, **cells})


def told(checked: Checked) -> list[tuple[str, str]]:
    """Where the faults are, and of what kind."""
    return [(fault.column, fault.kind) for fault in checked.faults]


def only(checked: Checked) -> Fault:
    """The one fault of a row."""
    (fault,) = checked.faults
    return fault


def lines(faults: Any) -> list[str]:
    """Faults as the report prints them."""
    return [f"{fault.message}；{fault.cure}" for fault in faults]
