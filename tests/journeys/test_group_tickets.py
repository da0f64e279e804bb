"""An officer's page of tickets: who has one, who took it, all of them as one file (SPEC 8)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Group
from scheduling import services
from scheduling.models import TicketBundle, TicketFetch
from skilleval.catalogue.enums import Channel
from skilleval.core import jobs
from skilleval.journeys.groups import history
from tests import factories
from tests.registration.rosters import officer_of
from tests.scheduling.people import NOON, scheduler
from tests.scheduling.ticketed import loaded, session_out

pytestmark = pytest.mark.django_db
PEOPLE = 3


@pytest.fixture
def group() -> Group:
    made: Group = factories.GroupFactory(
        offering=factories.OfferingFactory(provider__threshold=PEOPLE),
    )
    held = {"channel": Channel.GROUP, "institution": made.institution, "group": made}
    session_out(made.offering, PEOPLE, **held)
    return made


@pytest.fixture
def officer(group: Group, client: Client) -> Client:
    client.force_login(officer_of(group.institution))
    return client


def test_asked_for_made_and_taken(group: Group, officer: Client) -> None:
    page, window = reverse("group_tickets", args=[group.uuid]), loaded()[0].session.batch.window_id
    assert "未领取" in officer.get(page).content.decode()
    assert officer.post(page, {"kind": "merged", "window": window}).status_code == 302
    assert "正在生成：0 / 3" in officer.get(page).content.decode()
    jobs.drain()
    bundle = TicketBundle.objects.get()
    address = reverse("ticket_bundle", args=[bundle.uuid])
    assert address in officer.get(page).content.decode()
    response = officer.get(address)
    content = b"".join(response)  # type: ignore[arg-type]
    assert content.startswith(b"%PDF")
    assert "attachment" in response["Content-Disposition"]
    assert TicketFetch.objects.filter(how="merged").count() == PEOPLE
    assert "未领取" not in officer.get(page).content.decode()


@pytest.mark.parametrize(
    "body", [{}, {"kind": "merged"}, {"kind": "doc", "window": "1"}, {"kind": "zip", "window": "0"}]
)
def test_what_nobody_offered_is_not_made(group: Group, officer: Client, body: dict[str, str]) -> None:
    assert officer.post(reverse("group_tickets", args=[group.uuid]), body).status_code == 302
    assert not TicketBundle.objects.exists()


def test_who_was_put_off_is_named_with_the_reason(group: Group, officer: Client) -> None:
    ticket = loaded()[0]
    provider = ticket.session.batch.offering.provider
    services.postpone(ticket.session, reason="停电", by=scheduler(provider), at=NOON)
    page = officer.get(reverse("group_tickets", args=[group.uuid])).content.decode()
    assert f"以下 {PEOPLE} 人目前没有考试座位" in page
    assert ticket.number in page
    assert "评价延期：停电" in page
    assert f"{PEOPLE} 人：评价延期：停电。原准考证作废" in {entry.note for entry in history.entries_of(group)}


def test_rows_cost_no_queries(group: Group, officer: Client, django_assert_max_num_queries: object) -> None:
    page = reverse("group_tickets", args=[group.uuid])
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        officer.get(page)
