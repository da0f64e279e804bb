"""What the provider proposes, what the supervisor decides, and what becomes of it (SPEC 10)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from discipline.enums import How, Outcome, Severity
from discipline.models.cases import Case
from discipline.models.clauses import Clause
from skilleval.catalogue.enums import SubjectKind


class Proposal(models.Model):
    """处理建议 of the provider; sent back, a further one follows. No clauses: it proposes 不予处理."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="proposals", verbose_name="案件")
    clauses = ArrayField(models.CharField(max_length=6), verbose_name="条款", default=list, blank=True)
    severity = models.CharField("情节", max_length=8, choices=Severity, blank=True)
    reasons = models.TextField("理由", max_length=2000)
    on_defence = models.TextField("对陈述申辩的意见", max_length=2000, blank=True)
    by_id = models.BigIntegerField("建议人编号")
    by_label = models.CharField("建议人", max_length=100)
    at = models.DateTimeField("提出时间")

    class Meta:
        verbose_name = verbose_name_plural = "处理建议"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case} {self.by_label}"

    @property
    def dismisses(self) -> bool:
        return not self.clauses


class Decision(models.Model):
    """处理决定. It takes effect when it is made; `effects` names by their ids the rows it touched, for lifting it.

    A lighter one after an appeal `replaces` the first, which is lifted.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions", verbose_name="案件")
    number = models.CharField("文号", max_length=60, unique=True)
    edition = models.SlugField("条款版本")
    clauses = ArrayField(models.CharField(max_length=6), verbose_name="条款")
    heaviest = models.CharField("适用条款", max_length=6)  # of several the heaviest counts (SPEC 10)
    severity = models.CharField("情节", max_length=8, choices=Severity, blank=True)
    subject = models.CharField("取消成绩的科目", max_length=10, choices=SubjectKind, blank=True)  # empty: all
    decided_on = models.DateField("决定日期")
    decided_at = models.DateTimeField("决定时间")
    decided_by_id = models.BigIntegerField("决定人编号")
    decided_by_label = models.CharField("决定人", max_length=100)
    reported_by_id = models.BigIntegerField("报告人编号")
    proposed_by_id = models.BigIntegerField("建议人编号")
    reasons = models.TextField("认定理由", max_length=2000)
    on_defence = models.TextField("对陈述申辩的答复", max_length=2000, blank=True)
    ban_from = models.DateField("禁考开始", null=True, blank=True)
    ban_until = models.DateField("禁考结束", null=True, blank=True)
    voids_qualification = models.BooleanField("取消参评资格", default=False)
    refer_to_authority = models.BooleanField("移送有关部门", default=False)
    effects = models.JSONField("涉及的记录", default=dict, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, related_name="replaced_by", verbose_name="原决定", null=True, blank=True
    )

    served_on = models.DateField("送达日期", null=True, blank=True)
    served_how = models.CharField("送达方式", max_length=8, choices=How, blank=True)
    receipt_note = models.CharField("送达说明", max_length=200, blank=True)
    receipt_by_id = models.BigIntegerField("登记人编号", null=True, blank=True)
    receipt_by_label = models.CharField("登记人", max_length=100, blank=True)
    receipt_at = models.DateTimeField("登记时间", null=True, blank=True)
    appeal_until = models.DateField("申诉截止", null=True, blank=True)

    ban_suspended_on = models.DateField("禁考暂停日期", null=True, blank=True)
    lifted_on = models.DateField("撤销日期", null=True, blank=True)
    lifted_at = models.DateTimeField("撤销时间", null=True, blank=True)
    lifted_by_id = models.BigIntegerField("撤销人编号", null=True, blank=True)
    lifted_by_label = models.CharField("撤销人", max_length=100, blank=True)
    lift_number = models.CharField("撤销文号", max_length=60, unique=True, null=True, blank=True)
    lift_reason = models.TextField("撤销理由", max_length=2000, blank=True)
    returned = models.JSONField("恢复的记录", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "处理决定"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(lifted_at=None),
                name="decision_in_force_once",
                violation_error_message="该案件已有生效的决定",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by_id=F("reported_by_id")) & ~Q(decided_by_id=F("proposed_by_id")),
                name="decision_four_eyes",
                violation_error_message="决定须由报告人和建议人以外的人员作出",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by_id=None) | ~Q(lifted_by_id=F("decided_by_id")),
                name="decision_lifted_by_another",
                violation_error_message="撤销决定须由原决定人以外的监管人员办理",
            ),
            models.CheckConstraint(
                condition=Q(ban_from=None, ban_until=None) | Q(ban_until__gte=F("ban_from")),
                name="decision_ban_days",
            ),
            models.CheckConstraint(
                condition=Q(served_on=None, appeal_until=None, receipt_at=None)
                | Q(served_on__isnull=False, appeal_until__gte=F("served_on"), receipt_at__isnull=False),
                name="decision_served_facts",
                violation_error_message="送达的决定须有送达日期和申诉截止日期",
            ),
            models.CheckConstraint(
                condition=Q(lifted_on=None, lifted_at=None, lift_number=None)
                | Q(lifted_on__isnull=False, lifted_at__isnull=False, lift_number__isnull=False) & ~Q(lift_reason=""),
                name="decision_lifted_facts",
                violation_error_message="撤销决定须写明理由",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def in_force(self) -> bool:
        return self.lifted_at is None

    def clause_rows(self) -> models.QuerySet[Clause]:
        """The clauses it rests on, in their edition."""
        return Clause.objects.filter(edition=self.edition, code__in=self.clauses)


class Appeal(models.Model):
    """申诉: one for each case. It suspends nothing unless the supervisor says so, and then the ban alone."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="appeal", verbose_name="案件")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="appeal", verbose_name="决定")
    text = models.TextField("申诉理由", max_length=3000)
    how = models.CharField("提交方式", max_length=8, choices=How, default=How.PORTAL)
    made_at = models.DateTimeField("申诉时间")
    by_id = models.BigIntegerField("记录人编号")
    by_label = models.CharField("记录人", max_length=100)
    outcome = models.CharField("结果", max_length=8, choices=Outcome, blank=True)
    reasons = models.TextField("理由", max_length=2000, blank=True)
    decision_by_id = models.BigIntegerField("原决定人编号")
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    decided_by_id = models.BigIntegerField("复核人编号", null=True, blank=True)
    decided_by_label = models.CharField("复核人", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申诉"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_by_id=None)
                | ~Q(outcome="") & ~Q(reasons="") & ~Q(decided_by_id=F("decision_by_id")),
                name="appeal_four_eyes",
                violation_error_message="申诉须由原决定人以外的监管人员复核，并写明理由",
            )
        ]

    def __str__(self) -> str:
        return str(self.case)
