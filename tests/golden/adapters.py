"""One thin adapter a pack: JSON in, the portal's own function, JSON out. Nothing is decided here."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from certificates.deadlines import results_due
from certificates.grading import Mark, grade, shown
from discipline.sanctions import sanction
from registration import background as facts
from registration.eligibility import check
from registration.resits import Credit, plan
from registration.rule_sets import parse_rule_set
from scheduling.batching import judge_windows
from skilleval.catalogue.models import EligibilityRuleSet
from skilleval.catalogue.queries import work_calendar
from skilleval.core import clock, identity
from skilleval.filing import deadlines
from tests.golden import from_notices

Inputs = dict[str, Any]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def eligibility(case: Inputs) -> Any:
    target = case["target"]
    outcome = check(
        parse_rule_set(EligibilityRuleSet.objects.get(edition="2023").rules),
        facts.Target(target["code"], str(target["level"]), frozenset(case.get("related_codes") or ())),
        background(case),
        date.fromisoformat(case["as_of"]),
    )
    return {"eligible": outcome.eligible, "clauses": list(outcome.clauses)}


def background(case: Inputs) -> facts.Background:
    return facts.Background(
        born=day(case.get("born")),
        intends_to_work=bool(case.get("intends_to_work")),
        jobs=tuple(
            facts.Job(row["code"], date.fromisoformat(row["from"]), day(row.get("to")))
            for row in case.get("work") or ()
        ),
        certificates=tuple(
            facts.HeldCertificate(row["code"], str(row["level"]), date.fromisoformat(row["issued"]))
            for row in case.get("certificates") or ()
        ),
        studies=tuple(
            facts.Study(
                row["school"],
                row.get("class") or "",
                row.get("major") or "",
                row.get("status") or "",
                bool(row.get("validated_programme")),
            )
            for row in case.get("education") or ()
        ),
        titles=tuple(
            facts.Title(row["grade"], date.fromisoformat(row["obtained"]), bool(row.get("matches")))
            for row in case.get("titles") or ()
        ),
    )


def due_on(case: Inputs) -> Any:
    due = results_due(
        date.fromisoformat(case["completed_on"]), inspection=bool(case.get("inspection")), calendar=work_calendar()
    )
    return {"results_due": due.date.isoformat(), "provisional": due.provisional}


def outcome(case: Inputs) -> Any:
    marks = [
        Mark(
            name,
            row["status"],
            Decimal(row["score"]) if row.get("score") is not None else None,
            Decimal(str(row["weight"])) if row.get("weight") is not None else None,
        )
        for name, row in case["subjects"].items()
    ]
    graded = grade(str(case["level"]), marks, competition=bool(case.get("competition")))
    answer = {"passed": graded.passed, "credits": list(graded.credits)}
    return answer if graded.total is None else {**answer, "total": str(shown(graded.total))}


def resits(case: Inputs) -> Any:
    planned = plan(
        str(case["level"]),
        case["subjects"],
        [Credit(row["subject"], date.fromisoformat(row["published_on"])) for row in case.get("credits") or ()],
        applies_on=date.fromisoformat(case["applies_on"]),
        reapplied_on=[date.fromisoformat(text) for text in case.get("reapplied_on") or ()],
        competition=bool(case.get("competition")),
        as_new=bool(case.get("as_new")),
    )
    return {"kind": planned.kind, "sits": list(planned.sits)}


def sanctions(case: Inputs) -> Any:
    decided = sanction(
        case["clause"],
        case.get("severity"),
        decided_on=date.fromisoformat(case["decided_on"]),
        assessed_on=date.fromisoformat(case["assessed_on"]),
    )
    return {
        "cancels": decided.cancels,
        "qualification_cancelled": decided.qualification_cancelled,
        "ban_from": decided.ban_from.isoformat() if decided.ban_from else None,
        "ban_until": decided.ban_until.isoformat() if decided.ban_until else None,
        "refundable": decided.refundable,
        "certificate": decided.certificate,
        "refer_to_authority": decided.refer_to_authority,
    }


def batching(case: Inputs) -> Any:
    rows = judge_windows(
        case["windows"],
        case.get("arrivals") or {},
        threshold=case["threshold"],
        capacity=case["session_capacity"],
    )
    return [
        {
            "window": row.window,
            "offering": row.offering,
            "runs": row.judgment.runs,
            "waiting": row.judgment.waiting,
            "sessions": list(row.judgment.sessions),
        }
        for row in rows
    ]


def filing(case: Inputs) -> Any:
    on = date.fromisoformat(case["date"])
    answers: dict[str, Callable[[], Any]] = {
        "recommendation_open": lambda: {"open": deadlines.recommendation_open(on)},
        "provider_application_open": lambda: {"open": deadlines.provider_application_open(on)},
        "specification_due": lambda: {"due_on": deadlines.specification_due(on).isoformat()},
        "publicity_ends": lambda: {"ends_on": deadlines.publicity_ends(on, work_calendar()).date.isoformat()},
        "filing_valid_until": lambda: {"valid_until": deadlines.filing_valid_until(on).isoformat()},
    }
    return answers[case["ask"]]()


def id_numbers(case: Inputs) -> Any:
    return list(identity.check(case["id_number"], as_of=clock.today(), sex=case.get("sex"), born=day(case.get("born"))))


ADAPTERS: dict[str, Callable[[Inputs], Any]] = {
    "batching": batching,
    "eligibility": eligibility,
    "fees": from_notices.fees,
    "filing": filing,
    "id_numbers": id_numbers,
    "outcome": outcome,
    "resits": resits,
    "results_due": due_on,
    "sanctions": sanctions,
    "ticket_release": from_notices.ticket_release,
    "windows": from_notices.windows,
}
