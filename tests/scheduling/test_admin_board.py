"""The month of a provider's sessions: what stands where, what clashes, and whose it is (SPEC 7.5)."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling import services
from scheduling.models import ExamSession, Station, VenueClosure
from scheduling.queries.board import Asked, board
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import NOON, planned, room, scheduler

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("april")]
APRIL = date(2026, 4, 1)


def shown(client: Client, **asked: object) -> str:
    return client.get(reverse("admin:scheduling_board"), asked).content.decode()


def test_sittings_stand_on_their_day_in_their_room(offering: Offering, by: User) -> None:
    first, second = planned(offering, 41)
    theory, workshop = room(offering.provider, name="101 室"), room(offering.provider, name="实训室")
    Station.objects.create(room=workshop, occupation=offering.work_type.occupation, count=7)
    services.assign_rooms(first, subject="theory", rooms=[theory], by=by, at=NOON)
    services.assign_rooms(first, subject="practical", rooms=[workshop], by=by, at=NOON)
    found = board(offering.provider, APRIL, Asked())
    assert ([room.name for room in found.rooms], found.sessions, found.homeless) == (["101 室", "实训室"], 2, True)
    homeless, in_theory, in_workshop = found.days[10].cells
    assert homeless == []
    assert [(entry.people, entry.sitting.subject) for entry in in_theory] == [(21, "theory")]
    assert [(entry.people, entry.sitting.rotation, entry.turns) for entry in in_workshop] == [
        (7, 1, 3),
        (7, 2, 3),
        (7, 3, 3),
    ]
    assert [entry.sitting.session for entry in found.days[17].cells[0]] == [second, second]
    assert board(offering.provider, date(2026, 5, 1), Asked()).busy is False


def test_it_narrows_to_what_the_address_names(offering: Offering, by: User) -> None:
    session, one = planned(offering, 30)[0], room(offering.provider)
    services.assign_rooms(session, subject="theory", rooms=[one], by=by, at=NOON)
    for asked, seen in (
        (Asked(venue=one.venue_id), 1),
        (Asked(venue=-1), 0),
        (Asked(offering=offering.pk), 2),
        (Asked(offering=-1), 0),
        (Asked(state="proposed"), 2),
        (Asked(state="published"), 0),
    ):
        days = board(offering.provider, APRIL, asked).days
        assert sum(len(cell) for day in days for cell in day.cells) == seen, asked


def test_conflicts_and_closures_are_named(offering: Offering, by: User, client: Client) -> None:
    first, second = planned(offering, 41)
    one = room(offering.provider)
    for session in (first, second):
        services.set_time(session, held_on=date(2026, 4, 11), starts_at=time(9), by=by, at=NOON)
        services.assign_rooms(session, subject="theory", rooms=[one], by=by, at=NOON)
    VenueClosure.objects.create(venue=one.venue, first=date(2026, 4, 20), last=date(2026, 4, 21), reason="装修")
    page = shown(client)
    assert "2 处冲突" in page
    assert "本场有冲突" in page
    assert page.count("测试考点停用（装修）") == 2
    assert reverse("admin:scheduling_examsession_change", args=[first.pk]) in page


def test_what_was_cancelled_isnt_there(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    ExamSession.objects.filter(pk=session.pk).update(state="cancelled")
    assert board(offering.provider, APRIL, Asked()).busy is False


def test_a_month_is_turned_to_and_a_bad_one_isnt_there(offering: Offering, by: User, client: Client) -> None:
    assert "2026年4月" in shown(client)
    assert "这个月没有场次" in shown(client, month="2026-12")
    assert "month=2027-01" in shown(client, month="2026-12")
    assert client.get(reverse("admin:scheduling_board"), {"month": "2026-13"}).status_code == 404


def test_another_providers_board_isnt_there(offering: Offering, by: User, client: Client) -> None:
    planned(offering, 30)
    client.force_login(scheduler(factories.ProviderFactory()))
    assert str(offering) not in shown(client)
    answer = client.get(reverse("admin:scheduling_board"), {"provider": offering.provider.pk})
    assert answer.status_code == 404


def test_many_sessions_take_as_many_queries_as_one(  # type: ignore[no-untyped-def]
    offering: Offering, by: User, client: Client, django_assert_max_num_queries
) -> None:
    planned(offering, 30)
    with CaptureQueriesContext(connection) as one:
        shown(client)
    planned(factories.OfferingFactory(provider=offering.provider), 200)
    with django_assert_max_num_queries(len(one)):
        shown(client)
