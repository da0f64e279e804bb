"""场次: a batch's candidates who sit together on one day, subject by subject, and what was published of it when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q

from scheduling.enums import SESSION_MOVES, SessionState
from scheduling.models.batches import Batch
from scheduling.models.venues import Room
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.transitions import TransitionLog


class ExamSessionQuerySet(models.QuerySet["ExamSession"]):
    def live(self) -> ExamSessionQuerySet:
        return self.exclude(state=SessionState.CANCELLED)


class ExamSession(models.Model):
    """场次: a group of a batch's candidates who sit together on one day."""

    MOVES = SESSION_MOVES

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="sessions", verbose_name="考核批次")
    number = models.PositiveSmallIntegerField("场次号")
    size = models.PositiveSmallIntegerField("人数")
    held_on = models.DateField("评价日期")
    state = models.CharField("状态", max_length=10, choices=SessionState, default=SessionState.PROPOSED)
    period_override_reason = models.CharField("超出评价期的原因", max_length=200, blank=True)
    tickets_from = models.DateField("准考证发放日期", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    version = models.PositiveSmallIntegerField("版本", default=1)

    objects = ExamSessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "场次"
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="exam_session_once"),
            models.CheckConstraint(
                condition=~Q(state=SessionState.PUBLISHED) | Q(published_at__isnull=False),
                name="exam_session_published_facts",
            ),
        ]
        indexes = [models.Index(fields=["held_on", "batch"], name="exam_session_day")]

    def __str__(self) -> str:
        return f"{self.batch} 第{self.number}场"


class ExamSessionLog(TransitionLog):
    subject = models.ForeignKey(ExamSession, models.PROTECT, related_name="log", verbose_name="场次")

    class Meta:
        verbose_name = verbose_name_plural = "场次记录"
        ordering = ["id"]


ExamSession.LOG = ExamSessionLog  # type: ignore[attr-defined]


class SessionVersion(models.Model):
    """What was published of a session, and why it changed (SPEC 7.5, 7.8). Append-only; the last is what holds.

    `plan` has ids, dates and places alone, no personal data: see `scheduling.versions`.
    """

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="versions", verbose_name="场次")
    number = models.PositiveSmallIntegerField("版本")
    at = models.DateTimeField("发布时间")
    by_id = models.BigIntegerField("发布人编号", null=True, blank=True)
    by_label = models.CharField("发布人", max_length=100)
    reason = models.CharField("变更原因", max_length=200, blank=True)
    plan = models.JSONField("安排")

    class Meta:
        verbose_name = verbose_name_plural = "场次版本"
        ordering = ["session", "number"]
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="session_version_once")]

    def __str__(self) -> str:
        return f"{self.session} 第 {self.number} 版"


class Timed:
    """What has a range of time with both ends, as sittings, their seats and duties do."""

    during: Any

    @property
    def starts(self) -> datetime:
        moment: datetime = self.during.lower
        return moment

    @property
    def ends(self) -> datetime:
        moment: datetime = self.during.upper
        return moment


class Sitting(Timed, models.Model):
    """One subject of a session in one room at one time. Only live (published) rows bar others.

    `rotation` is the turn (轮次): people beyond a room's practical stations sit in the next one, back to back.
    """

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="sittings", verbose_name="场次")
    subject = models.CharField("科目", max_length=10, choices=SubjectKind)
    rotation = models.PositiveSmallIntegerField("轮次", default=1)
    room = models.ForeignKey(Room, models.PROTECT, related_name="+", verbose_name="考场", null=True, blank=True)
    during = DateTimeRangeField("时间")
    live = models.BooleanField("已发布", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "科目安排"
        ordering = ["session", "during"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "subject", "room", "during"],
                name="sitting_once",
                deferrable=Deferrable.DEFERRED,  # turns move into each other's times
                violation_error_message="同一考场在同一时间已有本场的这个科目，请换考场或改时间",
            ),
            models.UniqueConstraint(fields=["id", "during"], name="sitting_time"),  # the composite keys of what follows
            models.CheckConstraint(condition=Q(rotation__gte=1), name="sitting_rotation"),
            models.CheckConstraint(
                condition=Q(live=False) | Q(room__isnull=False),
                name="sitting_room_known",
                violation_error_message="发布前须为每个科目安排考场",
            ),
            ExclusionConstraint(
                name="sitting_room_free",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(live=True),
                deferrable=Deferrable.DEFERRED,
                violation_error_message="该考场在这段时间已安排其他场次",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.get_subject_display()}"
