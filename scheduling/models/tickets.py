"""准考证, who fetched which, and an institution's or a session's tickets made into one file."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from registration.models import Application, Window
from scheduling.enums import BUNDLES_UNDER_WAY, BundleKind, BundleState, FetchedAs
from scheduling.models.sessions import ExamSession
from skilleval.accounts.models import Institution
from skilleval.catalogue.enums import Channel
from skilleval.catalogue.models import Provider
from skilleval.core.models import StoredFile


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
    withdrawn_reason = models.CharField("收回原因", max_length=200, blank=True)
    first_fetched_at = models.DateTimeField("首次领取", null=True, blank=True)
    reminded_at = models.DateTimeField("提醒领取", null=True, blank=True)

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


class TicketFetch(models.Model):
    """A receipt: who took which ticket when, and as what. Append-only."""

    ticket = models.ForeignKey(AdmissionTicket, models.PROTECT, related_name="fetches", verbose_name="准考证")
    at = models.DateTimeField("时间")
    by_id = models.BigIntegerField("领取人编号")
    by_label = models.CharField("领取人", max_length=100)
    how = models.CharField("方式", max_length=8, choices=FetchedAs)

    class Meta:
        verbose_name = verbose_name_plural = "准考证领取记录"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.ticket} {self.get_how_display()} {self.by_label}"


class TicketBundleQuerySet(models.QuerySet["TicketBundle"]):
    def visible_to(self, user: Any) -> TicketBundleQuerySet:
        """An institution's officers see their institution's, provider staff those of their provider's sessions."""
        of_session = Q(session__isnull=False, provider_id__in=user.provider_ids)
        return self.filter(of_session | Q(institution_id__in=user.institution_ids))


class TicketBundle(models.Model):
    """Many tickets made into one file in the background: an institution's at a provider in a window, or a session's.

    `tickets` are the ids it holds, in their order; `left_out` those that couldn't be made, each with the reason.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="+", verbose_name="院校/培训机构", null=True, blank=True
    )
    window = models.ForeignKey(Window, models.PROTECT, related_name="+", verbose_name="申报批次", null=True, blank=True)
    session = models.ForeignKey(
        ExamSession, models.PROTECT, related_name="bundles", verbose_name="场次", null=True, blank=True
    )
    kind = models.CharField("形式", max_length=8, choices=BundleKind)
    state = models.CharField("状态", max_length=8, choices=BundleState, default=BundleState.WAITING)
    tickets = ArrayField(models.BigIntegerField(), verbose_name="准考证", default=list)
    left_out = models.JSONField("未生成", default=list)  # [{"ticket": id, "why": words}]
    done = models.PositiveIntegerField("已生成", default=0)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件", null=True, blank=True)
    asked_at = models.DateTimeField("提出时间")
    asked_by_id = models.BigIntegerField("提出人编号")
    asked_by_label = models.CharField("提出人", max_length=100)
    ready_at = models.DateTimeField("生成时间", null=True, blank=True)

    objects = TicketBundleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "准考证合集"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "institution", "window", "session", "kind"],
                condition=Q(state__in=BUNDLES_UNDER_WAY),
                nulls_distinct=False,
                name="ticket_bundle_under_way_once",
                violation_error_message="同样的准考证合集正在生成，请等它完成",
            ),
            models.CheckConstraint(
                condition=~Q(state=BundleState.READY) | Q(file__isnull=False, ready_at__isnull=False),
                name="ticket_bundle_ready",
            ),
            models.CheckConstraint(
                condition=Q(session__isnull=False) ^ Q(institution__isnull=False), name="ticket_bundle_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def total(self) -> int:
        return len(self.tickets)
