"""An application's background as it was submitted, judged again by the rules it was submitted under (SPEC 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from registration import background as facts, eligibility
from registration.models import Application
from registration.queries.backgrounds import rules_of, target_of
from registration.rule_sets import RuleSet


def background_as_submitted(kept: Mapping[str, Any]) -> facts.Background:
    """The facts of a snapshot (`backgrounds.snapshot`), whatever the profile says today."""
    return facts.Background(
        born=_day(kept.get("born")),
        intends_to_work=bool(kept.get("intends_to_work")),
        schooling=kept.get("schooling", ""),
        jobs=tuple(facts.Job(job["code"], _known(job["from"]), _day(job["to"])) for job in kept.get("work", ())),
        certificates=tuple(
            facts.HeldCertificate(held["code"], held["level"], _known(held["issued"]))
            for held in kept.get("certificates", ())
        ),
        studies=tuple(_study(study) for study in kept.get("education", ())),
        titles=tuple(
            facts.Title(title["grade"], _known(title["obtained"]), title["matches"], title["qualification"])
            for title in kept.get("titles", ())
        ),
    )


def outcome_as_submitted(application: Application) -> eligibility.Outcome | None:
    """What the check says of the submitted background on its day; None where no rules or background were kept."""
    if application.rule_set is None:
        return None
    return judged_as_submitted(application, rules_of(application.rule_set), target_of(application.offering))


def judged_as_submitted(application: Application, rules: RuleSet, target: facts.Target) -> eligibility.Outcome | None:
    """The same by rules and a target that the caller has at hand, for many at once."""
    kept = application.background
    on = _day(kept.get("as_of")) or application.submitted_on
    if not kept or on is None:
        return None
    return eligibility.check(rules, target, background_as_submitted(kept), on)


def _study(study: Mapping[str, Any]) -> facts.Study:
    graduated = study["status"] == "graduated"  # for anybody else a date is a hope, not a fact
    return facts.Study(
        study["school"],
        study["class"],
        study["major"],
        study["status"],
        study["validated_programme"],
        _day(study["graduated_on"]) if graduated else None,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _known(text: str) -> date:
    return date.fromisoformat(text)
