"""认领: a person without account comes to the record that a roster made (SPEC 5.8)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from registration.enums import OPEN_CLAIMS, ClaimState
from registration.models.candidates import Candidate
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core.models import StoredFile


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> ClaimQuerySet:
        return self.filter(state__in=OPEN_CLAIMS)


class Claim(models.Model):
    """Somebody who typed a whole document number says the record is theirs, and proves it by phone or by document."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="+", verbose_name="参评人员")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="账号")
    state = models.CharField("状态", max_length=8, choices=ClaimState, default=ClaimState.CODE)
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="+", verbose_name="核对机构", null=True, blank=True
    )  # whose reviewer compares the document; null: nothing of theirs was handed in, the administrator does
    by_phone = models.BooleanField("可用手机验证", default=False)  # the name agreed and nobody else has the record
    code_hash = models.CharField("验证码摘要", max_length=128, blank=True)
    code_sent_at = models.DateTimeField("验证码发送时间", null=True, blank=True)
    codes_sent = models.PositiveSmallIntegerField("已发送次数", default=0)
    tries = models.PositiveSmallIntegerField("已尝试次数", default=0)
    document = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name="证件照片", null=True, blank=True
    )
    said = models.CharField("说明", max_length=300, blank=True)
    decided_by_id = models.BigIntegerField("核对人编号", null=True)
    decided_by_label = models.CharField("核对人", max_length=100, blank=True)
    decided_at = models.DateTimeField("核对时间", null=True, blank=True)
    reason = models.CharField("未通过的原因", max_length=300, blank=True)
    created_at = models.DateTimeField("申请时间")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认领申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=OPEN_CLAIMS),
                name="claim_open_once",
                violation_error_message="您已有一项认领在办理",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
