"""A candidate's background as the eligibility rules read it, and as an application keeps it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from registration import background as facts, eligibility
from registration.enums import MajorMatch, StudyStatus
from registration.models import Candidate, Education, HeldCertificate, ProfessionalTitle, WorkPeriod
from registration.rule_sets import RuleSet, parse_rule_set
from skilleval.catalogue.models import EligibilityRuleSet, Offering

Declared = dict[str, Any]


def background_of(candidate: Candidate, declared: Declared | None = None) -> facts.Background:
    """The stored rows as facts. What corresponds to what depends on the target, so each application declares it.

    `declared` maps row numbers: {"majors": {"7": "same"}, "titles": {"3": true}}; what isn't declared doesn't match.
    """
    majors, titles = _declared(declared, "majors"), _declared(declared, "titles")
    return facts.Background(
        born=candidate.born,
        intends_to_work=candidate.intends_to_work,
        schooling=candidate.schooling,
        jobs=tuple(facts.Job(row.code, row.started_on, row.ended_on) for row in candidate.workperiod_rows.all()),
        certificates=tuple(
            facts.HeldCertificate(row.code, row.level, row.issued_on)
            for row in candidate.heldcertificate_rows.all()
            if row.counts
        ),
        studies=tuple(
            facts.Study(
                row.school,
                row.class_kind,
                majors.get(str(row.pk), MajorMatch.UNRELATED),
                row.status,
                row.validated_programme,
                # who is still graduating counts by the status; the day they expect to graduate on proves nothing
                row.graduated_on if row.status == StudyStatus.GRADUATED else None,
            )
            for row in candidate.education_rows.all()
        ),
        titles=tuple(
            facts.Title(row.grade, row.obtained_on, bool(titles.get(str(row.pk))), row.qualification)
            for row in candidate.professionaltitle_rows.all()
        ),
    )


def target_of(offering: Offering) -> facts.Target:
    """What an offering asks for, by occupation code and level."""
    occupation = offering.work_type.occupation
    return facts.Target(
        code=occupation.code,
        level=offering.level,
        related_codes=frozenset(other.code for other in occupation.related.all()),
        minimum_schooling=occupation.minimum_schooling,
    )


def rule_set_row(offering: Offering) -> EligibilityRuleSet | None:
    """The edition that an offering is judged by: its own, else the newest there is."""
    return offering.rule_set or EligibilityRuleSet.objects.order_by("-edition").first()


def rules_of(row: EligibilityRuleSet) -> RuleSet:
    """The parsed rules of an edition; editions are kept, never edited."""
    return _parsed(row.pk, row.edition)


@lru_cache(maxsize=16)
def _parsed(pk: int, edition: str) -> RuleSet:
    return parse_rule_set(EligibilityRuleSet.objects.values_list("rules", flat=True).get(pk=pk))


def check(
    candidate: Candidate, offering: Offering, *, on: date, declared: Declared | None = None
) -> eligibility.Outcome:
    """Judge a candidate for an offering as if submitted on a day; LookupError where no edition is loaded."""
    row = rule_set_row(offering)
    if row is None:
        raise LookupError("no edition of the eligibility rules is loaded")
    return eligibility.check(rules_of(row), target_of(offering), background_of(candidate, declared), on)


def snapshot(candidate: Candidate, *, on: date, declared: Declared | None = None) -> dict[str, Any]:
    """The background as an application keeps it: readable years later, without document or telephone numbers."""
    majors, titles = _declared(declared, "majors"), _declared(declared, "titles")
    return {
        "as_of": on.isoformat(),
        "born": candidate.born.isoformat(),
        "schooling": candidate.schooling,
        "employer": candidate.employer,
        "intends_to_work": candidate.intends_to_work,
        "work": [_work(row) for row in candidate.workperiod_rows.all()],
        "education": [
            _education(row, majors.get(str(row.pk), MajorMatch.UNRELATED.value))
            for row in candidate.education_rows.all()
        ],
        "certificates": [_certificate(row) for row in candidate.heldcertificate_rows.all() if row.counts],
        "titles": [_title(row, bool(titles.get(str(row.pk)))) for row in candidate.professionaltitle_rows.all()],
    }


def _work(row: WorkPeriod) -> dict[str, Any]:
    return {
        "employer": row.employer,
        "position": row.position,
        "code": row.code,
        "from": row.started_on.isoformat(),
        "to": row.ended_on.isoformat() if row.ended_on else None,
    }


def _education(row: Education, major: str) -> dict[str, Any]:
    return {
        "school_name": row.school_name,
        "school": row.school,
        "class": row.class_kind,
        "major_name": row.major,
        "major": major,
        "status": row.status,
        "graduated_on": row.graduated_on.isoformat() if row.graduated_on else None,
        "validated_programme": row.validated_programme,
    }


def _certificate(row: HeldCertificate) -> dict[str, Any]:
    return {
        "code": row.code,
        "level": row.level,
        "number": row.number,
        "issued": row.issued_on.isoformat(),
        "issuer": row.issuer,
    }


def _title(row: ProfessionalTitle, matches: bool) -> dict[str, Any]:
    return {
        "name": row.name,
        "grade": row.grade,
        "obtained": row.obtained_on.isoformat(),
        "matches": matches,
        "qualification": row.qualification,
    }


def _declared(declared: Declared | None, what: str) -> dict[str, Any]:
    return dict((declared or {}).get(what, {}))
