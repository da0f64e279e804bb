"""The fixed words of money (SPEC 6)."""

from django.db import models


class FeeKind(models.TextChoices):
    """What a published price is for."""

    SUBJECT = "subject", "科目费"
    PACKAGE = "package", "整体收费"
    OTHER = "other", "其他费用"


class FeeFor(models.TextChoices):
    """Whom a published price is asked of; the more exact one goes before 正考和补考."""

    ANY = "any", "正考和补考"
    NEW = "new", "仅正考"
    RESIT = "resit", "仅补考"


class OrderState(models.TextChoices):
    OPEN = "open", "待缴费"
    PAID = "paid", "已到账"
    LAPSED = "lapsed", "已逾期"
    REPLACED = "replaced", "已更换"
    CANCELLED = "cancelled", "已取消"


#: Money that came in time counts whenever it is booked: a lapsed order can still be paid. A payment booked by mistake
#: is taken back by a correction.
ORDER_MOVES: dict[str, frozenset[str]] = {
    OrderState.OPEN: frozenset({OrderState.PAID, OrderState.LAPSED, OrderState.REPLACED, OrderState.CANCELLED}),
    OrderState.LAPSED: frozenset({OrderState.PAID}),
    OrderState.PAID: frozenset({OrderState.OPEN}),
}


class ReceiptSource(models.TextChoices):
    """How money that came became known."""

    DESK = "desk", "人工登记"
    STATEMENT = "statement", "银行流水"
    TAKEN_OVER = "taken_over", "历史业务导入"
    REVERSAL = "reversal", "冲销"


class EntryKind(models.TextChoices):
    """What an entry does: money of a receipt pays a line, is taken back from it, or leaves for its payer."""

    PAYMENT = "payment", "到账"
    REFUND = "refund", "退费"
    CORRECTION = "correction", "更正"


class RefundState(models.TextChoices):
    ASKED = "asked", "待核准"
    APPROVED = "approved", "待退款"
    PAID = "paid", "已退款"
    REFUSED = "refused", "未核准"
    CANCELLED = "cancelled", "已撤回"


#: One asks, another approves; whoever approved or asked records the bank's transfer.
REFUND_MOVES: dict[str, frozenset[str]] = {
    RefundState.ASKED: frozenset({RefundState.APPROVED, RefundState.REFUSED, RefundState.CANCELLED}),
    RefundState.APPROVED: frozenset({RefundState.PAID, RefundState.CANCELLED}),
}
#: Refunds whose money is spoken for.
LIVE_REFUNDS = (RefundState.ASKED, RefundState.APPROVED, RefundState.PAID)


class StatementState(models.TextChoices):
    """A bank statement on its way: nothing is booked before a person commits it."""

    READING = "reading", "正在读取"
    COLUMNS = "columns", "待指定列"
    READY = "ready", "待入账"
    COMMITTING = "committing", "正在入账"
    DONE = "done", "已入账"
    DISCARDED = "discarded", "已放弃"
    REFUSED = "refused", "无法读取"


class LineState(models.TextChoices):
    """What is to become of a line of a statement."""

    MATCHED = "matched", "可入账"
    DOUBTFUL = "doubtful", "待处理"
    KNOWN = "known", "以前已入账"
    OUTGOING = "outgoing", "支出"
    UNRELATED = "unrelated", "与考评无关"
    FAULTY = "faulty", "无法识别"
    BOOKED = "booked", "已入账"
