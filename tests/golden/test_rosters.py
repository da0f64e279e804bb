"""The packs `eligibility` and `id_numbers` once more, through a row of a roster as far as its columns can say a case.

A row has one job, certificate, study and title at most, and whoever relies on 5.1 states the intention by choosing it:
cases with more, or with a day that hasn't come (a row with one is refused before it is judged), aren't said here.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from registration.background import Target
from registration.enums import ClassKind, MajorMatch, SchoolKind, StudyStatus, TitleGrade
from registration.rosters.checks import Checked, RosterRules
from registration.rosters.columns import NO, YES
from registration.rosters.reading import told
from registration.rule_sets import parse_rule_set
from skilleval.catalogue.enums import LEVEL_SUBJECTS, Level
from skilleval.core import clock, identity
from tests.factories import RULES, resident_number
from tests.golden.packs_on_disk import Case, folder, read

RULE_SET = parse_rule_set(json.loads(RULES.read_text(encoding="utf-8")))
ROWS = ("work", "certificates", "education", "titles")
PERSON = {"name": "样本甲", "phone": "13812345678"}


def can_be_said(case: dict[str, Any]) -> bool:
    stated = [case.get(kind) or [] for kind in ROWS]
    days = [row[key] for rows in stated for row in rows for key in ("from", "issued", "obtained") if key in row]
    days += [row["to"] for row in stated[0] if row["to"]]
    return all(len(rows) <= 1 for rows in stated) and all(case["born"] <= day <= case["as_of"] for day in days)


ALL = read(folder())
ELIGIBILITY = [case for case in ALL if case.pack == "eligibility" and can_be_said(case.inputs)]
NUMBERS = [case for case in ALL if case.pack == "id_numbers"]


@pytest.mark.parametrize("found", ELIGIBILITY, ids=str)
def test_a_row_meets_the_clauses_of_the_case(found: Case) -> None:
    case = found.inputs
    level = str(case["target"]["level"])
    rules = RosterRules(
        target=Target(case["target"]["code"], level, frozenset(case.get("related_codes") or ())),
        rule_set=RULE_SET,
        subjects=LEVEL_SUBJECTS[Level(level)],
        occupations={},
        on=date.fromisoformat(case["as_of"]),
    )
    row = cells(case)
    met = [code for code in rules.conditions.clauses if rules.check(row | {"clause": code}, has_photo=True).clear]
    if not case.get("intends_to_work"):
        met = [code for code in met if code != "5.1"]
    assert {"eligible": bool(met), "clauses": met} == found.expect


def test_most_single_cases_can_be_said() -> None:
    """So that a change of the columns or of the packs doesn't silently leave nothing to compare."""
    assert not any(case.pack == "eligibility" for case in ALL) or len(ELIGIBILITY) >= 10


@pytest.mark.parametrize("found", NUMBERS, ids=str)
def test_a_row_takes_the_numbers_of_the_case(found: Case) -> None:
    case = found.inputs
    checked = as_special(case["id_number"], case.get("sex") or "", case.get("born") or "")
    wrong = {(fault.column, fault.message) for fault in checked.faults}
    columns = {identity.SEX_MISMATCH: "sex", identity.BORN_MISMATCH: "born"}
    expected = {(columns.get(code, "id_number"), told(identity.message(code))[0]) for code in found.expect}
    if not case["id_number"]:
        expected = {("id_number", "未填写证件号码")}
    assert wrong == expected


def as_special(id_number: str, sex: str, born: str) -> Checked:
    rules = RosterRules(
        target=Target("4-04-05-Z1", "special"),
        rule_set=RULE_SET,
        subjects=LEVEL_SUBJECTS[Level.SPECIAL],
        occupations={},
        on=clock.today(),
    )
    return rules.check(PERSON | {"id_number": id_number, "sex": sex, "born": born}, has_photo=True)


def cells(case: dict[str, Any]) -> dict[str, str]:
    """A case in the words of a roster."""
    stated: dict[str, str] = PERSON | {"id_number": resident_number(35, date.fromisoformat(case["born"]))}
    for job in case.get("work") or ():
        stated |= {"work_from": job["from"], "work_to": job["to"] or "", "work_code": job["code"]}
    for held in case.get("certificates") or ():
        level = str(Level(str(held["level"])).label)
        stated |= {"held_level": level, "held_on": held["issued"], "held_code": held["code"]}
    for study in case.get("education") or ():
        stated |= {"school_name": "样本学校", "major_name": "样本专业", "school": _label(SchoolKind, study["school"])}
        stated |= {"class_kind": _label(ClassKind, study.get("class")), "major": _label(MajorMatch, study.get("major"))}
        stated["study_status"] = _label(StudyStatus, study.get("status"))
        stated["validated"] = YES if study.get("validated_programme") else NO
    for title in case.get("titles") or ():
        stated |= {"title_grade": _label(TitleGrade, title["grade"]), "title_on": title["obtained"]}
        stated["title_matches"] = YES if title.get("matches") else NO
    return stated


def _label(choices: Any, value: str | None) -> str:
    return str(choices(value).label) if value else ""
