"""Two providers, everybody who might knock, and one candidate's applications in every state, made by the services.

Provider A is where the candidate applied; B is another one with rows of its own. It is noon on 8 April 2026: the
window of April is open, the session of those who applied in March is published, and its tickets are out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from certificates.entering import Entered
from certificates.models import NumberScheme, Result
from certificates.services import correcting, requests
from fees import queries as fee_queries, services as fees
from fees.models import FeeItem, LedgerEntry
from registration.models import Application, CalendarPattern, Candidate, ReviewReason, RosterRow, Window
from registration.queries.applications import current_rules
from registration.services import applications, candidates, offers, progress, reviews
from scheduling import services as scheduling
from scheduling.models import AdmissionTicket, ExamSession, Room, Venue
from skilleval.accounts import institutions, officers
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.models import Institution, Membership, User
from skilleval.catalogue.models import Contact, Holiday, Offering, Provider
from skilleval.core import audit, jobs, outbox
from skilleval.core.enums import JobState
from skilleval.core.models import AuditEvent, Job, OutboxMessage
from skilleval.journeys.desk import verbs
from tests import factories
from tests.certificates import makers as certified, marking
from tests.factories import at
from tests.numbers import credit_code
from tests.permissions import at_desk, cases, exam_staff, grouping, paying, printing, statements, taking_over, telling
from tests.permissions.claiming import claim
from tests.registration.ledger import ResitSchemeFactory

NOW = at(2026, 4, 8)
MARCH = at(2026, 3, 10)
APRIL = at(2026, 4, 7)
EXAM_DAY = date(2026, 4, 11)
PASSWORD = "a-password-of-theirs-2026"  # of everybody
OVERSEERS = (Role.SUPERVISOR, Role.AUTHORITY, Role.CENTRE, Role.BUREAU)


@dataclass
class World:
    """Everybody and everything, by the names the tables use."""

    actors: dict[str, User | None] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()  # whole document and telephone numbers of the candidates

    @property
    def a(self) -> Provider:
        provider: Provider = self.things["provider"]
        return provider


def build() -> World:
    """Make the world; the caller rolls it back."""
    world = World()
    a = factories.ProviderFactory(name="甲评价机构", short_name="甲机构", threshold=2)
    b = factories.ProviderFactory(name="乙评价机构", short_name="乙机构", threshold=2)
    world.things |= {"provider": a, "rival_provider": b}
    _people(world, a, b)
    for provider in (a, b):
        _premises(provider)
    owner, neighbour = _candidate(world.actors["owner"]), _candidate(factories.UserFactory())
    _candidate(world.actors["stranger"])
    world.secrets = tuple(secret for person in Candidate.objects.all() for secret in _secrets(person))
    _applications(world, owner, neighbour)
    _group_order(world, owner)
    world.things |= paying.build(world.actors, a, world.things)
    _marks(world)
    _certificates(world, owner)
    _rows_of_b(world, b)
    _rows_of_the_portal(world)
    world.things |= telling.build(a) | exam_staff.build(b) | exam_staff.build(a)
    _group(world)
    world.things |= at_desk.build(world.actors, offering(a, "到窗口"), owner)
    world.secrets += _secrets(world.things["walk_in"].candidate)
    world.things |= cases.build(world.actors, a, owner, factories.CandidateFactory())
    statement = statements.statement(a, world.actors["own finance"])
    world.things |= {"statement": statement, "statement_line": statement.lines.get()}
    offered = offering(a, "考务材料")
    world.things |= printing.build(world.things["institution"], offered, world.actors["own scheduling"])
    world.secrets += _secrets(world.things["printed_member"].candidate)
    world.things |= taking_over.build(a, world.actors["own manager"], world.actors[Role.SUPERVISOR])
    return world


def _people(world: World, a: Provider, b: Provider) -> None:
    world.actors = {
        "anonymous": None,
        "owner": factories.UserFactory(name="申报者", phone="+8613700000001", phone_verified=True),
        "stranger": factories.UserFactory(name="旁人", phone="+8613700000002", phone_verified=True),
        "officer": factories.UserFactory(name="经办人"),
        **{f"own {role.value}": factories.staff(a, role) for role in PROVIDER_ROLES},
        **{f"rival {role.value}": factories.staff(b, role) for role in PROVIDER_ROLES},
        **{role.value: _member(role) for role in (*OVERSEERS, Role.ADMINISTRATOR)},
    }
    User.objects.update(password=make_password(PASSWORD))
    world.actors = {name: user and User.objects.get(pk=user.pk) for name, user in world.actors.items()}
    addresses = [user for user in world.actors.values() if user is not None]
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in addresses
    )
    _institutions(world)


def _institutions(world: World) -> None:
    """The officer's own with a colleague and an invitation to the stranger, who has applied for two of their own."""
    own = factories.InstitutionFactory()
    officer: Any = world.actors["officer"]
    factories.MembershipFactory(user=officer, role=Role.OFFICER, institution=own)
    officer, stranger = User.objects.get(pk=officer.pk), User.objects.get(name="旁人")
    applied, refused = (
        institutions.register(
            stranger,
            stated=institutions.Particulars(
                name=f"旁人的培训学校{serial}",
                kind="training",
                credit_code=credit_code(serial),
                contact_name="旁人",
                contact_phone=stranger.phone,
            ),
            licence=picture("licence.png"),
            at=MARCH,
        )
        for serial in (8000001, 8000002)
    )
    by: Any = world.actors[Role.ADMINISTRATOR]
    institutions.refuse(refused, reason="证照不清晰", seen=institutions.mark_of(refused), by=by, at=APRIL)
    rests = factories.InstitutionFactory()
    institutions.suspend(rests, reason="证照过期", by=by, at=APRIL)
    world.things |= {
        "institution": own,
        "suspended_institution": rests,
        "colleague": factories.MembershipFactory(role=Role.OFFICER, institution=own),
        "applied_institution": applied,
        "refused_institution": refused,
        "invitation": officers.invite(own, address=stranger.phone, by=officer, at=APRIL),
    }


def _group(world: World) -> None:
    world.things |= grouping.build(world.things["institution"], offering(world.a, "团体"), world.actors["officer"])
    rows = RosterRow.objects.filter(group=world.things["group"])
    numbers = [(row.id_cipher, row.phone_cipher.removeprefix("+86")) for row in rows]
    world.secrets += tuple(secret for pair in numbers for secret in pair)


def _member(role: Role, institution: Institution | None = None) -> User:
    return factories.MembershipFactory(role=role, institution=institution).user


def _premises(provider: Provider) -> None:
    venue = Venue.objects.create(provider=provider, name=f"{provider.short_name}考点", address="测试路 1 号")
    Room.objects.create(venue=venue, name="101 室", capacity=40)
    CalendarPattern.objects.create(provider=provider)
    factories.ContactFactory(provider=provider)


def _candidate(user: User | None) -> Candidate:
    """A candidate with a photo and years of work in the occupations of `offering()`."""
    candidate = factories.CandidateFactory(user=user)
    candidates.set_photo(candidate, upload=picture("photo.png", (413, 579)), by=user, at=MARCH)
    candidate.refresh_from_db()
    factories.WorkPeriodFactory(candidate=candidate, code=OCCUPATION)
    return candidate


OCCUPATION = "4-04-05-05"


def offering(provider: Provider, name: str) -> Offering:
    """A level-4 offering with prices; each name is a work type of its own, so that one may apply for all of them."""
    occupation = factories.OccupationFactory(code=OCCUPATION, name="测试训练师")
    made = factories.OfferingFactory(
        provider=provider, work_type=factories.WorkTypeFactory(occupation=occupation, name=name)
    )
    factories.publish_fees(made)
    return made


def submit(candidate: Candidate, chosen: Offering, when: datetime, *, only_draft: bool = False) -> Application:
    """The way a candidate goes, by the services their clicks call."""
    user, window = candidate.user, factories.window_of(chosen.provider, when.month)
    draft = applications.start(candidate, offering=chosen, window=window, fee_published=True, by=user, at=when)
    applications.choose_clause(draft, clause="4.1", declared={}, by=user, at=when)
    draft.refresh_from_db()
    for title in (*applications.papers(draft), "其他材料"):
        applications.attach(draft, title=title[:60], upload=picture("paper.png"), by=user, at=when)
    rules = current_rules(chosen, when.date())
    assert rules is not None
    applications.accept_rules(draft, rules=rules, by=user, at=when)
    draft.refresh_from_db()
    return draft if only_draft else applications.submit(draft, fee_published=True, by=user, at=when)


def approve(world: World, application: Application, when: datetime) -> Any:
    """Approved by the reviewer; the order."""
    verbs.approve(application, by=world.actors["own reviewing"], at=when)  # type: ignore[arg-type]
    return fee_queries.order_of(application)


def confirm(world: World, application: Application, when: datetime) -> Any:
    """Approved, and booked by the finance clerk."""
    order = approve(world, application, when)
    by: Any = world.actors["own finance"]
    fees.confirm_payment(order, value_on=when.date(), by=by, at=when, key=f"test:{order.number}")
    order.refresh_from_db()
    return order


def _applications(world: World, owner: Candidate, neighbour: Candidate) -> None:
    """One of the owner's in every state, and the neighbour who makes the threshold with them."""
    things, a = world.things, world.a
    factories.CandidateRulesFactory()
    gathered = offering(a, "已排考")
    seated = [submit(person, gathered, MARCH) for person in (owner, neighbour)]
    for application in seated:
        confirm(world, application, MARCH)
        reviewer: Any = world.actors["own reviewing"]
        reviews.receive_original(application, by=reviewer, on=MARCH.date())
    scheduling.judge_due(date(2026, 4, 2), at=at(2026, 4, 2))
    session = ExamSession.objects.get(batch__offering=gathered)
    scheduler: Any = world.actors["own scheduling"]
    scheduling.set_time(session, held_on=EXAM_DAY, starts_at=time(9), by=scheduler, at=at(2026, 4, 2))
    room = Room.objects.get(venue__provider=a)
    scheduling.assign_room(session, room=room, by=scheduler, at=at(2026, 4, 2))
    scheduling.publish(session, by=scheduler, at=at(2026, 4, 2))
    scheduling.release_tickets(date(2026, 4, 8), at=NOW)

    another = _candidate(factories.UserFactory())  # who has applied for nothing else
    things["clear"] = submit(another, offering(a, "无疑义"), APRIL)
    world.secrets += _secrets(another)

    draft = submit(owner, offering(a, "草稿"), APRIL, only_draft=True)
    review = submit(owner, offering(a, "待审核"), APRIL)
    returned = submit(owner, offering(a, "退回"), APRIL)
    reviews.return_for_correction(returned, by=reviewer, at=APRIL, reason="材料不清晰")
    approved = submit(owner, offering(a, "待缴费"), APRIL)
    order = approve(world, approved, APRIL)
    payer: Any = owner.user
    voucher = fees.attach_voucher(order, upload=picture("voucher.png"), paid_on=APRIL.date(), by=payer, at=APRIL)
    prelim = submit(owner, offering(a, "待机构初审"), APRIL)
    Application.objects.filter(pk=prelim.pk).update(state="prelim")  # nobody applies through an institution yet
    confirmed = submit(owner, offering(a, "待成班"), APRIL)
    paid = confirm(world, confirmed, APRIL)
    scheduling.check_threshold(confirmed.pk, at=APRIL)
    offered = submit(owner, offering(a, "可恢复"), APRIL)
    progress.cancel(offered, by=None, at=APRIL, reason="处理决定")
    offers.offer_again(offered, source="撤销决定", at=NOW)
    things |= {
        "offered": offered,
        "offering": offering(a, "未申报"),
        "draft": draft,
        "prelim": prelim,
        "prelim_paper": prelim.evidence.all()[0],
        "review": review,
        "returned": returned,
        "approved": approved,
        "confirmed": confirmed,
        "scheduled": seated[0],
        "draft_paper": draft.evidence.all()[0],
        "evidence": review.evidence.all()[0],
        "order": order,
        "paid_order": paid,
        "voucher": voucher,
        "batch": session.batch,
        "session": session,
        "sitting": session.sittings.all()[0],
        "draw": session.draws.all()[0],
        "ticket": AdmissionTicket.objects.get(application=seated[0]),
        "application_type": ContentType.objects.get_for_model(Application),
        "candidate": owner,
        "occupation": gathered.work_type.occupation,
        "work": owner.workperiod_rows.all()[0],
        "window": Window.objects.get(provider=a, opens_on=date(2026, 4, 1)),
        "december": factories.window_of(a, 12),
        "room": room,
        "venue": room.venue,
    }


def _group_order(world: World, owner: Candidate) -> None:
    """An order of the officer's institution, with a voucher; the owner is one of those it pays for."""
    group = factories.GroupFactory(
        institution=world.things["institution"], offering=offering(world.a, "团体缴费"), window=world.things["window"]
    )
    facts = {"group": group, "channel": "group", "offering": group.offering, "window": group.window}
    for person in (owner, factories.CandidateFactory(user=None)):
        factories.ApplicationFactory(candidate=person, state="approved", approved_on=APRIL.date(), **facts)
    officer: Any = world.actors["officer"]
    order = fees.draw_group_order(group, by=officer, at=APRIL)
    voucher = fees.attach_voucher(order, upload=picture("group.png"), paid_on=APRIL.date(), by=officer, at=APRIL)
    world.things |= {"group_order": order, "group_voucher": voucher}
    world.secrets += _secrets(order.lines.get(application__candidate__user=None).application.candidate)


def _marks(world: World) -> None:
    """A session that was sat and isn't marked, and one whose results are out, with a correction asked for."""
    unmarked = marking.sat(offering(world.a, "待录入"), held_on=date(2026, 4, 6))
    out = marking.sat(offering(world.a, "已公布"), held_on=date(2026, 4, 4))
    first, _ = marking.published(out, at=APRIL)
    result = Result.objects.filter(session=out)[0]
    marks = {"theory": Entered("marked", Decimal(90))}
    asked = correcting.propose(result.application, marks=marks, reason="合分有误", by=first, at=APRIL)
    world.things |= {"unmarked": unmarked, "out": out, "result": result, "correction": asked}
    sat = Candidate.objects.filter(applications__in=[*marking.people(unmarked), *marking.people(out)])
    world.secrets += tuple(secret for person in sat for secret in _secrets(person))


def _certificates(world: World, owner: Candidate) -> None:
    """The owner's certificate, in force; one that a colleague wants void; one that waits for review."""
    certifier: Any = world.actors["own certificates"]
    chosen = offering(world.a, "已发证")
    issued = certified.issued(chosen, by=certifier, candidate=owner)
    doubted = certified.issued(chosen, by=certifier)
    colleague = certified.certifier(world.a)
    requests.ask(doubted, kind="void", reason="发错", by=colleague, at=certified.ISSUED)
    scheme = NumberScheme.objects.create(provider=world.a)
    world.things |= {
        "certificate": issued,
        "doubted": doubted,
        "drawn_certificate": certified.drawn(chosen),
        "reviewed_certificate": certified.reviewed(chosen, by=certifier),
        "number_scheme": scheme,
    }
    sat = Candidate.objects.filter(applications__offering=chosen).exclude(pk=owner.pk)
    world.secrets += tuple(secret for person in sat for secret in _secrets(person))


def _rows_of_b(world: World, b: Provider) -> None:
    """B has an application, an order, a batch, a session and a ticket too, so that its staff have lists to look at."""
    chosen = offering(b, "乙项目")
    window = factories.window_of(b, 4)
    application = factories.ApplicationFactory(offering=chosen, window=window)
    reviewer: Any = world.actors["rival reviewing"]
    verbs.approve(application, by=reviewer, at=APRIL)
    order = fee_queries.order_of(application)
    assert order is not None
    world.things |= {"rival_review": application, "rival_order": order, "rival_offering": chosen}
    world.things["rival_fee"] = FeeItem.objects.filter(offering=chosen)[0]
    world.secrets += _secrets(application.candidate)


def _rows_of_the_portal(world: World) -> None:
    job = jobs.enqueue("scheduling.check_threshold", key="permissions")
    Job.objects.filter(pk=job.pk).update(state=JobState.QUARANTINED, attempts=3)
    audit.record("test.happened", by=world.actors["owner"], obj=world.things["draft"], fields=["name"])
    outbox.send(
        key="permissions",
        address="somebody@example.test",
        channel="email",
        subject="一封邮件的标题",
        body="您的验证码是 886412",
        link="/somewhere/of/theirs/",
    )
    world.things |= {
        "job": job,
        "event": AuditEvent.objects.latest("pk"),
        "message": OutboxMessage.objects.get(key="permissions"),
        "holiday": Holiday.objects.create(day=date(2026, 5, 1), name="劳动节"),
        "user": world.actors["owner"],
        "membership": Membership.objects.get(user=world.actors["own reviewing"]),
        "contact": Contact.objects.filter(provider=world.a)[0],
        "pattern": CalendarPattern.objects.get(provider=world.a),
        "resit_scheme": ResitSchemeFactory(offering=world.things["offering"]),
        "review_reason": ReviewReason.objects.create(provider=world.a, kind="reject", text="材料与填报不一致"),
        "claim": claim(world.a),
        "fee": FeeItem.objects.filter(offering=world.things["offering"])[0],
        "ledger_entry": LedgerEntry.objects.filter(receipt__provider=world.a)[0],
    }


def _secrets(person: Candidate) -> tuple[str, ...]:
    numbers = (person.phone, person.user.phone if person.user else "")
    return (person.id_number, *(number.removeprefix("+86") for number in numbers if number))


def picture(name: str, size: tuple[int, int] = (500, 700)) -> SimpleUploadedFile:
    """A grey picture as somebody would upload it."""
    content = BytesIO()
    Image.new("RGB", size, "#cccccc").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")
