"""Reads of money: published fees, an application's order, what is due, what is to be refunded."""

from fees.pricing import Fee
from fees.queries.members import Standing, last_undrawn, members_due, standing_of, undrawn, undrawn_by_day
from fees.queries.order_money import Money, money_of
from fees.queries.orders import (
    awaiting_confirmation,
    due_for,
    earlier_than,
    entries_of,
    fee_stated,
    has_voucher,
    order_of,
    successor_of,
)
from fees.queries.prices import due_on, fee_of, fees_at_approval, fees_of, price_of, prices_for, schedule_of
from fees.queries.receipts import asked_of, doubtful, free_of, held_of, missing_of, parts_of, reaching
from fees.queries.refunds import (
    REFUNDED_STATES,
    lines_to_propose,
    lines_to_refund,
    lines_with_names,
    money_held,
    money_to_go_on,
    refunds_due,
)

__all__ = [
    "REFUNDED_STATES",
    "Fee",
    "Money",
    "Standing",
    "asked_of",
    "awaiting_confirmation",
    "doubtful",
    "due_for",
    "due_on",
    "earlier_than",
    "entries_of",
    "fee_of",
    "fee_stated",
    "fees_at_approval",
    "fees_of",
    "free_of",
    "has_voucher",
    "held_of",
    "last_undrawn",
    "lines_to_propose",
    "lines_to_refund",
    "lines_with_names",
    "members_due",
    "missing_of",
    "money_held",
    "money_of",
    "money_to_go_on",
    "order_of",
    "parts_of",
    "price_of",
    "prices_for",
    "reaching",
    "refunds_due",
    "schedule_of",
    "standing_of",
    "successor_of",
    "undrawn",
    "undrawn_by_day",
]
