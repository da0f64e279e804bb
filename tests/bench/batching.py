"""Judging a window: confirmed applications counted, split, drawn and seated, against COPY of the ready seats."""

from __future__ import annotations

import statistics
from datetime import date, timedelta

from django.db import connection

from registration.models import Application, Candidate
from scheduling import services
from scheduling.models import Batch, Seat
from scheduling.services import batches as batch_services
from skilleval.catalogue.models import Offering
from tests import factories
from tests.bench.measure import Cost, once, report
from tests.bench.peers.seats import copy_seats, ready_seats
from tests.scheduling.people import JUDGED, NOON, scheduler

PEOPLE_EACH = 100  # three sessions of 34, 33 and 33
ROUNDS = 5
VS = "COPY of the ready seats"
PLANS = "scheduling_seat, scheduling_sitting, scheduling_examsessionlog, scheduling_examsession, scheduling_batchlog"


def batching_10000() -> None:
    """10,000 people in 100 batches of one provider; before it a tenth of that, for the growth."""
    _measure("batching_1000", batches=10)
    _measure("batching_10000", batches=100)


def _measure(bench: str, *, batches: int) -> None:
    n = batches * PEOPLE_EACH
    _clear()
    _fill(batches)
    ours, peer = [], []
    for number in range(ROUNDS + 1):
        _unjudge()
        mine = once(lambda: services.judge_due(JUDGED, at=NOON))
        assert Seat.objects.count() == 2 * n, "everybody sits theory and practical"
        ready = ready_seats()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE scheduling_seat")
        theirs = once(lambda ready=ready: copy_seats(ready))  # type: ignore[misc]
        assert Seat.objects.count() == 2 * n
        if number:  # the first round warms up
            ours.append(mine)
            peer.append(theirs)
    report(bench, n=n, ours=_median(ours), peer=_median(peer), vs=VS)
    _clear()


def _fill(batches: int) -> None:
    provider = factories.ProviderFactory()
    scheduler(provider)  # who is told of each batch
    window = factories.window_of(provider)
    first = factories.OfferingFactory(provider=provider)
    offerings = [first, *(factories.OfferingFactory(provider=provider) for _ in range(batches - 1))]
    rules = factories.CandidateRulesFactory()
    applications = [_application(offering, window, rules) for offering in offerings for _ in range(PEOPLE_EACH)]
    people = Candidate.objects.bulk_create(_person(number) for number in range(len(applications)))
    for number, (application, person) in enumerate(zip(applications, people, strict=True)):
        application.candidate, application.number = person, f"B{number}"
    Application.objects.bulk_create(applications, batch_size=1000)
    batch_services.open_missing_batches()
    batch_services.announce_reached(at=NOON - timedelta(days=10))  # each went ahead with its thirtieth


def _person(number: int) -> Candidate:
    return Candidate(
        name="测量", id_cipher=f"B{number:017d}", sex="男", born=date(1990, 5, 20), phone_cipher="+8613900000000"
    )


def _application(offering: Offering, window: object, rules: object) -> Application:
    built = factories.ApplicationFactory.build(
        offering=offering,
        candidate=None,
        window=window,
        first_window=window,
        rules=rules,
        rule_set=offering.rule_set,
        state="confirmed",
        subjects=["theory", "practical"],
    )
    assert isinstance(built, Application)
    return built


def _unjudge() -> None:
    """As on the eve of the judgment: going ahead, without sessions and seats."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {PLANS}, core_outboxmessage CASCADE")
        cursor.execute("ANALYZE")
    Batch.objects.update(state="going_ahead", judged_at=None, seed=None)


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {PLANS}, scheduling_batch, registration_application, registration_candidate CASCADE")


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.seconds for c in costs), statistics.median(c.cpu_ms for c in costs))
