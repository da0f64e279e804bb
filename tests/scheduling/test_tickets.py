"""Tickets come out on their day, once, and for those who handed in the original (SPEC 3.4, 5a, 8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from registration.models import Application
from scheduling import services, ticket_numbers
from scheduling.models import AdmissionTicket, ExamSession
from scheduling.queries import awaiting_original, ticket_context, ticket_of, tickets_from
from skilleval.accounts.models import User
from skilleval.catalogue.enums import Channel, DayUnit, PaperGate
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.scheduling.people import NOON, gather, planned, publish, scheduler

pytestmark = pytest.mark.django_db
HANDED_IN = date(2026, 3, 10)


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def session(offering: Offering, by: User) -> ExamSession:
    """Held on Saturday the 11th of April; tickets three days before."""
    return publish(planned(offering, 30, original_received_on=HANDED_IN)[0], by=by)


@pytest.mark.parametrize(("on", "count"), [(7, 0), (8, 30), (9, 30), (11, 30), (12, 0)])
def test_from_the_release_day_to_the_day_itself(session: ExamSession, on: int, count: int) -> None:
    assert services.release_tickets(date(2026, 4, on), at=NOON) == count
    assert AdmissionTicket.objects.count() == count


def test_released_twice_is_released_once_and_told_once(session: ExamSession) -> None:
    services.release_tickets(date(2026, 4, 8), at=NOON)
    assert services.release_tickets(date(2026, 4, 9), at=NOON) == 0
    assert AdmissionTicket.objects.count() == 30
    assert OutboxMessage.objects.filter(subject="准考证已发放", channel="portal").count() == 30


def test_numbers_are_sound_and_follow_each_other(session: ExamSession, offering: Offering) -> None:
    services.release_tickets(date(2026, 4, 8), at=NOON)
    numbers = sorted(AdmissionTicket.objects.values_list("number", flat=True))
    assert all(ticket_numbers.is_sound(number) for number in numbers)
    assert {number[:8] for number in numbers} == {offering.provider.filing_number[-4:] + "2604"}
    assert [int(number[8:13]) for number in numbers] == list(range(1, 31))


def test_a_session_published_after_its_release_day_releases_at_once(offering: Offering, by: User) -> None:
    session = planned(offering, 30, original_received_on=HANDED_IN)[0]
    publish(session, by=by, at=factories.at(2026, 4, 9))
    assert AdmissionTicket.objects.count() == 30


def test_the_day_of_release_is_shanghais(offering: Offering, by: User) -> None:
    """Published early on the 10th, when it is the 9th still in Greenwich."""
    session = planned(offering, 30)[0]
    publish(session, by=by, at=datetime(2026, 4, 9, 17, tzinfo=UTC))
    assert ticket_context(Application.objects.all()[0], date(2026, 4, 10))["release_on"] == date(2026, 4, 10)


def test_each_channel_has_its_own_day(offering: Offering, by: User) -> None:
    provider = offering.provider
    provider.group_ticket_lead, provider.group_ticket_unit = 5, DayUnit.WORKING
    provider.individual_ticket_lead = 7
    provider.save()
    gather(offering, 10, channel=Channel.GROUP, original_received_on=HANDED_IN)
    session = planned(offering, 20, original_received_on=HANDED_IN)[0]
    publish(session, by=by, held_on=date(2026, 4, 25))
    days = {channel: tickets_from(provider, channel, date(2026, 4, 25)) for channel in Channel.values}
    assert days == {"group": date(2026, 4, 20), "individual": date(2026, 4, 18)}
    assert services.release_tickets(date(2026, 4, 18), at=NOON) == 20
    assert services.release_tickets(date(2026, 4, 19), at=NOON) == 0
    assert services.release_tickets(date(2026, 4, 20), at=NOON) == 10


def test_group_candidates_are_sent_to_their_institution(offering: Offering, by: User) -> None:
    publish(planned(offering, 30, channel=Channel.GROUP, original_received_on=HANDED_IN)[0], by=by)
    services.release_tickets(date(2026, 4, 8), at=NOON)
    message = OutboxMessage.objects.filter(subject="准考证已发放", channel="portal")[0]
    assert "院校或培训机构领取" in message.body
    assert "/tickets/" not in message.link


@pytest.mark.parametrize(("gate", "count"), [(PaperGate.TICKET, 0), (PaperGate.NOTHING, 30), (PaperGate.APPROVAL, 30)])
def test_what_waits_for_the_original_is_the_providers_choice(
    offering: Offering, by: User, gate: str, count: int
) -> None:
    offering.provider.paper_gate = gate
    offering.provider.save()
    publish(planned(offering, 30)[0], by=by)
    assert services.release_tickets(date(2026, 4, 8), at=NOON) == count


def test_who_owes_the_original_waits_is_listed_and_told_and_gets_it_when_it_arrives(
    offering: Offering, by: User
) -> None:
    owing = gather(offering, 1)[0]
    publish(planned(offering, 29, original_received_on=HANDED_IN)[0], by=by)
    assert list(awaiting_original(offering.provider, date(2026, 4, 7))) == []
    assert services.release_tickets(date(2026, 4, 8), at=NOON) == 29
    services.release_tickets(date(2026, 4, 8), at=NOON)
    assert list(awaiting_original(offering.provider, date(2026, 4, 8))) == [owing]
    assert OutboxMessage.objects.filter(channel="portal", subject__contains="签字原件").count() == 1
    assert ticket_context(owing, date(2026, 4, 8))["waits_for_original"]
    Application.objects.filter(pk=owing.pk).update(original_received_on=date(2026, 4, 9))
    assert services.release_tickets(date(2026, 4, 9), at=NOON) == 1
    assert ticket_of(owing) is not None
    assert list(awaiting_original(offering.provider, date(2026, 4, 9))) == []


def test_who_owes_the_original_is_told_of_the_new_day_too(offering: Offering, by: User) -> None:
    gather(offering, 1)
    session = publish(planned(offering, 29, original_received_on=HANDED_IN)[0], by=by)
    services.release_tickets(date(2026, 4, 8), at=NOON)
    services.reschedule(session, held_on=date(2026, 4, 18), starts_at=time(9), reason="停电", by=by, at=NOON)
    for _ in range(2):
        services.release_tickets(date(2026, 4, 15), at=NOON)
    first, second = OutboxMessage.objects.filter(channel="portal", subject__contains="签字原件").order_by("pk")
    assert ("4月11日" in first.body, "4月18日" in second.body) == (True, True)


@pytest.mark.parametrize(("on", "count"), [(14, 30), (18, 30), (19, 0)])
def test_over_two_days_they_come_out_until_the_last(offering: Offering, by: User, on: int, count: int) -> None:
    """Theory on the 11th, practical on the 18th; the originals arrive in between."""
    Provider.objects.update(same_day_subjects=False)
    session = planned(offering, 30)[0]
    publish(session, by=by, held_on=date(2026, 4, 11), elsewhen={"practical": date(2026, 4, 18)})
    assert services.release_tickets(date(2026, 4, 8), at=NOON) == 0
    assert [awaiting_original(offering.provider, date(2026, 4, day)).count() for day in (18, 19)] == [30, 0]
    Application.objects.update(original_received_on=date(2026, 4, 13))
    assert services.release_tickets(date(2026, 4, on), at=NOON) == count


def test_a_freed_seat_takes_the_ticket_back(session: ExamSession, by: User) -> None:
    services.release_tickets(date(2026, 4, 8), at=NOON)
    application = Application.objects.order_by("pk")[0]
    services.free_seats(application, by=by, at=NOON, reason="本人申请")
    assert ticket_of(application) is None
    assert AdmissionTicket.objects.get(application=application).withdrawn_at == NOON


def test_a_year_of_serials_is_the_most(session: ExamSession, offering: Offering) -> None:
    from skilleval.core.errors import Refused
    from skilleval.core.models import Counter

    Counter.objects.create(name=f"ticket:{offering.provider.filing_number[-4:]}2604", value=99_970)
    with pytest.raises(Refused, match="已用完"):
        services.release_session(session.pk, on=date(2026, 4, 8), at=NOON)
    assert not AdmissionTicket.objects.exists()
