"""Thirty more rows of everything that is listed, each with parents of its own, so that a look-up per row shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from certificates.models import Certificate, MarkSheet, NumberScheme, Result, ResultCorrection, ResultMark
from discipline.models import Case
from fees import services as fees
from registration.models import Application, CalendarPattern, DeskClosure, ReviewReason
from scheduling.models import AdmissionTicket, Batch, ExamSession, Room, Seat, Sitting, Venue
from skilleval.accounts.enums import Role
from skilleval.accounts.models import Invitation
from skilleval.catalogue.models import Holiday, Offering
from skilleval.core import audit, jobs, outbox
from tests import factories
from tests.factories import at
from tests.fees.makers import order_for
from tests.fees.money import money, pay
from tests.permissions import at_desk, exam_staff, telling
from tests.permissions.claiming import claim
from tests.permissions.grouping import group_of
from tests.permissions.statements import statement
from tests.permissions.taking_over import take_over
from tests.permissions.world import APRIL, NOW, World
from tests.registration import handed_in
from tests.registration.conditions import asks
from tests.registration.ledger import ResitSchemeFactory
from tests.registration.rosters import member, row_of

COUNT = 30


def add(label: str, world: World) -> None:
    """Thirty rows of a model, of provider A where they are a provider's."""
    for number in range(COUNT):
        MAKERS[label](world, number)


def _offering(world: World, number: int) -> Offering:
    made = factories.OfferingFactory(provider=world.a)
    factories.publish_fees(made)
    return made


def _open_provider(world: World, number: int) -> None:
    """Another provider whose window is open."""
    made: Offering = factories.OfferingFactory()
    factories.publish_fees(made)
    factories.window_of(made.provider, 4)
    factories.ContactFactory(provider=made.provider)


def _application(world: World, number: int, state: str = "review", **fields: Any) -> Application:
    offering = _offering(world, number)
    window = factories.window_of(world.a, 4)
    made: Application = factories.ApplicationFactory(offering=offering, window=window, state=state, **fields)
    return made


def _own_application(world: World, number: int) -> None:
    """One more of the owner's, in turn of each state."""
    states = ("draft", "review", "returned", "approved", "confirmed", "rejected")
    made = _application(world, number, states[number % len(states)], candidate=world.things["candidate"])
    if made.state in ("approved", "confirmed"):
        order_for(made, paid=made.state == "confirmed", voucher=number % 2 == 0)


def _own_group(world: World, number: int) -> None:
    """One more of the officer's, with somebody to mend and somebody in review."""
    group = group_of(world.things["institution"], _offering(world, number))
    row_of(group, state="faulty")
    member(group, state="review")


def _batch(world: World, number: int) -> Batch:
    application = _application(world, number, "confirmed")
    facts = {"cut_off_on": date(2026, 4, 30), "judge_on": date(2026, 4, 9)}
    return Batch.objects.create(offering=application.offering, window=application.window, **facts)


def _session(world: World, number: int) -> ExamSession:
    return ExamSession.objects.create(batch=_batch(world, number), number=1, size=1, held_on=date(2026, 5, 9))


def _ticket(world: World, number: int) -> None:
    application = _application(world, number, "scheduled")
    AdmissionTicket.objects.create(
        application=application, session=_session(world, number), number=f"{number:014d}", released_at=NOW
    )


def _sat(world: World, number: int, state: str = "scheduled") -> tuple[Application, ExamSession]:
    """Somebody who sat a published session of their own, whose mark sheet is open."""
    application, session = _application(world, number, state), _session(world, number)
    facts = {"state": "published", "published_at": NOW, "held_on": date(2026, 4, 4), "period_override_reason": "补考"}
    ExamSession.objects.filter(pk=session.pk).update(**facts)
    during = DateTimeTZRange(at(2026, 4, 4, 1), at(2026, 4, 4, 3))
    sitting = Sitting.objects.create(session=session, subject="theory", during=during)
    Seat.objects.create(
        sitting=sitting,
        application=application,
        candidate=application.candidate,
        subject="theory",
        number=1,
        during=during,
    )
    MarkSheet.objects.create(session=session, subject="theory")
    return application, session


def _result(world: World, number: int) -> Result:
    application, session = _sat(world, number, "completed")
    result = Result.objects.create(
        application=application, session=session, passed=True, published_at=NOW, published_by_label="测试"
    )
    ResultMark.objects.create(result=result, subject="theory", status="marked", score=80, raw_status="marked")
    return result


def _certificate(world: World, number: int) -> Certificate:
    result = _result(world, number)
    application = result.application
    made = Certificate(
        application=application,
        result=result,
        candidate=application.candidate,
        provider=world.a,
        offering=application.offering,
        level=application.level,
        state="issued",
        number=f"M{number:021d}",
        issued_on=date(2026, 4, 8),
        holder_name=application.candidate.name,
        drawn_at=NOW,
    )
    made.id_cipher = application.candidate.id_number
    made.save()
    return made


def _own_institution(world: World, number: int) -> None:
    factories.InstitutionFactory(state="applied", applied_by=world.actors["stranger"], applied_at=NOW)


def _officer(world: World, number: int) -> None:
    """A colleague of the officer's, and an invitation to another."""
    institution = world.things["institution"]
    factories.MembershipFactory(role=Role.OFFICER, institution=institution)
    Invitation.objects.create(
        institution=institution,
        address=f"colleague{number}@example.test",
        invited_by_id=number,
        invited_by_label="经办人",
        invited_at=NOW,
        expires_at=NOW,
    )


def _correction(world: World, number: int) -> None:
    ResultCorrection.objects.create(
        application=_result(world, number).application,
        marks={},
        reason="合分有误",
        asked_by_id=1,
        asked_by_label="测试",
        asked_at=NOW,
    )


def _room(world: World, number: int) -> None:
    venue = Venue.objects.create(provider=world.a, name=f"考点 {number}", address="测试路 2 号")
    Room.objects.create(venue=venue, name="1 室", capacity=30)


def _closure(world: World, number: int) -> None:
    desk = world.things["appointment"].contact
    DeskClosure.objects.create(contact=desk, first_day=date(2026, 6, 1), last_day=date(2026, 6, 1), reason="盘点")


def _case(world: World, number: int, **fields: Any) -> Case:
    """One more that waits, in turn of each state that does."""
    application = fields.pop("application", None) or _application(world, number)
    facts: dict[str, Any] = {
        "number": f"WJ7{Case.objects.count():07d}",
        "provider": application.offering.provider,
        "application": application,
        "candidate": application.candidate,
        "state": ("proposed", "reported", "heard", "decided", "notified")[number % 5],
        "found": "review",
        "happened_at": NOW,
        "facts": "x",
        "edition": "2026",
        "clauses": ["M-1.2"],
        "reported_by_id": 1,
        "reported_by_label": "x",
        "reported_at": NOW,
        "notified_at": NOW,
        "defence_until": date(2026, 4, 20),
        "waiting_since": date(2026, 4, 1),
    }
    return Case.objects.create(**facts | fields)


def _own_case(world: World, number: int) -> None:
    _case(world, number, application=_application(world, number, candidate=world.things["candidate"]))


def _receipt(world: World, number: int) -> Any:
    """A part of an order of its own."""
    order = order_for(_application(world, number, "approved"))
    receipt = money(order.provider, 100, key=f"more:{number}", on=order.drawn_on, when=APRIL)
    pay(receipt, order, when=APRIL)
    return receipt


def _refund(world: World, number: int) -> Any:
    receipt = money(world.a, 100, key=f"back:{number}", when=APRIL)
    return fees.return_money(receipt, by=factories.staff(world.a, Role.FINANCE), at=APRIL, reason="多缴")


MAKERS: dict[str, Callable[[World, int], Any]] = {
    "core.job": lambda world, n: jobs.enqueue("scheduling.check_threshold", key=f"more:{n}"),
    "core.outboxmessage": lambda world, n: outbox.send(key=f"more:{n}", channel="portal", subject="题", body="文"),
    "core.auditevent": lambda world, n: audit.record("test.more", by=None, obj=world.a),
    "accounts.user": lambda world, n: factories.UserFactory(),
    "accounts.institution": lambda world, n: factories.InstitutionFactory(),
    "accounts.membership": lambda world, n: factories.staff(factories.ProviderFactory()),
    "accounts.providermessage": lambda world, n: telling.message(world.a, f"more:sms:{n}"),
    "accounts.messagetemplate": lambda world, n: telling.words(factories.ProviderFactory()),
    "catalogue.notice": lambda world, n: factories.NoticeFactory(key=f"more-{n}"),
    "catalogue.occupation": lambda world, n: factories.OccupationFactory(
        notice=factories.NoticeFactory(key=f"more-{n}")
    ),
    "catalogue.worktype": lambda world, n: factories.WorkTypeFactory(notice=factories.NoticeFactory(key=f"more-{n}")),
    "catalogue.eligibilityruleset": lambda world, n: factories.RuleSetFactory(edition=f"more-{n}"),
    "catalogue.candidaterules": lambda world, n: factories.CandidateRulesFactory(edition=f"more-{n}"),
    "catalogue.holiday": lambda world, n: Holiday.objects.create(day=date(2027, 1, 1 + n), name="假"),
    "catalogue.provider": lambda world, n: factories.ProviderFactory(),
    "catalogue.contact": lambda world, n: factories.ContactFactory(),
    "catalogue.offering": lambda world, n: factories.OfferingFactory(),
    "registration.window": lambda world, n: factories.window_of(factories.ProviderFactory(), 4),
    "registration.calendarpattern": lambda world, n: CalendarPattern.objects.create(
        provider=factories.ProviderFactory()
    ),
    "catalogue.extracondition": lambda world, n: asks(_offering(world, n), valid_from=date(2027, 1, 1)),
    "registration.appointment": lambda world, n: at_desk.expected(world, n),
    "registration.deskclosure": lambda world, n: _closure(world, n),
    "registration.walkin": lambda world, n: at_desk.keyed_in(_offering(world, n), world.actors["own reviewing"], n + 2),
    "registration.claim": lambda world, n: claim(world.a),
    "registration.takeover": lambda world, n: take_over(
        "credits", factories.UserFactory(), provider=world.a, name=f"{n}.xlsx"
    ),
    "registration.reviewreason": lambda world, n: ReviewReason.objects.create(
        provider=factories.ProviderFactory() if n % 2 else world.a, kind="return", text=f"理由{n}"
    ),
    "registration.resitscheme": lambda world, n: ResitSchemeFactory(offering=_offering(world, n)),
    "registration.application": _application,
    "registration.group": lambda world, n: handed_in.handed_in(factories.GroupFactory(offering=_offering(world, n))),
    "fees.order": lambda world, n: order_for(_application(world, n, "approved"), voucher=True),
    "fees.receipt": _receipt,
    "fees.refund": _refund,
    "fees.feeitem": _offering,
    "fees.ledgerentry": lambda world, n: order_for(_application(world, n, "confirmed"), state="paid", paid=True),
    "fees.statement": lambda world, n: statement(world.a, world.actors["own finance"], n + 1),
    "scheduling.venue": _room,
    "scheduling.room": _room,
    "scheduling.batch": _batch,
    "scheduling.examsession": _session,
    "scheduling.examstaff": lambda world, n: exam_staff.invigilator(world.a, n),
    "scheduling.staffingnorm": lambda world, n: exam_staff.norm(world.a, n),
    "scheduling.admissionticket": _ticket,
    "certificates.resultsession": _sat,
    "certificates.result": _result,
    "certificates.resultcorrection": _correction,
    "certificates.certificate": _certificate,
    "certificates.numberscheme": lambda world, n: NumberScheme.objects.create(provider=factories.ProviderFactory()),
    "discipline.case": _case,
    "own cases": _own_case,
    "own institutions": _own_institution,
    "officers": _officer,
    "open providers": _open_provider,
    "own applications": _own_application,
    "own groups": _own_group,
}
