"""What a published plan says, and what changed from one version to the next (SPEC 7.8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registration.models import Application
from scheduling import services, versions
from scheduling.models import AdmissionTicket, ExamSession, Seat, SessionVersion, Sitting
from scheduling.services import versions as verbs
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.scheduling.people import NOON, planned, publish, room, scheduler


def plan(seats: dict[int, int], *, day: int = 11, hour: int = 9, room: int = 1, minutes: int = 90) -> dict[str, Any]:
    """Theory alone, of one room."""
    sitting = {
        "subject": "theory",
        "room": room,
        "named": f"{room} 室",
        "address": "测试路 1 号",
        "starts": f"2026-04-{day:02}T{hour:02}:00:00+08:00",
        "ends": f"2026-04-{day:02}T{hour + minutes // 60:02}:{minutes % 60:02}:00+08:00",
    }
    places = {str(application): {"theory": [0, number]} for application, number in seats.items()}
    return {"held_on": f"2026-04-{day:02}", "sittings": [sitting], "seats": places}


@pytest.mark.parametrize(
    ("before", "after", "said", "outline"),
    [
        (plan({1: 5}), plan({1: 5}), "", ""),
        (plan({1: 5}), plan({1: 6}), "理论知识座位由1 室 5 号改为1 室 6 号", ""),
        (plan({1: 5}), plan({1: 5}, room=2), "理论知识座位由1 室 5 号改为2 室 5 号", "理论知识考场由1 室改为2 室"),
        (
            plan({1: 5}),
            plan({1: 5}, day=18),
            "理论知识时间由4月11日（周六） 09:00改为4月18日（周六） 09:00",
            "理论知识时间由4月11日（周六） 09:00改为4月18日（周六） 09:00",
        ),
        (
            plan({1: 5}),
            plan({1: 5}, minutes=120),
            "理论知识时间由4月11日（周六） 09:00–10:30改为4月11日（周六） 09:00–11:00",
            "理论知识时间由4月11日（周六） 09:00–10:30改为4月11日（周六） 09:00–11:00",
        ),
        ({}, plan({1: 5}), "理论知识：4月11日（周六） 09:00，1 室 5 号", "理论知识：4月11日（周六） 09:00，1 室"),
        (plan({1: 5, 2: 6}), plan({2: 6}), "", ""),
    ],
)
def test_what_changed_is_said(before: dict[str, Any], after: dict[str, Any], said: str, outline: str) -> None:
    changes = versions.diff([before], [after]).get(1, ())
    assert "；".join(change.words for change in changes) == said
    assert "；".join(change.outline for change in changes) == outline


def test_from_one_session_to_another_is_one_change() -> None:
    found = versions.diff([plan({1: 5, 2: 6}), plan({3: 1}, room=2)], [plan({2: 6}), plan({3: 1, 1: 2}, room=2)])
    assert list(found) == [1]
    assert found[1][0].words == "理论知识座位由1 室 5 号改为2 室 2 号"


@pytest.mark.parametrize(("day", "moved"), [(11, False), (12, True)])
def test_another_day_is_told_apart_from_another_hour(day: int, moved: bool) -> None:
    (change,) = versions.diff([plan({1: 5})], [plan({1: 5}, day=day, hour=14)])[1]
    assert change.day_moved is moved


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory(provider__threshold=3)


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def session(offering: Offering, by: User) -> ExamSession:
    """Three people on the 11th of April, with their tickets."""
    session = publish(planned(offering, 3, original_received_on=date(2026, 3, 10))[0], by=by)
    services.release_tickets(date(2026, 4, 8), at=NOON)
    return session


@pytest.mark.django_db
def test_publishing_writes_the_first_version(session: ExamSession, by: User) -> None:
    version = SessionVersion.objects.get()
    assert (version.number, version.reason, version.by_label) == (1, "", by.label)
    assert versions.day_of(version.plan) == session.held_on
    assert len(version.plan["seats"]) == 3
    theory = versions.places_of(version.plan, int(next(iter(version.plan["seats"]))))["theory"]
    assert theory.named == f"测试考点 考场 {session.pk}"


@pytest.mark.django_db
def test_whoever_moved_loses_the_ticket_and_is_told_and_nobody_else(session: ExamSession, by: User) -> None:
    moved, *others = Application.objects.order_by("pk")
    Seat.objects.filter(application=moved, subject="theory").update(number=7)
    verbs.record(session, reason="靠近门口", by=by, at=NOON)
    session.refresh_from_db()
    ticket = AdmissionTicket.objects.get(application=moved)
    assert (session.version, ticket.withdrawn_at, ticket.withdrawn_reason) == (2, NOON, "考试安排变更：靠近门口")
    assert AdmissionTicket.objects.in_force().filter(application__in=others).count() == 2
    (message,) = OutboxMessage.objects.filter(subject="考试安排有变更", channel="portal")
    assert message.recipient_id == moved.candidate.user_id
    assert "7 号" in message.body
    assert "靠近门口" in message.body


@pytest.mark.django_db
def test_a_version_without_a_change_for_anybody_takes_no_ticket(session: ExamSession, by: User) -> None:
    verbs.record(session, reason="更正版式", by=by, at=NOON)
    assert AdmissionTicket.objects.in_force().count() == 3
    assert not OutboxMessage.objects.filter(subject="考试安排有变更").exists()


@pytest.mark.django_db
def test_what_was_published_before_versions_were_is_written_down_as_it_stands(session: ExamSession, by: User) -> None:
    SessionVersion.objects.all().delete()
    session.refresh_from_db()
    verbs.keep([session])
    verbs.keep([session])
    assert SessionVersion.objects.get().at == session.published_at


@pytest.mark.django_db
def test_officers_are_told_of_their_people_once(session: ExamSession, by: User, offering: Offering) -> None:
    one, two, _ = Application.objects.order_by("pk")
    group = factories.group_of(offering, session.batch.window)
    Application.objects.filter(pk__in=[one.pk, two.pk]).update(
        group=group, institution=group.institution, channel="group"
    )
    officer = factories.MembershipFactory(institution=group.institution, role=Role.OFFICER).user
    Sitting.objects.filter(session=session, subject="theory").update(room=room(offering.provider, name="202 室"))
    verbs.record(session, reason="考场停电", by=by, at=NOON)
    (message,) = OutboxMessage.objects.filter(recipient_id=officer.pk, channel="portal")
    assert " 2 人" in message.body
    assert "理论知识考场由测试考点 考场" in message.body
