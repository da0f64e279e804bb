"""People who gather for an offering, and sessions planned for them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from registration.models import Application, Window
from scheduling import services
from scheduling.models import Batch, ExamSession, Room, Venue
from scheduling.services.batches import ensure_batches
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering, Provider
from tests import factories

#: The March window (closes on Tuesday the 31st) is judged two working days later; the 4th to the 6th of April are off.
JUDGED = date(2026, 4, 2)
NOON = factories.at(2026, 4, 2)


def gather(offering: Offering, count: int, *, month: int = 3, **fields: Any) -> list[Application]:
    """So many confirmed people in the offering's window of a month."""
    window = factories.window_of(offering.provider, month)
    return [
        factories.ApplicationFactory(offering=offering, window=window, state="confirmed", **fields)
        for _ in range(count)
    ]


def batch_of(offering: Offering, *, month: int = 3) -> Batch:
    """The batch of an offering in its window of a month, made if it isn't there."""
    window = Window.objects.select_related("provider").get(pk=factories.window_of(offering.provider, month).pk)
    ensure_batches([(offering, window)])
    return Batch.objects.select_related("offering__provider", "window").get(offering=offering, window=window)


def planned(offering: Offering, count: int, **fields: Any) -> list[ExamSession]:
    """The sessions that the judgment of March proposes for so many people."""
    gather(offering, count, **fields)
    services.judge_due(JUDGED, at=NOON)
    return list(ExamSession.objects.filter(batch__offering=offering).order_by("number"))


def room(provider: Provider, capacity: int = 40, name: str = "101 室") -> Room:
    venue, _ = Venue.objects.get_or_create(provider=provider, name="测试考点", defaults={"address": "测试路 1 号"})
    return Room.objects.create(venue=venue, name=name, capacity=capacity)


def scheduler(provider: Provider) -> User:
    return factories.staff(provider, Role.SCHEDULING)


def publish(session: ExamSession, *, by: User, at: datetime = NOON, capacity: int = 40, **when: Any) -> ExamSession:
    """Give a proposed session a room of its own and publish it; `held_on` dates it first."""
    if when:
        services.set_time(session, starts_at=time(9), by=by, at=at, **when)
    services.assign_room(session, room=room(by_provider(session), capacity, f"考场 {session.pk}"), by=by, at=at)
    return services.publish(session, by=by, at=at)


def by_provider(session: ExamSession) -> Provider:
    return session.batch.offering.provider


def days(count: int) -> timedelta:
    return timedelta(days=count)
