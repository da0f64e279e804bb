"""Orders as a statement's lines are compared with them, found by number, reference and payer (SPEC 6)."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fees.enums import LineState, OrderState
from fees.statements.names import payer_key, reference_key

#: What can be an order's number: it stands alone, or several stand end to end.
RUN = re.compile(r"[0-9A-Z]{6,}")
HEAD = 2
SHORTEST_REFERENCE = 8


@dataclass(frozen=True, slots=True)
class Bill:
    """An order: `owed` is what it still asks for in yuan, `successor` the one that took its place.

    `person` tells payers of one name apart: whose it is, or whose group's.
    """

    pk: int
    number: str
    reference: str
    payer: str
    owed: Decimal
    state: str
    payable_from: date
    due_on: date
    person: str
    successor: int | None = None

    def asks(self) -> bool:
        """Whether money may still be booked for it; a lapsed one's, where it came in time."""
        return self.state in (OrderState.OPEN, OrderState.LAPSED)

    def in_time(self, on: date) -> bool:
        return self.payable_from <= on <= self.due_on


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a line may be for, and why; `receipt` is money noted before that may be the same."""

    orders: tuple[int, ...]
    why: str
    receipt: int | None = None

    def kept(self) -> dict[str, object]:
        """As a row of the database keeps it."""
        told: dict[str, object] = {"orders": list(self.orders), "why": self.why}
        return told | ({"receipt": self.receipt} if self.receipt else {})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of a line, why, for which orders, and what else it could be for."""

    state: str
    reason: str
    orders: tuple[int, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


def doubtful(reason: str, *suggestions: Suggestion) -> Verdict:
    """A line that a person has to look at."""
    return Verdict(LineState.DOUBTFUL, reason, suggestions=suggestions)


class Bills:
    """All orders a statement may speak of, indexed once."""

    def __init__(self, bills: Iterable[Bill]) -> None:
        self.by_pk: dict[int, Bill] = {}
        self.by_number: dict[str, Bill] = {}
        self.by_reference: defaultdict[str, list[Bill]] = defaultdict(list)
        self.by_payer: defaultdict[str, list[Bill]] = defaultdict(list)
        self.by_amount: defaultdict[Decimal, list[Bill]] = defaultdict(list)
        self.by_payer_and_amount: defaultdict[tuple[str, Decimal], list[Bill]] = defaultdict(list)
        for bill in bills:
            self._add(bill)
        self.number_lengths = sorted({len(number) for number in self.by_number}, reverse=True)
        self._references = Words(self.by_reference)

    def _add(self, bill: Bill) -> None:
        self.by_pk[bill.pk] = bill
        self.by_number[bill.number.upper()] = bill
        reference, payer = reference_key(bill.reference), payer_key(bill.payer)
        if len(reference) >= SHORTEST_REFERENCE:
            self.by_reference[reference].append(bill)
        self.by_payer[payer].append(bill)
        self.by_payer_and_amount[payer, bill.owed].append(bill)
        if bill.asks():
            self.by_amount[bill.owed].append(bill)

    def numbered(self, text: str) -> list[Bill]:
        """The orders whose numbers stand in a text, as whole numbers: a longer one that holds one doesn't count."""
        squeezed = re.sub(r"(?<=[0-9A-Za-z])\s+(?=[0-9A-Za-z])", "", unicodedata.normalize("NFKC", text)).upper()
        found = dict.fromkeys(number for run in RUN.findall(squeezed) for number in self._numbers(run))
        return [self.by_number[number] for number in found]

    def _numbers(self, run: str) -> Iterator[str]:
        for length in self.number_lengths:
            pieces = [run[start : start + length] for start in range(0, len(run), length)]
            if all(piece in self.by_number for piece in pieces):
                yield from pieces
                return

    def referred(self, text: str) -> list[str]:
        """The keys of the references that stand in a text; of one within another the longer."""
        return self._references.within(reference_key(text))


class Words:
    """Many words found in a text at once, by their first letters and their lengths."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for word in self._words:
            lengths[word[:HEAD]].add(len(word))
        self._lengths = {head: sorted(found, reverse=True) for head, found in lengths.items()}

    def within(self, text: str) -> list[str]:
        """The words in their order; they don't overlap."""
        found, start = [], 0
        while start < len(text) - 1:
            word = self._at(text, start)
            if word:
                found.append(word)
            start += len(word) or 1
        return list(dict.fromkeys(found))

    def _at(self, text: str, start: int) -> str:
        for length in self._lengths.get(text[start : start + HEAD], ()):
            if (word := text[start : start + length]) in self._words:
                return word
        return ""
