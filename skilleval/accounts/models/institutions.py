"""Schools and training institutions: how they register themselves, and who is invited to act for them (SPEC 12)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from skilleval.accounts.enums import INSTITUTION_MOVES, STATES_WITH_REASON, InstitutionKind, InstitutionState
from skilleval.accounts.models.users import User
from skilleval.core.fields import BlindIndexField, EncryptedTextField
from skilleval.core.identity import mask_phone
from skilleval.core.models import StoredFile
from skilleval.core.transitions import TransitionLog

_S = InstitutionState


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def visible_to(self, user: Any) -> InstitutionQuerySet:
        """The institutions whose officer somebody is, and those they applied for that aren't approved yet."""
        applied = Q(applied_by_id=user.pk, state__in=(_S.APPLIED, _S.REFUSED))
        return self.filter(applied | Q(memberships__user_id=user.pk)).distinct()


class Institution(models.Model):
    """社会培训机构 or 院校: it enters groups and sees only its own. What it states of itself was approved as stated."""

    MOVES = INSTITUTION_MOVES

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("类别", max_length=10, choices=InstitutionKind, default=InstitutionKind.TRAINING)
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    address = models.CharField("地址", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=50, blank=True)
    contact_phone = EncryptedTextField("联系手机", blank=True)
    licence = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name="证照", null=True, blank=True
    )  # 营业执照, 办学许可证 or 法人证书
    state = models.CharField("状态", max_length=10, choices=InstitutionState, default=_S.APPLIED)
    state_reason = models.TextField("未核准或暂停的原因", blank=True)
    applied_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人", null=True, blank=True)
    applied_at = models.DateTimeField("申请时间", null=True, blank=True)
    decided_by_label = models.CharField("核准人", max_length=100, blank=True)
    decided_at = models.DateTimeField("核准时间", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "社会培训机构、院校"
        constraints = [
            models.CheckConstraint(
                condition=(Q(state__in=STATES_WITH_REASON) & ~Q(state_reason=""))
                | (~Q(state__in=STATES_WITH_REASON) & Q(state_reason="")),
                name="institution_reason",
                violation_error_message="未核准和暂停须写明原因",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(_S.APPLIED, _S.REFUSED))
                | Q(applied_by__isnull=False, applied_at__isnull=False),
                name="institution_applied_by",
                violation_error_message="登记申请须有申请人",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The institution's page, which is the application's until it is approved."""
        return reverse("institution_detail", args=[self.uuid])

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.contact_phone) if self.contact_phone else ""


class InstitutionLog(TransitionLog):
    subject = models.ForeignKey(Institution, models.PROTECT, related_name="log", verbose_name="院校/培训机构")

    class Meta:
        verbose_name = verbose_name_plural = "院校、培训机构办理记录"
        ordering = ["id"]


Institution.LOG = InstitutionLog  # type: ignore[attr-defined]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, at: datetime) -> InvitationQuerySet:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """To become an officer: sent to a telephone or an e-mail address, accepted by the account that has verified it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of the link, worthless to anybody else
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="invitations", verbose_name="院校/培训机构"
    )
    address = EncryptedTextField("发送至")
    address_index = BlindIndexField(source="address")
    invited_by_id = models.BigIntegerField("邀请人编号")
    invited_by_label = models.CharField("邀请人", max_length=100)
    invited_at = models.DateTimeField("邀请时间")
    expires_at = models.DateTimeField("有效期至")
    accepted_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="接受人", null=True, blank=True
    )
    accepted_at = models.DateTimeField("接受时间", null=True, blank=True)
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)
    revoked_by_label = models.CharField("撤回人", max_length=100, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "经办人邀请"
        ordering = ["-id"]
        indexes = [models.Index(fields=["institution", "invited_at"], name="invitation_sent")]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "address_index"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
                violation_error_message="已向该号码或邮箱发出邀请",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at=None),
                name="invitation_ends_once",
                violation_error_message="邀请或被接受，或被撤回",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} #{self.pk}"

    def get_absolute_url(self) -> str:
        """What the message links to."""
        return reverse("invitation", args=[self.uuid])
