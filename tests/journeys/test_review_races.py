"""Two at once at the desk and before it, each with the guard taken away to show that the race is real."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import transaction

from fees.models import Order
from registration.models import Application, Candidate, Evidence, Window
from registration.services import applications, candidates, reviews
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.core import files
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.desk import bulk, verbs
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    CandidateRulesFactory,
    OfferingFactory,
    WindowFactory,
    WorkPeriodFactory,
    publish_fees,
    staff,
)
from tests.fees.makers import png
from tests.journeys.desk import with_background
from tests.races import run_together
from tests.registration.steps import NOW, PAPER, filled, picture, submit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application() -> Application:
    """An individual's, clear in every respect."""
    made = with_background(ApplicationFactory())
    publish_fees(made.offering)
    Evidence.objects.update(title=PAPER)
    made.candidate.photo = files.store(png("face.png"), kind="document", by=None, owner_label="test")
    made.candidate.save()
    return made


def reviewer(application: Application) -> User:
    return staff(application.offering.provider, Role.REVIEWING)


def told(outcomes: list[Any]) -> list[type]:
    return [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]


@pytest.mark.parametrize("second", ["bulk", "single", "return"])
def test_passing_in_a_crowd_meets_another_decision(application: Application, second: str) -> None:
    one, two = reviewer(application), reviewer(application)
    other = {
        "bulk": lambda: bulk.approve_if_clear(application, by=two, at=NOW),
        "single": lambda: verbs.approve(application, by=two, at=NOW),
        "return": lambda: reviews.return_for_correction(application, by=two, at=NOW, reason="看不清"),
    }
    outcomes = run_together(lambda: bulk.approve_if_clear(application, by=one, at=NOW), other[second])
    assert told(outcomes) == [Conflict]
    assert application.log.count() == 1
    application.refresh_from_db()
    assert Order.objects.count() == (application.state == "approved")


def test_leaving_meets_the_approval(application: Application) -> None:
    by = reviewer(application)
    outcomes = run_together(
        lambda: verbs.withdraw(application, by=application.candidate.user, at=NOW, reason="不考了"),
        lambda: verbs.approve(Application.objects.get(pk=application.pk), by=by, at=NOW),
    )
    assert told(outcomes) == [Conflict]
    application.refresh_from_db()
    assert (application.state, Order.objects.filter(state="open").count()) in {("withdrawn", 0), ("approved", 1)}


def test_a_careless_leaving_would_leave_an_order_to_pay(application: Application) -> None:
    """The negative control: it looks for an order, waits, and ends the application by its key alone."""
    looked, approved = Event(), Event()

    def leave() -> None:
        with transaction.atomic():
            assert not Order.objects.exists()
            looked.set()
            approved.wait(20)
            Application.objects.filter(pk=application.pk).update(state="withdrawn")

    def approve() -> None:
        looked.wait(20)
        verbs.approve(application, by=by, at=NOW)
        approved.set()

    by = reviewer(application)
    run_together(leave, approve)
    application.refresh_from_db()
    assert (application.state, Order.objects.filter(state="open").count()) == ("withdrawn", 1)


# --- the window that closes between the page and the button ----------------------------------------------------------


def ready() -> Application:
    rules, offering = CandidateRulesFactory(), OfferingFactory()
    WindowFactory(provider=offering.provider)
    person = CandidateFactory()
    WorkPeriodFactory(candidate=person, code=offering.work_type.occupation.code)
    candidates.set_photo(person, upload=picture(), by=person.user, at=NOW)
    return Application.objects.select_related("window").get(pk=filled(person, offering, rules).pk)


def shut(window: Window) -> None:
    Window.objects.filter(pk=window.pk).update(closes_on=date(2026, 3, 9))


def test_a_window_that_staff_shut_while_somebody_waits_stops_them() -> None:
    """The submission waits for the person's row; what it decides by is read when it has it."""
    application, holds, waits = ready(), Event(), Barrier(2, timeout=20)

    def shut_meanwhile() -> None:
        with transaction.atomic():
            Candidate.objects.select_for_update().get(pk=application.candidate_id)
            holds.set()
            waits.wait()
            shut(application.window)

    def press() -> Application:
        holds.wait(20)
        waits.wait()
        return submit(application)

    outcomes = run_together(shut_meanwhile, press)
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].field == "window"
    application.refresh_from_db()
    assert application.state == "draft"


def test_by_the_page_s_window_it_would_be_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the window as it was when the page was read."""
    application = ready()
    shown, look = application.window, applications.read_all

    def as_shown(row: Application, on: date, **tells: Any) -> Any:
        found = look(row, on, **tells)
        row.window = shown
        return found

    shut(shown)
    monkeypatch.setattr(applications, "read_all", as_shown)
    assert submit(application).state == "review"
