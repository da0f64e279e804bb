"""Money of provider A: a part of an open order, money of no known use, and refunds in their states."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fees import services as fees
from fees.models import Receipt
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import Provider
from tests import factories
from tests.factories import at

APRIL = at(2026, 4, 7)


def build(actors: dict[str, Any], provider: Provider, things: dict[str, Any]) -> dict[str, Any]:
    """The rows by the names that the tables use."""
    by = actors["own finance"]
    colleague = factories.staff(provider, Role.FINANCE)
    part = _came(provider, 100, "6222021001112220001", by)
    fees.apply_receipt(part, orders=[things["order"]], by=by, at=APRIL)
    unknown, back, own, gone = (_came(provider, 50, f"622202100111222000{number}", by) for number in range(2, 6))
    approved = fees.return_money(gone, by=by, at=APRIL, reason="重复缴费")
    return {
        "money": part,
        "other_money": unknown,
        "refund": fees.return_money(back, by=colleague, at=APRIL, reason="重复缴费"),
        "own_refund": fees.return_money(own, by=by, at=APRIL, reason="多缴"),
        "approved_refund": fees.approve_refund(approved, by=colleague, at=APRIL),
        "booked_order": things["paid_order"],
    }


def _came(provider: Provider, amount: int, account: str, by: Any) -> Receipt:
    facts = {"value_on": APRIL.date(), "payer": "样本单位", "payer_account": account, "source": "statement"}
    return fees.note_receipt(provider, amount=Decimal(amount), key=account, by=by, at=APRIL, **facts)
