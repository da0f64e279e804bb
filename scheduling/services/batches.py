"""A batch from its first confirmed person to going ahead (SPEC 7.1, 7.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from registration.enums import ApplicationState
from registration.models import Application, Window
from scheduling import batching
from scheduling.enums import UNJUDGED, BatchState
from scheduling.models import Batch
from scheduling.queries.dates import cut_offs, judge_on
from scheduling.queries.fills import fill_of, fills_for
from scheduling.services import telling
from skilleval.catalogue.models import Offering
from skilleval.catalogue.queries import work_calendar
from skilleval.core.jobs import enqueue
from skilleval.core.transitions import move


@transaction.atomic
def check_threshold(application_id: int, *, at: datetime) -> bool:
    """Let the batch of a confirmed application go ahead if that makes enough; returns whether it did so just now.

    Idempotent, and safe when the deciding confirmation arrives twice at once: the batch's row is locked, and people
    are counted under the lock. An application that left meanwhile, or whose batch was judged, changes nothing here.
    """
    application = (
        Application.objects.select_related("offering__provider", "window__provider")
        .filter(pk=application_id, state=ApplicationState.CONFIRMED, window__isnull=False)
        .first()
    )
    if application is None or application.window is None:
        return False
    ensure_batches([(application.offering, application.window)])
    return go_ahead_if_reached(application.offering, application.window, at=at)


def ensure_batches(pairs: Iterable[tuple[Offering, Window]]) -> None:
    """Make the batch rows that don't exist yet; of two makers at once, both find the one row."""
    wanted = list(pairs)
    offs, calendar = cut_offs([window for _, window in wanted]), work_calendar()
    rows = [
        Batch(
            offering=offering,
            window=window,
            cut_off_on=offs[window.pk],
            judge_on=judge_on(window, offs[window.pk], calendar),
        )
        for offering, window in wanted
    ]
    Batch.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def go_ahead_if_reached(offering: Offering, window: Window, *, at: datetime) -> bool:
    """Under the batch's lock: gathering and enough people → going ahead, announced to everybody, once."""
    batch = _locked(offering, window)
    if batch.state != BatchState.GATHERING:
        return False
    fill = fill_of(offering, window)
    if not batching.runs(fill.confirmed, fill.threshold):
        return False
    move(batch, BatchState.GOING_AHEAD, by=None, at=at, reason=f"确认人数达到 {fill.threshold} 人", went_ahead_at=at)
    announce(batch)
    return True


def _locked(offering: Offering, window: Window) -> Batch:
    return Batch.objects.select_for_update(no_key=True).get(offering=offering, window=window)


def announce(batch: Batch) -> None:
    """Have everybody told that the batch goes ahead: staff at once, candidates by a job of this transaction."""
    telling.staff_of_batches(
        {batch: "确认人数已达到开班人数，批次确定开考。判定日之后编排场次。"}, cause="going_ahead", subject="批次已成班"
    )
    enqueue("scheduling.tell_going_ahead", key=f"scheduling.tell_going_ahead:{batch.pk}", payload={"id": batch.pk})


def open_missing_batches() -> int:
    """Batches for confirmed people who have none yet: what a lost event would have made."""
    confirmed = Application.objects.filter(state=ApplicationState.CONFIRMED, window__isnull=False)
    pairs = set(confirmed.order_by().values_list("offering", "window").distinct())
    missing = pairs - set(Batch.objects.values_list("offering", "window"))
    if not missing:
        return 0
    offerings = Offering.objects.select_related("provider").in_bulk({pair[0] for pair in missing})
    windows = Window.objects.select_related("provider").in_bulk({pair[1] for pair in missing})
    ensure_batches([(offerings[offering], windows[window]) for offering, window in sorted(missing)])
    return len(missing)


def refresh_dates(window: Window | None = None) -> int:
    """Bring cut-off and judgment day of the batches (of a window) not yet judged up to date with the orders since.

    Row by row and without a lock held on: a batch judged in between keeps the dates it was judged by.
    """
    unjudged = _unjudged().filter(window=window) if window else _unjudged()
    batches = list(unjudged.select_related("window__provider"))
    offs, calendar = cut_offs({batch.window for batch in batches}), work_calendar()
    changed = 0
    for batch in batches:
        dates = {
            "cut_off_on": offs[batch.window_id],
            "judge_on": judge_on(batch.window, offs[batch.window_id], calendar),
        }
        if dates != {"cut_off_on": batch.cut_off_on, "judge_on": batch.judge_on}:
            changed += _unjudged().filter(pk=batch.pk).update(**dates)
    return changed


def announce_reached(*, at: datetime) -> int:
    """Let gathering batches with enough people go ahead, one transaction each: what a lost event would have done."""
    gathering = list(_unjudged().filter(state=BatchState.GATHERING).select_related("offering__provider", "window"))
    fills = fills_for((batch.offering, batch.window) for batch in gathering)
    reached = [batch for batch in gathering if not fills[batch.offering_id, batch.window_id].missing]
    return sum(go_ahead_if_reached(batch.offering, batch.window, at=at) for batch in reached)


@transaction.atomic
def alert_shrunk() -> int:
    """Tell staff once of each announced batch that fell below the threshold; it stands unless they cancel it."""
    announced = list(
        _unjudged()
        .filter(state=BatchState.GOING_AHEAD)
        .select_related("offering__provider", "offering__work_type__occupation", "window")
    )
    fills = fills_for((batch.offering, batch.window) for batch in announced)
    shrunk = {
        batch: f"退考后还有 {fill.confirmed} 人，少于开班人数 {fill.threshold} 人。"
        "已宣布成班，默认继续开考；如要取消，请在批次页写明理由。"
        for batch in announced
        if (fill := fills[batch.offering_id, batch.window_id]).missing
    }
    telling.staff_of_batches(shrunk, cause="shrunk", subject="已成班批次人数不足")
    return len(shrunk)


def _unjudged() -> QuerySet[Batch]:
    return Batch.objects.filter(state__in=UNJUDGED, judged_at=None)
