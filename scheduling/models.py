"""Batches, rooms, sessions, seats and admission tickets (SPEC 7, 8).

An `ExamSession` is a group of candidates of one batch on one day. A `Sitting` is one subject of it in one room at one
time; a `Seat` is one candidate's place in a sitting. The time stands on the sitting and, tied by a composite foreign
key (migration 0002), on its seats, so that exclusion constraints refuse a room or a candidate in two places at once.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q

from registration.models import Application, Candidate, Window
from scheduling.enums import BATCH_MOVES, SESSION_MOVES, BatchState, SessionState
from skilleval.catalogue.enums import Channel, SubjectKind
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.transitions import TransitionLog


class Batch(models.Model):
    """The people gathering for one offering in one window."""

    MOVES = BATCH_MOVES

    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+", verbose_name="评价项目")
    window = models.ForeignKey(Window, models.PROTECT, related_name="+", verbose_name="申报批次")
    state = models.CharField("状态", max_length=12, choices=BatchState, default=BatchState.GATHERING)
    cut_off_on = models.DateField("缴费截止")  # the last due date of those submitted in the window (SPEC 7.1)
    judge_on = models.DateField("判定日期")  # the cut-off plus the provider's settling days (SPEC 7.1)
    went_ahead_at = models.DateTimeField("成班时间", null=True, blank=True)
    judged_at = models.DateTimeField("判定时间", null=True, blank=True)
    seed = models.BigIntegerField("座位抽签种子", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核批次"
        ordering = ["-window__opens_on", "offering"]
        constraints = [models.UniqueConstraint(fields=["offering", "window"], name="batch_once")]

    def __str__(self) -> str:
        return f"{self.offering} {self.window}"


class BatchLog(TransitionLog):
    subject = models.ForeignKey(Batch, models.PROTECT, related_name="log", verbose_name="考核批次")

    class Meta:
        verbose_name = verbose_name_plural = "批次记录"
        ordering = ["id"]


Batch.LOG = BatchLog  # type: ignore[attr-defined]


class Venue(models.Model):
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    name = models.CharField("考点", max_length=80)
    address = models.CharField("地址", max_length=150)
    directions = models.CharField("交通", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考点"
        ordering = ["provider", "name"]
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="venue_once")]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="rooms", verbose_name="考点")
    name = models.CharField("考场", max_length=40)
    capacity = models.PositiveSmallIntegerField("容量")

    class Meta:
        verbose_name = verbose_name_plural = "考场"
        ordering = ["venue", "name"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "name"], name="room_once"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="room_capacity"),
        ]

    def __str__(self) -> str:
        return f"{self.venue} {self.name}"


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

    def __str__(self) -> str:
        return f"{self.batch} 第{self.number}场"


class ExamSessionLog(TransitionLog):
    subject = models.ForeignKey(ExamSession, models.PROTECT, related_name="log", verbose_name="场次")

    class Meta:
        verbose_name = verbose_name_plural = "场次记录"
        ordering = ["id"]


ExamSession.LOG = ExamSessionLog  # type: ignore[attr-defined]


class Timed:
    """What has a range of time with both ends, as sittings and their seats do."""

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
    """One subject of a session in one room at one time. Only live (published) rows bar others."""

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="sittings", verbose_name="场次")
    subject = models.CharField("科目", max_length=10, choices=SubjectKind)
    room = models.ForeignKey(Room, models.PROTECT, related_name="+", verbose_name="考场", null=True, blank=True)
    during = DateTimeRangeField("时间")
    live = models.BooleanField("已发布", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "科目安排"
        ordering = ["session", "during"]
        constraints = [
            models.UniqueConstraint(fields=["session", "subject", "room", "during"], name="sitting_once"),
            models.UniqueConstraint(fields=["id", "during"], name="sitting_time"),  # the seats' composite key
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


class Seat(Timed, models.Model):
    """One candidate's place in a sitting. `during` follows the sitting's by a cascading composite foreign key."""

    # The composite key on (sitting, during) of migration 0002 stands for the plain one.
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, related_name="seats", verbose_name="科目安排", db_constraint=False
    )
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="+", verbose_name="参评人员")
    subject = models.CharField("科目", max_length=10, choices=SubjectKind)
    number = models.PositiveSmallIntegerField("座位号")
    during = DateTimeRangeField("时间")
    live = models.BooleanField("已发布", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "座位"
        ordering = ["sitting", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "number"], name="seat_number_once", deferrable=Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["application", "subject"], name="seat_once"),
            ExclusionConstraint(
                name="seat_candidate_free",
                expressions=[("candidate", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(live=True),
                deferrable=Deferrable.DEFERRED,
                violation_error_message="该参评人员在这段时间已安排其他考试",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} {self.number}"


class Attendance(models.Model):
    """Whether somebody came to a sitting, as staff noted it on the day (SPEC 8); every change is an audit event."""

    seat = models.OneToOneField(Seat, models.PROTECT, related_name="attendance", verbose_name="座位")
    present = models.BooleanField("到场")
    noted_at = models.DateTimeField("登记时间")
    noted_by_id = models.BigIntegerField("登记人编号")
    noted_by_label = models.CharField("登记人", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "考勤"

    def __str__(self) -> str:
        return f"{self.seat} {self.word}"

    @property
    def word(self) -> str:
        return "已签到" if self.present else "缺考"


class TicketQuerySet(models.QuerySet["AdmissionTicket"]):
    def visible_to(self, user: Any) -> TicketQuerySet:
        """Provider staff see their provider's; a candidate their own, in a group only where the provider lets them."""
        may_fetch = Q(application__channel=Channel.INDIVIDUAL) | Q(
            session__batch__offering__provider__group_candidates_download=True
        )
        own = Q(application__candidate__user_id=user.pk) & may_fetch
        return self.filter(own | Q(session__batch__offering__provider_id__in=user.provider_ids))

    def in_force(self) -> TicketQuerySet:
        return self.filter(withdrawn_at=None)


class AdmissionTicket(models.Model):
    """准考证, released by the provider's rule (SPEC 3.4, 8); withdrawn and issued again when a session changes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what the QR code names
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="tickets", verbose_name="场次")
    number = models.CharField("准考证号", max_length=14, unique=True)
    released_at = models.DateTimeField("发放时间")
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)
    first_fetched_at = models.DateTimeField("首次领取", null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "准考证"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(withdrawn_at=None), name="ticket_in_force_once"
            ),
            models.CheckConstraint(condition=Q(number__regex=r"^\d{14}$"), name="ticket_number"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def candidate_may_fetch(self) -> bool:
        """Group candidates get theirs from the institution, unless the provider lets them download it too."""
        application = self.application
        return application.channel == Channel.INDIVIDUAL or application.offering.provider.group_candidates_download
