"""Rule sets are data: read completely, refused with the place of the fault."""

import json
from pathlib import Path
from typing import Any

import pytest

from registration.requirements import Certificate, MatchingTitle, Worked
from registration.rule_sets import RuleSetError, parse_rule_set

FIXTURE = Path(__file__).parents[2] / "fixtures" / "rules" / "eligibility-2023.json"


def rules_of_2023() -> dict[str, Any]:
    return dict(json.loads(FIXTURE.read_text(encoding="utf-8")))


def one_clause(**changes: Any) -> dict[str, Any]:
    clause = {"code": "4.1", "level": "4", "condition": "从事满 5 年", "evidence": ["证明"], "requirements": []}
    return {"edition": "x", "title": "t", "source": "s", "minimum_age": 16, "clauses": [{**clause, **changes}]}


def test_the_2023_rules_hold_every_clause_of_the_annex_in_order() -> None:
    rules = parse_rule_set(rules_of_2023())
    assert rules.edition == "2023"
    assert rules.minimum_age == 16
    assert " ".join(clause.code for clause in rules.clauses) == (
        "S.1 5.1 5.2 4.1 4.2 4.3 3.1 3.2 3.3 3.4 3.5 3.6 2.1 2.2 2.3 2.4 2.5 1.1 1.2 1.3"
    )
    for clause in rules.clauses:
        assert clause.code[0] == clause.level[0].upper()
        assert clause.condition
        assert clause.evidence or clause.code in ("S.1", "5.1")
    assert rules.clause("3.5").level == "3"
    assert rules.of_level("5") == rules.clauses[1:3]


def test_clauses_are_labelled_as_the_annex_counts_them() -> None:
    rules = parse_rule_set(rules_of_2023())
    assert [rules.clause(code).label for code in ("4.2", "1.3", "S.1")] == ["四级(2)", "一级(3)", "专项职业能力"]


def test_a_clause_with_two_anchored_periods() -> None:
    assert parse_rule_set(rules_of_2023()).clause("1.2").requirements == (
        Worked(5, MatchingTitle("intermediate", qualifications=False)),
        Worked(1, Certificate("2")),
    )


def test_an_unknown_code_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match=r"9\.9"):
        parse_rule_set(rules_of_2023()).clause("9.9")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "rule set: 'edition' is missing"),
        ({**one_clause(), "minimum_age": "16"}, "rule set: 'minimum_age' has the wrong type"),
        ({**one_clause(), "minimum_age": True}, "rule set: 'minimum_age' has to be a whole number"),
        ({**one_clause(), "more": 1}, "rule set: unknown key 'more'"),
        ({**one_clause(), "clauses": ["4.1"]}, "clause no. 1: an object is expected"),
        ({**one_clause(), "clauses": [{"level": "4"}]}, "clause no. 1: 'code' is missing"),
        ({**one_clause(), "clauses": one_clause()["clauses"] * 2}, "clause 4.1 is given twice"),
        (one_clause(level="6"), "clause 4.1: 'level' can't be '6'"),
        (one_clause(condition=" "), "clause 4.1: 'condition' is empty"),
        (one_clause(evidence=[""]), "clause 4.1: 'evidence' has to be a list of texts"),
        (one_clause(extra=1), "clause 4.1: unknown key 'extra'"),
        (one_clause(requirements=[{"kind": "luck"}]), "clause 4.1: 'kind' can't be 'luck'"),
        (one_clause(requirements=[{"kind": "worked"}]), "clause 4.1: 'years' is missing"),
        (one_clause(requirements=[{"kind": "worked", "years": -1}]), "clause 4.1: 'years' has to be a whole number"),
        (one_clause(requirements=[{"kind": "worked", "years": 5, "day": 1}]), "clause 4.1: unknown key 'day'"),
        (
            one_clause(requirements=[{"kind": "worked", "years": 5, "since": {"kind": "works_now"}}]),
            "clause 4.1: work can only be counted since",
        ),
        (
            one_clause(requirements=[{"kind": "studied", "schools": ["kindergarten"], "statuses": ["graduated"]}]),
            "clause 4.1: 'schools' can't be 'kindergarten'",
        ),
        (one_clause(requirements=[{"kind": "title", "grade": "junior"}]), "clause 4.1: 'qualifications' is missing"),
    ],
)
def test_faults_are_named_with_their_place(data: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleSetError, match=message):
        parse_rule_set(data)
