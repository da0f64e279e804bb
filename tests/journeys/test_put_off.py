"""Whoever was told another day than the one that holds may leave free of charge (SPEC 6, 7.8)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fees.queries import refunds_due
from registration.models import Application
from scheduling import services
from scheduling.models import AdmissionTicket, ExamSession, Seat
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.applying import history
from skilleval.journeys.desk import verbs
from tests.fees.makers import order_for
from tests.scheduling.people import scheduler
from tests.scheduling.published import EIGHTH, people_of, provider_of_three, two_sessions

pytestmark = pytest.mark.django_db
LATER = date(2026, 4, 25)


@pytest.fixture
def offering() -> Offering:
    return provider_of_three()


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def first(offering: Offering, by: User) -> ExamSession:
    return two_sessions(offering, by)[0]


def someone(session: ExamSession) -> Application:
    application = people_of(session)[0]
    order_for(application, state="paid", paid=True)
    return application


def withdraw(application: Application, at: datetime = EIGHTH) -> Application:
    return verbs.withdraw(application, by=application.candidate.user, at=at, reason="时间不合适")


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def fresh_session(session: ExamSession) -> ExamSession:
    return ExamSession.objects.get(pk=session.pk)


def moved(session: ExamSession, by: User) -> None:
    services.reschedule(session, held_on=LATER, starts_at=time(9), reason="停电", by=by, at=EIGHTH)


def another_hour(session: ExamSession, by: User) -> None:
    services.reschedule(session, held_on=session.held_on, starts_at=time(14), reason="停电", by=by, at=EIGHTH)


def put_off(session: ExamSession, by: User) -> None:
    services.postpone(session, reason="停电", by=by, at=EIGHTH)


def replanned(session: ExamSession, by: User) -> None:
    services.cancel_session(session, then="replan", reason="停电", by=by, at=EIGHTH)


def rolled_over(session: ExamSession, by: User) -> None:
    services.cancel_session(session, then="next_window", reason="停电", by=by, at=EIGHTH)


@pytest.mark.parametrize("change", [moved, put_off, replanned, rolled_over])
def test_free_where_the_day_was_taken_back(first: ExamSession, by: User, change: Any) -> None:
    application = someone(first)
    with pytest.raises(Refused):
        withdraw(application)
    change(first, by)
    withdraw(fresh(application))
    assert fresh(application).state == "withdrawn"
    assert not Seat.objects.filter(application=application).exists()
    assert not AdmissionTicket.objects.in_force().filter(application=application).exists()
    due = refunds_due([application.offering.provider])
    assert [line.application_id for line in due] == [application.pk]


def test_another_hour_of_the_day_is_no_reason(first: ExamSession, by: User) -> None:
    application = someone(first)
    another_hour(first, by)
    with pytest.raises(Refused, match="不能网上退考"):
        withdraw(fresh(application))
    assert fresh(application).state == "scheduled"


@pytest.mark.parametrize(("day", "allowed"), [(24, True), (25, False)])
def test_until_the_day_before(first: ExamSession, by: User, day: int, allowed: bool) -> None:
    application = someone(first)
    moved(first, by)
    at = datetime(2026, 4, day, 0, 1, tzinfo=SHANGHAI)
    assert verbs.withdrawal(fresh(application), at.date()).allowed is allowed
    if not allowed:
        with pytest.raises(Refused):
            withdraw(fresh(application), at)
        assert Seat.objects.filter(application=application).count() == 2


def test_what_was_seen_before_the_change_is_asked_again(first: ExamSession, by: User) -> None:
    application = someone(first)
    put_off(first, by)
    with pytest.raises(Conflict, match="刚变为"):
        withdraw(application)
    assert fresh(application).state == "confirmed"


def test_the_page_says_first_that_the_day_is_new(
    first: ExamSession, by: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skilleval.core.clock.today", EIGHTH.date)
    application = someone(first)
    client.force_login(application.candidate.user)
    page = reverse("application_detail", args=[application.uuid])
    assert "考试安排有变更" not in client.get(page).content.decode()
    moved(first, by)
    said = client.get(page).content.decode()
    assert "考试安排有变更" in said
    assert said.index("4月25日（周六） 09:00") < said.index("办理记录")
    assert "可以免费退考" in said


def test_whoever_rolled_over_reads_why_and_that_leaving_is_free(first: ExamSession, by: User, client: Client) -> None:
    Provider.objects.update(threshold=30)
    application = someone(first)
    rolled_over(fresh_session(first), by)
    client.force_login(application.candidate.user)
    said = client.get(reverse("application_detail", args=[application.uuid])).content.decode()
    assert "停电，已顺延至" in said
    assert "不愿等待的可以免费退考" in said


def test_the_history_says_what_changed_from_what_to_what(first: ExamSession, by: User) -> None:
    application = someone(first)
    moved(first, by)
    entry = next(entry for entry in history.entries_of(fresh(application)) if entry.title == "考试安排变更")
    assert "4月11日（周六） 09:00改为4月25日（周六） 09:00" in entry.note
    assert "原因：停电" in entry.note
