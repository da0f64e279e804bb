"""Certificates: drawn up for whoever passed, reviewed, numbered without gap, and never deleted (SPEC 9.5)."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from certificates.enums import (
    CERTIFICATE_MOVES,
    LIVE_CERTIFICATES,
    NUMBERED,
    CertificateState,
    RequestKind,
    RequestState,
)
from certificates.models.results import Result
from registration.enums import IDENTITY_CHOICES
from registration.models import Application, Candidate, TakeOver
from skilleval.catalogue.enums import Level
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.fields import EncryptedTextField
from skilleval.core.identity import mask
from skilleval.core.transitions import TransitionLog


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user: Any) -> CertificateQuerySet:
        """The holder's own, once numbered; provider staff see their provider's in the admin, scoped by role there."""
        return self.filter(candidate__user_id=user.pk, state__in=NUMBERED)

    def live(self) -> CertificateQuerySet:
        return self.filter(state__in=LIVE_CERTIFICATES)


class Certificate(models.Model):
    """证书. What is printed of a person is frozen when it is numbered; the number is taken from a locked counter.

    Only one that the provider issued before the portal, or one that replaces it, has neither application nor result.
    """

    MOVES = CERTIFICATE_MOVES

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name="申报", null=True, blank=True
    )
    result = models.ForeignKey(Result, models.PROTECT, related_name="+", verbose_name="成绩", null=True, blank=True)
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="+", verbose_name="参评人员")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+", verbose_name="评价项目")
    level = models.CharField("等级", max_length=8, choices=Level)
    state = models.CharField("状态", max_length=10, choices=CertificateState, default=CertificateState.DRAWN)
    number = models.CharField("证书编号", max_length=30, unique=True, null=True, blank=True)
    issued_on = models.DateField("发证日期", null=True, blank=True)
    ended_on = models.DateField("作废、换发日期", null=True, blank=True)
    holder_name = models.CharField("姓名", max_length=60, blank=True)
    id_cipher = EncryptedTextField("证件号码", blank=True)
    id_type = models.CharField("证件类型", max_length=16, choices=IDENTITY_CHOICES, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, related_name="replacement", verbose_name="原证书", null=True, blank=True
    )
    taken_over = models.ForeignKey(
        TakeOver, models.PROTECT, related_name="+", verbose_name="历史业务导入", null=True, blank=True
    )  # issued before the portal
    drawn_at = models.DateTimeField("拟制时间")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证书"
        ordering = ["-id"]
        indexes = [models.Index(fields=["provider", "state", "id"], name="certificate_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=LIVE_CERTIFICATES),
                name="certificate_live_once",
                violation_error_message="该申报已有证书",
            ),
            models.CheckConstraint(
                condition=Q(application__isnull=False, result__isnull=False, taken_over=None)
                | Q(application=None, result=None)
                & ~Q(state__in=[CertificateState.DRAWN, CertificateState.DROPPED])
                & (Q(taken_over__isnull=False) | Q(replaces__isnull=False)),
                name="certificate_origin",
                violation_error_message="证书须来自本平台的申报和成绩，或由历史业务导入",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=NUMBERED)
                | Q(number__isnull=False, issued_on__isnull=False) & ~Q(holder_name="") & ~Q(id_cipher=""),
                name="certificate_issued_facts",
                violation_error_message="已发的证书须有编号、发证日期和持证人",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[CertificateState.VOID, CertificateState.REPLACED]) | Q(ended_on__isnull=False),
                name="certificate_ended_facts",
                violation_error_message="作废或换发的证书须有日期",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.application}（未编号）"

    @property
    def is_printed_here(self) -> bool:
        """Whether the portal has its paper: of one issued before, the provider printed it."""
        return self.taken_over_id is None

    @property
    def masked_id(self) -> str:
        return mask(self.id_cipher)


class CertificateLog(TransitionLog):
    subject = models.ForeignKey(Certificate, models.PROTECT, related_name="log", verbose_name="证书")

    class Meta:
        verbose_name = verbose_name_plural = "证书记录"
        ordering = ["id"]


Certificate.LOG = CertificateLog  # type: ignore[attr-defined]


class CertificateRequest(models.Model):
    """作废 or 换发: what one person asks for with a reason, and another does or refuses (four eyes)."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="requests", verbose_name="证书")
    kind = models.CharField("类别", max_length=8, choices=RequestKind)
    reason = models.CharField("理由", max_length=300)
    state = models.CharField("状态", max_length=8, choices=RequestState, default=RequestState.ASKED)
    asked_by_id = models.BigIntegerField("申请人编号")
    asked_by_label = models.CharField("申请人", max_length=100)
    asked_at = models.DateTimeField("申请时间")
    decided_by_id = models.BigIntegerField("核准人编号", null=True, blank=True)
    decided_by_label = models.CharField("核准人", max_length=100, blank=True)
    decided_at = models.DateTimeField("核准时间", null=True, blank=True)
    answer = models.CharField("核准意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "证书作废与换发"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(state=RequestState.ASKED),
                name="certificate_request_once",
                violation_error_message="该证书已有待核准的申请，请先处理",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.ASKED)
                | Q(decided_by_id__isnull=False) & ~Q(decided_by_id=F("asked_by_id")),
                name="certificate_request_four_eyes",
                violation_error_message="证书的作废和换发须由申请人以外的人员核准",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} {self.get_kind_display()}"


class NumberScheme(models.Model):
    """How a provider numbers its special-capability certificates: no notice publishes a scheme (SPEC 9.5)."""

    provider = models.OneToOneField(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    prefix = models.CharField("前缀", max_length=16, blank=True, help_text="留空时为机构备案号")
    infix = models.CharField("年份后的固定字符", max_length=4, default="Z")
    serial_digits = models.PositiveSmallIntegerField("流水号位数", default=6)

    class Meta:
        verbose_name = verbose_name_plural = "专项证书编号规则"
        constraints = [
            # a letter after the year: no level certificate's number can ever be the same
            models.CheckConstraint(
                condition=Q(prefix__regex=r"^[A-Z0-9]*$", infix__regex=r"^[A-Z][A-Z0-9]*$"),
                name="number_scheme_signs",
                violation_error_message="前缀只用大写字母和数字；年份后的固定字符以大写字母开头",
            ),
            models.UniqueConstraint(
                fields=["prefix", "infix"],
                condition=~Q(prefix=""),
                name="number_scheme_once",
                violation_error_message="其他机构已使用这一前缀和固定字符，请改用别的",
            ),
            models.CheckConstraint(
                condition=Q(serial_digits__range=(4, 8)),
                name="number_scheme_digits",
                violation_error_message="流水号为 4 至 8 位",
            ),
        ]

    def __str__(self) -> str:
        return str(self.provider)
