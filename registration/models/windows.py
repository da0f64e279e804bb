"""申报批次: when one may apply at a provider, and when that leads to an assessment."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registration.enums import WindowShape
from skilleval.catalogue.models import Notice, Provider


class WindowQuerySet(models.QuerySet["Window"]):
    def open_on(self, on: date) -> WindowQuerySet:
        """Windows in which one may apply on a day; the last day counts to its end (SPEC 3)."""
        return self.filter(opens_on__lte=on, closes_on__gte=on)


class Window(models.Model):
    """One application window of a provider. All dates are Asia/Shanghai and inclusive."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    label = models.CharField("批次", max_length=30)
    opens_on = models.DateField("申报开始")
    closes_on = models.DateField("申报截止")
    exam_from = models.DateField("评价开始", null=True, blank=True)
    exam_by = models.DateField("评价截止")
    tentative = models.BooleanField("评价时间暂定", default=False)
    # Stages of their own, where a provider's notice dates them (SPEC 13); empty: as the provider's policy says
    papers_by = models.DateField("交材料截止", null=True, blank=True)
    pay_by = models.DateField("缴费截止", null=True, blank=True)
    tickets_from = models.DateField("准考证发放", null=True, blank=True)
    tickets_until = models.DateField("准考证下载截止", null=True, blank=True)
    shape = models.CharField("来源", max_length=10, choices=WindowShape, default=WindowShape.STAFF)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告", null=True, blank=True)

    objects = WindowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报批次"
        ordering = ["provider", "opens_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "opens_on"],
                name="window_once",
                violation_error_message="该机构已有同日开始的申报批次",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="window_order",
                violation_error_message="申报截止不得早于申报开始",
            ),
            models.CheckConstraint(
                condition=Q(exam_from=None) | Q(exam_by__gte=F("exam_from")),
                name="window_exam_order",
                violation_error_message="评价截止不得早于评价开始",
            ),
            models.CheckConstraint(
                condition=(Q(papers_by=None) | Q(papers_by__gte=F("opens_on")))
                & (Q(pay_by=None) | Q(pay_by__gte=F("opens_on")))
                & (Q(tickets_until=None) | Q(tickets_from=None) | Q(tickets_until__gte=F("tickets_from"))),
                name="window_stages_order",
                violation_error_message="交材料、缴费截止不得早于申报开始，准考证下载截止不得早于发放",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def is_open(self, on: date) -> bool:
        return self.opens_on <= on <= self.closes_on

    @property
    def payable_until(self) -> date:
        """The last day to pay of whoever is approved in time: that of its own stage, else its last day (SPEC 6, 13)."""
        return self.pay_by or self.closes_on


class WindowChange(models.Model):
    """A window entered, adjusted or taken back by staff, and why; whom it concerned was told. Append-only.

    What was taken back is gone: its changes keep its name and the provider's.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    label = models.CharField("批次", max_length=30)
    window = models.ForeignKey(
        Window, models.SET_NULL, related_name="changes", verbose_name="申报批次", null=True, blank=True
    )
    at = models.DateTimeField("时间")
    by_id = models.BigIntegerField("操作人编号", null=True, blank=True)
    by_label = models.CharField("操作人", max_length=100)
    reason = models.CharField("原因", max_length=200, blank=True)
    before = models.JSONField("变更前", default=dict)  # {field: ISO date or value}, the changed ones alone
    after = models.JSONField("变更后", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "批次变更"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.label} {self.at}"


class CalendarPattern(models.Model):
    """How a provider's windows repeat (SPEC 3.3): staff generate a year from it. See `registration.windows`."""

    provider = models.OneToOneField(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    opens_day = models.PositiveSmallIntegerField("每月几日开始", default=1)
    closes_day = models.PositiveSmallIntegerField("每月几日截止", default=31, help_text="31 表示当月最后一天")
    exam_months_after = models.PositiveSmallIntegerField("截止后第几个月评价", default=1)
    exam_from_day = models.PositiveSmallIntegerField("评价期从几日起", default=1)
    skipped_exam_months = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name="不安排评价的月份", default=list, blank=True
    )
    december_tentative = models.BooleanField("12 月批次的评价时间暂定", default=False)
    papers_days_after = models.PositiveSmallIntegerField(
        "截止后几天内交材料", null=True, blank=True, help_text="不填表示不另设交材料阶段。"
    )
    pay_days_after = models.PositiveSmallIntegerField(
        "截止后几天内缴费", null=True, blank=True, help_text="不填表示按机构的缴费期限。"
    )
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批次规律"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    opens_day__range=(1, 31),
                    closes_day__range=(1, 31),
                    exam_from_day__range=(1, 31),
                    exam_months_after__lte=12,
                ),
                name="pattern_days",
                violation_error_message="日期为 1 至 31，评价月份为截止后 0 至 12 个月",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.opens_day} 日至 {self.closes_day} 日"
