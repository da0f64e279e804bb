"""How far a batch has filled up, for one offering and window or for a whole list of them (SPEC 7.1, 7.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef

from registration.enums import PAID_STATES
from registration.models import Application, RollOver, Window
from scheduling.enums import WENT_AHEAD, BatchState
from scheduling.models import Batch
from skilleval.catalogue.models import Offering
from skilleval.core.wording import cn_date, cn_deadline

Pair = tuple[int, int]


@dataclass(frozen=True)
class Fill:
    """Confirmed people (those rolled over into the window included) against the provider's threshold."""

    confirmed: int
    threshold: int
    went_ahead: bool
    state: str = BatchState.GATHERING
    closes_on: date | None = None
    judge_on: date | None = None
    tentative: bool = False

    @property
    def missing(self) -> int:
        return max(self.threshold - self.confirmed, 0)

    @property
    def note(self) -> str:
        """When the window shuts, and what happens when the threshold isn't reached."""
        if self.state == BatchState.ROLLED_OVER:
            return f"判定时未满 {self.threshold} 人，已全部顺延。"
        if self.state == BatchState.CANCELLED:
            return "本批次已取消，参评人员已全部顺延。"
        if self.went_ahead:
            return "已成班，确定开考。" if self.missing == 0 else "已宣布成班，继续开考；之后有人退考，不影响开考。"
        shuts = f"申报{cn_deadline(self.closes_on)}截止；" if self.closes_on else ""
        judged = f"{cn_date(self.judge_on)}判定，" if self.judge_on else ""
        return f"还差 {self.missing} 人。{shuts}{judged}届时未满 {self.threshold} 人的，{self.otherwise}，费用保留。"

    @property
    def otherwise(self) -> str:
        """What becomes of everybody otherwise; in the year's last window they await a notice (SPEC 7.2)."""
        return "等待次年公告的批次" if self.tentative else "全部顺延至下一批次"


def fills_for(pairs: Iterable[tuple[Offering, Window]]) -> dict[Pair, Fill]:
    """The fill of each (offering, window), by their ids, in two queries whatever their number.

    Offerings come with their provider selected.
    """
    wanted = {(offering.pk, window.pk): (offering, window) for offering, window in pairs}
    counts = _counts(wanted)
    batches = {
        (batch.offering_id, batch.window_id): batch
        for batch in Batch.objects.filter(
            offering__in={pair[0] for pair in wanted}, window__in={pair[1] for pair in wanted}
        )
    }
    return {
        pair: _fill(offering, window, counts.get(pair, 0), batches.get(pair))
        for pair, (offering, window) in wanted.items()
    }


def fill_of(offering: Offering, window: Window) -> Fill:
    """The fill of one batch, whether or not it has a row yet."""
    return fills_for([(offering, window)])[offering.pk, window.pk]


def rolled_over(batches: Iterable[Batch]) -> dict[int, int]:
    """How many people each batch passed on to a later window, by the batch's id; offerings come with the batches.

    Counted by work type and level, which stay the same where people move to the offering of a later year's notice.
    """
    by_group = {(batch.offering.work_type_id, batch.offering.level, batch.window_id): batch.pk for batch in batches}
    rows = RollOver.objects.filter(from_window__in={window_id for _, _, window_id in by_group})
    counted = (
        rows.order_by().values_list("application__work_type", "application__level", "from_window").annotate(Count("pk"))
    )
    found = {(work_type, level, window): count for work_type, level, window, count in counted}
    return {batch_id: found[group] for group, batch_id in by_group.items() if group in found}


def went_ahead() -> Exists:
    """For a queryset of applications: whether the batch they stand in goes ahead (the tag 已成班)."""
    batches = Batch.objects.filter(offering=OuterRef("offering"), window=OuterRef("window"), state__in=WENT_AHEAD)
    return Exists(batches)


def fill_context(application: Application) -> dict[str, Any]:
    """What `scheduling/_fill.html` needs; its `fill` is None where the application waits for a next notice."""
    if application.window is None:
        return {"fill": None}
    return {"fill": fill_of(application.offering, application.window)}


def _counts(wanted: Iterable[Pair]) -> dict[Pair, int]:
    pairs = list(wanted)
    paid = Application.objects.filter(
        offering__in={pair[0] for pair in pairs}, window__in={pair[1] for pair in pairs}, state__in=PAID_STATES
    )
    rows = paid.order_by().values_list("offering", "window").annotate(Count("pk"))
    return {(offering, window): count for offering, window, count in rows}


def _fill(offering: Offering, window: Window, confirmed: int, batch: Batch | None) -> Fill:
    return Fill(
        confirmed=confirmed,
        threshold=offering.provider.threshold,
        went_ahead=batch is not None and batch.state in WENT_AHEAD,
        state=batch.state if batch else BatchState.GATHERING,
        closes_on=window.closes_on,
        judge_on=batch.judge_on if batch else None,
        tentative=window.tentative,
    )
