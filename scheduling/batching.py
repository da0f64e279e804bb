"""Whether a batch runs and into which sessions it splits (SPEC 7.1–7.3; KUPAS, SICT and AIA 二（三）, notes).

The notices let a batch of fewer than 30 roll over; the threshold and the capacity are the provider's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Judgment:
    """A batch's fate: `sessions` are the sizes if it runs; otherwise `waiting` people roll over."""

    runs: bool
    waiting: int
    sessions: tuple[int, ...] = ()


@dataclass(frozen=True)
class BatchRow:
    """One offering's judgment at one window."""

    window: str
    offering: str
    judgment: Judgment


def runs(confirmed: int, threshold: int) -> bool:
    """Whether so many confirmed candidates, those rolled over included, make a batch (SPEC 7.1)."""
    return confirmed > 0 and confirmed >= threshold


def split(count: int, capacity: int) -> tuple[int, ...]:
    """Session sizes: as few as the capacity allows, differing by at most one, larger first (SPEC 7.3).

    Raises ValueError for a capacity below 1 or a negative count.
    """
    if capacity < 1 or count < 0:
        raise ValueError(f"can't split {count} candidates into sessions of {capacity}")
    if count == 0:
        return ()
    sessions = -(-count // capacity)
    size, larger = divmod(count, sessions)
    return (size + 1,) * larger + (size,) * (sessions - larger)


def judge(confirmed: int, *, threshold: int, capacity: int) -> Judgment:
    """The judgment of one offering's batch at the end of a window (SPEC 7.1, 7.3)."""
    if runs(confirmed, threshold):
        return Judgment(runs=True, waiting=0, sessions=split(confirmed, capacity))
    return Judgment(runs=False, waiting=confirmed)


def judge_windows(
    windows: Sequence[str], arrivals: Mapping[str, Mapping[str, int]], *, threshold: int, capacity: int
) -> tuple[BatchRow, ...]:
    """Window after window, carrying over whoever didn't make a batch: a row for each offering with anyone in it.

    `arrivals` gives the newly confirmed by window and offering; rows come by window, then by offering.
    """
    waiting: dict[str, int] = {}
    rows: list[BatchRow] = []
    for window in windows:
        for offering, count in arrivals.get(window, {}).items():
            waiting[offering] = waiting.get(offering, 0) + count
        for offering in sorted(name for name, count in waiting.items() if count):
            judgment = judge(waiting[offering], threshold=threshold, capacity=capacity)
            waiting[offering] = judgment.waiting
            rows.append(BatchRow(window, offering, judgment))
    return tuple(rows)
