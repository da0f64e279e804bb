"""Whoever hasn't fetched the ticket is reminded once, the provider's days before the exam (SPEC 8)."""

from __future__ import annotations

from datetime import date

import pytest

from registration.models import Window
from scheduling import services
from scheduling.models import AdmissionTicket, ExamSession
from skilleval.catalogue.enums import Channel
from skilleval.catalogue.models import Provider
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.registration.rosters import officer_of
from tests.scheduling.people import NOON
from tests.scheduling.ticketed import loaded, session_out

pytestmark = pytest.mark.django_db
PEOPLE = 3


def session(**fields: object) -> ExamSession:
    """Of three people, held on the 11th of April."""
    return session_out(factories.OfferingFactory(provider__threshold=PEOPLE), PEOPLE, **fields)


def told(subject: str) -> int:
    return OutboxMessage.objects.filter(channel="portal", subject__contains=subject).count()


@pytest.mark.parametrize(
    ("days", "on", "count"), [(2, 8, 0), (2, 9, PEOPLE), (2, 10, PEOPLE), (2, 11, 0), (2, 12, 0), (1, 9, 0), (0, 10, 0)]
)
def test_so_many_days_before_but_not_on_the_day(days: int, on: int, count: int) -> None:
    session()
    Provider.objects.update(ticket_reminder_days=days)
    assert services.remind_unfetched(date(2026, 4, on), at=NOON) == count
    assert told("请领取准考证") == count


def test_reminded_once_and_only_of_what_nobody_has_taken() -> None:
    session()
    services.note_fetched(loaded()[:1], how="page", by=factories.UserFactory(), at=NOON, handed=True)
    services.note_fetched(loaded()[1:2], how="merged", by=factories.UserFactory(), at=NOON, handed=False)
    assert services.remind_unfetched(date(2026, 4, 9), at=NOON) == PEOPLE - 1
    assert services.remind_unfetched(date(2026, 4, 10), at=NOON) == 0
    assert told("请领取准考证") == PEOPLE - 1


def test_withdrawn_tickets_remind_nobody() -> None:
    session()
    AdmissionTicket.objects.update(withdrawn_at=NOON)
    assert services.remind_unfetched(date(2026, 4, 9), at=NOON) == 0


@pytest.mark.parametrize("own", [False, True])
def test_officers_are_told_how_many_and_members_where_they_may_fetch_themselves(own: bool) -> None:
    group = factories.GroupFactory(offering=factories.OfferingFactory(provider__threshold=PEOPLE))
    officers = [officer_of(group.institution) for _ in range(2)]
    Provider.objects.update(group_candidates_download=own)
    held = {"channel": Channel.GROUP, "institution": group.institution, "group": group}
    session_out(group.offering, PEOPLE, **held)
    assert services.remind_unfetched(date(2026, 4, 9), at=NOON) == PEOPLE
    assert told("请领取准考证") == PEOPLE * own
    messages = OutboxMessage.objects.filter(channel="portal", subject__startswith="还有准考证没有领取")
    assert {message.recipient_id for message in messages} == {officer.pk for officer in officers}
    assert all("3 人的准考证还没有领取" in message.body for message in messages)


def test_officers_hear_of_tickets_that_came_out_later_too() -> None:
    group = factories.GroupFactory(offering=factories.OfferingFactory(provider__threshold=PEOPLE))
    officer_of(group.institution)
    held = {"channel": Channel.GROUP, "institution": group.institution, "group": group}
    session_out(group.offering, PEOPLE, **held)
    AdmissionTicket.objects.filter(pk=loaded()[0].pk).update(withdrawn_at=NOON)
    for _ in range(2):
        services.remind_unfetched(date(2026, 4, 9), at=NOON)
    services.release_tickets(date(2026, 4, 10), at=NOON)
    assert services.remind_unfetched(date(2026, 4, 10), at=NOON) == 1
    found = OutboxMessage.objects.filter(channel="portal", subject__startswith="还有准考证没有领取")
    assert ["2 人的" in one.body for one in found.order_by("pk")] == [True, False]


@pytest.mark.parametrize(("until", "count"), [(8, 0), (9, PEOPLE)])
def test_nobody_is_reminded_of_what_cant_be_downloaded_any_more(until: int, count: int) -> None:
    Window.objects.filter(pk=session().batch.window_id).update(tickets_until=date(2026, 4, until))
    assert services.remind_unfetched(date(2026, 4, 9), at=NOON) == count
    assert AdmissionTicket.objects.filter(reminded_at=None).count() == PEOPLE - count
