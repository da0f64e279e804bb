"""银行流水: a bank's statement, read, matched, looked at, and only then booked (SPEC 6)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from fees.enums import LineState, StatementState
from fees.models.ledger import Receipt
from skilleval.catalogue.models import Provider
from skilleval.core.fields import EncryptedTextField
from skilleval.core.models import StoredFile


class StatementFormat(models.Model):
    """Which column of a bank's file means what: remembered by the provider for every file with the same header."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    header_key = models.CharField("表头摘要", max_length=64)
    columns = models.JSONField("列的含义")  # meaning → position: {"value_on": 0, "incoming": 3, …}
    name = models.CharField("名称", max_length=60, blank=True)
    saved_by_label = models.CharField("保存人", max_length=100)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "流水格式"
        constraints = [models.UniqueConstraint(fields=["provider", "header_key"], name="statement_format_once")]

    def __str__(self) -> str:
        return self.name or self.header_key[:8]


class Statement(models.Model):
    """One uploaded file. `sha256` is that of its bytes: a file seen before is recognised."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件", null=True, blank=True)
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField("状态", max_length=10, choices=StatementState, default=StatementState.READING)
    header = models.JSONField("表头", default=list, blank=True)
    columns = models.JSONField("列的含义", default=dict, blank=True)
    problem = models.CharField("问题", max_length=300, blank=True)
    warnings = models.JSONField("提醒", default=list, blank=True)  # what to look at in the file before booking
    first_day = models.DateField("起始日期", null=True, blank=True)
    last_day = models.DateField("截止日期", null=True, blank=True)
    uploaded_by_id = models.BigIntegerField("上传人编号")
    uploaded_by_label = models.CharField("上传人", max_length=100)
    uploaded_at = models.DateTimeField("上传时间")
    committed_by_id = models.BigIntegerField("入账人编号", null=True, blank=True)
    committed_by_label = models.CharField("入账人", max_length=100, blank=True)
    committed_at = models.DateTimeField("入账时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "银行流水"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "sha256"],
                condition=~Q(state__in=[StatementState.DISCARDED, StatementState.REFUSED]),
                name="statement_once",
                violation_error_message="这份流水已上传过",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StatementLine(models.Model):
    """One line of the file. `key` names the bank's movement: an overlapping file brings it again, and it is known."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", verbose_name="银行流水")
    number = models.PositiveIntegerField("行号")
    value_on = models.DateField("交易日期", null=True, blank=True)
    amount = models.DecimalField("金额（元）", max_digits=13, decimal_places=2, null=True, blank=True)  # out: negative
    payer = models.CharField("对方户名", max_length=200, blank=True)
    payer_account = EncryptedTextField("对方账号", blank=True)
    reference = models.CharField("附言", max_length=300, blank=True)
    serial = models.CharField("流水号", max_length=80, blank=True)
    key = models.CharField("唯一键", max_length=64, blank=True)
    state = models.CharField("处理", max_length=10, choices=LineState)
    reason = models.CharField("说明", max_length=300, blank=True)
    # What in the file itself makes it doubtful: such a line is never matched again, whatever becomes of the orders
    doubt = models.CharField("文件疑点", max_length=300, blank=True)
    # [{"orders": [pk…], "why": "…"}, …], best first; {"receipt": pk} is money on the account that it may be again
    suggestions = models.JSONField("建议", default=list, blank=True)
    orders = ArrayField(models.BigIntegerField(), verbose_name="用于订单", default=list, blank=True)  # what was chosen
    receipt = models.OneToOneField(
        Receipt, models.PROTECT, related_name="statement_line", verbose_name="款项", null=True, blank=True
    )
    decided_by_label = models.CharField("处理人", max_length=100, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "流水明细"
        ordering = ["statement", "number"]
        indexes = [models.Index(fields=["statement", "state"], name="statement_line_state")]
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_line_once"),
            models.CheckConstraint(
                condition=Q(state=LineState.BOOKED, receipt__isnull=False) | ~Q(state=LineState.BOOKED),
                name="statement_line_booked_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement} {self.number}"
