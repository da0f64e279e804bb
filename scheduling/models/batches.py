"""考核批次: the people gathering for one offering in one window."""

from __future__ import annotations

from django.db import models

from registration.models import Window
from scheduling.enums import BATCH_MOVES, BatchState
from skilleval.catalogue.models import Offering
from skilleval.core.transitions import TransitionLog


class Batch(models.Model):
    """The people gathering for one offering in one window."""

    MOVES = BATCH_MOVES

    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+", verbose_name="评价项目")
    window = models.ForeignKey(Window, models.PROTECT, related_name="+", verbose_name="申报批次")
    state = models.CharField("状态", max_length=12, choices=BatchState, default=BatchState.GATHERING)
    cut_off_on = models.DateField("缴费截止")  # the last due date of those submitted in the window (SPEC 7.1)
    judge_on = models.DateField("判定日期")  # the cut-off plus the provider's settling days (SPEC 7.1)
    went_ahead_at = models.DateTimeField("成班时间", null=True, blank=True)
    judged_at = models.DateTimeField("判定时间", null=True, blank=True)
    seed = models.BigIntegerField("座位抽签种子", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核批次"
        ordering = ["-window__opens_on", "offering"]
        constraints = [models.UniqueConstraint(fields=["offering", "window"], name="batch_once")]

    def __str__(self) -> str:
        return f"{self.offering} {self.window}"


class BatchLog(TransitionLog):
    subject = models.ForeignKey(Batch, models.PROTECT, related_name="log", verbose_name="考核批次")

    class Meta:
        verbose_name = verbose_name_plural = "批次记录"
        ordering = ["id"]


Batch.LOG = BatchLog  # type: ignore[attr-defined]
