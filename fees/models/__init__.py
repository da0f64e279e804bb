"""Published prices, orders frozen at approval, an append-only ledger, refunds and bank statements (SPEC 6)."""

from fees.models.ledger import LedgerEntry, Receipt, ReceiptOrder
from fees.models.orders import Order, OrderLine, OrderLog, OrderQuerySet, Voucher
from fees.models.prices import FeeItem
from fees.models.refunds import Refund, RefundItem, RefundLog
from fees.models.statements import Statement, StatementFormat, StatementLine

__all__ = [
    "FeeItem",
    "LedgerEntry",
    "Order",
    "OrderLine",
    "OrderLog",
    "OrderQuerySet",
    "Receipt",
    "ReceiptOrder",
    "Refund",
    "RefundItem",
    "RefundLog",
    "Statement",
    "StatementFormat",
    "StatementLine",
    "Voucher",
]
