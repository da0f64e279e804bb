"""历史业务导入: business begun before the portal, loaded from workbooks after a dry run."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from registration.enums import TakeOverKind, TakeOverState
from skilleval.catalogue.models import Provider
from skilleval.core.models import StoredFile


class TakeOverQuerySet(models.QuerySet["TakeOver"]):
    def visible_to(self, user: Any) -> TakeOverQuerySet:
        """Provider staff see their provider's; bans are the supervisors' (journeys ask by role)."""
        return self.filter(provider_id__in=user.provider_ids)


class TakeOver(models.Model):
    """One workbook. The report names rows, columns and cures, and no personal data; the file goes when it is loaded."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="+", verbose_name="评价机构", null=True, blank=True
    )  # null: banned persons, whom a supervisor loads for all
    kind = models.CharField("类别", max_length=12, choices=TakeOverKind)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件", null=True, blank=True)
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField("状态", max_length=10, choices=TakeOverState, default=TakeOverState.CHECKING)
    problem = models.CharField("问题", max_length=300, blank=True)
    report = models.JSONField("报告", default=list, blank=True)  # [{"row": 5, "column": "…", "message": "…"}, …]
    rows_total = models.PositiveIntegerField("行数", default=0)
    rows_new = models.PositiveIntegerField("可导入", default=0)
    rows_known = models.PositiveIntegerField("已有", default=0)
    rows_faulty = models.PositiveIntegerField("有问题", default=0)
    rows_loaded = models.PositiveIntegerField("已导入", default=0)
    uploaded_by_id = models.BigIntegerField("上传人编号")
    uploaded_by_label = models.CharField("上传人", max_length=100)
    uploaded_at = models.DateTimeField("上传时间")
    loaded_by_id = models.BigIntegerField("导入人编号", null=True, blank=True)
    loaded_by_label = models.CharField("导入人", max_length=100, blank=True)
    loaded_at = models.DateTimeField("导入时间", null=True, blank=True)

    objects = TakeOverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "历史业务导入"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=TakeOverKind.BANS, provider=None)
                | ~Q(kind=TakeOverKind.BANS) & Q(provider__isnull=False),
                name="take_over_provider",
                violation_error_message="禁考人员由监管人员导入，其他业务属于一家机构",
            ),
        ]

    def __str__(self) -> str:
        return self.name
