"""What names a movement at the bank, so that it is booked once however often a file brings it (SPEC 6).

Equal movements of one day are told apart by their order of appearance: a file that holds the day holds all of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from fees.statements.movements import Movement
from fees.statements.names import payer_key


def keys_of(found: Iterable[Movement]) -> dict[int, str]:
    """A movement's key by its row's number: by the bank's serial, day and amount, or by day, amount, payer and words.

    A faulty one has none.
    """
    met: Counter[tuple[str, ...]] = Counter()
    keys = {}
    for one in found:
        if one.fault:
            continue
        told = _told(one)
        met[told] += 1
        keys[one.number] = hashlib.sha256("\x1f".join((*told, str(met[told]))).encode()).hexdigest()
    return keys


def _told(one: Movement) -> tuple[str, ...]:
    day, amount = str(one.value_on), str(one.amount)
    if one.serial:
        return ("serial", one.serial, day, amount)
    return ("told", day, amount, payer_key(one.payer), payer_key(one.text))
