"""Those who gather for a month's sessions, made inside the portal's environment; the browser meets some of them."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from registration.models import Application, Candidate, Group, Submission, Window
from registration.queries.windows import window_open_on
from registration.services import candidates
from scheduling import services
from scheduling.models import ExamSession, Room, Seat
from scheduling.services import splitting
from skilleval.accounts.enums import Role
from skilleval.accounts.models import Institution, Membership, User
from skilleval.accounts.services import open_account
from skilleval.catalogue.models import CandidateRules, Offering, Provider
from skilleval.core import clock
from skilleval.journeys.demo.applicants import KUPAS, SICT, member
from skilleval.journeys.demo.people import PASSWORD, Person, portrait
from tests.factories import ApplicationFactory, CandidateFactory
from tests.fees.makers import order_for
from tests.registration.rosters import member as member_of

RUNS, ROLLS = 41, 29
SEATED, OF_THE_SCHOOL, SESSIONS = 42, 14, 6
ROOMS = ("第一考场", "第二考场", "操作考场")
PLANNER, OFFICER = "kaowu-kupas@example.com", "jingban@example.com"
GROUP = "TL0000000001"


def gather() -> None:
    """41 and 29 for KUPAS's two items, 42 for SICT's 计算机程序设计员 level 3, 14 of them a school's."""
    on = clock.today()
    kupas = Provider.objects.get(filing_number=KUPAS)
    planner = open_account(email=PLANNER, password=PASSWORD, name="演示考务（库帕思）", by=None)
    Membership.objects.create(user=planner, role=Role.SCHEDULING, provider=kupas, granted_by_label="演示")
    items = Offering.objects.valid_on(on).filter(provider=kupas, announcement__isnull=False).order_by("pk")
    for offering, count, serial in ((items[0], RUNS, 300), (items[1], ROLLS, 700)):
        confirmed(offering, count, serial=serial, sum_paid="480")
    sict = Offering.objects.valid_on(on).filter(provider__filing_number=SICT, announcement__isnull=False, level="3")
    programmer = sict.filter(work_type__occupation__code="4-04-05-01").latest("year")
    confirmed(programmer, SEATED - OF_THE_SCHOOL, serial=500)
    for application in confirmed(programmer, OF_THE_SCHOOL, serial=600, group=_group(programmer)):
        _portray(application)


def confirmed(
    offering: Offering, count: int, *, serial: int, group: Group | None = None, sum_paid: str = "400"
) -> list[Application]:
    """So many people who have paid; the first has an account."""
    at = clock.now()
    window: Any = window_open_on(offering.provider, clock.today())
    made = []
    for number in range(count):
        person = Person(serial + number)
        facts = {
            "number": f"L{serial + number:09d}",
            "candidate": _candidate(person, account=number == 0 and group is None),
            "state": "confirmed",
            "rules": CandidateRules.objects.earliest("pk"),
            "rules_accepted_at": at,
            "submitted_on": at.date(),
            "review_by": at.date(),
            "approved_on": at.date(),
            "confirmed_on": at.date(),
            "original_received_on": at.date(),
        }
        application = (
            member_of(group, **facts) if group else ApplicationFactory(offering=offering, window=window, **facts)
        )
        order_for(
            application,
            paid=True,
            state="paid",
            number=f"LD{serial + number:08d}",
            amount=sum_paid,
            drawn_on=at.date(),
            due_on=window.closes_on,
            payer=person.name,
        )
        made.append(application)
    return made


def plan() -> None:
    """SICT's two sessions split into six, two in each room on a day of their own; one person of each has an account."""
    by, at = member("scheduling"), clock.now()
    rooms = {room.name: room for room in Room.objects.filter(venue__provider__filing_number=SICT)}
    while (sessions := _sessions()).count() < SESSIONS:
        largest = sessions.order_by("-size", "number").first()
        assert largest
        splitting.split(largest, people=largest.size - SEATED // SESSIONS, by=by, at=at)
    for place, session in enumerate(_sessions()):
        day = session.batch.window.exam_from + timedelta(days=14 + place // len(ROOMS))
        services.set_time(session, held_on=day, starts_at=time(9), by=by, at=at)
        services.assign_room(session, room=rooms[ROOMS[place % len(ROOMS)]], by=by, at=at)
        _welcome(session)


def _welcome(session: ExamSession) -> None:
    """An account for one of them, who came by themselves if anybody did."""
    seats = Seat.objects.filter(sitting__session=session).order_by("-application__channel", "application")
    candidate: Candidate = seats[0].application.candidate
    email = f"changci{session.number}@example.com"
    candidate.user = open_account(email=email, password=PASSWORD, name=candidate.name, by=None)
    candidate.save(update_fields=["user"])


def _sessions() -> Any:
    rows = ExamSession.objects.live().filter(
        batch__offering__provider__filing_number=SICT, batch__offering__level="3", held_on__gte=clock.today()
    )
    return rows.select_related("batch__window").order_by("number")


def _candidate(person: Person, *, account: bool) -> Candidate:
    user = open_account(email=person.email, password=PASSWORD, name=person.name, by=None) if account else None
    return CandidateFactory(
        user=user, name=person.name, born=person.born, id_cipher=person.id_number, phone_cipher=person.phone
    )


def _portray(application: Application) -> None:
    """A photo of their own, for the ticket."""
    candidates.set_photo(application.candidate, upload=portrait(application.pk), by=_officer(), at=clock.now())


def _officer() -> User:
    """Of the demonstration's school."""
    return User.objects.get(email=OFFICER)


def _group(offering: Offering) -> Group:
    """Handed in by the demonstration's school."""
    officer = _officer()
    institution = Institution.objects.get(memberships__user=officer)
    window: Window | None = window_open_on(offering.provider, clock.today())
    at = clock.now()
    facts = {"created_by_label": officer.name, "created_at": at}
    made = Group.objects.create(number=GROUP, institution=institution, offering=offering, window=window, **facts)
    Submission.objects.create(group=made, number=1, state="done", people=OF_THE_SCHOOL, by_label=officer.name, at=at)
    return made
