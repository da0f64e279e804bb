"""A large session's papers made into one file in the background."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from scheduling.enums import BUNDLES_UNDER_WAY, BundleState
from scheduling.models.sessions import ExamSession
from skilleval.core.models import StoredFile


class SheetBundle(models.Model):
    """Everything a session's day needs, as one file of the version that held when it was asked for (SPEC 14)."""

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="sheet_bundles", verbose_name="场次")
    version = models.PositiveSmallIntegerField("场次版本")
    state = models.CharField("状态", max_length=8, choices=BundleState, default=BundleState.WAITING)
    done = models.PositiveSmallIntegerField("已完成考场", default=0)
    total = models.PositiveSmallIntegerField("考场", default=0)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件", null=True, blank=True)
    asked_at = models.DateTimeField("提出时间")
    asked_by_id = models.BigIntegerField("提出人编号")
    asked_by_label = models.CharField("提出人", max_length=100)
    ready_at = models.DateTimeField("生成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考务材料合集"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(state__in=BUNDLES_UNDER_WAY),
                name="sheet_bundle_under_way_once",
                violation_error_message="本场次的考务材料正在生成，请等它完成",
            ),
            models.CheckConstraint(
                condition=~Q(state=BundleState.READY) | Q(file__isnull=False, ready_at__isnull=False),
                name="sheet_bundle_ready",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} 考务材料 #{self.pk}"
