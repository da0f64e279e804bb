"""Money that came and where it went: receipts and an append-only ledger. No balance is stored (SPEC 6)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from fees.enums import EntryKind, ReceiptSource
from fees.models.orders import Order, OrderLine
from fees.models.refunds import Refund
from skilleval.catalogue.models import Provider
from skilleval.core.fields import EncryptedTextField


class Receipt(models.Model):
    """款项: money that reached the provider's account, as the bank has it. Append-only (a trigger refuses changes).

    Nothing says what is left of it: that is its amount less what its entries took (fees.queries.receipts). One noted
    wrongly is reversed by another of the opposite amount.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    source = models.CharField("来源", max_length=10, choices=ReceiptSource)
    value_on = models.DateField("到账日期")
    amount = models.DecimalField("金额（元）", max_digits=11, decimal_places=2)
    payer = models.CharField("付款人", max_length=200, blank=True)
    payer_account = EncryptedTextField("付款账号", blank=True)
    reference = models.CharField("附言", max_length=300, blank=True)
    key = models.CharField("唯一键", max_length=100, unique=True)  # one row per movement at the bank
    reverses = models.OneToOneField(
        "self", models.PROTECT, related_name="reversal", verbose_name="冲销的款项", null=True, blank=True
    )
    noted_by_id = models.BigIntegerField("登记人编号", null=True)
    noted_by_label = models.CharField("登记人", max_length=100)
    noted_at = models.DateTimeField("登记时间", auto_now_add=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到账款项"
        ordering = ["-id"]
        indexes = [models.Index(fields=["provider", "value_on"], name="receipt_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="receipt_sign",
                violation_error_message="到账金额须大于 0",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_on} {self.amount}"


class ReceiptOrder(models.Model):
    """Which orders money is for, as finance staff (or a sound match) said; of how much of it, the ledger speaks.

    A part of what an order asks waits here for the rest, or for the officer's word whom it is for.
    """

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="orders", verbose_name="款项")
    order = models.ForeignKey(Order, models.PROTECT, related_name="receipts", verbose_name="订单")
    said_by_id = models.BigIntegerField("确定人编号", null=True)
    said_by_label = models.CharField("确定人", max_length=100)
    said_at = models.DateTimeField("确定时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "款项用途"
        constraints = [models.UniqueConstraint(fields=["receipt", "order"], name="receipt_order_once")]

    def __str__(self) -> str:
        return f"{self.receipt} → {self.order}"


class LedgerEntry(models.Model):
    """What became of a receipt's money. Append-only (a trigger refuses changes): a correction is a new entry.

    A payment gives some of it to a line; a correction takes that back; a refund returns to the payer what a line had
    (`line`) or what nothing had taken. Σ of a receipt never exceeds its amount, Σ of a line is what it holds.
    """

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="entries", verbose_name="款项")
    order = models.ForeignKey(Order, models.PROTECT, related_name="entries", verbose_name="订单", null=True, blank=True)
    line = models.ForeignKey(
        OrderLine, models.PROTECT, related_name="entries", verbose_name="明细", null=True, blank=True
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, related_name="entries", verbose_name="退费", null=True, blank=True
    )
    kind = models.CharField("类别", max_length=10, choices=EntryKind)
    amount = models.DecimalField("金额（元）", max_digits=11, decimal_places=2)  # signed: what leaves is negative
    value_on = models.DateField("到账日期")  # of a refund the day the bank carried it out
    key = models.CharField("唯一键", max_length=100, unique=True)  # one entry per cause
    booked_by_id = models.BigIntegerField("经办人", null=True)
    booked_by_label = models.CharField("经办人", max_length=100)
    booked_at = models.DateTimeField("记账时间", auto_now_add=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收支流水"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=EntryKind.PAYMENT, amount__gt=0, line__isnull=False, refund=None)
                | Q(kind=EntryKind.CORRECTION, amount__lt=0, line__isnull=False, refund=None)
                | Q(kind=EntryKind.REFUND, amount__lt=0, refund__isnull=False),
                name="ledger_entry_facts",
            ),
            models.CheckConstraint(
                condition=Q(line=None, order=None) | Q(line__isnull=False, order__isnull=False),
                name="ledger_entry_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order or self.receipt} {self.amount}"
