"""The fixed words of money (SPEC 6)."""

from django.db import models


class OrderState(models.TextChoices):
    OPEN = "open", "待缴费"
    PAID = "paid", "已到账"
    LAPSED = "lapsed", "已逾期"
    REPLACED = "replaced", "已更换"
    CANCELLED = "cancelled", "已取消"


ORDER_MOVES: dict[str, frozenset[str]] = {
    OrderState.OPEN: frozenset({OrderState.PAID, OrderState.LAPSED, OrderState.REPLACED, OrderState.CANCELLED}),
}


class EntryKind(models.TextChoices):
    PAYMENT = "payment", "到账"
    REFUND = "refund", "退费"
    CORRECTION = "correction", "更正"
