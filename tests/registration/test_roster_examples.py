"""The example rows of a template: nobody real, and each of them passes the check it is an example for."""

from __future__ import annotations

import json
from datetime import date

import pytest

from registration.background import Target
from registration.rosters.checks import RosterRules
from registration.rosters.clauses import read_clause
from registration.rosters.examples import examples
from registration.rule_sets import parse_rule_set
from skilleval.catalogue.enums import LEVEL_SUBJECTS, Level
from skilleval.core.identity import IdentityType, check
from tests.factories import RULES

RULE_SET = parse_rule_set(json.loads(RULES.read_text(encoding="utf-8")))
CODE = "4-04-05-05"
DAYS = [date(2026, 1, 1), date(2026, 12, 31), date(2028, 2, 29)]


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("minimum", ["", "junior_middle", "undergraduate"])
@pytest.mark.parametrize("level", Level.values)
def test_the_examples_pass_the_check(level, minimum, on):
    rules = RosterRules(
        target=Target(CODE, level, minimum_schooling=minimum),
        rule_set=RULE_SET,
        subjects=LEVEL_SUBJECTS[Level(level)],
        occupations={CODE: "测试职业"},
        on=on,
    )
    rows = examples(RULE_SET.of_level(level), minimum_schooling=minimum, on=on)
    for row in rows:
        checked = rules.check({key: text for key, text in row.items() if text}, has_photo=True)
        assert checked.faults == (), row
        assert checked.facts
        assert checked.phone
    clauses = RULE_SET.of_level(level)
    assert [read_clause(row["clause"], clauses) for row in rows] == [clause.code for clause in (*clauses, clauses[0])]


@pytest.mark.parametrize("level", Level.values)
def test_everybody_is_somebody_else_and_nobody_real(level):
    rows = examples(RULE_SET.of_level(level), minimum_schooling="", on=DAYS[0])
    assert len({row["id_number"] for row in rows}) == len({row["phone"] for row in rows}) == len(rows)
    assert all(row["name"].startswith("样本") for row in rows)
    residents = [row["id_number"] for row in rows if "id_type" not in row]
    assert {number[:6] for number in residents} == {"310000"}
    assert all(check(number, IdentityType.RESIDENT, as_of=DAYS[0]) == () for number in residents)


def test_who_holds_another_document_has_sex_and_birth_date_filled_in():
    row = examples(RULE_SET.of_level("4"), minimum_schooling="", on=DAYS[0])[-1]
    assert (row["id_type"], row["id_number"], row["sex"], row["born"]) == ("护照", "E00000001", "女", "1988-01-15")


def test_without_clauses_there_is_nobody():
    assert examples((), minimum_schooling="", on=DAYS[0]) == []
