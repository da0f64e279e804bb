"""The desk: appointments within its hours, days on which it is closed, and the reasons reviewers choose from."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from registration.enums import AppointmentState, ReasonKind
from registration.models.applications import Application
from skilleval.catalogue.models import Contact, Provider


class DeskClosureQuerySet(models.QuerySet["DeskClosure"]):
    def in_force(self) -> DeskClosureQuerySet:
        return self.filter(lifted_on=None)


class DeskClosure(models.Model):
    """Days on which a desk is closed beyond weekends and holidays; both days included."""

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", verbose_name="业务受理点")
    first_day = models.DateField("起始日期")
    last_day = models.DateField("截止日期")
    reason = models.CharField("说明", max_length=100, help_text="已预约的参评人员会看到，如：端午节假期")
    lifted_on = models.DateField(
        "撤销日期", null=True, blank=True, editable=False
    )  # entered by mistake, or open after all

    objects = DeskClosureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "受理点停止受理"
        ordering = ["-first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="desk_closure_order",
                violation_error_message="截止日期不得早于起始日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: Any) -> AppointmentQuerySet:
        """The candidate's own; provider staff their desk's."""
        own = Q(application__candidate__user_id=user.pk)
        return self.filter(own | Q(contact__provider_id__in=user.provider_ids))

    def booked(self) -> AppointmentQuerySet:
        return self.filter(state=AppointmentState.BOOKED)


class Appointment(models.Model):
    """预约: a place at the desk to hand in the signed original. `place` counts within the slot, from 1."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", verbose_name="业务受理点")
    day = models.DateField("日期")
    starts = models.TimeField("开始")
    ends = models.TimeField("结束")
    place = models.PositiveSmallIntegerField("序号")
    state = models.CharField("状态", max_length=10, choices=AppointmentState, default=AppointmentState.BOOKED)
    reason = models.CharField("取消原因", max_length=200, blank=True)
    made_at = models.DateTimeField("预约时间")
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    reminded_on = models.DateField("提醒日期", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预约"
        ordering = ["day", "starts", "place"]
        indexes = [models.Index(fields=["contact", "day"], name="appointment_of_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "day", "starts", "place"],
                condition=Q(state=AppointmentState.BOOKED),
                name="appointment_place_once",
                violation_error_message="该时段刚被约满，请选择其他时段",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state=AppointmentState.BOOKED),
                name="appointment_booked_once",
                violation_error_message="该申报已有预约",
            ),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="appointment_order"),
            models.CheckConstraint(condition=Q(place__gte=1), name="appointment_place"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.starts:%H:%M}"


class ReviewReason(models.Model):
    """A maintained reason for returning or rejecting: the reviewer's text is what the record keeps."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="+", verbose_name="评价机构", null=True, blank=True
    )  # null: everybody's
    kind = models.CharField("用于", max_length=14, choices=ReasonKind)
    text = models.CharField("理由", max_length=200)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审核理由"
        ordering = ["kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "kind", "text"],
                name="review_reason_once",
                nulls_distinct=False,
                violation_error_message="已有相同的理由",
            ),
        ]

    def __str__(self) -> str:
        return self.text
