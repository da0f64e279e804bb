"""What an assessment costs: its subjects' published prices or one for the whole, and further fees (SPEC 6, 13).

By subject: KUPAS and SICT 2026 二（四）; a resit at the same prices unless it has prices of its own (AIA 二（四）).
Nothing is ever invented: where a subject sat has no price on the day, or a package says nothing of resits, there is no
fee (费用待公布, SPEC 2.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from fees.enums import FeeFor, FeeKind
from registration.enums import ApplicationKind
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.wording import yuan

CENT = Decimal("0.01")
OTHER = "other:"  # before a further fee's name, where parts are told apart


@dataclass(frozen=True)
class Price:
    """A published price in yuan, valid from and until (both inclusive; None: open).

    Of a subject, or by its `kind` of the whole or a further fee with a `title`; `applies_to` says whom it is asked of.
    """

    subject: str
    amount: Decimal
    valid_from: date | None = None
    valid_until: date | None = None
    kind: str = FeeKind.SUBJECT
    title: str = ""
    applies_to: str = FeeFor.ANY

    def holds_on(self, day: date) -> bool:
        """Whether the price is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def key(self) -> str:
        """What it is for: a subject, the package, or a further fee by its name."""
        return self.subject or (f"{OTHER}{self.title}" if self.kind == FeeKind.OTHER else FeeKind.PACKAGE.value)


@dataclass(frozen=True)
class Part:
    """One kind of fee within the whole, in yuan."""

    key: str
    amount: Decimal

    @property
    def name(self) -> str:
        """理论知识, 整体收费, 材料费."""
        if self.key.startswith(OTHER):
            return self.key.removeprefix(OTHER)
        labels = {FeeKind.PACKAGE.value: str(FeeKind.PACKAGE.label), **dict(SubjectKind.choices)}
        return str(labels.get(self.key, self.key))

    def __str__(self) -> str:
        return f"{self.name} {yuan(self.amount)}"


@dataclass(frozen=True)
class Fee:
    """What somebody pays: every part of it; `parts` None is 费用待公布."""

    parts: tuple[Part, ...] | None = None

    @property
    def amount(self) -> Decimal | None:
        """The sum in yuan with two places, None while it isn't published."""
        return None if self.parts is None else sum((part.amount for part in self.parts), Decimal(0)).quantize(CENT)

    @property
    def published(self) -> bool:
        return self.parts is not None

    @property
    def words(self) -> str:
        """理论知识 ¥100.00，操作技能 ¥300.00，合计 ¥400.00."""
        each = breakdown(self.parts)
        return f"{each}，合计 {yuan(self.amount)}" if each else yuan(self.amount)

    @property
    def frozen(self) -> dict[str, str]:
        """Each part as an order's line keeps it: {"theory": "100.00", "other:材料费": "20.00", …}."""
        return {part.key: str(part.amount) for part in self.parts or ()}


@dataclass(frozen=True)
class ResitFee:
    """What a resit of some subjects costs."""

    subjects: tuple[str, ...]
    fee: Fee

    @property
    def name(self) -> str:
        return "、".join(str(SubjectKind(subject).label) for subject in self.subjects)


@dataclass(frozen=True)
class Schedule:
    """An offering's fees on a day: a new candidate's, and each possible resit's."""

    new: Fee
    resits: tuple[ResitFee, ...] = ()

    @property
    def priced(self) -> bool:
        """Whether anything of it is published."""
        return any(fee.published for fee in (self.new, *(resit.fee for resit in self.resits)))

    @property
    def same(self) -> bool:
        """Whether a resit is charged as those subjects of a new candidate are, with nothing besides."""
        new = {part.key: part for part in self.new.parts or ()}
        return all(resit.fee.parts == tuple(new.get(subject) for subject in resit.subjects) for resit in self.resits)

    @property
    def words(self) -> str:
        """The whole in a sentence, for papers."""
        if not self.resits or not self.priced:
            return self.new.words
        if self.same:
            return f"{self.new.words}；补考按所考科目收取"
        resits = "，".join(f"只考{resit.name} {yuan(resit.fee.amount)}" for resit in self.resits)
        return f"{self.new.words}；补考{resits}"


def fee_on(prices: Iterable[Price], subjects: Sequence[str], *, kind: str = ApplicationKind.NEW, on: date) -> Fee:
    """What sitting the subjects costs a new candidate or a resit, as published for a day.

    A package goes before subjects' prices, a price for this kind alone before one for both, and of several the one
    valid from the latest day. Not published where neither a package nor a price of each subject is there; further fees
    alone are no fee.
    """
    held: dict[str, Price] = {}
    for price in sorted((p for p in prices if p.holds_on(on) and p.applies_to in (kind, FeeFor.ANY)), key=_rank):
        held[price.key] = price
    base = [FeeKind.PACKAGE.value] if FeeKind.PACKAGE.value in held else list(subjects)
    if not subjects or any(key not in held for key in base):
        return Fee()
    return Fee(tuple(_part(held[key]) for key in (*base, *sorted(filter(_is_other, held)))))


def schedule_on(prices: Iterable[Price], subjects: Sequence[str], on: date, *, resits: bool = True) -> Schedule:
    """The fees of an offering with these subjects on a day; without `resits` (专项职业能力) a new candidate's alone."""
    known = list(prices)
    some = _parts_of(subjects) if resits else ()
    found = (ResitFee(sat, fee_on(known, sat, kind=ApplicationKind.RESIT, on=on)) for sat in some)
    return Schedule(fee_on(known, subjects, on=on), tuple(found))


def parts_of(frozen: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts that an order's line keeps: the package or subjects first, in their order, then further fees."""
    order = [FeeKind.PACKAGE.value, *SubjectKind.values]
    keys = sorted(frozen, key=lambda key: (order.index(key) if key in order else len(order), key))
    return tuple(Part(key, Decimal(frozen[key])) for key in keys)


def breakdown(parts: Iterable[Part] | None) -> str:
    """理论知识 ¥100.00，操作技能 ¥300.00; empty where one part is all, or nothing is published."""
    found = tuple(parts or ())
    return "，".join(map(str, found)) if len(found) > 1 else ""


def _rank(price: Price) -> tuple[bool, date]:
    return price.applies_to != FeeFor.ANY, price.valid_from or date.min


def _is_other(key: str) -> bool:
    return key.startswith(OTHER)


def _part(price: Price) -> Part:
    return Part(price.key, price.amount.quantize(CENT))


def _parts_of(subjects: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Whatever can be left to sit when something was passed: fewer subjects than all."""
    for number in range(1, len(subjects)):
        yield from combinations(subjects, number)
