"""A session as its papers have to bear it: rooms, turns at stations, long names, an empty sitting, two schools."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from registration.models import Application
from scheduling.enums import PlaceKind
from scheduling.models import (
    AdmissionTicket,
    Batch,
    Duty,
    ExamSession,
    ExamStaff,
    Room,
    RoomSeat,
    Seat,
    Sitting,
    Station,
)
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from tests import factories
from tests.scheduling.people import NOON, batch_of, room

NINE = datetime(2026, 4, 18, 9, tzinfo=SHANGHAI)
LONG = "样本阿卜杜热西提·买买提依明江·努尔麦麦提"
RARE = "样本\U0010ffff"


def published(batch: Batch, number: int = 1, *, size: int = 0, state: str = "published") -> ExamSession:
    """A session without sittings yet."""
    facts = {"state": state, "published_at": NOON, "held_on": NINE.date(), "tickets_from": NINE.date()}
    return ExamSession.objects.create(batch=batch, number=number, size=size, **facts)


def sitting(
    session: ExamSession,
    where: Room,
    people: Sequence[Application],
    *,
    subject: str = "theory",
    after: int = 0,
    turn: int = 1,
) -> Sitting:
    """People on the first places that the room has, `after` so many minutes past nine."""
    starts = NINE + timedelta(minutes=after)
    during = DateTimeTZRange(starts, starts + timedelta(minutes=60))
    live = session.state == "published"
    made = Sitting.objects.create(session=session, subject=subject, room=where, during=during, rotation=turn, live=live)
    numbers = list(where.places.exclude(kind=PlaceKind.BLOCKED).values_list("number", flat=True)) or range(1, 999)
    if subject == "practical":
        numbers = range(1, 999)
    Seat.objects.bulk_create(
        Seat(
            sitting=made,
            application=person,
            candidate=person.candidate,
            subject=subject,
            number=number,
            during=during,
            live=live,
        )
        for person, number in zip(people, numbers, strict=False)
    )
    return made


def ticketed(session: ExamSession, people: Sequence[Application]) -> None:
    """A ticket in force for each."""
    AdmissionTicket.objects.bulk_create(
        AdmissionTicket(application=person, session=session, number=f"005426{session.pk % 10}{n:07d}", released_at=NOON)
        for n, person in enumerate(people, start=1)
    )


def enrolled(offering: Offering, count: int, *, schools: int = 2) -> list[Application]:
    """So many scheduled people, most of them of a few institutions, some by themselves."""
    window = factories.window_of(offering.provider)
    groups = [
        factories.GroupFactory(
            offering=offering, window=window, institution__name=f"样本{'甲乙丙丁'[n]}职业技术学校（演示）"
        )
        for n in range(schools)
    ]
    people = []
    for n in range(count):
        group = groups[n % (schools + 1)] if n % (schools + 1) < schools else None
        facts = {"channel": "group", "group": group, "institution": group.institution} if group else {}
        people.append(factories.ApplicationFactory(offering=offering, window=window, state="scheduled", **facts))
    return people


def drawn(where: Room, *, rows: int, columns: int, blocked: Sequence[int] = (), accessible: Sequence[int] = ()) -> Room:
    """Give a room a plan with an aisle in the middle."""
    seats = []
    for number in range(1, rows * columns + 1):
        row, column = divmod(number - 1, columns)
        kind = PlaceKind.BLOCKED if number in blocked else PlaceKind.USABLE
        kind = PlaceKind.ACCESSIBLE if number in accessible else kind
        aisle = column >= columns // 2
        seats.append(RoomSeat(room=where, number=number, row=row + 1, column=column + 1 + aisle, kind=kind))
    RoomSeat.objects.bulk_create(seats)
    return where


def on_duty(at: Sitting, *names: str, role: str = "invigilator") -> None:
    """People of the provider who work there."""
    provider = at.session.batch.offering.provider
    for name in names:
        staff, _ = ExamStaff.objects.get_or_create(provider=provider, name=name, defaults={"roles": [role]})
        Duty.objects.create(sitting=at, staff=staff, role=role, during=at.during, live=at.live)


def whole_day(offering: Offering, count: int = 60) -> ExamSession:
    """Theory in a drawn room of 60 and one without a plan that nobody sits in; practical in turns at 24 stations."""
    people = enrolled(offering, count)
    people[0].candidate.name, people[1].candidate.name = LONG, RARE
    for person in people[:2]:
        person.candidate.save()
    session = published(batch_of(offering), size=count)
    hall = drawn(room(offering.provider, 64, "第一阶梯教室"), rows=8, columns=8, blocked=(9, 64), accessible=(1,))
    empty, workshop = room(offering.provider, 30, "202 室"), room(offering.provider, 30, "实训中心人工智能工作站 B 区")
    Station.objects.create(room=workshop, occupation=offering.work_type.occupation, count=24)
    theory = sitting(session, hall, people)
    on_duty(theory, "样本监考甲", "样本监考乙", "样本监考丙")
    sitting(session, empty, [])
    for turn, start in enumerate(range(0, count, 24), start=1):
        sitting(session, workshop, people[start : start + 24], subject="practical", after=90 * turn, turn=turn)
    ticketed(session, people)
    return session
