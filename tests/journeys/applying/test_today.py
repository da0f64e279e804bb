"""今日 of a candidate: what they have to do by when, and where they have to be soon."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

import pytest

from registration.models import Application, Appointment
from skilleval.catalogue.models import Contact
from skilleval.core.today import Item
from skilleval.journeys.applying.originals import Original
from skilleval.journeys.applying.progress import Head, Standing, Tag
from skilleval.journeys.applying.today import today_for
from tests.factories import ApplicationFactory, OfferingFactory, window_of

pytestmark = pytest.mark.django_db
ON = date(2026, 4, 8)
TICKET = UUID(int=7)


@pytest.fixture
def application() -> Application:
    offering = OfferingFactory()
    made: Application = ApplicationFactory(offering=offering, window=window_of(offering.provider, 4), state="draft")
    return made


def standing(**facts: object) -> Standing:
    return Standing(went_ahead=False, ticket=None, rolled_over=0, **facts)  # type: ignore[arg-type]


def head(tone: str = "action", url: str = "/go/") -> Head:
    return Head(Tag("x", "info"), "x", by="4月30日 24:00 前", action_url=url, action_label="继续填写", tone=tone)


def items(application: Application, known: Standing, told: Head, original: Original | None = None) -> list[Item]:
    return list(today_for([(application, known, told)], {application.pk: original} if original else {}, ON).items)


def test_what_waits_for_the_person_with_its_last_day(application: Application) -> None:
    (item,) = items(application, standing(), head())
    assert (item.title, item.url, item.detail) == ("继续填写", "/go/", str(application.offering))
    assert (item.by, item.day) == ("4月30日 24:00 前", application.window.closes_on)  # type: ignore[union-attr]


@pytest.mark.parametrize("told", [head("info"), head("action", "")])
def test_what_waits_for_others_is_not_theirs_to_do(application: Application, told: Head) -> None:
    assert items(application, standing(), told) == []


@pytest.mark.parametrize(("day", "mark"), [(7, None), (8, "今天"), (9, "明天"), (11, ""), (12, None)])
def test_the_assessment_is_told_of_three_days_ahead(application: Application, day: int, mark: str | None) -> None:
    application.state = "scheduled"
    found = items(application, standing(exam_on=date(2026, 4, day)), head("success"))
    assert [(item.title, item.mark) for item in found] == ([] if mark is None else [("参加考试", mark)])


def test_so_is_a_later_day_of_it(application: Application) -> None:
    application.state = "scheduled"
    known = standing(exam_on=date(2026, 4, 7), exam_until=date(2026, 4, 9))
    assert [item.mark for item in items(application, known, head("success"))] == ["明天"]


def test_it_leads_to_the_ticket_where_that_is_out(application: Application) -> None:
    application.state = "scheduled"
    known = Standing(went_ahead=True, ticket=TICKET, rolled_over=0, exam_on=ON)
    (item,) = items(application, known, head("success"))
    assert str(TICKET) in item.url


def test_a_place_at_the_desk_is_told_of_and_one_that_has_to_be_booked(application: Application) -> None:
    booked = Appointment(day=date(2026, 4, 9), starts=time(10), ends=time(10, 30), contact=Contact(value="漕宝路"))
    (item,) = items(application, standing(), head("info"), Original("x", "", required=True, appointment=booked))
    assert (item.title, item.day, item.mark) == ("到窗口交签字原件", date(2026, 4, 9), "明天")
    missing = Original("x", "请尽快交到", required=True, url="/book/", label="预约到窗口")
    (item,) = items(application, standing(), head("info"), missing)
    assert (item.title, item.url, item.by, item.day) == ("预约到窗口", "/book/", "请尽快交到", None)
