"""Whether the balances of a file agree with its amounts: a digit lost on the way shows in them (SPEC 6)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from fees.statements.movements import Movement

#: Where fewer agree, lines were left out of the file and its balances prove nothing.
MOSTLY = 0.8
FEWEST = 3


def at_odds(found: Sequence[Movement]) -> set[int]:
    """The numbers of the rows whose amount doesn't lead from one balance to the next, in a file whose others do.

    A file counts its balances upwards or downwards. Nothing is said of one that lists only some movements.
    """
    upwards, downwards = _judged(found), _judged(found[::-1])
    checked = min(len(upwards), len(downwards))
    wrong = min(({number for number, sound in judged if not sound} for judged in (upwards, downwards)), key=len)
    proves = checked >= FEWEST and len(wrong) <= max(1, (1 - MOSTLY) * checked)
    return wrong if proves else set()


def _judged(rows: Sequence[Movement]) -> list[tuple[int, bool]]:
    """Of each two neighbours that can be compared the later one's number, and whether they agree."""
    readable = (pair for pair in pairwise(rows) if all(_readable(one) for one in pair))
    return [(later.number, _balance(earlier) + _amount(later) == _balance(later)) for earlier, later in readable]


def _readable(one: Movement) -> bool:
    return one.balance is not None and one.amount is not None


def _balance(one: Movement) -> Decimal:
    return one.balance or Decimal(0)


def _amount(one: Movement) -> Decimal:
    return one.amount or Decimal(0)
