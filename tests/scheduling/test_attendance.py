"""Attendance on the day: noted once, changed with a trace, refused for whom the door is shut (SPEC 8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import Application
from scheduling import services
from scheduling.models import AdmissionTicket, Attendance, ExamSession, Seat, Sitting
from scheduling.queries.attendance import absent, has_sat, places, roll_of
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests import factories
from tests.races import run_together
from tests.scheduling.people import NOON, planned, publish, scheduler

pytestmark = pytest.mark.django_db
HANDED_IN = date(2026, 3, 10)
#: Theory 09:00–10:30, practical 11:00–12:30.
MORNING = datetime(2026, 4, 11, 8, 40, tzinfo=SHANGHAI)
DURING = MORNING.replace(hour=9, minute=10)
AFTER = MORNING + timedelta(hours=6)


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory(provider__threshold=3)


@pytest.fixture
def by(offering: Offering) -> User:
    return factories.staff(offering.provider, Role.REVIEWING)


@pytest.fixture
def session(offering: Offering) -> ExamSession:
    """Three people on Saturday the 11th of April, their tickets out."""
    session = publish(planned(offering, 3, original_received_on=HANDED_IN)[0], by=scheduler(offering.provider))
    services.release_tickets(date(2026, 4, 8), at=NOON)
    return session


@pytest.fixture
def theory(session: ExamSession) -> Sitting:
    return Sitting.objects.get(session=session, subject="theory")


@pytest.fixture
def seat(theory: Sitting) -> Seat:
    return Seat.objects.get(sitting=theory, number=1)


def events() -> list[dict[str, object]]:
    return list(AuditEvent.objects.filter(action="attendance.noted").order_by("pk").values_list("details", flat=True))


def test_noted_and_changed_with_who_when_and_a_trace(seat: Seat, by: User) -> None:
    services.note(seat, present=False, by=by, at=MORNING)
    services.note(seat, present=False, by=by, at=DURING)
    services.note(seat, present=True, by=by, at=DURING)
    noted = Attendance.objects.get()
    assert (noted.seat, noted.present, noted.noted_at) == (seat, True, DURING)
    assert (noted.noted_by_id, noted.noted_by_label) == (by.pk, by.label)
    assert events() == [{"present": False, "before": None}, {"present": True, "before": False}]


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_whoever_of_the_provider_is_on_duty_may(seat: Seat, offering: Offering, role: str) -> None:
    assert services.note(seat, present=True, by=factories.staff(offering.provider, role), at=DURING).present


def test_nobody_else_may(seat: Seat, theory: Sitting) -> None:
    for somebody in (factories.UserFactory(), scheduler(factories.ProviderFactory())):
        with pytest.raises(NotAllowed):
            services.note(seat, present=True, by=somebody, at=DURING)
        with pytest.raises(NotAllowed):
            services.note_roll(theory, {seat.pk: True}, by=somebody, at=DURING)


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        (datetime(2026, 4, 10, 23, 59, tzinfo=SHANGHAI), True),
        (datetime(2026, 4, 11, tzinfo=SHANGHAI), False),
        (factories.at(2026, 4, 20), False),
    ],
)
def test_from_the_sittings_day_on(seat: Seat, by: User, at: datetime, refused: bool) -> None:
    for present in (True, False):
        if refused:
            with pytest.raises(Refused, match="当天才能登记"):
                services.note(seat, present=present, by=by, at=at)
        else:
            assert services.note(seat, present=present, by=by, at=at).present is present


def ban(seat: Seat, first: date, last: date) -> None:
    factories.BanFactory(candidate=seat.candidate, starts_on=first, ends_on=last)


SHUT: dict[str, tuple[Callable[[Seat], object], str]] = {
    "banned that day": (lambda seat: ban(seat, date(2026, 4, 11), date(2026, 12, 31)), "期间不得参加评价"),
    "ticket withdrawn": (
        lambda seat: AdmissionTicket.objects.filter(application=seat.application).update(withdrawn_at=NOON),
        "准考证已收回",
    ),
    "ticket not out": (
        lambda seat: AdmissionTicket.objects.filter(application=seat.application).delete(),
        "准考证尚未发放",
    ),
    "void": (lambda seat: Application.objects.filter(pk=seat.application_id).update(state="void"), "已作废"),
}


@pytest.mark.parametrize("case", SHUT)
def test_for_whom_the_door_is_shut_nobody_signs_in(seat: Seat, theory: Sitting, by: User, case: str) -> None:
    shut, words = SHUT[case]
    shut(seat)
    with pytest.raises(Refused, match=f"不得入场.*{words}"):
        services.note(seat, present=True, by=by, at=DURING)
    done = services.note_roll(theory, {seat.pk: True}, by=by, at=DURING)
    assert (done.written, [place.seat for place, _ in done.refused]) == (0, [seat])
    assert services.note_roll(theory, {}, rest=True, by=by, at=DURING).written == 2
    assert not Attendance.objects.filter(seat=seat).exists()


def test_a_ban_that_begins_the_day_after_changes_nothing(seat: Seat, by: User) -> None:
    ban(seat, date(2026, 4, 12), date(2026, 12, 31))
    assert services.note(seat, present=True, by=by, at=factories.at(2026, 4, 13)).present


def test_once_results_are_out_nothing_changes(seat: Seat, by: User) -> None:
    services.note(seat, present=True, by=by, at=DURING)
    Application.objects.filter(pk=seat.application_id).update(state="completed")
    with pytest.raises(Refused, match="成绩已公布"):
        services.note(seat, present=False, by=by, at=AFTER)


def test_an_unpublished_seat_has_no_attendance(offering: Offering, by: User) -> None:
    planned(offering, 3)
    with pytest.raises(Refused, match="座位已取消"):
        services.note(Seat.objects.all()[0], present=True, by=by, at=DURING)


def test_a_ticket_signs_in_for_its_holder_and_not_once_withdrawn(seat: Seat, by: User) -> None:
    ticket = AdmissionTicket.objects.get(application=seat.application)
    assert services.note_ticket(ticket, subject="theory", present=True, by=by, at=DURING).seat == seat
    ticket.withdrawn_at = NOON
    with pytest.raises(Refused, match="已收回"):
        services.note_ticket(ticket, subject="practical", present=True, by=by, at=DURING)
    with pytest.raises(Refused, match="没有这一科目"):
        services.note_ticket(ticket, subject="review", present=False, by=by, at=DURING)


def test_a_roll_writes_what_changed_and_the_rest(theory: Sitting, by: User) -> None:
    one, two, three = Seat.objects.filter(sitting=theory).order_by("number")
    assert services.note_roll(theory, {one.pk: True, two.pk: False}, by=by, at=MORNING).written == 2
    with pytest.raises(Refused, match="考试还没有开始"):
        services.note_roll(theory, {}, rest=False, by=by, at=MORNING)
    assert services.note_roll(theory, {one.pk: True}, rest=False, by=by, at=DURING).written == 1
    assert services.note_roll(theory, {one.pk: True}, rest=True, by=by, at=DURING).written == 0
    noted = Attendance.objects.order_by("seat__number").values_list("seat", "present")
    assert list(noted) == [(one.pk, True), (two.pk, False), (three.pk, False)]
    assert len(events()) == 3


def test_a_foreign_seat_in_a_roll_is_nobodys(theory: Sitting, by: User) -> None:
    other = Seat.objects.filter(subject="practical")[0]
    assert services.note_roll(theory, {other.pk: True}, by=by, at=DURING).written == 0
    assert not Attendance.objects.exists()


def test_who_was_absent_and_who_has_sat(session: ExamSession, theory: Sitting, by: User) -> None:
    came, missed, open_still = Seat.objects.filter(sitting=theory).order_by("number")
    services.note(came, present=True, by=by, at=MORNING)
    services.note(missed, present=False, by=by, at=MORNING)
    assert absent(session, "theory") == {missed.application_id}
    assert absent(session, "practical") == set()
    sat = [
        [has_sat(seat.application, at) for at in (MORNING, theory.starts - timedelta(minutes=1), theory.starts, AFTER)]
        for seat in (came, missed, open_still)
    ]
    assert sat[0] == [True] * 4
    assert sat[1] == [False, False, False, True]  # the practical, for which nobody noted an absence
    assert sat[2] == [False, False, True, True]


def test_the_roll_is_in_the_order_of_seats_and_costs_the_same_for_many(theory: Sitting, session: ExamSession) -> None:
    roll = roll_of(theory)
    assert [place.seat.number for place in roll] == [1, 2, 3]
    assert all(place.ticket and place.ticket.application_id == place.seat.application_id for place in roll)
    assert {(place.present, place.barred) for place in roll} == {(None, "")}
    with CaptureQueriesContext(connection) as one:
        places(Seat.objects.filter(sitting=theory, number=1))
    with CaptureQueriesContext(connection) as all_of_them:
        places(Seat.objects.filter(sitting__session=session))
    assert len(one) == len(all_of_them)


@pytest.mark.django_db(transaction=True)
def test_two_who_note_one_seat_leave_one_row(seat: Seat, by: User) -> None:
    results = run_together(
        *(lambda present=present: services.note(seat, present=present, by=by, at=DURING) for present in (True, False))
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert Attendance.objects.count() == 1
    assert len(events()) == 2


@pytest.mark.django_db(transaction=True)
def test_noting_and_freeing_at_once_end_in_either_but_no_mixture(seat: Seat, by: User) -> None:
    application = seat.application

    def free() -> None:
        services.free_seats(application, by=by, at=MORNING, reason="本人申请")

    results = run_together(lambda: services.note(seat, present=True, by=by, at=MORNING), free)
    application.refresh_from_db()
    if isinstance(results[0], Refused):
        assert (application.state, Attendance.objects.count()) == ("confirmed", 0)
    else:
        assert (application.state, Attendance.objects.count()) == ("scheduled", 1)
        assert Seat.objects.filter(pk=seat.pk).exists()
