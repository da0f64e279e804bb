"""Cases at every stage, made by the services: who reports, proposes, decides, and a session that was sat."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from discipline.enums import CaseState
from discipline.models import Case, Clause, Decision
from discipline.services import deciding, hearing, reporting, serving
from discipline.services.reporting import Seen
from fees.models import OrderLine
from registration.models import Application
from scheduling.models import ExamSession
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Holiday, Offering
from skilleval.core.workdays import published_days
from tests import factories
from tests.certificates.marking import people, sat

RULES = Path(__file__).parents[2] / "fixtures" / "rules" / "misconduct-2026.json"
#: The exam day of tests.certificates.marking.sat is 25 April 2026, a Saturday.
HAPPENED = factories.at(2026, 4, 25, 2)
REPORTED = factories.at(2026, 4, 25, 3)
NOTIFIED = factories.at(2026, 4, 27)
HEARD = factories.at(2026, 4, 29)
PROPOSED = factories.at(2026, 5, 8)
DECIDED = factories.at(2026, 5, 11)
SERVED = factories.at(2026, 5, 12)


def clauses() -> None:
    """The edition of 2026, as the notices load it."""
    (edition,) = json.loads(RULES.read_text(encoding="utf-8"))
    Clause.objects.bulk_create(
        Clause(
            edition=edition["版本"],
            code=row["条款"],
            tier=row["类别"],
            title=row["简称"],
            consequence=row["处理"],
            notice=factories.NoticeFactory(),
            in_force_from=date.fromisoformat(edition["启用日期"]),
        )
        for row in edition["条款"]
    )


def holidays() -> None:
    """The published schedule of 2026, by which periods of working days are counted."""
    rows = [row for row in published_days() if row[0].year == 2026]
    Holiday.objects.bulk_create(Holiday(day=day, is_workday=makeup, name=name) for day, makeup, name in rows)


@dataclass
class Scene:
    """A provider's people, and somebody who sat there."""

    offering: Offering
    session: ExamSession
    application: Application
    invigilator: User
    proposer: User
    supervisor: User
    other_supervisor: User

    @property
    def person(self) -> User:
        user = self.application.candidate.user
        assert user
        return user

    def application_line(self) -> OrderLine:
        """The order's line of the application it is about, as stored."""
        return OrderLine.objects.get(application=self.application)


def scene(*, count: int = 2, offering: Offering | None = None) -> Scene:
    """A session that was sat on 25 April by so many; the first of them is the one it is about."""
    clauses()
    holidays()
    offering = offering or factories.OfferingFactory()
    session = sat(offering, count)
    application = people(session)[0]
    return Scene(
        offering,
        session,
        application,
        factories.staff(offering.provider, Role.FINANCE, name="监考员"),
        factories.staff(offering.provider, Role.SCHEDULING, name="考务员"),
        supervisor("监管甲"),
        supervisor("监管乙"),
    )


def supervisor(name: str) -> User:
    return factories.MembershipFactory(user__name=name, role=Role.SUPERVISOR).user


def reported(
    scene: Scene, clause: str = "M-3.1", severity: str = "", *, at: datetime = REPORTED, **fields: Any
) -> Case:
    facts: dict[str, Any] = {
        "found": "room",
        "facts": "考试中使用手机拍摄试题。",
        "happened_at": HAPPENED,
        "subject": "theory",
        "witnesses": (Seen("见证一"), Seen("见证二")),
        "by": scene.invigilator,
    } | fields
    if clause.startswith("M-1"):
        facts |= {"found": "later", "subject": "", "witnesses": ()}
    return reporting.report(scene.application, clauses=[clause], severity=severity, at=at, **facts)


def notified(scene: Scene, clause: str = "M-3.1", severity: str = "", **fields: Any) -> Case:
    case = reported(scene, clause, severity, **fields)
    return hearing.notify(case, clauses=[clause], severity=severity, facts=case.facts, by=scene.proposer, at=NOTIFIED)


def heard(scene: Scene, clause: str = "M-3.1", severity: str = "", **fields: Any) -> Case:
    case = notified(scene, clause, severity, **fields)
    hearing.state_defence(case, text="当时只是看时间。", by=scene.person, at=HEARD)
    return fresh(case)


def proposed(scene: Scene, clause: str = "M-3.1", severity: str = "", **fields: Any) -> Case:
    case = heard(scene, clause, severity, **fields)
    deciding.propose(
        case,
        clauses=[clause],
        severity=severity,
        reasons="监控录像可以证明。",
        on_defence="录像显示其对准试题拍摄，申辩不予采纳。",
        by=scene.proposer,
        at=PROPOSED,
    )
    return fresh(case)


def decide(
    case: Case, scene: Scene, clause: str = "M-3.1", severity: str = "", *, at: datetime = DECIDED, **fields: Any
) -> Decision:
    facts: dict[str, Any] = {"reasons": "事实清楚，证据充分。", "on_defence": "申辩不予采纳。", "by": scene.supervisor}
    return deciding.decide(case, clauses=[clause], severity=severity, at=at, **facts | fields)


def decided(scene: Scene, clause: str = "M-3.1", severity: str = "", **fields: Any) -> Decision:
    return decide(proposed(scene, clause, severity, **fields), scene, clause, severity)


def served(scene: Scene, clause: str = "M-3.1", severity: str = "") -> Decision:
    decision = decided(scene, clause, severity)
    return serving.acknowledge(decision, by=scene.person, at=SERVED)


def at_state(scene: Scene, state: str) -> Case:
    """A case in a state on the straight way through."""
    makers = {
        CaseState.REPORTED: reported,
        CaseState.NOTIFIED: notified,
        CaseState.HEARD: heard,
        CaseState.PROPOSED: proposed,
    }
    if state in makers:
        return makers[CaseState(state)](scene)
    return fresh((decided if state == CaseState.DECIDED else served)(scene).case)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)
