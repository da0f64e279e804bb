"""Marks before they are published: two readings by two people, and what a decision cancelled (SPEC 9.1, 10).

Nothing here is ever shown to a candidate: results exist only once they are published (models.results).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from certificates.enums import ENTERED_STATUSES, SHEET_MOVES, MarkStatus, SheetState
from registration.models import Application
from scheduling.models import ExamSession
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.transitions import TransitionLog

FIRST, SECOND = 1, 2


class ResultSession(ExamSession):
    """A session as the results role works on it: from the end of its first subject to the publication."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "成绩录入与公布"


class MarkSheet(models.Model):
    """成绩册: one subject of one session. Entered by one person, read again and confirmed by another."""

    MOVES = SHEET_MOVES

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what a workbook names
    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="+", verbose_name="场次")
    subject = models.CharField("科目", max_length=10, choices=SubjectKind)
    state = models.CharField("状态", max_length=10, choices=SheetState, default=SheetState.OPEN)
    first_by_id = models.BigIntegerField("录入人编号", null=True, blank=True)
    first_by_label = models.CharField("录入人", max_length=100, blank=True)
    second_by_id = models.BigIntegerField("复核人编号", null=True, blank=True)
    second_by_label = models.CharField("复核人", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "成绩册"
        ordering = ["-session__held_on", "session", "subject"]
        constraints = [
            models.UniqueConstraint(fields=["session", "subject"], name="mark_sheet_once"),
            models.CheckConstraint(
                condition=Q(state=SheetState.OPEN) | Q(first_by_id__isnull=False),
                name="mark_sheet_entered_by",
                violation_error_message="提交复核的成绩册须有录入人",
            ),
            models.CheckConstraint(
                condition=~Q(state=SheetState.CONFIRMED)
                | Q(second_by_id__isnull=False) & ~Q(second_by_id=models.F("first_by_id")),
                name="mark_sheet_four_eyes",
                violation_error_message="成绩须由录入人以外的人员复核",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.get_subject_display()}"


class MarkSheetLog(TransitionLog):
    subject = models.ForeignKey(MarkSheet, models.PROTECT, related_name="log", verbose_name="成绩册")

    class Meta:
        verbose_name = verbose_name_plural = "成绩册记录"
        ordering = ["id"]


MarkSheet.LOG = MarkSheetLog  # type: ignore[attr-defined]


class MarkEntry(models.Model):
    """One person's mark as one of the two readings has it."""

    sheet = models.ForeignKey(MarkSheet, models.PROTECT, related_name="entries", verbose_name="成绩册")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    reading = models.PositiveSmallIntegerField("第几遍", choices=[(FIRST, "录入"), (SECOND, "复核")])
    status = models.CharField("评分状态", max_length=10, choices=MarkStatus)
    score = models.DecimalField("成绩", max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "录入的成绩"
        ordering = ["sheet", "application", "reading"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "application", "reading"], name="mark_entry_once"),
            models.CheckConstraint(
                condition=Q(status=MarkStatus.MARKED, score__isnull=False, score__gte=0, score__lte=100)
                | Q(status=MarkStatus.ABSENT, score__isnull=True),
                name="mark_entry_facts",
                violation_error_message="已评分的填写 0 至 100 的成绩，缺考的不填成绩",
            ),
            models.CheckConstraint(condition=Q(status__in=ENTERED_STATUSES), name="mark_entry_status"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.application} {self.get_reading_display()}"


class MarkCancellationQuerySet(models.QuerySet["MarkCancellation"]):
    def live(self) -> MarkCancellationQuerySet:
        return self.filter(lifted_at=None)


class MarkCancellation(models.Model):
    """A decision that cancels a sitting's mark in one subject, or in all (`subject` empty); lifted: as if never."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    subject = models.CharField("科目", max_length=10, choices=SubjectKind, blank=True)
    source = models.CharField("决定文号", max_length=60)
    cancelled_at = models.DateTimeField("取消时间")
    lifted_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = MarkCancellationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "成绩取消"
        constraints = [
            models.UniqueConstraint(fields=["application", "subject", "source"], name="mark_cancellation_once")
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.source}"
