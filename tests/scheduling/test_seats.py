"""Freeing a place: what is still to come is given back, what has been sat stays (SPEC 10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from registration.models import Application
from scheduling import services
from scheduling.models import AdmissionTicket, ExamSession, Seat
from scheduling.queries import ticket_of
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from skilleval.core.models import AuditEvent
from tests import factories
from tests.scheduling.people import NOON, planned, publish, scheduler

pytestmark = pytest.mark.django_db
#: The theory of the 11th of April begins.
NINE = datetime(2026, 4, 11, 9, tzinfo=SHANGHAI)


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory(provider__threshold=3)


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def session(offering: Offering, by: User) -> ExamSession:
    session = publish(planned(offering, 3, original_received_on=date(2026, 3, 10))[0], by=by)
    services.release_tickets(date(2026, 4, 8), at=NOON)
    return session


@pytest.fixture
def application(session: ExamSession) -> Application:
    return Application.objects.order_by("pk")[0]


def free(application: Application, at: datetime = NOON) -> int:
    return services.free_seats(application, by=None, at=at, reason="处理决定")


def test_a_published_session_loses_one(session: ExamSession, application: Application) -> None:
    assert free(application) == 2
    application.refresh_from_db()
    session.refresh_from_db()
    assert (application.state, session.size, session.state) == ("confirmed", 2, "published")
    assert AdmissionTicket.objects.get(application=application).withdrawn_at == NOON
    assert Seat.objects.count() == 4
    assert free(application) == 0
    assert AuditEvent.objects.filter(action="seats.freed").count() == 1


@pytest.mark.parametrize(
    ("at", "freed", "state"),
    [
        (NINE - timedelta(minutes=1), 2, "confirmed"),
        (NINE, 1, "scheduled"),
        (NINE + timedelta(hours=1, minutes=59), 1, "scheduled"),
        (NINE + timedelta(hours=2), 0, "scheduled"),
        (NINE + timedelta(days=30), 0, "scheduled"),
    ],
)
def test_a_sitting_that_has_begun_is_never_touched(
    session: ExamSession, application: Application, at: datetime, freed: int, state: str
) -> None:
    assert free(application, at) == freed
    application.refresh_from_db()
    session.refresh_from_db()
    assert (application.state, session.size) == (state, 2 if state == "confirmed" else 3)
    assert Seat.objects.filter(application=application).count() == 2 - freed
    assert (ticket_of(application) is None) == (state == "confirmed")


def test_nor_is_a_seat_whose_attendance_was_noted(session: ExamSession, application: Application, by: User) -> None:
    theory = Seat.objects.get(application=application, subject="theory")
    services.note(theory, present=True, by=by, at=NINE - timedelta(minutes=20))
    assert free(application, NINE - timedelta(minutes=10)) == 1
    application.refresh_from_db()
    assert application.state == "scheduled"
    assert list(Seat.objects.filter(application=application)) == [theory]


def test_a_sitting_put_off_has_not_begun(session: ExamSession, application: Application, by: User) -> None:
    services.postpone(session, reason="考点停电", by=by, at=NOON)
    assert free(application, NINE + timedelta(days=3)) == 2
    session.refresh_from_db()
    assert (session.size, Seat.objects.filter(application=application).exists()) == (2, False)


def test_what_the_caller_last_saw_of_the_state_doesnt_matter(session: ExamSession, application: Application) -> None:
    application.state = "confirmed"
    free(application)
    application.refresh_from_db()
    assert application.state == "confirmed"
    assert application.log.filter(from_state="scheduled", to_state="confirmed").exists()
