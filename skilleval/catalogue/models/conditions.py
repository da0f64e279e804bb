"""What a provider asks beyond the rules of a level (SPEC 13)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from skilleval.catalogue.enums import (
    ConditionKind,
)
from skilleval.catalogue.models.offerings import Offering
from skilleval.catalogue.models.providers import Notice, Provider


class ExtraCondition(models.Model):
    """What a provider asks beyond the rules of the level, as its notice says (SPEC 13): of one offering, or of all.

    The candidate confirms it and shows a paper where one is asked; an upper age is computed.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    offering = models.ForeignKey(
        Offering, models.PROTECT, related_name="+", verbose_name="评价项目", null=True, blank=True
    )
    kind = models.CharField("类别", max_length=10, choices=ConditionKind)
    text = models.CharField("要求", max_length=200, help_text="参评人员逐条确认的一句话")
    limit = models.PositiveSmallIntegerField("年龄上限（周岁，含）", null=True, blank=True)
    paper = models.CharField("证明材料", max_length=60, blank=True, help_text="留空则不需上传材料")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告", null=True, blank=True)
    valid_from = models.DateField("启用日期")
    valid_until = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "附加申报条件"
        ordering = ["provider", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ConditionKind.UPPER_AGE, limit__isnull=False)
                | ~Q(kind=ConditionKind.UPPER_AGE) & Q(limit=None),
                name="extra_condition_limit",
                violation_error_message="年龄上限须填周岁，其他类别不填",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="extra_condition_validity",
                violation_error_message="停用日期不得早于启用日期",
            ),
        ]

    def __str__(self) -> str:
        return self.text
