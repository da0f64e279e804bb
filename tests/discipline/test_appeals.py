"""Service, appeal and its outcomes, to the day (SPEC 10)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certificates.models import MarkCancellation
from discipline.models import Appeal, Decision
from discipline.services import appeals, lifting, serving
from registration.models import Application, Ban
from skilleval.core.errors import Conflict, Refused
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.discipline import making
from tests.discipline.making import DECIDED, SERVED, Scene

pytestmark = pytest.mark.django_db
REVIEWED = factories.at(2026, 6, 8)


@pytest.fixture
def scene() -> Scene:
    return making.scene()


def appealed(scene: Scene, clause: str = "M-3.1", severity: str = "") -> Decision:
    decision = making.served(scene, clause, severity)
    appeals.appeal(decision.case, text="当时没有使用手机。", by=scene.person, at=SERVED)
    return Decision.objects.get(pk=decision.pk)


def review(decision: Decision, scene: Scene, outcome: str, **fields: Any) -> Appeal:
    by = fields.pop("by", scene.other_supervisor)
    return appeals.decide_appeal(decision.case, outcome=outcome, reasons="复核认为。", by=by, at=REVIEWED, **fields)


def case_state(decision: Decision) -> str:
    return making.fresh(decision.case).state


class TestService:
    def test_from_the_receipt_on_the_appeal_period_runs(self, scene: Scene) -> None:
        decision = making.served(scene)
        assert (decision.served_on, decision.served_how) == (date(2026, 5, 12), "portal")
        assert decision.appeal_until == date(2026, 5, 27)

    def test_staff_record_another_way_and_its_day(self, scene: Scene) -> None:
        decision = serving.record_service(
            making.decided(scene), how="post", on=date(2026, 5, 11), note="挂号信", by=scene.proposer, at=SERVED
        )
        assert (decision.served_on, decision.appeal_until) == (date(2026, 5, 11), date(2026, 5, 26))
        assert (decision.receipt_by_label, decision.receipt_note) == ("考务员", "挂号信")

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"on": date(2026, 5, 10)}, "送达日期"),
            ({"on": date(2026, 5, 13)}, "送达日期"),
            ({"how": "portal"}, "送达方式"),
            ({"how": "left"}, "见证人"),
        ],
    )
    def test_what_a_record_needs(self, scene: Scene, fields: dict[str, Any], message: str) -> None:
        decision = making.decided(scene)
        facts: dict[str, Any] = {"how": "post", "on": SERVED.date(), "by": scene.proposer, "at": SERVED}
        with pytest.raises(Refused, match=message):
            serving.record_service(decision, **facts | fields)

    def test_served_already_is_a_conflict(self, scene: Scene) -> None:
        decision = making.served(scene)
        with pytest.raises(Conflict, match="已于"):
            serving.record_service(decision, how="post", on=SERVED.date(), by=scene.proposer, at=SERVED)


class TestThePeriod:
    def test_its_last_day_counts_to_its_end(self, scene: Scene) -> None:
        decision = making.served(scene)
        assert appeals.finalise(decision.case, at=factories.at(2026, 5, 27, 15)) is False
        made = appeals.appeal(decision.case, text="不服。", by=scene.person, at=factories.at(2026, 5, 27, 15))
        assert (made.decision, case_state(decision)) == (decision, "appealed")
        assert appeals.finalise(decision.case, at=factories.at(2026, 6, 30)) is False

    def test_a_day_later_the_decision_is_final(self, scene: Scene) -> None:
        decision = making.served(scene)
        late = factories.at(2026, 5, 27, 16)  # midnight in Shanghai
        with pytest.raises(Refused, match="申诉期已于2026年5月27日"):
            appeals.appeal(decision.case, text="不服。", by=scene.person, at=late)
        assert appeals.finalise(decision.case, at=late) is True
        assert appeals.finalise(decision.case, at=late) is False
        assert case_state(decision) == "final"

    def test_before_service_there_is_none(self, scene: Scene) -> None:
        decision = making.decided(scene)
        with pytest.raises(Refused, match="先确认收到"):
            appeals.appeal(decision.case, text="不服。", by=scene.person, at=SERVED)

    def test_a_final_decision_can_still_be_lifted(self, scene: Scene) -> None:
        decision = making.served(scene)
        appeals.finalise(decision.case, at=REVIEWED)
        lifting.lift(decision, reason="有新证据。", by=scene.other_supervisor, at=REVIEWED)
        assert case_state(decision) == "lifted"


class TestOutcomes:
    def test_upheld_nothing_changes(self, scene: Scene) -> None:
        decision = appealed(scene)
        made = review(decision, scene, "upheld")
        assert (made.outcome, made.decided_by_label, case_state(decision)) == ("upheld", "监管乙", "final")
        assert Ban.objects.active_on(REVIEWED.date()).count() == 1

    def test_lifted_everything_comes_back(self, scene: Scene) -> None:
        elsewhere = factories.ApplicationFactory(candidate=scene.application.candidate, state="confirmed")
        decision = appealed(scene)
        review(decision, scene, "lifted")
        decision.refresh_from_db()
        assert case_state(decision) == "lifted"
        assert not Ban.objects.filter(lifted_on=None).exists()
        assert not MarkCancellation.objects.live().exists()
        assert decision.returned["offered"] == [elsewhere.pk]

    def test_twice_is_a_conflict(self, scene: Scene) -> None:
        decision = appealed(scene)
        review(decision, scene, "upheld")
        with pytest.raises(Conflict, match="已办结"):
            review(decision, scene, "upheld", by=making.supervisor("监管丙"))

    def test_while_it_waits_nothing_is_lifted_beside_it(self, scene: Scene) -> None:
        with pytest.raises(Refused, match="正在申诉"):
            lifting.lift(appealed(scene), reason="x", by=scene.other_supervisor, at=REVIEWED)


class TestAChange:
    def test_to_a_lighter_clause_without_a_ban(self, scene: Scene) -> None:
        elsewhere = factories.ApplicationFactory(candidate=scene.application.candidate, state="confirmed")
        decision = appealed(scene)
        review(decision, scene, "changed", clauses=["M-2.1"])
        lighter = Decision.objects.get(case=decision.case, lifted_at=None)
        assert (lighter.replaces, lighter.heaviest, lighter.subject) == (decision, "M-2.1", "theory")
        assert not Ban.objects.filter(lifted_on=None).exists()
        assert [(row.source, row.subject) for row in MarkCancellation.objects.live()] == [(lighter.number, "theory")]
        assert elsewhere.reinstatements.count() == 1
        assert case_state(decision) == "decided"

    def test_a_shorter_ban_counts_from_the_first_decisions_day(self, scene: Scene) -> None:
        elsewhere = factories.ApplicationFactory(candidate=scene.application.candidate, state="confirmed")
        decision = appealed(scene, "M-4.4", "serious")
        review(decision, scene, "changed", clauses=["M-4.4"], severity="minor")
        lighter = Decision.objects.get(case=decision.case, lifted_at=None)
        ban = Ban.objects.get(lifted_on=None)
        assert (ban.source, ban.starts_on, ban.ends_on) == (lighter.number, DECIDED.date(), date(2028, 5, 10))
        assert (lighter.decided_on, lighter.ban_until) == (REVIEWED.date(), date(2028, 5, 10))
        assert Application.objects.get(pk=elsewhere.pk).state == "cancelled"
        assert not elsewhere.reinstatements.exists()
        assert [entry["id"] for entry in lighter.effects["ended"]] == [elsewhere.pk]

    def test_lifted_later_the_lighter_one_offers_what_the_first_had_ended(self, scene: Scene) -> None:
        elsewhere = factories.ApplicationFactory(candidate=scene.application.candidate, state="confirmed")
        decision = appealed(scene, "M-4.4", "serious")
        review(decision, scene, "changed", clauses=["M-4.4"], severity="minor")
        lighter = Decision.objects.get(case=decision.case, lifted_at=None)
        lifting.lift(lighter, reason="查无此事。", by=scene.supervisor, at=REVIEWED)
        assert elsewhere.reinstatements.count() == 1
        assert not Ban.objects.filter(lifted_on=None).exists()

    def test_it_is_served_and_then_final(self, scene: Scene) -> None:
        decision = appealed(scene)
        review(decision, scene, "changed", clauses=["M-2.1"])
        lighter = Decision.objects.get(case=decision.case, lifted_at=None)
        lighter = serving.acknowledge(lighter, by=scene.person, at=REVIEWED)
        assert (case_state(decision), lighter.appeal_until) == ("final", REVIEWED.date())

    @pytest.mark.parametrize(("clause", "severity"), [("M-3.2", ""), ("M-4.2", "minor"), ("M-4.2", "serious")])
    def test_nothing_gets_heavier_or_stays(self, scene: Scene, clause: str, severity: str) -> None:
        with pytest.raises(Refused, match="轻于原决定"):
            review(appealed(scene), scene, "changed", clauses=[clause], severity=severity)

    def test_everybody_is_told_once(self, scene: Scene) -> None:
        review(appealed(scene), scene, "changed", clauses=["M-2.1"])
        told = OutboxMessage.objects.filter(recipient_id=scene.person.pk, channel="portal", subject="申诉复核结果")
        assert told.count() == 1


class TestSuspension:
    def test_the_ban_rests_and_nothing_else(self, scene: Scene) -> None:
        decision = appealed(scene)
        appeals.suspend_ban(decision.case, reason="证据有疑。", by=scene.other_supervisor, at=SERVED)
        assert not Ban.objects.active_on(SERVED.date()).exists()
        assert MarkCancellation.objects.live().exists()

    def test_upheld_it_is_in_force_again_to_the_same_day(self, scene: Scene) -> None:
        decision = appealed(scene)
        appeals.suspend_ban(decision.case, reason="证据有疑。", by=scene.other_supervisor, at=SERVED)
        review(decision, scene, "upheld")
        ban = Ban.objects.active_on(REVIEWED.date()).get()
        assert (ban.starts_on, ban.ends_on) == (REVIEWED.date(), date(2026, 12, 31))
        assert Ban.objects.count() == 2  # the history is kept

    def test_lifted_afterwards_no_ban_is_left(self, scene: Scene) -> None:
        decision = appealed(scene)
        appeals.suspend_ban(decision.case, reason="证据有疑。", by=scene.other_supervisor, at=SERVED)
        review(decision, scene, "upheld")
        lifting.lift(decision, reason="查无此事。", by=scene.other_supervisor, at=REVIEWED)
        assert not Ban.objects.filter(lifted_on=None).exists()

    @pytest.mark.parametrize("clause", ["M-1.1", "M-2.1"])
    def test_without_a_ban_there_is_nothing_to_suspend(self, scene: Scene, clause: str) -> None:
        with pytest.raises(Refused, match="没有仍在执行的禁考"):
            appeals.suspend_ban(appealed(scene, clause).case, reason="x", by=scene.other_supervisor, at=SERVED)

    def test_only_while_an_appeal_waits_and_once(self, scene: Scene) -> None:
        decision = making.served(scene)
        with pytest.raises(Refused, match="申诉期间"):
            appeals.suspend_ban(decision.case, reason="x", by=scene.other_supervisor, at=SERVED)
        appeals.appeal(decision.case, text="不服。", by=scene.person, at=SERVED)
        appeals.suspend_ban(decision.case, reason="x", by=scene.other_supervisor, at=SERVED)
        with pytest.raises(Conflict, match="已暂停"):
            appeals.suspend_ban(decision.case, reason="x", by=scene.other_supervisor, at=SERVED)
