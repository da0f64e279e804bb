"""Short ways to write down backgrounds, targets and judgments by the 2023 rules."""

import json
from datetime import date
from pathlib import Path

from registration.background import Background, HeldCertificate, Job, Study, Target, Title
from registration.eligibility import Finding, Outcome, check
from registration.rule_sets import parse_rule_set

FIXTURE = Path(__file__).parents[2] / "fixtures" / "rules" / "eligibility-2023.json"
RULES = parse_rule_set(json.loads(FIXTURE.read_text(encoding="utf-8")))
CODE, RELATED, OTHER = "4-04-05-05", "4-04-05-01", "6-18-01-01"
ON = date(2026, 3, 10)
ADULT = Background(born=date(1980, 1, 1))


def target(level: str) -> Target:
    return Target(CODE, level, frozenset({RELATED}))


def judge(level: str, background: Background, on: date = ON) -> Outcome:
    return check(RULES, target(level), background, on)


def finding(outcome: Outcome, code: str) -> Finding:
    return next(found for found in outcome.findings if found.clause.code == code)


def work(start: str, end: str | None = None, code: str = CODE) -> tuple[Job, ...]:
    return (Job(code, date.fromisoformat(start), date.fromisoformat(end) if end else None),)


def certificate(level: str, issued: str, code: str = CODE) -> tuple[HeldCertificate, ...]:
    return (HeldCertificate(code, level, date.fromisoformat(issued)),)


def title(grade: str, obtained: str, matches: bool = True, qualification: bool = False) -> tuple[Title, ...]:
    return (Title(grade, date.fromisoformat(obtained), matches, qualification),)


def study(
    school: str, status: str = "graduated", school_class: str = "", major: str = "same", validated: bool = False
) -> tuple[Study, ...]:
    return (Study(school, school_class, major, status, validated),)
