"""Judging a window: confirmed applications counted, split, drawn and seated, against COPY of the ready seats."""

from __future__ import annotations

import statistics

from django.db import connection

from scheduling import services
from scheduling.models import Seat
from tests.bench.city import EVERYBODY, City, fill, unjudge
from tests.bench.measure import Cost, once, report
from tests.bench.peers.seats import copy_seats, ready_seats
from tests.scheduling.people import JUDGED, NOON

VS = "COPY of the ready seats"
PLANS = "scheduling_seat, scheduling_sitting, scheduling_examsessionlog, scheduling_examsession, scheduling_batchlog"
ONE_PROVIDER = City(providers=1, offerings=10, people_each=100)
TEN_THOUSAND = City(providers=6, offerings=13, people_each=137)
A_HUNDRED_THOUSAND = City(providers=56, offerings=13, people_each=137)
A_MILLION = City(providers=56, offerings=130, people_each=138)


def batching_10000() -> None:
    """10,000 people, and before them a tenth."""
    _measure("batching_1000", ONE_PROVIDER, rounds=5)
    _measure("batching_10000", TEN_THOUSAND, rounds=5)


def batching_100000() -> None:
    """100,000 people at 56 providers, and before them a tenth."""
    _measure("batching_10000", TEN_THOUSAND, rounds=5)
    _measure("batching_100000", A_HUNDRED_THOUSAND, rounds=3)


def batching_1000000() -> None:
    """A million people at 56 providers with 130 offerings each, and before them a tenth."""
    _measure("batching_100000", A_HUNDRED_THOUSAND, rounds=3)
    _measure("batching_1000000", A_MILLION, rounds=2)


def _measure(bench: str, city: City, *, rounds: int) -> None:
    _clear()
    fill(city)
    ours, peer = [], []
    for number in range(rounds + 1):
        _unjudge()
        mine = once(lambda: services.judge_due(JUDGED, at=NOON))
        assert Seat.objects.count() == 2 * city.people, "everybody sits theory and practical"
        ready = ready_seats()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE scheduling_seat CASCADE")
        theirs = once(lambda ready=ready: copy_seats(ready))  # type: ignore[misc]
        assert Seat.objects.count() == 2 * city.people
        if number:  # the first round warms up
            ours.append(mine)
            peer.append(theirs)
    report(bench, n=city.people, ours=_median(ours), peer=_median(peer), vs=VS)
    _clear()


def _unjudge() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {PLANS}, core_outboxmessage CASCADE")
        cursor.execute("ANALYZE")
    unjudge()


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {PLANS}, scheduling_batch, {EVERYBODY} CASCADE")


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.seconds for c in costs), statistics.median(c.cpu_ms for c in costs))
