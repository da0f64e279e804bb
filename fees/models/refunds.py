"""退费: money that goes back to its payer, asked by one and approved by another (SPEC 6, RELIABILITY 7)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from fees.enums import REFUND_MOVES, RefundState
from fees.models.orders import OrderLine
from skilleval.catalogue.models import Provider
from skilleval.core.fields import EncryptedTextField
from skilleval.core.transitions import TransitionLog


class Refund(models.Model):
    """One transfer back to one payer. Booked when the bank has carried it out; its items say of which money."""

    MOVES = REFUND_MOVES

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("退费编号", max_length=20, unique=True)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    payer = models.CharField("退给", max_length=100)
    account = EncryptedTextField("收款账号", blank=True)
    bank = models.CharField("开户行", max_length=100, blank=True)
    account_named_by_id = models.BigIntegerField("账号填写人编号", null=True, blank=True)  # null: the bank named it
    amount = models.DecimalField("金额（元）", max_digits=11, decimal_places=2)
    reason = models.CharField("原因", max_length=300)
    state = models.CharField("状态", max_length=10, choices=RefundState, default=RefundState.ASKED)
    asked_by_id = models.BigIntegerField("申请人编号")
    asked_by_label = models.CharField("申请人", max_length=100)
    asked_at = models.DateTimeField("申请时间")
    decided_by_id = models.BigIntegerField("核准人编号", null=True, blank=True)
    decided_by_label = models.CharField("核准人", max_length=100, blank=True)
    decided_at = models.DateTimeField("核准时间", null=True, blank=True)
    answer = models.CharField("核准意见", max_length=300, blank=True)
    paid_on = models.DateField("退款日期", null=True, blank=True)
    bank_reference = models.CharField("银行流水号", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "退费"
        ordering = ["-id"]
        indexes = [models.Index(fields=["provider", "state", "id"], name="refund_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(decided_by_id=None) | ~Q(decided_by_id=F("asked_by_id")),
                name="refund_four_eyes",
                violation_error_message="退费须由申请人以外的人员核准",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RefundState.APPROVED, RefundState.PAID])
                | Q(account_named_by_id=None)
                | ~Q(account_named_by_id=F("decided_by_id")),
                name="refund_account_four_eyes",
                violation_error_message="退费须由填写收款账号以外的人员核准",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RefundState.APPROVED, RefundState.PAID]) | Q(decided_by_id__isnull=False),
                name="refund_approved_facts",
                violation_error_message="退费须先核准",
            ),
            models.CheckConstraint(
                condition=Q(state=RefundState.PAID, paid_on__isnull=False)
                | ~Q(state=RefundState.PAID) & Q(paid_on=None),
                name="refund_paid_facts",
                violation_error_message="已退的费用须有退款日期",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RefundLog(TransitionLog):
    subject = models.ForeignKey(Refund, models.PROTECT, related_name="log", verbose_name="退费")

    class Meta:
        verbose_name = verbose_name_plural = "退费记录"
        ordering = ["id"]


Refund.LOG = RefundLog  # type: ignore[attr-defined]


class RefundItem(models.Model):
    """Of which receipt, and of which line where it had paid one, the money is taken."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="items", verbose_name="退费")
    receipt = models.ForeignKey("fees.Receipt", models.PROTECT, related_name="refund_items", verbose_name="款项")
    line = models.ForeignKey(
        OrderLine, models.PROTECT, related_name="refund_items", verbose_name="订单明细", null=True, blank=True
    )  # null: money that paid nothing
    amount = models.DecimalField("金额（元）", max_digits=11, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "退费明细"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_item_positive"),
            models.UniqueConstraint(
                fields=["refund", "receipt", "line"], name="refund_item_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund} {self.amount}"
