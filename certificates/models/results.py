"""Results: they exist from publication on and are never changed; a correction is a further version (SPEC 9.2)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from certificates.enums import CorrectionState, MarkStatus
from registration.models import Application
from scheduling.models import ExamSession
from skilleval.catalogue.enums import SubjectKind


class Publication(models.Model):
    """成绩公布: a session's results, published by a second person, once and all together (SPEC 9.2)."""

    session = models.OneToOneField(ExamSession, models.PROTECT, related_name="+", verbose_name="场次")
    due_on = models.DateField("公布期限")  # SPEC 3.5, as it was known on the day
    published_at = models.DateTimeField("公布时间")
    published_by_id = models.BigIntegerField("公布人编号")
    published_by_label = models.CharField("公布人", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "成绩公布"
        ordering = ["-published_at"]

    def __str__(self) -> str:
        return str(self.session)


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: Any) -> ResultQuerySet:
        """The candidate's own; provider staff see their provider's in the admin, scoped by role there."""
        return self.filter(application__candidate__user_id=user.pk)

    def current(self) -> ResultQuerySet:
        """The version that counts: the last one of each application."""
        later = Result.objects.filter(application=OuterRef("application"), version__gt=OuterRef("version"))
        return self.filter(~Exists(later))


class Result(models.Model):
    """One version of an application's result. Append-only: a trigger refuses every change."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="+", verbose_name="场次")
    version = models.PositiveSmallIntegerField("版本", default=1)
    passed = models.BooleanField("合格")
    # exact: weights and marks have two places each, so the weighted sum has at most four, six once divided by 100
    total = models.DecimalField("总成绩", max_digits=9, decimal_places=6, null=True, blank=True)
    reason = models.CharField("更正原因", max_length=300, blank=True)
    published_at = models.DateTimeField("公布时间")
    published_by_id = models.BigIntegerField("公布人编号", null=True, blank=True)
    published_by_label = models.CharField("公布人", max_length=100)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "成绩"
        ordering = ["application", "version"]
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="result_version_once"),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""),
                name="result_correction_reason",
                violation_error_message="更正成绩须写明原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} v{self.version}"


class ResultMark(models.Model):
    """A subject of a result. A cancelled one keeps the score it had, for the record. Append-only like its result."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="marks", verbose_name="成绩")
    subject = models.CharField("科目", max_length=10, choices=SubjectKind)
    status = models.CharField("评分状态", max_length=10, choices=MarkStatus)
    score = models.DecimalField("成绩", max_digits=5, decimal_places=2, null=True, blank=True)
    weight = models.DecimalField("权重（%）", max_digits=5, decimal_places=2, null=True, blank=True)
    # What it was before a decision cancelled it; empty where it was cancelled before anybody had marked it.
    raw_status = models.CharField("原评分状态", max_length=10, choices=MarkStatus, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "科目成绩"
        ordering = ["result", "id"]
        constraints = [
            models.UniqueConstraint(fields=["result", "subject"], name="result_mark_once"),
            models.CheckConstraint(
                condition=Q(status=MarkStatus.MARKED, score__isnull=False)
                | Q(status=MarkStatus.ABSENT, score__isnull=True)
                | Q(status=MarkStatus.CANCELLED),
                name="result_mark_facts",
            ),
            models.CheckConstraint(
                condition=~Q(raw_status=MarkStatus.CANCELLED),
                name="result_mark_raw",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result} {self.get_subject_display()}"


class ResultHoldQuerySet(models.QuerySet["ResultHold"]):
    def live(self) -> ResultHoldQuerySet:
        return self.filter(released_at=None)


class ResultHold(models.Model):
    """An open misconduct case holds back one person's result, and nobody else's (SPEC 9.2, 10)."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    source = models.CharField("案件编号", max_length=60)
    placed_at = models.DateTimeField("暂缓时间")
    released_at = models.DateTimeField("解除时间", null=True, blank=True)

    objects = ResultHoldQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "暂缓公布"
        constraints = [models.UniqueConstraint(fields=["application", "source"], name="result_hold_once")]

    def __str__(self) -> str:
        return f"{self.application} {self.source}"


class ResultCorrection(models.Model):
    """成绩更正: what one person proposes, and another accepts or refuses; accepted it is a new version."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    marks = models.JSONField("更正后的成绩")  # {"theory": {"status": "marked", "score": "61.00"}}: what changes
    reason = models.CharField("更正原因", max_length=300)
    state = models.CharField("状态", max_length=10, choices=CorrectionState, default=CorrectionState.ASKED)
    asked_by_id = models.BigIntegerField("申请人编号")
    asked_by_label = models.CharField("申请人", max_length=100)
    asked_at = models.DateTimeField("申请时间")
    decided_by_id = models.BigIntegerField("核准人编号", null=True, blank=True)
    decided_by_label = models.CharField("核准人", max_length=100, blank=True)
    decided_at = models.DateTimeField("核准时间", null=True, blank=True)
    note = models.CharField("核准意见", max_length=300, blank=True)
    result = models.OneToOneField(
        Result, models.PROTECT, related_name="+", verbose_name="更正后的版本", null=True, blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = "成绩更正"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state=CorrectionState.ASKED),
                name="result_correction_once",
                violation_error_message="该申报已有待核准的成绩更正，请先处理",
            ),
            models.CheckConstraint(
                condition=Q(state=CorrectionState.ASKED)
                | Q(decided_by_id__isnull=False) & ~Q(decided_by_id=models.F("asked_by_id")),
                name="result_correction_four_eyes",
                violation_error_message="成绩更正须由申请人以外的人员核准",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.get_state_display()}"
