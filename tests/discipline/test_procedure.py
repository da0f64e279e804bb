"""A case from the report to its end: every step by the right person, in turn, once (SPEC 10, 12; RELIABILITY 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from certificates.models import ResultHold
from discipline.enums import CASE_MOVES, ENDED, CaseState
from discipline.models import Appeal, Case, Decision, Proposal
from discipline.queries.consequences import consequences_of
from discipline.services import appeals, deciding, hearing, lifting, serving
from discipline.services.reporting import Seen
from registration.models import Ban
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests import factories
from tests.discipline import making
from tests.discipline.making import DECIDED, HEARD, NOTIFIED, PROPOSED, SERVED, Scene

pytestmark = pytest.mark.django_db
LATER = factories.at(2026, 5, 20)


@pytest.fixture
def scene() -> Scene:
    return making.scene()


def notify(case: Case, by: User, clauses: tuple[str, ...] = ("M-3.1",), severity: str = "", **at: Any) -> Case:
    return hearing.notify(case, clauses=clauses, severity=severity, facts="事实。", by=by, at=at.get("at", NOTIFIED))


def state_defence(case: Case, by: User, **fields: Any) -> Any:
    return hearing.state_defence(case, **{"text": "申辩。", "by": by, "at": HEARD} | fields)


def propose(case: Case, by: User, clauses: tuple[str, ...] = ("M-3.1",), **fields: Any) -> Proposal:
    facts: dict[str, Any] = {"severity": "", "reasons": "理由。", "on_defence": "答复。", "at": PROPOSED}
    return deciding.propose(case, clauses=clauses, by=by, **facts | fields)


def decide(case: Case, by: User, clauses: tuple[str, ...] = ("M-3.1",), **fields: Any) -> Decision:
    facts: dict[str, Any] = {"severity": "", "reasons": "理由。", "on_defence": "答复。", "at": DECIDED}
    return deciding.decide(case, clauses=clauses, by=by, **facts | fields)


def of(case: Case) -> Decision:
    return Decision.objects.get(case=case)


def appeal(case: Case, by: User, **fields: Any) -> Appeal:
    return appeals.appeal(case, **{"text": "不服。", "by": by, "at": SERVED} | fields)


#: Each step: the state it is taken in, who takes it, and what it calls.
STEPS: dict[str, tuple[str, str, Callable[[Case, User], Any]]] = {
    "notify": ("reported", "proposer", notify),
    "defend": ("notified", "person", state_defence),
    "propose": ("heard", "proposer", propose),
    "send back": ("proposed", "supervisor", lambda c, by: deciding.send_back(c, reason="补证据。", by=by, at=DECIDED)),
    "dismiss": ("proposed", "supervisor", lambda c, by: deciding.dismiss(c, reason="证据不足。", by=by, at=DECIDED)),
    "decide": ("proposed", "supervisor", decide),
    "acknowledge": ("decided", "person", lambda c, by: serving.acknowledge(of(c), by=by, at=SERVED)),
    "serve": (
        "decided",
        "proposer",
        lambda c, by: serving.record_service(of(c), how="post", on=SERVED.date(), by=by, at=SERVED),
    ),
    "appeal": ("served", "person", appeal),
    "lift": ("served", "other_supervisor", lambda c, by: lifting.lift(of(c), reason="查无此事。", by=by, at=LATER)),
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_by_everybody_else_is_refused(scene: Scene, step: str) -> None:
    state, who, act = STEPS[step]
    case = making.at_state(scene, state)
    provider = scene.offering.provider
    stranger = factories.staff(factories.ProviderFactory(), Role.MANAGER, Role.SCHEDULING)
    others: dict[str, User] = {
        "person": scene.person,
        "proposer": scene.proposer,
        "supervisor": scene.supervisor,
        "other_supervisor": scene.other_supervisor,
        "invigilator": scene.invigilator,
        "reviewer": factories.staff(provider, Role.REVIEWING),
        "stranger": stranger,
        "anybody": factories.UserFactory(),
        "administrator": factories.MembershipFactory(role=Role.ADMINISTRATOR).user,
    }
    allowed = {who} | ({"other_supervisor"} if who == "supervisor" else set())
    for name, user in others.items():
        if name not in allowed:
            with pytest.raises(NotAllowed):
                act(case, user)
    assert making.fresh(case).state == state
    act(case, others[who])


@pytest.mark.parametrize("state", ["reported", "notified", "heard", "proposed", "decided", "served"])
def test_each_step_out_of_turn_is_refused_with_a_message(scene: Scene, state: str) -> None:
    case = making.at_state(scene, state)
    also = {"notify": {"heard"}, "defend": {"heard"}}
    for step in ("notify", "defend", "propose", "send back", "dismiss", "decide", "appeal"):
        right, who, act = STEPS[step]
        if state in {right} | also.get(step, set()):
            continue
        with pytest.raises(Refused) as refusal:
            act(case, getattr(scene, who))
        assert refusal.value.message
        assert making.fresh(case).state == state


@pytest.mark.parametrize("step", ["notify", "propose", "send back", "dismiss", "decide", "serve", "appeal", "lift"])
def test_each_step_twice_happens_once(scene: Scene, step: str) -> None:
    state, who, act = STEPS[step]
    case = making.at_state(scene, state)
    act(case, getattr(scene, who))
    logged, events = case.log.count(), AuditEvent.objects.count()  # type: ignore[attr-defined]
    with pytest.raises(Refused):
        act(case, getattr(scene, who))
    assert (case.log.count(), AuditEvent.objects.count()) == (logged, events)  # type: ignore[attr-defined]


def test_a_receipt_confirmed_twice_is_one(scene: Scene) -> None:
    decision = making.decided(scene)
    first = serving.acknowledge(decision, by=scene.person, at=SERVED)
    again = serving.acknowledge(decision, by=scene.person, at=LATER)
    assert first.receipt_at == again.receipt_at == SERVED


def test_every_state_can_be_left_or_is_an_end() -> None:
    assert {state for state in CaseState if not CASE_MOVES.get(state)} | {CaseState.FINAL} == set(ENDED)


def test_all_steps_are_on_record_with_who_and_when(scene: Scene) -> None:
    decision = making.served(scene)
    assert [(log.to_state, log.by_label) for log in decision.case.log.all()] == [  # type: ignore[attr-defined]
        ("reported", "监考员"),
        ("notified", "考务员"),
        ("heard", scene.person.label),
        ("proposed", "考务员"),
        ("decided", "监管甲"),
        ("served", scene.person.label),
    ]
    actions = AuditEvent.objects.filter(object_type="discipline.case").order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "case.reported", "case.notified", "case.heard", "case.proposed", "case.decided",
    ]  # fmt: skip


class TestConflicts:
    """Nobody decides what they reported, proposed or witnessed; nobody handles a case about themself."""

    def test_who_reported_doesnt_decide(self, scene: Scene) -> None:
        factories.MembershipFactory(user=scene.invigilator, role=Role.SUPERVISOR)
        case = making.proposed(scene)
        with pytest.raises(NotAllowed, match="由您报告"):
            decide(case, again(scene.invigilator))

    def test_who_proposed_doesnt_decide(self, scene: Scene) -> None:
        factories.MembershipFactory(user=scene.proposer, role=Role.SUPERVISOR)
        case = making.proposed(scene)
        with pytest.raises(NotAllowed, match="由您提出"):
            decide(case, again(scene.proposer))

    @pytest.mark.parametrize("by_account", [True, False])
    def test_who_witnessed_doesnt_decide(self, scene: Scene, by_account: bool) -> None:
        seen = Seen("另一名字", user=scene.supervisor) if by_account else Seen("监管甲")
        case = making.proposed(scene, witnesses=(seen, Seen("见证二")))
        for act in (decide, STEPS["dismiss"][2], STEPS["send back"][2]):
            with pytest.raises(NotAllowed, match="见证人"):
                act(case, scene.supervisor)
        assert decide(case, scene.other_supervisor)

    @pytest.mark.parametrize("step", ["notify", "propose", "decide", "serve"])
    def test_nobody_handles_a_case_about_themself(self, scene: Scene, step: str) -> None:
        state, who, act = STEPS[step]
        case = making.at_state(scene, state)
        role = Role.SUPERVISOR if who == "supervisor" else Role.SCHEDULING
        provider = None if who == "supervisor" else scene.offering.provider
        factories.MembershipFactory(user=scene.person, role=role, provider=provider)
        with pytest.raises(NotAllowed, match="本人的案件"):
            act(case, again(scene.person))
        assert not Case.objects.handled_by(again(scene.person)).exists()

    def test_the_decider_hears_no_appeal_and_lifts_nothing(self, scene: Scene) -> None:
        decision = making.served(scene)
        with pytest.raises(NotAllowed, match="原决定由您作出"):
            lifting.lift(decision, reason="x", by=scene.supervisor, at=LATER)
        appeal(making.fresh(decision.case), scene.person)
        with pytest.raises(NotAllowed, match="原决定由您作出"):
            appeals.decide_appeal(decision.case, outcome="upheld", reasons="x", by=scene.supervisor, at=LATER)

    def test_the_database_itself_refuses_it(self, scene: Scene) -> None:
        decision = making.decided(scene)
        for column in ("reported_by_id", "proposed_by_id", "lifted_by_id"):
            with pytest.raises(IntegrityError), transaction.atomic():
                Decision.objects.filter(pk=decision.pk).update(**{column: decision.decided_by_id})


class TestHearing:
    def test_the_period_is_of_working_days_and_its_last_day_counts(self, scene: Scene) -> None:
        case = making.notified(scene)
        # told on Monday 27 April; 1, 4 and 5 May are off and 9 May is a make-up workday
        assert case.defence_until == date(2026, 5, 7)
        assert state_defence(case, scene.person, at=factories.at(2026, 5, 7, 15))  # 23:00 in Shanghai

    def test_a_day_later_it_is_over(self, scene: Scene) -> None:
        case = making.notified(scene)
        with pytest.raises(Refused, match="截止"):
            state_defence(case, scene.person, at=factories.at(2026, 5, 7, 16))
        assert hearing.close_hearing(case, at=factories.at(2026, 5, 7, 15)) is False
        assert hearing.close_hearing(case, at=factories.at(2026, 5, 7, 16)) is True
        assert hearing.close_hearing(case, at=factories.at(2026, 5, 8)) is False
        assert making.fresh(case).state == "heard"

    def test_further_statements_until_a_decision_is_proposed(self, scene: Scene) -> None:
        case = making.heard(scene)
        state_defence(case, scene.person, text="再补充一点。")
        assert case.defences.count() == 2
        propose(case, scene.proposer)
        with pytest.raises(Refused, match="待决定"):
            state_defence(case, scene.person)

    def test_a_statement_at_the_desk_is_recorded_by_staff(self, scene: Scene) -> None:
        given = state_defence(making.notified(scene), scene.proposer, how="desk")
        assert (given.how, given.by_label) == ("desk", "考务员")

    def test_an_empty_one_is_none_unless_waived(self, scene: Scene) -> None:
        case = making.notified(scene)
        with pytest.raises(Refused, match="写明"):
            state_defence(case, scene.person, text=" ")
        assert state_defence(case, scene.person, text="", waived=True).waived

    def test_told_anew_the_period_begins_again(self, scene: Scene) -> None:
        case = making.heard(scene)
        case = notify(case, scene.proposer, ("M-4.4",), "minor", at=PROPOSED)
        assert (case.clauses, case.severity, case.state) == (["M-4.4"], "minor", "notified")
        assert case.defence_until == date(2026, 5, 14)
        told = OutboxMessage.objects.filter(recipient_id=scene.person.pk, subject="违纪违规处理告知")
        assert told.filter(channel="portal").count() == 2

    def test_clauses_that_dont_fit_arent_told(self, scene: Scene) -> None:
        case = making.reported(scene)
        with pytest.raises(Refused, match="情节"):
            notify(case, scene.proposer, ("M-4.4",))
        with pytest.raises(Refused, match="没有第"):
            notify(case, scene.proposer, ("M-9.9",))


class TestDeciding:
    def test_the_person_has_the_whole_period_unless_they_give_it_up(self, scene: Scene) -> None:
        case = making.heard(scene)
        with pytest.raises(Refused, match="还可以补充"):
            propose(case, scene.proposer, at=factories.at(2026, 5, 7, 15))  # its last day
        state_defence(case, scene.person, text="", waived=True)
        assert propose(case, scene.proposer, at=HEARD)

    def test_what_was_given_up_is_theirs_again_when_told_anew(self, scene: Scene) -> None:
        case = making.heard(scene)
        state_defence(case, scene.person, text="", waived=True)
        notify(case, scene.proposer, ("M-3.2",), at=PROPOSED)
        state_defence(case, scene.person, at=PROPOSED)
        with pytest.raises(Refused, match="还可以补充"):
            propose(case, scene.proposer, at=PROPOSED)

    def test_a_defence_has_to_be_answered(self, scene: Scene) -> None:
        case = making.heard(scene)
        with pytest.raises(Refused, match="陈述申辩的意见"):
            propose(case, scene.proposer, on_defence=" ")

    def test_silence_needs_no_answer(self, scene: Scene) -> None:
        case = making.notified(scene)
        hearing.close_hearing(case, at=PROPOSED)
        propose(making.fresh(case), scene.proposer, on_defence="")
        assert decide(making.fresh(case), scene.supervisor, on_defence="").on_defence == ""

    @pytest.mark.parametrize(("clause", "severity"), [("M-4.4", "minor"), ("M-4.4", "serious")])
    def test_nothing_heavier_than_what_was_told(self, scene: Scene, clause: str, severity: str) -> None:
        case = making.heard(scene)
        with pytest.raises(Refused, match="重新告知"):
            propose(case, scene.proposer, (clause,), severity=severity)
        propose(case, scene.proposer)
        with pytest.raises(Refused, match="重新告知"):
            decide(making.fresh(case), scene.supervisor, (clause,), severity=severity)

    def test_a_lighter_one_is_the_supervisors_to_choose(self, scene: Scene) -> None:
        decision = decide(making.proposed(scene), scene.supervisor, ("M-2.1",))
        assert (decision.heaviest, decision.subject) == ("M-2.1", "theory")

    def test_of_several_clauses_the_heaviest_counts(self, scene: Scene) -> None:
        decision = decide(making.proposed(scene), scene.supervisor, ("M-2.1", "M-3.1"))
        assert (decision.clauses, decision.heaviest, decision.subject) == (["M-2.1", "M-3.1"], "M-3.1", "")
        assert Ban.objects.count() == 1

    def test_a_proposal_of_nothing_can_be_followed_or_not(self, scene: Scene) -> None:
        case = making.heard(scene)
        assert propose(case, scene.proposer, ()).dismisses
        case = deciding.dismiss(making.fresh(case), reason="证据不足。", by=scene.supervisor, at=DECIDED)
        assert case.state == "dismissed"
        assert ResultHold.objects.get().released_at == DECIDED

    def test_sent_back_it_is_proposed_again(self, scene: Scene) -> None:
        case = making.proposed(scene)
        deciding.send_back(case, reason="补充录像。", by=scene.supervisor, at=DECIDED)
        propose(making.fresh(case), scene.proposer, at=LATER)
        assert case.proposals.count() == 2
        assert decide(making.fresh(case), scene.supervisor, at=LATER).case.proposals.count() == 2

    def test_what_changed_since_it_was_shown_is_told(self, scene: Scene) -> None:
        case = making.proposed(scene)
        seen = consequences_of(case, ["M-3.1"], "", on=DECIDED.date(), at=DECIDED).fingerprint
        factories.ApplicationFactory(candidate=scene.application.candidate, state="review")
        with pytest.raises(Conflict, match="有了变化"):
            decide(case, scene.supervisor, seen=seen)
        seen = consequences_of(case, ["M-3.1"], "", on=DECIDED.date(), at=DECIDED).fingerprint
        assert decide(case, scene.supervisor, seen=seen)


def again(user: User) -> User:
    """The account as the next request reads it: its roles anew."""
    return User.objects.get(pk=user.pk)
