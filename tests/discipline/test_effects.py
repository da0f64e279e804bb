"""What a decision does everywhere, and what its lifting gives back (SPEC 10)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from certificates.models import Certificate, MarkCancellation, Result, ResultHold
from discipline.services import effects, lifting
from fees import services as fees
from fees.models import Order, Receipt
from fees.queries import lines_to_refund
from registration.models import Application, Ban, Credit
from registration.services import credits as ledger
from scheduling.models import AdmissionTicket, ExamSession, Seat, Sitting
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Refused
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.certificates.marking import people, published, sat
from tests.discipline import making
from tests.discipline.making import DECIDED, Scene
from tests.fees.groups import a_group, draw, members
from tests.fees.makers import order_for
from tests.fees.money import money, pay, to_pay
from tests.races import behind

pytestmark = pytest.mark.django_db
LIFTED = factories.at(2026, 6, 1)


@pytest.fixture
def scene() -> Scene:
    return making.scene()


def state(application: Application) -> str:
    return Application.objects.get(pk=application.pk).state


class TestBeforePublication:
    def test_an_open_case_holds_the_result_back(self, scene: Scene) -> None:
        making.reported(scene)
        published(scene.session)
        assert not Result.objects.filter(application=scene.application).exists()
        assert Result.objects.exclude(application=scene.application).count() == 1

    def test_the_decision_releases_it_without_the_cancelled_mark(self, scene: Scene) -> None:
        case = making.proposed(scene, "M-2.1")
        published(scene.session)
        making.decide(case, scene, "M-2.1")
        result = Result.objects.get(application=scene.application)
        assert {mark.subject: mark.status for mark in result.marks.all()} == {
            "theory": "cancelled",
            "practical": "marked",
        }
        assert not result.passed
        assert ResultHold.objects.get().released_at == DECIDED
        assert state(scene.application) == "completed"


class TestTheSitting:
    def test_a_subject_is_cancelled_and_the_certificate_is_void(self, scene: Scene) -> None:
        certificate = certified(scene)
        decision = making.decided(scene, "M-2.1")
        assert [result.passed for result in results(scene)] == [True, False]
        certificate.refresh_from_db()
        assert (certificate.state, certificate.ended_on) == ("void", decision.decided_on)
        assert [(credit.subject, credit.withdrawn_on) for credit in earned(scene)] == [("practical", None)]
        assert (decision.ban_from, decision.ban_until, Ban.objects.count()) == (None, None, 0)
        assert state(scene.application) == "completed"

    def test_cheating_cancels_all_subjects_and_what_they_earned(self, scene: Scene) -> None:
        published(scene.session, practical={scene.application.pk: "40"})
        assert [credit.withdrawn_on for credit in earned(scene)] == [None]
        making.decided(scene, "M-3.1")
        assert {mark.status for mark in results(scene)[-1].marks.all()} == {"cancelled"}
        assert [credit.withdrawn_on for credit in earned(scene)] == [date(2026, 5, 11)]

    def test_only_the_one_person_is_touched(self, scene: Scene) -> None:
        certified(scene)
        making.decided(scene, "M-4.4", "serious")
        other = Application.objects.exclude(pk=scene.application.pk).get()
        assert Result.objects.get(application=other).passed
        assert Certificate.objects.get(application=other).state == "drawn"
        assert not MarkCancellation.objects.filter(application=other).exists()

    def test_the_fee_is_kept_and_not_on_the_refund_list(self, scene: Scene) -> None:
        order_for(scene.application, paid=True, state="paid")
        decision = making.decided(scene)
        line = scene.application_line()
        assert line.kept_for == [decision.number]
        assert decision.effects["fee_kept"] == "400.00"
        lifting.lift(decision, reason="证据不足。", by=scene.other_supervisor, at=LIFTED)
        assert scene.application_line().kept_for == []


class TestTheBan:
    @pytest.mark.parametrize(
        ("clause", "severity", "until"),
        [
            ("M-3.1", "", date(2026, 12, 31)),
            ("M-4.4", "minor", date(2028, 5, 10)),
            ("M-4.4", "serious", date(2031, 5, 10)),
        ],
    )
    def test_it_begins_with_the_decision_and_lasts_to_the_day(
        self, scene: Scene, clause: str, severity: str, until: date
    ) -> None:
        decision = making.decided(scene, clause, severity)
        ban = Ban.objects.get()
        assert (ban.candidate_id, ban.source) == (scene.application.candidate_id, decision.number)
        assert (ban.starts_on, ban.ends_on) == (date(2026, 5, 11), until)
        assert (decision.ban_from, decision.ban_until) == (ban.starts_on, until)
        assert decision.refer_to_authority is (severity == "serious")

    def test_decided_after_the_year_no_ban_of_clause_three_is_left(self, scene: Scene) -> None:
        case = making.proposed(scene)
        elsewhere = factories.ApplicationFactory(candidate=scene.application.candidate, state="review")
        decision = making.decide(case, scene, at=factories.at(2027, 1, 1))
        assert not Ban.objects.exists()
        assert decision.number == "违处〔2027〕1号"
        assert MarkCancellation.objects.live().get().source == decision.number
        assert state(elsewhere) == "review"

    def test_overlapping_bans_all_stand(self, scene: Scene) -> None:
        standing = factories.BanFactory(candidate=scene.application.candidate)
        decision = making.decided(scene)
        assert set(Ban.objects.active_on(decision.decided_on).values_list("source", flat=True)) == {
            standing.source,
            decision.number,
        }
        lifting.lift(decision, reason="证据不足。", by=scene.other_supervisor, at=LIFTED)
        assert Ban.objects.active_on(LIFTED.date()).get() == standing


class TestOtherApplications:
    @pytest.mark.parametrize("was", ["prelim", "review", "returned", "approved", "confirmed", "draft"])
    def test_a_ban_cancels_what_isnt_sat_at_every_provider(self, scene: Scene, was: str) -> None:
        other = factories.ApplicationFactory(candidate=scene.application.candidate, state=was)
        decision = making.decided(scene)
        assert state(other) == "cancelled"
        assert [entry["id"] for entry in decision.effects["ended"]] == [other.pk]
        assert state(scene.application) == "scheduled"  # sat: its result follows

    @pytest.mark.parametrize("clause", ["M-1.1", "M-2.1"])
    def test_without_a_ban_they_go_on(self, scene: Scene, clause: str) -> None:
        other = factories.ApplicationFactory(candidate=scene.application.candidate, state="review")
        making.decided(scene, clause)
        assert state(other) == "review"

    def test_an_unpaid_order_is_closed_and_a_paid_one_refunded(self, scene: Scene) -> None:
        candidate = scene.application.candidate
        unpaid = order_for(factories.ApplicationFactory(candidate=candidate, state="approved"))
        paid = order_for(factories.ApplicationFactory(candidate=candidate, state="confirmed"), paid=True, state="paid")
        making.decided(scene)
        unpaid.refresh_from_db()
        assert unpaid.state == "cancelled"
        assert [line.order for line in lines_to_refund()] == [paid]

    def test_the_others_of_a_group_s_unpaid_order_go_on_in_another(self, scene: Scene) -> None:
        group = a_group()
        (own,) = members(group, 1, candidate=scene.application.candidate)
        (other,) = members(group, 1)
        order = draw(group)
        making.decided(scene)
        order.refresh_from_db()
        assert (order.state, state(own), state(other)) == ("replaced", "cancelled", "approved")
        assert [line.application for line in Order.objects.get(first=order).lines.all()] == [other]

    def test_a_seat_not_yet_sat_is_freed_and_the_ticket_withdrawn(self, scene: Scene) -> None:
        later = seated_elsewhere(scene)
        making.decided(scene)
        assert state(later) == "cancelled"
        assert not Seat.objects.filter(application=later).exists()
        assert AdmissionTicket.objects.get(application=later).withdrawn_at == DECIDED

    def test_what_was_sat_elsewhere_stays(self, scene: Scene) -> None:
        later = seated_elsewhere(scene)
        making.decide(making.proposed(scene), scene, at=factories.at(2026, 5, 31))
        assert state(later) == "scheduled"

    def test_a_resit_standing_on_what_is_lost_ends_with_it(self, scene: Scene) -> None:
        """No ban, but the theory a resit relied on is cancelled."""
        practical = {scene.application.pk: "40"}
        published(scene.session, practical=practical)
        resit = factories.ApplicationFactory(
            candidate=scene.application.candidate, offering=scene.offering, state="review", kind="resit",
            subjects=["practical"], submitted_on=date(2026, 5, 5),
        )  # fmt: skip
        resit.credits.set(earned(scene))
        decision = making.decided(scene, "M-2.1")
        assert state(resit) == "cancelled"
        assert decision.effects["ended"][0]["reason"] == "补考所依据的成绩已取消"


class TestMaterial:
    def test_found_at_review_it_is_void_and_its_fee_kept(self) -> None:
        scene = making.scene()
        scene.application = factories.ApplicationFactory(offering=scene.offering, state="confirmed")
        order_for(scene.application, paid=True, state="paid")
        making.decided(scene, "M-1.2")
        assert state(scene.application) == "void"
        assert scene.application_line().kept_for
        assert not MarkCancellation.objects.exists()

    def test_found_after_certification_all_is_gone_with_older_credits(self, scene: Scene) -> None:
        older = older_credit(scene)
        elsewhere = older_credit(scene, offering=factories.OfferingFactory())
        certificate = certified(scene)
        decision = making.decided(scene, "M-1.1")
        assert state(scene.application) == "void"
        assert Certificate.objects.get(pk=certificate.pk).state == "void"
        assert Credit.objects.get(pk=older.pk).withdrawn_on == date(2026, 5, 11)
        assert Credit.objects.get(pk=elsewhere.pk).withdrawn_on is None
        assert older.pk in decision.effects["credits"]

    def test_lifted_it_is_completed_again_with_everything(self, scene: Scene) -> None:
        older, certificate = older_credit(scene), certified(scene)
        number = certificate.number
        decision = making.decided(scene, "M-1.1")
        lifting.lift(decision, reason="材料属实。", by=scene.other_supervisor, at=LIFTED)
        certificate.refresh_from_db()
        assert (state(scene.application), certificate.state, certificate.number) == ("completed", "issued", number)
        assert Credit.objects.get(pk=older.pk).withdrawn_on is None
        assert results(scene)[-1].passed

    def test_sat_and_not_yet_published_it_is_left_out_and_lifted_it_gets_its_result(self, scene: Scene) -> None:
        decision = making.decided(scene, "M-1.2")
        assert state(scene.application) == "void"
        lifting.lift(decision, reason="材料属实。", by=scene.other_supervisor, at=LIFTED)
        assert state(scene.application) == "scheduled"
        published(scene.session)
        assert Result.objects.get(application=scene.application).passed

    def test_void_while_the_others_were_published_and_lifted_its_marks_can_be_entered(self, scene: Scene) -> None:
        """Nobody had read its papers: it has a result now, which a correction completes."""
        decision = making.decided(scene, "M-1.2")
        published(scene.session)
        assert not Result.objects.filter(application=scene.application).exists()
        lifting.lift(decision, reason="材料属实。", by=scene.other_supervisor, at=LIFTED)
        assert state(scene.application) == "completed"
        assert {mark.status for mark in results(scene)[-1].marks.all()} == {"cancelled"}
        assert not MarkCancellation.objects.live().exists()

    def test_who_applied_for_the_same_meanwhile_finishes_that_first(self, scene: Scene) -> None:
        decision = making.decided(scene, "M-1.2")
        factories.ApplicationFactory(
            candidate=scene.application.candidate, offering=scene.offering, state="review", submitted_on=DECIDED.date()
        )
        with pytest.raises(Refused, match="正在办理"):
            lifting.lift(decision, reason="材料属实。", by=scene.other_supervisor, at=LIFTED)
        assert state(scene.application) == "void"

    @pytest.mark.parametrize(("severity", "until"), [("minor", date(2028, 5, 10)), ("serious", date(2031, 5, 10))])
    def test_a_right_to_sit_got_by_deceit_found_at_review(self, severity: str, until: date) -> None:
        scene = making.scene()
        scene.application = factories.ApplicationFactory(offering=scene.offering, state="confirmed")
        order_for(scene.application, paid=True, state="paid")
        decision = making.decided(scene, "M-4.1", severity, found="review", subject="", witnesses=())
        assert state(scene.application) == "cancelled"
        assert scene.application_line().kept_for == [decision.number]
        assert Ban.objects.get().ends_on == until


class TestLifting:
    def test_marks_and_certificate_come_back_with_the_same_number(self, scene: Scene) -> None:
        certificate = certified(scene)
        decision = making.decided(scene)
        lifting.lift(decision, reason="证据不足。", by=scene.other_supervisor, at=LIFTED)
        before = certificate.number
        certificate.refresh_from_db()
        assert (certificate.state, certificate.number, certificate.ended_on) == ("issued", before, None)
        assert [result.passed for result in results(scene)] == [True, False, True]
        assert not Ban.objects.active_on(decision.decided_on).exists()
        assert Ban.objects.get().lifted_on == LIFTED.date()
        decision.refresh_from_db()
        assert decision.returned == {"ban": True, "credits": 0, "marks": 1, "offered": []}
        assert decision.lift_number == "违撤〔2026〕1号"
        assert making.fresh(decision.case).state == "lifted"

    def test_cancelled_applications_are_offered_anew(self, scene: Scene) -> None:
        candidate = scene.application.candidate
        confirmed = factories.ApplicationFactory(candidate=candidate, state="confirmed")
        draft = factories.ApplicationFactory(candidate=candidate, state="draft")
        decision = making.decided(scene)
        lifting.lift(decision, reason="证据不足。", by=scene.other_supervisor, at=LIFTED)
        decision.refresh_from_db()
        assert decision.returned["offered"] == [confirmed.pk]
        offer = confirmed.reinstatements.get()
        assert (offer.source, offer.from_state, offer.accepted_at) == (decision.lift_number, "confirmed", None)
        assert not draft.reinstatements.exists()

    def test_whoever_was_told_is_told_again_once(self, scene: Scene) -> None:
        elsewhere = factories.ApplicationFactory(candidate=scene.application.candidate, state="confirmed")
        there = factories.staff(elsewhere.offering.provider, "manager")
        decision = making.decided(scene)
        readers = {scene.person.pk, scene.proposer.pk, scene.invigilator.pk, there.pk}
        assert readers <= told(decision.number)
        lifting.lift(decision, reason="证据不足。", by=scene.other_supervisor, at=LIFTED)
        assert readers <= told("已撤销")
        keys = OutboxMessage.objects.values_list("key", flat=True)
        assert len(set(keys)) == len(keys)

    def test_a_result_not_yet_published_is_graded_without_the_cancellation(self, scene: Scene) -> None:
        decision = making.decided(scene)
        lifting.lift(decision, reason="证据不足。", by=scene.other_supervisor, at=LIFTED)
        published(scene.session)
        assert Result.objects.get(application=scene.application).passed


# --- what the tests begin with --------------------------------------------------------------------------------------


def results(scene: Scene) -> list[Result]:
    return list(Result.objects.filter(application=scene.application).order_by("version"))


def earned(scene: Scene) -> list[Credit]:
    return list(Credit.objects.filter(application=scene.application))


def certified(scene: Scene) -> Certificate:
    """Everybody passed; the certificate of the one it is about is issued."""
    published(scene.session)
    certificate = Certificate.objects.get(application=scene.application)
    certificate.state, certificate.number = "issued", "S000031400054264000001"
    certificate.issued_on, certificate.holder_name = date(2026, 5, 6), scene.application.candidate.name
    certificate.id_cipher = scene.application.candidate.id_number
    certificate.save()
    return certificate


def older_credit(scene: Scene, *, offering: Offering | None = None) -> Credit:
    offering = offering or scene.offering
    earlier = factories.ApplicationFactory(
        candidate=scene.application.candidate, offering=offering, state="completed", submitted_on=date(2025, 9, 1)
    )
    ledger.set_credits(
        earlier, subjects={"theory": Decimal(70)}, published_on=date(2025, 11, 3), source="1", by=None, at=LIFTED
    )
    return Credit.objects.get(application=earlier)


def seated_elsewhere(scene: Scene) -> Application:
    """Published for 30 May at another provider, the ticket out."""
    offering = factories.OfferingFactory()
    session = sat(offering, 1, held_on=date(2026, 4, 30), candidate=scene.application.candidate)
    ExamSession.objects.filter(pk=session.pk).update(held_on=date(2026, 5, 30), period_override_reason="考场维修")
    for sitting in session.sittings.all():
        Sitting.objects.filter(pk=sitting.pk).update(during=later(sitting.during))
    application = people(session)[0]
    AdmissionTicket.objects.create(
        application=application, session=session, number="99992605000011", released_at=factories.at(2026, 5, 5)
    )
    return application


def later(during: DateTimeTZRange) -> DateTimeTZRange:
    month = timedelta(days=30)
    return DateTimeTZRange(during.lower + month, during.upper + month)


def told(words: str) -> set[int | None]:
    messages = OutboxMessage.objects.filter(channel="portal", body__contains=words)
    return set(messages.values_list("recipient_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_receipts_come_before_orders_as_in_every_verb_of_money() -> None:
    order = to_pay()
    clerk = factories.staff(order.provider, "finance")
    pay(money(order.provider, 100, by=clerk), order, by=clerk)
    application = order.lines.get().application

    def ended() -> None:
        with transaction.atomic():
            effects.lock_applications({application.pk})
            fees.cancel_unpaid(application, by=None, at=DECIDED, reason="处理决定")

    outcome = behind(
        lambda: list(Receipt.objects.select_for_update()), ended, then=lambda: list(Order.objects.select_for_update())
    )
    assert (outcome, Order.objects.get().state) == (None, "cancelled")
