"""Orders frozen at approval, their lines, and the vouchers payers show (SPEC 6)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from fees.enums import ORDER_MOVES, OrderState
from fees.pricing import Part, parts_of
from registration.models import Application, Group
from skilleval.catalogue.models import Provider
from skilleval.core.models import StoredFile
from skilleval.core.transitions import TransitionLog


class OrderQuerySet(models.QuerySet["Order"]):
    def paid_by(self, user: Any) -> OrderQuerySet:
        """Orders the user is asked to pay: of their own application, or as an officer of the group's institution.

        A member of a group doesn't see its order, which lists the others.
        """
        return self.filter(_paid_by(user))

    def visible_to(self, user: Any) -> OrderQuerySet:
        """Payers see what they are asked to pay; provider staff their provider's orders."""
        return self.filter(_paid_by(user) | Q(provider_id__in=user.provider_ids))


def _paid_by(user: Any) -> Q:
    own = OrderLine.objects.filter(order=OuterRef("pk"), application__candidate__user_id=user.pk)
    return Q(Exists(own), group=None) | Q(group__institution_id__in=user.institution_ids)


class Order(models.Model):
    """What somebody is asked to pay, with prices as they were at approval. Amounts are never edited."""

    MOVES = ORDER_MOVES

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("订单编号", max_length=20, unique=True)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    group = models.ForeignKey(
        Group, models.PROTECT, related_name="+", verbose_name="团体申报", null=True, blank=True
    )  # whose institution pays for the members in it
    # A member left before it was paid: it was replaced. The first one stands for all that followed.
    first = models.ForeignKey(
        "self", models.PROTECT, related_name="replacements", verbose_name="最初订单", null=True, blank=True
    )
    # A part of it came: those for whom it was stand here, the others in its replacement.
    split_from = models.OneToOneField(
        "self", models.PROTECT, related_name="split_off", verbose_name="分出自订单", null=True, blank=True
    )
    payer = models.CharField("缴费单位（个人）", max_length=100)
    reference = models.CharField("转账附言", max_length=200)
    amount = models.DecimalField("应缴金额（元）", max_digits=11, decimal_places=2)
    state = models.CharField("状态", max_length=10, choices=OrderState, default=OrderState.OPEN)
    drawn_on = models.DateField("开具日期")
    due_on = models.DateField("缴费截止")
    reminded_on = models.DateField("催缴日期", null=True, blank=True)
    invoice_title = models.CharField("发票抬头", max_length=100, blank=True)
    invoice_tax_number = models.CharField("发票税号", max_length=30, blank=True)
    invoice_email = models.EmailField("收票邮箱", blank=True)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "订单"
        ordering = ["-id"]
        indexes = [models.Index(fields=["provider", "state", "due_on"], name="order_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["first"],
                condition=Q(state__in=[OrderState.OPEN, OrderState.PAID]),
                name="order_replaced_once",
                violation_error_message="该订单已由另一订单替代",
            ),
            models.CheckConstraint(
                condition=Q(first=None) | Q(group__isnull=False),
                name="order_replacement_of_a_group",
                violation_error_message="只有团体订单可以更换",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def payable_from(self) -> date:
        """The day from which money can have come for it: that of the first order it goes back to."""
        before = self.split_from or self.first
        return before.payable_from if before else self.drawn_on


class OrderLog(TransitionLog):
    subject = models.ForeignKey(Order, models.PROTECT, related_name="log", verbose_name="订单")

    class Meta:
        verbose_name = verbose_name_plural = "订单记录"
        ordering = ["id"]


Order.LOG = OrderLog  # type: ignore[attr-defined]


class OrderLine(models.Model):
    """One application within an order. While live, an application stands in one order only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", verbose_name="订单")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    amount = models.DecimalField("金额（元）", max_digits=9, decimal_places=2)
    prices = models.JSONField("费用明细")  # {"theory": "100.00", "other:材料费": "20.00", …}: frozen at approval
    live = models.BooleanField("有效", default=True)
    # Decisions under which the fee stays (SPEC 10); one lifted leaves the others.
    kept_for = ArrayField(models.CharField(max_length=60), verbose_name="不退费依据", default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "订单明细"
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(live=True), name="order_line_live_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.application}"

    @property
    def parts(self) -> tuple[Part, ...]:
        """How its amount is made up, as it was at approval."""
        return parts_of(self.prices)


class Voucher(models.Model):
    """缴费凭证: what the payer says and shows. It books nothing; finance staff do."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="vouchers", verbose_name="订单")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="凭证")
    paid_on = models.DateField("付款日期")
    # Its order was replaced: the one it was uploaded for
    carried_from = models.ForeignKey(
        Order, models.PROTECT, related_name="+", verbose_name="原订单", null=True, blank=True
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "缴费凭证"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.order} {self.paid_on}"
