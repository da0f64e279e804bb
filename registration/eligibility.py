"""Who may apply: SPEC 4, from SICT 2026 Annex 1 (2023 rules). The clauses are data, see `rule_sets`.

At least the minimum age on the day of submission, the occupation's minimum schooling where it is known, and any one
clause of the level.
"""

from dataclasses import dataclass
from datetime import date

from registration.background import Background, Job, Target
from registration.requirements import MinimumAge, Requirement
from registration.rule_sets import Clause, RuleSet
from skilleval.catalogue.enums import Schooling
from skilleval.core.dates import anniversary

SCHOOLINGS = Schooling.values  # in ascending order


@dataclass(frozen=True)
class Finding:
    """How a background stands to one clause, the age included.

    `missing` says in plain Chinese what stops it; `from_on` is the first day it will be met if the stated facts simply
    go on (the day itself if it is met, None if time alone won't do).
    """

    clause: Clause
    met: bool
    missing: tuple[str, ...]
    from_on: date | None


@dataclass(frozen=True)
class Outcome:
    """The whole answer: `clauses` met in the annex's order, a finding for every clause of the level.

    `missing` names what bars every clause alike (age, schooling); `from_on` is the first day any clause will be met.
    For the reviewer: `doubtful` jobs began before the minimum age; `unconfirmed` lists what nobody has stated.
    """

    eligible: bool
    clauses: tuple[str, ...]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    from_on: date | None
    doubtful: tuple[Job, ...]
    unconfirmed: tuple[str, ...]


def check(rule_set: RuleSet, target: Target, background: Background, on: date) -> Outcome:
    """Judge a background for a target as if submitted on a day (SPEC 4)."""
    age = MinimumAge(rule_set.minimum_age)
    findings = tuple(find(rule_set, clause, target, background, on) for clause in rule_set.of_level(target.level))
    schooling = schooling_short(target, background)
    days = [finding.from_on for finding in findings if finding.from_on]
    clauses = () if schooling else tuple(finding.clause.code for finding in findings if finding.met)
    return Outcome(
        eligible=bool(clauses),
        clauses=clauses,
        findings=findings,
        missing=(*_missing((age,), target, background, on), *([schooling] if schooling else [])),
        from_on=None if schooling else min(days, default=None),
        doubtful=_doubtful_jobs(rule_set.minimum_age, target, background),
        unconfirmed=_unconfirmed(target, background),
    )


def find(rule_set: RuleSet, clause: Clause, target: Target, background: Background, on: date) -> Finding:
    """Judge a background by one clause, the age included, as if submitted on a day (SPEC 4)."""
    requirements = (MinimumAge(rule_set.minimum_age), *clause.requirements)
    from_on = _first_day_of_all(requirements, target, background, on)
    missing = () if from_on == on else _missing(requirements, target, background, on)
    return Finding(clause, from_on == on, missing, from_on)


def _first_day_of_all(
    requirements: tuple[Requirement, ...], target: Target, background: Background, on: date
) -> date | None:
    """The first day from `on` on that meets all requirements at once."""
    day, settled = on, False
    while not settled:
        settled = True
        for requirement in requirements:
            first = requirement.first_met(target, background, day)
            if first is None:
                return None
            settled = settled and first == day
            day = first
    return day


def _missing(
    requirements: tuple[Requirement, ...], target: Target, background: Background, on: date
) -> tuple[str, ...]:
    return tuple(
        requirement.missing(target, background, on)
        for requirement in requirements
        if requirement.first_met(target, background, on) != on
    )


def schooling_short(target: Target, background: Background) -> str:
    """Where 普通受教育程度 falls short; it bars only where both the standard's and the person's are known (SPEC 4)."""
    if not target.minimum_schooling or not background.schooling:
        return ""
    if SCHOOLINGS.index(background.schooling) >= SCHOOLINGS.index(target.minimum_schooling):
        return ""
    return f"本职业的普通受教育程度要求为{Schooling(target.minimum_schooling).label}及以上"


def _doubtful_jobs(age: int, target: Target, background: Background) -> tuple[Job, ...]:
    """Work that counts but began before the minimum age (SPEC 4)."""
    if background.born is None:
        return ()
    grown = anniversary(background.born, age)
    return tuple(job for job in background.jobs if job.start < grown and target.counts(job.code))


def _unconfirmed(target: Target, background: Background) -> tuple[str, ...]:
    if not target.minimum_schooling:
        return ("本职业的普通受教育程度要求未登记，请核对职业标准",)
    return () if background.schooling else ("参评人员未填写文化程度，请核对",)
