"""Numbers under fire: parallel runs, runs that are killed, and what voids while paper is printed (SPEC 9.5).

Each race has its negative control: with the guard taken away the same meeting goes wrong, so that the test can fail.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter as Tally
from collections.abc import Callable
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from certificates import papers
from certificates.enums import CertificateState, RequestKind
from certificates.models import Certificate, CertificateRequest
from certificates.services import issuing, printing
from certificates.services.drawing import settle
from certificates.services.issuing import issue
from certificates.services.requests import ask, carry_out
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core import counters
from skilleval.core.errors import Conflict, Refused
from skilleval.core.models import Counter, OutboxMessage
from tests import factories
from tests.certificates.makers import ISSUED, certifier, issued, result, reviewed, sat
from tests.races import run_together

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
RUNS, PEOPLE = 20, 40
MEET_SECONDS = 0.7
RUN = """
import django
django.setup()
from certificates.models import Certificate
from certificates.services.issuing import issue
from skilleval.accounts.models import User
from tests.factories import at
by = User.objects.get(pk={by})
print("ready", flush=True)
issue(Certificate.objects.filter(state="reviewed"), by=by, at=at(2026, 4, 28))
"""


@pytest.fixture
def offering() -> Offering:
    made: Offering = factories.OfferingFactory()
    return made


@pytest.fixture
def by(offering: Offering) -> User:
    return certifier(offering.provider)


def serials() -> list[int]:
    numbers = Certificate.objects.filter(state=CertificateState.ISSUED).values_list("number", flat=True)
    return sorted(int(str(number)[-6:]) for number in numbers)


def issue_all(by: User) -> int:
    return issue(Certificate.objects.filter(state=CertificateState.REVIEWED), by=by, at=ISSUED).done


def test_parallel_runs_and_kills_leave_no_gap_and_no_double(offering: Offering, by: User) -> None:
    """Twenty processes number the same people, most of them killed somewhere on the way; then one run ends it."""
    for ticket in range(1, PEOPLE + 1):
        reviewed(offering, by=by, ticket=ticket)
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    runs = [_start(by) for _ in range(RUNS)]
    doomed = chance.sample(runs, RUNS - 3)
    deadline = time.monotonic() + 20
    while any(run.poll() is None for run in runs) and time.monotonic() < deadline:
        time.sleep(chance.uniform(0, 0.1))
        alive = [run for run in doomed if run.poll() is None]
        if alive:
            os.kill(chance.choice(alive).pid, signal.SIGKILL)
    for run in runs:
        run.wait(timeout=60)
    issue_all(by)
    assert serials() == list(range(1, PEOPLE + 1))
    assert Counter.objects.get(name__startswith="certificate:").value == PEOPLE
    in_order = Certificate.objects.order_by("number").values_list("pk", flat=True)
    assert list(in_order) == sorted(in_order)  # tickets were given in the order of keys
    told = OutboxMessage.objects.filter(subject="您的证书已发放", channel="portal")
    assert max(Tally(told.values_list("recipient_id", flat=True)).values()) == 1
    assert told.count() == PEOPLE


def _start(by: User) -> subprocess.Popen[bytes]:
    facts = connection.settings_dict
    url = f"postgres://{facts['USER']}@{facts['HOST'].replace('/', '%2F')}/{facts['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "skilleval.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", RUN.format(by=by.pk)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_two_runs_number_each_once(offering: Offering, by: User, meet: Callable[[Any, str], None]) -> None:
    for _ in range(3):
        reviewed(offering, by=by)
    meet(issuing, "give_numbers")
    assert sorted(run_together(lambda: issue_all(by), lambda: issue_all(by))) == [0, 3]
    assert serials() == [1, 2, 3]


def test_without_the_row_locks_two_runs_collide(
    offering: Offering, by: User, meet: Callable[[Any, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        reviewed(offering, by=by)
    monkeypatch.setattr(issuing, "locked", _unlocked)
    meet(issuing, "give_numbers")
    run_together(lambda: issue_all(by), lambda: issue_all(by))
    assert Counter.objects.get(name__startswith="certificate:").value == 6  # the second took serials for nobody
    assert len(set(serials())) == 3  # the conditional updates still hold


def _unlocked(certificates: Any, state: str, *, by: User) -> list[Certificate]:
    rows = list(Certificate.objects.filter(state=state).select_related("candidate", "provider", "application"))
    for row in rows:
        row.held_back = False  # type: ignore[attr-defined]
    return rows


def test_max_plus_one_would_double(offering: Offering, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter's own control: numbers read from what is there, as everyone writes it at first."""
    rows = [reviewed(offering, by=by) for _ in range(2)]
    barrier = Barrier(2)

    def next_after_the_largest(name: str, count: int = 1) -> range:
        largest = max(serials(), default=0)
        barrier.wait(5)
        return range(largest + 1, largest + count + 1)

    monkeypatch.setattr(counters, "take", next_after_the_largest)
    one, other = ((lambda pk=row.pk: issue(Certificate.objects.filter(pk=pk), by=by, at=ISSUED).done) for row in rows)
    assert any(isinstance(outcome, IntegrityError) for outcome in run_together(one, other))
    assert serials() == [1]


def test_two_results_draw_up_one_certificate(offering: Offering) -> None:
    version = result(sat(offering))
    run_together(*[lambda: settle(version, by=None, at=ISSUED)] * 2)
    assert Certificate.objects.count() == 1


def test_whoever_voids_waits_for_the_printer(offering: Offering, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that was begun is whole; the certificate is void afterwards, and prints no more."""
    certificate = issued(offering, by=by)
    request = _request(certificate, by)
    other = certifier(offering.provider)
    papers.blank(False)  # laid out before the clock of the lock runs
    order: list[str] = []
    rendering = Barrier(2)
    render = printing.papers.certificates_pdf

    def slowly(rows: Any) -> bytes:
        rendering.wait(5)
        time.sleep(0.5)
        content = render(rows)
        order.append("printed")
        return content

    def void() -> None:
        rendering.wait(5)
        carry_out(request, by=other, at=ISSUED)
        order.append("voided")

    monkeypatch.setattr(printing.papers, "certificates_pdf", slowly)
    only = Certificate.objects.filter(pk=certificate.pk)
    paper, voided = run_together(lambda: printing.print_many(only, by=by, at=ISSUED), void)
    assert (paper[:5], voided) == (b"%PDF-", None)
    assert order == ["printed", "voided"]
    with pytest.raises(Refused, match="已作废"):
        printing.print_many(only, by=by, at=ISSUED)


def test_without_the_share_lock_it_is_voided_while_it_prints(
    offering: Offering, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = issued(offering, by=by)
    request = _request(certificate, by)
    order: list[str] = []
    other, rendering = certifier(offering.provider), Barrier(2)

    def slowly(rows: Any) -> bytes:
        rendering.wait(5)
        time.sleep(1.5)
        order.append("printed")
        return b""

    def void() -> None:
        rendering.wait(5)
        carry_out(request, by=other, at=ISSUED)
        order.append("voided")

    monkeypatch.setattr(printing.papers, "certificates_pdf", slowly)
    monkeypatch.setattr(printing, "_locked", lambda pks: list(Certificate.objects.filter(pk__in=pks)))
    run_together(lambda: printing.print_many(Certificate.objects.all(), by=by, at=ISSUED), void)
    assert order == ["voided", "printed"]


def test_one_request_decided_twice(offering: Offering, by: User) -> None:
    certificate = issued(offering, by=by)
    request = ask(certificate, kind=RequestKind.REPLACE, reason="测试", by=by, at=ISSUED)
    others = [certifier(offering.provider) for _ in range(2)]
    outcomes = run_together(*[(lambda who=who: carry_out(request, by=who, at=ISSUED)) for who in others])
    assert sum(isinstance(outcome, Certificate) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Refused | Conflict) for outcome in outcomes) == 1
    assert serials() == [2]


def _request(certificate: Certificate, by: User) -> CertificateRequest:
    return ask(certificate, kind=RequestKind.VOID, reason="测试", by=by, at=ISSUED)
