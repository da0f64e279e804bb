"""A case against the owner at every stage, made by the services: false material, but for one with a ban."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from discipline.models import Case, Decision
from discipline.services import appeals, deciding, hearing, lifting, reporting, serving
from registration.models import Candidate
from skilleval.catalogue.models import Provider
from tests import factories
from tests.core.hostile_files import JPEG, mp4
from tests.discipline.making import clauses, supervisor
from tests.factories import at

APRIL = at(2026, 4, 7)
FALSE_MATERIAL, DECEPTION = "M-1.2", "M-4.1"


class Cases:
    """Who takes which step."""

    def __init__(self, actors: dict[str, Any], provider: Provider, owner: Candidate) -> None:
        self.reporter, self.proposer = actors["own reviewing"], actors["own scheduling"]
        self.provider, self.owner = provider, owner
        self.decider, self.reviewer = supervisor("决定人"), supervisor("复核人")
        self.person: Any = owner.user

    def reported(self, owner: Candidate | None = None, clause: str = FALSE_MATERIAL) -> Case:
        offering = factories.OfferingFactory(provider=self.provider)
        application = factories.ApplicationFactory(
            candidate=owner or self.owner, offering=offering, window=factories.window_of(self.provider, 4)
        )
        return reporting.report(
            application,
            found="review",
            clauses=[clause],
            severity="minor" if clause == DECEPTION else "",
            facts="学历证书系伪造。",
            happened_at=APRIL,
            by=self.reporter,
            at=APRIL,
        )

    def notified(self, **how: Any) -> Case:
        case = self.reported(**how)
        return hearing.notify(
            case, clauses=case.clauses, severity=case.severity, facts=case.facts, by=self.proposer, at=APRIL
        )

    def heard(self, **how: Any) -> Case:
        case = self.notified(**how)
        person: Any = case.candidate.user
        hearing.state_defence(case, waived=True, by=person, at=APRIL)
        return _fresh(case)

    def proposed(self, **how: Any) -> Case:
        case = self.heard(**how)
        facts: Any = {"clauses": case.clauses, "severity": case.severity, "reasons": "经核实。"}
        deciding.propose(case, **facts, by=self.proposer, at=APRIL)
        return _fresh(case)

    def decided(self, **how: Any) -> Decision:
        case = self.proposed(**how)
        facts: Any = {"clauses": case.clauses, "severity": case.severity, "reasons": "证据充分。"}
        return deciding.decide(case, **facts, by=self.decider, at=APRIL)

    def served(self, **how: Any) -> Decision:
        decision = self.decided(**how)
        person: Any = decision.case.candidate.user
        return serving.acknowledge(decision, by=person, at=APRIL)

    def appealed(self, **how: Any) -> Case:
        case = _fresh(self.served(**how).case)
        person: Any = case.candidate.user
        appeals.appeal(case, text="没有伪造。", by=person, at=APRIL)
        return _fresh(case)


def build(actors: dict[str, Any], provider: Provider, owner: Candidate, somebody: Candidate) -> dict[str, Any]:
    """The cases by the names that the tables use; the one with a ban is somebody's who has nothing else going on."""
    clauses()
    made = Cases(actors, provider, owner)
    reported, notified = made.reported(), made.notified()
    lifted = made.decided()
    lifting.lift(lifted, reason="认定有误。", by=made.reviewer, at=APRIL)
    decided, served = made.decided(), made.served()
    upload = SimpleUploadedFile("page.jpg", JPEG)
    paper = reporting.add_evidence(reported, title="证书", upload=upload, by=made.proposer, at=APRIL)
    said = SimpleUploadedFile("said.m4a", mp4(b"M4A "))
    return {
        "reported_case": reported,
        "notified_case": notified,
        "heard_case": made.heard(),
        "proposed_case": made.proposed(),
        "decided_case": decided.case,
        "served_case": served.case,
        "appealed_case": made.appealed(),
        "banned_case": made.appealed(owner=somebody, clause=DECEPTION),
        "lifted_case": lifted.case,
        "decision": served,
        "lifted_decision": Decision.objects.get(pk=lifted.pk),
        "case_paper": paper,
        "own_paper": reporting.add_evidence(notified, title="录音", upload=said, by=made.person, at=APRIL),
    }


def _fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)
