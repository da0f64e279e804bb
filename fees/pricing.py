"""What an assessment costs: the sum of its subjects' published prices (SPEC 6; KUPAS and SICT 2026 二（四）).

A resit is charged by the subjects sat, at the same prices. Nothing is ever invented: one subject without a price on
the day, and there is no fee (费用待公布, SPEC 2.4).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Price:
    """A subject's published price in yuan, valid from and until (both inclusive; None: open)."""

    subject: str
    amount: Decimal
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the price is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def price_on(prices: Iterable[Price], subject: str, on: date) -> Decimal | None:
    """A subject's price on a day in yuan, None if it has none; of several the one valid from the latest day."""
    held = [price for price in prices if price.subject == subject and price.holds_on(on)]
    latest = max(held, key=lambda price: price.valid_from or date.min, default=None)
    return latest.amount.quantize(CENT) if latest else None


def total(prices: Iterable[Price], subjects: Sequence[str], on: date) -> Decimal | None:
    """The fee for the subjects sat, in yuan with two places; None if any of them has no price on the day."""
    known = list(prices)
    amounts = [price_on(known, subject, on) for subject in subjects]
    published = [amount for amount in amounts if amount is not None]
    if not published or len(published) < len(amounts):
        return None
    return sum(published, Decimal(0)).quantize(CENT)
