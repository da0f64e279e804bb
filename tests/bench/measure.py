"""Interleaved measuring of ours against a peer, and the line it prints."""

from __future__ import annotations

import json
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Cost:
    """Medians over the rounds: wall seconds, and this process's CPU milliseconds."""

    seconds: float
    cpu_ms: float


def once(work: Work) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - wall, (time.process_time() - cpu) * 1000)


def interleaved(ours: Work, peer: Work, rounds: int) -> tuple[Cost, Cost]:
    """Run both alternately, so that a noisy machine disturbs both alike; the first round warms up and isn't counted."""
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for number in range(rounds + 1):
        costs = once(ours), once(peer)
        if number:
            for costs_so_far, cost in zip(found, costs, strict=True):
                costs_so_far.append(cost)
    mine, theirs = (
        Cost(statistics.median(c.seconds for c in costs), statistics.median(c.cpu_ms for c in costs)) for costs in found
    )
    return mine, theirs


def report(bench: str, *, n: int, ours: Cost, peer: Cost, vs: str, rss_mb: int | None = None) -> None:
    """Print one measurement. `ratio` is our time over the peer's: lower is better. `cpu_ms` is ours per item.

    `rss_mb` is the process's peak so far, unless ours alone was measured.
    """
    tell(
        bench,
        n=n,
        seconds=round(ours.seconds, 4),
        per_second=round(n / ours.seconds, 1),
        cpu_ms=round(ours.cpu_ms / n, 4),
        vs=vs,
        ratio=round(ours.seconds / peer.seconds, 3),
        rss_mb=rss_mb or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def tell(bench: str, **measured: int | float | str) -> None:
    """Print a line of a bench."""
    print(json.dumps({"bench": bench, **measured}, ensure_ascii=False), flush=True)


def compare(bench: str, *, n: int, ours: Work, peer: Work, vs: str, rounds: int = 5) -> None:
    """Measure `n` items done by `ours` against the same number done by `peer`, and print the line."""
    mine, theirs = interleaved(ours, peer, rounds)
    report(bench, n=n, ours=mine, peer=theirs, vs=vs)
