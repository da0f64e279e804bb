"""The judgment of a window's batches: form sessions, or roll everybody over (SPEC 7.1, 7.3, 7.9).

One transaction for each provider, windows in the order of their judgment, so that who rolls over is counted where they
arrive. Killed half-way nothing has happened; run twice, the second finds nothing left to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from registration.models import Application
from scheduling import batching
from scheduling.enums import UNJUDGED, BatchState
from scheduling.models import Batch
from scheduling.services import batches as batch_services, drawing, forming, telling, waiting
from scheduling.services.guard import check_now, one_by_one
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.db import retrying
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor
from skilleval.core.transitions import move, move_many

ALL_LEFT = "成班后参评人员已全部退考或取消"


def judge_due(on: date, *, at: datetime | None = None) -> int:
    """Judge every batch whose day has come, and do what lost events left undone; returns how many were judged."""
    at = at or clock.now()
    batch_services.open_missing_batches()
    batch_services.refresh_dates()
    batch_services.announce_reached(at=at)
    due = Batch.objects.filter(state__in=UNJUDGED, judged_at=None, judge_on__lte=on)
    providers = due.order_by("offering__provider").values_list("offering__provider", flat=True).distinct()
    batch_services.alert_shrunk()
    return one_by_one(list(providers), lambda provider_id: _judge_provider(provider_id, on=on, at=at))


@retrying
@transaction.atomic
def judge(batch: Batch, *, at: datetime, by: Actor | None = None) -> Batch:
    """Judge one batch now, whatever its day; a second judgment changes nothing. Returns it as it stands."""
    _lock(batch.offering.provider_id)
    batches = _unjudged().filter(pk=batch.pk)
    _judge_window(list(batches), at=at, by=by)
    return Batch.objects.get(pk=batch.pk)


def form_early(batch: Batch, *, by: Actor, at: datetime) -> Batch:
    """Form the sessions of a December batch that goes ahead while its window is still open (SPEC 7.2).

    Raises Refused for other batches: people may still join those until their judgment.
    """
    if not batch.window.tentative or batch.state != BatchState.GOING_AHEAD:
        raise Refused("只有评价时间暂定、已成班的批次可以提前编排场次；其他批次在判定日自动编排")
    return judge(batch, at=at, by=by)


@retrying
@transaction.atomic
def _judge_provider(provider_id: int, *, on: date, at: datetime) -> int:
    _lock(provider_id)
    judged = 0
    while window_id := _next_due_window(provider_id, on):
        due = _unjudged().filter(offering__provider=provider_id, window=window_id, judge_on__lte=on)
        batches = list(due.order_by("pk"))
        _judge_window(batches, at=at)
        judged += len(batches)
    return judged


def _next_due_window(provider_id: int, on: date) -> int | None:
    """Asked again after each window: who rolled over may have opened a batch that is due as well."""
    due = Batch.objects.filter(offering__provider=provider_id, state__in=UNJUDGED, judged_at=None, judge_on__lte=on)
    return due.order_by("judge_on", "window__closes_on").values_list("window", flat=True).first()


def _lock(provider_id: int) -> None:
    Provider.objects.select_for_update(no_key=True).get(pk=provider_id)


def _unjudged() -> QuerySet[Batch]:
    """Locked as they are read; what all batches of a window share is read once."""
    rows = Batch.objects.filter(state__in=UNJUDGED, judged_at=None).select_for_update(of=("self",), no_key=True)
    shared = ("offering__provider", "window__provider")
    return rows.select_related("offering__work_type__occupation").prefetch_related(*shared)


def _judge_window(batches: Sequence[Batch], *, at: datetime, by: Actor | None = None) -> None:
    """Judge locked batches of one window: those that run are planned together, the others roll over."""
    if not batches:
        return
    keys = [batch.pk for batch in batches]
    drawing.record_seeds(keys)
    counts = drawing.draw(keys)
    running = [batch for batch in batches if _runs(batch, counts[batch.pk])]
    if running:
        forming.form_sessions(running, counts, at=at)
        check_now()
        _plan(running, at=at, by=by)
    for batch in batches:
        if batch not in running:
            _pass_on(batch, counts[batch.pk], at=at, by=by)


def _runs(batch: Batch, confirmed: int) -> bool:
    """Announced, it stands whatever the number, as long as anybody is left (SPEC 7.2)."""
    announced = batch.state == BatchState.GOING_AHEAD and confirmed > 0
    return announced or batching.runs(confirmed, batch.offering.provider.threshold)


def _plan(running: Sequence[Batch], *, at: datetime, by: Actor | None) -> None:
    for batch in running:
        if batch.state == BatchState.GATHERING:
            batch_services.announce(batch)
    telling.planned(running)
    planned = Batch.objects.filter(pk__in=[batch.pk for batch in running])
    planned.filter(went_ahead_at=None).update(went_ahead_at=at)
    for state in {batch.state for batch in running}:
        move_many(planned, state, BatchState.PLANNED, by=by, at=at, reason="判定成班，编排场次", judged_at=at)


def _pass_on(batch: Batch, confirmed: int, *, at: datetime, by: Actor | None) -> None:
    threshold = batch.offering.provider.threshold
    if batch.state == BatchState.GOING_AHEAD:
        move(batch, BatchState.CANCELLED, by=by, at=at, reason=ALL_LEFT, judged_at=at)
        return
    reason = f"所在{batch.window.label}确认 {confirmed} 人，未满 {threshold} 人"
    move(batch, BatchState.ROLLED_OVER, by=by, at=at, reason=reason, judged_at=at)
    roll_over(batch, reason=reason, at=at)


def roll_over(batch: Batch, *, reason: str, at: datetime) -> None:
    """Move all confirmed people of a batch to the provider's next window, and count them there."""
    people = Application.objects.filter(offering=batch.offering, window=batch.window)
    waiting.pass_on(people, batch.offering, batch.window, reason=reason, at=at)
