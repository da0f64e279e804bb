"""One candidate's place in a sitting, the draw that gave it, and whether they came."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q

from registration.models import Application, Candidate
from scheduling.models.sessions import ExamSession, Sitting, Timed
from skilleval.catalogue.enums import SubjectKind


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


class SeatDraw(models.Model):
    """A draw of a subject's places as anybody can repeat it: seed, who took part, which places, and what came out.

    Append-only; the last of a session and subject is in force, but for sittings that were drawn `alone` since. `facts`
    holds ids alone: see `scheduling.seating`.
    """

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="draws", verbose_name="场次")
    subject = models.CharField("科目", max_length=10, choices=SubjectKind)
    seed = models.CharField("抽签种子", max_length=80)
    at = models.DateTimeField("抽签时间")
    by_id = models.BigIntegerField("抽签人编号", null=True, blank=True)
    by_label = models.CharField("抽签人", max_length=100)
    reason = models.CharField("重抽原因", max_length=150, blank=True, default="")
    facts = models.JSONField("抽签内容")
    neighbours = models.PositiveSmallIntegerField("相邻同机构数")

    class Meta:
        verbose_name = verbose_name_plural = "座位抽签"
        ordering = ["session", "subject", "id"]

    def __str__(self) -> str:
        return f"{self.session} {self.get_subject_display()} {self.seed}"


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
