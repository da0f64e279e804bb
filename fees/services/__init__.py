"""The app's verbs: orders and the money booked for them (SPEC 6).

Locks are taken the group first, then receipts, then orders, then their applications. The ledger only grows: a trigger
refuses changes to it, and another one what would overspend a receipt.
"""

from fees.queries.prices import due_on
from fees.services.group_orders import MOST_IN_AN_ORDER, Draft, bill_members, draft_of, draw_group_order
from fees.services.kept_fees import give_back_claim, keep_fee
from fees.services.lapsing import (
    claims_payment,
    find_unpaid,
    lapse,
    lapse_undrawn,
    lapses_after,
    remind,
    remind_undrawn,
)
from fees.services.leaving import cancel_unpaid, leave_order, lock_open_order
from fees.services.locks import locked_with_money
from fees.services.numbering import reference_of
from fees.services.orders import bill, bill_again, draw_order
from fees.services.partial import awaits_word, name_members, part_of
from fees.services.payments import confirm_payment
from fees.services.receipts import link, note_receipt, reverse_receipt, unlink
from fees.services.refunds import (
    approve_refund,
    cancel_refund,
    name_account,
    propose_due,
    record_refund,
    refuse_refund,
    return_money,
)
from fees.services.settling import Settled, apply_receipt, settle
from fees.services.telling import tell_to_pay
from fees.services.undoing import undo_payment
from fees.services.vouchers import attach_voucher, set_invoice

__all__ = [
    "MOST_IN_AN_ORDER",
    "Draft",
    "Settled",
    "apply_receipt",
    "approve_refund",
    "attach_voucher",
    "awaits_word",
    "bill",
    "bill_again",
    "bill_members",
    "cancel_refund",
    "cancel_unpaid",
    "claims_payment",
    "confirm_payment",
    "draft_of",
    "draw_group_order",
    "draw_order",
    "due_on",
    "find_unpaid",
    "give_back_claim",
    "keep_fee",
    "lapse",
    "lapse_undrawn",
    "lapses_after",
    "leave_order",
    "link",
    "lock_open_order",
    "locked_with_money",
    "name_account",
    "name_members",
    "note_receipt",
    "part_of",
    "propose_due",
    "record_refund",
    "reference_of",
    "refuse_refund",
    "remind",
    "remind_undrawn",
    "return_money",
    "reverse_receipt",
    "set_invoice",
    "settle",
    "tell_to_pay",
    "undo_payment",
    "unlink",
]
