"""The ledger of credits: subjects passed at an assessment that as a whole wasn't, for a resit to use (SPEC 9.3, 9.4).

What a new application forfeits isn't written here: it follows from the applications (queries.credits).
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registration.enums import CreditOrigin
from registration.models.candidates import Candidate
from registration.models.schemes import ResitScheme
from registration.models.takeovers import TakeOver
from skilleval.catalogue.enums import Level, SubjectKind
from skilleval.catalogue.models import Provider, WorkType
from skilleval.core.models import StoredFile


class CreditQuerySet(models.QuerySet["Credit"]):
    def standing(self) -> CreditQuerySet:
        """Those that no decision withdrew; whether time or a new application ended them is another question."""
        return self.filter(withdrawn_on=None)


class Credit(models.Model):
    """合格科目成绩, of the provider that published or accepted it. Withdrawn and restored it stays the same row."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="credits", verbose_name="参评人员")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    work_type = models.ForeignKey(WorkType, models.PROTECT, related_name="+", verbose_name="职业（工种）")
    level = models.CharField("等级", max_length=8, choices=Level)
    subject = models.CharField("科目", max_length=10, choices=SubjectKind)
    score = models.DecimalField("成绩", max_digits=5, decimal_places=2, null=True, blank=True)
    published_on = models.DateField("公布日期")
    valid_until = models.DateField("有效期至")  # the anniversary, included
    origin = models.CharField("来源", max_length=8, choices=CreditOrigin, default=CreditOrigin.PORTAL)
    application = models.ForeignKey(
        "registration.Application", models.PROTECT, related_name="earned", verbose_name="申报", null=True, blank=True
    )  # whose sitting earned it; null: an external one
    taken_over = models.ForeignKey(
        TakeOver, models.PROTECT, related_name="+", verbose_name="历史业务导入", null=True, blank=True
    )  # published by the provider before the portal
    file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name="证明材料", null=True, blank=True
    )
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by_id = models.BigIntegerField("登记人编号", null=True, blank=True)
    recorded_by_label = models.CharField("登记人", max_length=100)
    withdrawn_on = models.DateField("取消日期", null=True, blank=True)
    # Why: its sitting earns it no longer, or decisions on later ones took it (M-1). It stands when both are gone.
    unearned_by = models.CharField("成绩变更依据", max_length=60, blank=True)
    withdrawn_for = ArrayField(models.CharField(max_length=60), verbose_name="取消依据", default=list, blank=True)
    # The last time it was away and came back: what was applied for meanwhile couldn't know of it.
    away_from = models.DateField("曾取消日期", null=True, blank=True)
    restored_at = models.DateTimeField("恢复时间", null=True, blank=True)
    reminded_on = models.DateField("提醒日期", null=True, blank=True)

    # Of a credit that queries.schemes.recognise was asked about: the subjects it counts for, and the plan that says so.
    counts_for: tuple[str, ...]
    recognised_by: ResitScheme | None

    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "合格科目成绩"
        ordering = ["candidate", "-published_on", "id"]
        indexes = [
            models.Index(fields=["candidate", "provider", "work_type", "level"], name="credit_of_candidate"),
            models.Index(
                fields=["valid_until"], name="credit_ending", condition=Q(withdrawn_on=None, reminded_on=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "subject"], condition=Q(application__isnull=False), name="credit_once"
            ),
            models.UniqueConstraint(
                fields=["candidate", "provider", "work_type", "level", "subject", "published_on"],
                condition=Q(origin=CreditOrigin.EARLIER),
                name="credit_earlier_once",
            ),
            models.CheckConstraint(condition=Q(valid_until__gte=F("published_on")), name="credit_order"),
            models.CheckConstraint(
                condition=Q(origin=CreditOrigin.PORTAL, application__isnull=False)
                | Q(origin=CreditOrigin.EXTERNAL, application=None, file__isnull=False)
                | Q(origin=CreditOrigin.EARLIER, application=None, taken_over__isnull=False),
                name="credit_origin_facts",
                violation_error_message="平台成绩须有申报，平台外成绩须有证明材料，历史成绩须有导入记录",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None, unearned_by="", withdrawn_for=[])
                | Q(withdrawn_on__isnull=False) & ~Q(unearned_by="", withdrawn_for=[]),
                name="credit_withdrawn_facts",
                violation_error_message="取消的成绩须写明依据",
            ),
            models.CheckConstraint(
                condition=Q(away_from=None, restored_at=None) | Q(away_from__isnull=False, restored_at__isnull=False),
                name="credit_restored_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_type} {self.get_level_display()} {self.get_subject_display()}"

    @property
    def known_since(self) -> datetime:
        """When it was last new to the person: a choice made before can't have meant it."""
        return self.restored_at or self.recorded_at
