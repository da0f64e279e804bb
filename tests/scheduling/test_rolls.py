"""Who sits where, as papers print it: by sitting and place, with tickets, turns and who is on duty."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import Group
from scheduling.models import AdmissionTicket, Attendance, ExamSession
from scheduling.queries.rolls import groups_of, has_seats, members_of, rolls_of
from scheduling.services.printing import named
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import NOON, batch_of, room
from tests.scheduling.sheet_people import enrolled, published, sitting, whole_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def session(offering: Offering) -> ExamSession:
    return named(whole_day(offering, 30).pk)


def test_sittings_come_in_the_order_of_the_day_with_their_turns(session: ExamSession) -> None:
    rolls = rolls_of(session)
    assert [(roll.number, roll.subject, len(roll.lines), roll.seat_word) for roll in rolls] == [
        (1, "理论知识", 0, "座位"),
        (2, "理论知识", 30, "座位"),
        (3, "操作技能（第 1 轮，共 2 轮）", 24, "工位"),
        (4, "操作技能（第 2 轮，共 2 轮）", 6, "工位"),
    ]
    assert rolls[1].staff == "监考人员 样本监考甲、样本监考乙、样本监考丙"
    assert rolls[0].staff == ""


def test_everybody_has_their_place_ticket_and_institution_and_no_whole_number(session: ExamSession) -> None:
    hall = rolls_of(session)[1]
    numbers = [line.number for line in hall.lines]
    assert numbers == sorted(numbers)
    assert 9 not in numbers  # out of use
    assert len({line.ticket for line in hall.lines}) == 30
    assert {line.institution for line in hall.lines} == {
        "样本甲职业技术学校（演示）",
        "样本乙职业技术学校（演示）",
        "",
    }
    for line, seat in zip(hall.lines, hall.sitting.seats.order_by("number"), strict=True):
        assert line.masked_id == seat.candidate.masked_id
    assert hall.lines[1].name == "样本〓"


def test_the_plan_is_the_room_s_own_or_its_numbers_in_order(session: ExamSession) -> None:
    _, hall, workshop, _ = rolls_of(session)
    assert hall.drawn
    assert (len(hall.plan.rows), len(hall.plan.rows[0])) == (8, 9)
    assert hall.plan.aisles == [False] * 4 + [True] + [False] * 4
    assert not workshop.drawn
    numbers = [spot.number for row in workshop.plan.rows for spot in row if spot]
    assert numbers == list(range(1, 25))  # its stations, not its thirty seats


def test_who_has_no_ticket_or_is_kept_out_is_said(session: ExamSession) -> None:
    first, second = rolls_of(session)[1].sitting.seats.order_by("number")[:2]
    AdmissionTicket.objects.filter(application=first.application_id).update(withdrawn_at=NOON)
    factories.BanFactory(candidate=second.candidate)
    lines = rolls_of(session)[1].lines
    assert lines[0].ticket == ""
    assert [bool(line.barred) for line in lines[:3]] == [True, True, False]


def test_who_came_is_known_once_it_is_noted(session: ExamSession) -> None:
    roll = rolls_of(session)[3]
    noted = {"noted_at": NOON, "noted_by_id": 1, "noted_by_label": "考务"}
    for number, seat in enumerate(roll.sitting.seats.order_by("number")):
        assert not rolls_of(session)[3].all_noted
        Attendance.objects.create(seat=seat, present=number != 2, **noted)
    roll = rolls_of(session)[3]
    assert roll.all_noted
    assert [line.number for line in roll.absent] == [3]


def test_a_proposed_session_is_a_draft_without_tickets(offering: Offering) -> None:
    session = published(batch_of(offering), size=2, state="proposed")
    sitting(session, room(offering.provider), enrolled(offering, 2))
    (roll,) = rolls_of(named(session.pk))
    assert [(line.number, line.ticket, line.barred) for line in roll.lines] == [(1, "", ""), (2, "", "")]


def test_a_group_s_people_are_listed_whatever_session_they_sit_in(offering: Offering) -> None:
    people = enrolled(offering, 6, schools=1)
    group = Group.objects.get(institution=people[0].institution)
    theirs = [person for person in people if person.group_id == group.pk]
    assert not has_seats(group)
    second = published(batch_of(offering), 2, size=1)
    first = published(batch_of(offering), 1, size=1)
    sitting(second, room(offering.provider, name="乙室"), [theirs[0]])
    sitting(first, room(offering.provider, name="甲室"), [theirs[1], next(p for p in people if p.group_id is None)])
    members = members_of(group)
    assert [(member.application.pk, member.session) for member in members] == [
        (theirs[1].pk, first),
        (theirs[0].pk, second),
        (theirs[2].pk, None),
    ]
    assert groups_of(first) == groups_of(second) == [group]
    assert has_seats(group)


def test_thirty_people_take_no_more_questions_than_three(offering: Offering) -> None:
    asked = []
    for count in (3, 30):
        offering = factories.OfferingFactory()
        session = named(whole_day(offering, count).pk)
        with CaptureQueriesContext(connection) as queries:
            for roll in rolls_of(session):
                assert roll.staff is not None
            for group in groups_of(session):
                assert members_of(group)
        asked.append(len(queries))
    assert asked[0] == asked[1]
