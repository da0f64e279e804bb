"""补考方案: what subjects passed before a change of the assessment's mode count for after it (SPEC 9.3)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from skilleval.catalogue.enums import Level, SubjectKind
from skilleval.catalogue.models import Notice, Offering


class ResitScheme(models.Model):
    """A provider's published plan, for an offering and those of later years; never edited, a later one replaces it."""

    offering = models.ForeignKey(
        Offering,
        models.PROTECT,
        related_name="+",
        verbose_name="评价项目",
        help_text="新考核模式的评价项目；以后年度的同一项目没有另行登记的，沿用本方案",
    )
    in_force_from = models.DateField(
        "执行日期", help_text="自这一天起的补考申报按本方案认定。更正时请填同一日期再登记一份，以后登记的为准"
    )
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="公布方案的公告")

    class Meta:
        verbose_name = verbose_name_plural = "补考方案"
        ordering = ["-offering__year", "-in_force_from", "-id"]  # the first of those in force counts

    def __str__(self) -> str:
        return f"《{self.notice.title}》的补考方案"

    def clean(self) -> None:
        if self.offering_id and self.offering.level == Level.SPECIAL:
            raise ValidationError({"offering": "专项职业能力考核没有补考，请选择其他评价项目"})


class SubjectMapping(models.Model):
    """An old subject and a new one it counts for, or none."""

    scheme = models.ForeignKey(ResitScheme, models.CASCADE, related_name="mappings", verbose_name="补考方案")
    old_subject = models.CharField("原科目", max_length=10, choices=SubjectKind)
    new_subject = models.CharField("认定为", max_length=10, choices=SubjectKind, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "科目对应"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "old_subject", "new_subject"],
                name="mapping_once",
                violation_error_message="同一对应关系请只填一行",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_old_subject_display()} → {self.get_new_subject_display() or '不予认定'}"
