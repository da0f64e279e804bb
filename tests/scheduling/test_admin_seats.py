"""A session's rooms as plans, and its draws held up to be checked or drawn anew (SPEC 7.6)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registration.models import Application
from scheduling import services
from scheduling.models import ExamSession, SeatDraw
from scheduling.queries.charts import charts_of, letters
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import NOON, gather, planned, room
from tests.scheduling.test_seat_services import from_schools, laid_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("april")]


@pytest.fixture
def session(offering: Offering, by: User) -> ExamSession:
    """Two schools and three individuals, one of whom needs an accessible place; theory in a room with a plan."""
    from_schools(offering, 16, 12)
    (needing, *_) = gather(offering, 2)
    Application.objects.filter(pk=needing.pk).update(accessible_seat=True)
    (session,) = planned(offering, 1)
    one = laid_out(offering, 6, 6, accessible=(1,), blocked=(8,))
    services.assign_rooms(session, subject="theory", rooms=[one], by=by, at=NOON)
    return session


def page(name: str, *keys: object) -> str:
    return reverse(f"admin:scheduling_examsession_{name}", args=keys)


def test_letters_go_on_after_z() -> None:
    assert [letters(number) for number in (0, 25, 26, 51, 52, 702)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]


def test_a_chart_has_everybody_on_their_place_and_names_who_was_not_served(session: ExamSession) -> None:
    charts = charts_of(session)
    (chart,) = charts.rooms
    assert [(mark.letter, mark.people) for mark in charts.marks] == [("A", 16), ("B", 12)]
    assert (charts.alone, chart.people, chart.places, chart.neighbours) == (3, 31, 35, 0)
    spots = [spot for row in chart.rows for spot in row if spot]
    assert [spot.place.number for spot in spots if spot.blocked] == [8]
    assert not chart.unserved
    seated = {spot.seat.application_id: spot for spot in spots if spot.seat}
    Application.objects.filter(pk=seated[max(seated)].seat.application_id).update(accessible_seat=True)  # type: ignore[union-attr]
    assert len(charts_of(session).rooms[0].unserved) == 1


def test_the_page_of_a_session_shows_its_rooms_and_its_draws(session: ExamSession, client: Client) -> None:
    shown = client.get(page("change", session.pk)).content.decode()
    assert "抽签种子" in shown
    assert shown.count('class="seat-letter"') == 28
    assert "停用" in shown
    assert page("redraw", session.pk, "theory") in shown
    printed = client.get(page("seats", session.pk)).content.decode()
    assert printed.count('class="seat-letter"') == 28


def test_a_draw_is_repeated_before_ones_eyes(session: ExamSession, client: Client) -> None:
    draw = SeatDraw.objects.get(session=session, subject="theory")
    shown = client.get(page("draw", session.pk, draw.pk)).content.decode()
    assert "重算结果与记录一致" in shown
    assert "没有变动" in shown
    seats = draw.facts["sittings"][0]["seats"]
    seats[0][1], seats[1][1] = seats[1][1], seats[0][1]
    SeatDraw.objects.filter(pk=draw.pk).update(facts=draw.facts)
    shown = client.get(page("draw", session.pk, draw.pk)).content.decode()
    assert "重算结果与记录不一致" in shown
    assert "调整 2 人" in shown


def test_another_sessions_draw_is_not_found(session: ExamSession, by: User, client: Client) -> None:
    (other,) = planned(factories.OfferingFactory(provider=by_provider(session)), 30)
    draw = SeatDraw.objects.get(session=session, subject="theory")
    assert client.get(page("draw", other.pk, draw.pk)).status_code == 404
    assert client.get(page("redraw", other.pk, "theory")).status_code == 404


def by_provider(session: ExamSession):  # type: ignore[no-untyped-def]
    return session.batch.offering.provider


def test_drawing_anew_asks_for_a_reason_and_says_what_it_does(session: ExamSession, client: Client) -> None:
    address = page("redraw", session.pk, "theory")
    assert "31 人的座位全部重新抽取" in client.get(address).content.decode()
    assert "请写明重新抽签的原因" in client.post(address, {"reason": " "}).content.decode()
    assert client.post(address, {"reason": "座位图更正"}).status_code == 302
    assert SeatDraw.objects.filter(session=session, subject="theory").count() == 2
    old = SeatDraw.objects.filter(session=session).order_by("pk")[0]
    assert "已重新抽签" in client.get(page("draw", session.pk, old.pk)).content.decode()


def test_the_page_asks_as_often_for_six_rooms_as_for_one(offering: Offering, by: User, client: Client) -> None:
    (session,) = planned(offering, 30)
    counts = []
    for number in (1, 6):
        rooms = [room(offering.provider, 30, f"{number} 之 {index}") for index in range(number)]
        services.assign_rooms(session, subject="theory", rooms=rooms, by=by, at=NOON)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(page("seats", session.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1]
