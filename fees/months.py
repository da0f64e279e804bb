"""月结单: a month's money from the ledger alone (SPEC 6). Pure arithmetic; it adds up because nothing else is asked.

Money that came is either held by a line or free; what pays a line leaves the free money, what is taken back returns to
it, what is refunded leaves either. Days are value days: what is booked later counts where it belongs, so an earlier
month's statement can change, and says what came in after its end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from fees.enums import EntryKind

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Movement:
    """Money that moved on a day (None: before the month), in yuan and signed as booked; kind "" is a receipt's.

    `offering` is that of the line concerned; a receipt and what is returned of free money have none.
    """

    on: date | None
    kind: str
    amount: Decimal
    offering: int | None = None


@dataclass(frozen=True)
class Sums:
    """What moved, in yuan and signed as booked: what came is positive, what left or was taken back negative."""

    received: Decimal = NOTHING
    reversed: Decimal = NOTHING
    allocated: Decimal = NOTHING
    corrected: Decimal = NOTHING
    refunded: Decimal = NOTHING  # of what a line held
    returned: Decimal = NOTHING  # of money that paid nothing

    def __add__(self, other: Sums) -> Sums:
        return Sums(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Sums)})

    @property
    def held(self) -> Decimal:
        """By how much what the lines hold grew."""
        return self.allocated + self.corrected + self.refunded

    @property
    def free(self) -> Decimal:
        """By how much the money that pays nothing grew."""
        return self.received + self.reversed - self.allocated - self.corrected + self.returned

    @property
    def total(self) -> Decimal:
        """By how much the money at the bank grew."""
        return self.received + self.reversed + self.refunded + self.returned

    @property
    def left(self) -> Decimal:
        """What left for payers, of lines and of free money."""
        return self.refunded + self.returned


@dataclass(frozen=True)
class Line:
    """A line of the statement: what it changed of the lines' money and of the free money, in yuan."""

    title: str
    held: Decimal
    free: Decimal
    balance: bool = False  # an opening or a closing, no movement

    @property
    def total(self) -> Decimal:
        return self.held + self.free


@dataclass(frozen=True)
class Day:
    """A day on which something moved, and what was there at its end."""

    on: date
    sums: Sums
    closing: Decimal


@dataclass(frozen=True)
class OfOffering:
    """What the lines of an offering held before, what moved, and what they hold after."""

    offering: int
    opening: Decimal
    sums: Sums

    @property
    def closing(self) -> Decimal:
        return self.opening + self.sums.held


@dataclass(frozen=True)
class MonthStatement:
    """A month from its first to its last day."""

    first: date
    last: date
    opening: Sums
    month: Sums
    days: tuple[Day, ...]
    offerings: tuple[OfOffering, ...]

    @property
    def closing(self) -> Sums:
        return self.opening + self.month

    @property
    def lines(self) -> tuple[Line, ...]:
        """From opening to closing; the movements in between add up to the difference."""
        opening, month, closing = self.opening, self.month, self.closing
        return (
            Line("期初结余", opening.held, opening.free, balance=True),
            Line("本月到账", NOTHING, month.received),
            Line("冲销", NOTHING, month.reversed),
            Line("记入申报", month.allocated, -month.allocated),
            Line("更正", month.corrected, -month.corrected),
            Line("退费", month.refunded, month.returned),
            Line("期末结余", closing.held, closing.free, balance=True),
        )


def statement_of(movements: Iterable[Movement], first: date, last: date) -> MonthStatement:
    """The statement of the days from first to last, of what moved up to the last."""
    days: defaultdict[date | None, Sums] = defaultdict(Sums)
    before: defaultdict[int, Sums] = defaultdict(Sums)
    within: defaultdict[int, Sums] = defaultdict(Sums)
    for movement in movements:
        sums = _sums(movement)
        days[movement.on] += sums
        if movement.offering is not None:
            (before if movement.on is None else within)[movement.offering] += sums
    opening = days.pop(None, Sums())
    return MonthStatement(
        first,
        last,
        opening,
        sum(days.values(), Sums()),
        tuple(_days({on: sums for on, sums in days.items() if on}, opening)),
        tuple(OfOffering(key, before[key].held, within[key]) for key in sorted({*before, *within})),
    )


def _days(days: dict[date, Sums], so_far: Sums) -> Iterable[Day]:
    for on in sorted(days):
        so_far += days[on]
        yield Day(on, days[on], so_far.total)


def _sums(movement: Movement) -> Sums:
    if not movement.kind:
        return Sums(received=movement.amount) if movement.amount > 0 else Sums(reversed=movement.amount)
    if movement.kind == EntryKind.PAYMENT:
        return Sums(allocated=movement.amount)
    if movement.kind == EntryKind.CORRECTION:
        return Sums(corrected=movement.amount)
    return Sums(returned=movement.amount) if movement.offering is None else Sums(refunded=movement.amount)
