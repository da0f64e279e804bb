"""Passing people on to the provider's next window, or, past the last known one, keeping them for the next notice.

At the end of a year they wait, confirmed and counted, until the provider's next window is known (SPEC 7.1, 7.2).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from registration.enums import ApplicationState
from registration.models import Application, RollOver, Window
from registration.queries.windows import next_window
from registration.services import progress
from scheduling.services import batches as batch_services
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.db import retrying


def pass_on(
    people: QuerySet[Application], offering: Offering, window: Window, *, reason: str, at: datetime
) -> Window | None:
    """Roll people of one batch over to the next window there is, count them there, and return it."""
    target = next_window(offering.provider, window)
    then = offering_in(offering, target) if target else offering
    moved = progress.roll_over(
        people, to_window=target, reason=reason, at=at, offering=then if then != offering else None
    )
    if target and moved:
        _count(then, target, at=at)
    return target


def resume_waiting(*, at: datetime) -> int:
    """Let those who await the next notice enter its first window; returns how many did."""
    last_left = RollOver.objects.filter(application=OuterRef("pk")).order_by("-pk").values("from_window")[:1]
    waiting = _waiting().annotate(left=Subquery(last_left))
    groups = waiting.order_by().values_list("offering", "left").distinct()
    return sum(_resume(offering_id, window_id, at=at) for offering_id, window_id in list(groups) if window_id)


@retrying
@transaction.atomic
def _resume(offering_id: int, window_id: int, *, at: datetime) -> int:
    offering = Offering.objects.select_related("provider").get(pk=offering_id)
    Provider.objects.select_for_update(no_key=True).get(pk=offering.provider_id)
    target = next_window(offering.provider, Window.objects.get(pk=window_id))
    if target is None:
        return 0
    then = offering_in(offering, target)
    people = _waiting().filter(offering=offering, roll_overs__from_window=window_id, roll_overs__to_window=None)
    entered = progress.enter_window(people, window=target, at=at, offering=then if then != offering else None)
    _count(then, target, at=at)
    return entered


def offering_in(offering: Offering, window: Window) -> Offering:
    """The same offering of the notice that a window of a later year belongs to; itself where there is none."""
    same = Offering.objects.filter(
        provider=offering.provider_id, work_type=offering.work_type_id, level=offering.level
    ).filter(year=window.closes_on.year, announcement__isnull=False)
    return same.select_related("provider").first() or offering


def _waiting() -> QuerySet[Application]:
    return Application.objects.filter(state=ApplicationState.CONFIRMED, window=None)


def _count(offering: Offering, window: Window, *, at: datetime) -> None:
    window = Window.objects.select_related("provider").get(pk=window.pk)
    batch_services.ensure_batches([(offering, window)])
    batch_services.go_ahead_if_reached(offering, window, at=at)
