"""Handing in a complete application (photo, two papers): what one press costs, sixteen at once, and a rush of 600.

Measured is the POST that decides: log-in, CSRF, every rule looked at afresh, the rows written. Drafts are laid out
beforehand, one for each press, of people who applied once before, then thirty times.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from uuid import UUID

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registration.models import Application, ApplicationLog
from skilleval.core.models import OutboxMessage
from tests.bench.drafts import Draft, clear, drafts
from tests.bench.measure import compare, tell
from tests.bench.peers import submitting as peer
from tests.bench.serving import TOKEN, all_at_once, quantile, served

PRESSES = 50
ROUNDS = 5
AT_ONCE = 16
SITS = "theory,practical"


def submit() -> None:
    """One after the other against a small view that writes the same rows, the queries counted; then 16 at once."""
    for earlier in (1, 30):
        ours, theirs = (iter(drafts(PRESSES * (ROUNDS + 1) + 1, earlier=earlier)) for _ in range(2))
        tell(f"submit_after_{earlier}_queries", n=1, queries=_queries_of(next(ours)))
        compare(
            f"submit_after_{earlier}",
            n=PRESSES,
            ours=_presser(WSGIHandler(), ours, own_address),
            peer=_as_peer(theirs),
            vs="minimal POST of the same rows",
            rounds=ROUNDS,
        )
    clear()
    for size in (80, 800):
        _at_once(f"submit_{AT_ONCE}_at_once_{size}", size)
    clear()


def rush() -> None:
    """Everybody on the last evening: bursts of 60, and afterwards the rows counted."""
    for size in (60, 600):
        made = drafts(size)
        presses = [(own_address(uuid), session) for uuid, session in made]
        with served() as port:
            began = time.perf_counter()
            answers = [
                answer
                for start in range(0, size, 60)
                for answer in all_at_once(port, presses[start : start + 60], 60, sits=SITS)
            ]
            seconds = time.perf_counter() - began
        keys = [uuid for uuid, _ in made]
        handed_in = Application.objects.filter(uuid__in=keys, state="review")
        tell(
            f"rush_{size}",
            n=size,
            seconds=round(seconds, 3),
            per_second=round(size / seconds, 1),
            p95_ms=quantile(answers, 0.95),
            errors=sum(answer.status != 302 for answer in answers),
            applications=handed_in.count(),
            moves=ApplicationLog.objects.filter(subject__in=handed_in, to_state="review").count(),
            messages=OutboxMessage.objects.filter(recipient_id__in=handed_in.values("candidate__user")).count(),
        )
        clear()


def own_address(uuid: UUID) -> str:
    return reverse("application_submit", args=[uuid])


def _at_once(bench: str, size: int) -> None:
    """Two workers, as many people as threads; and the small view served in the same way."""
    ours = [(own_address(uuid), session) for uuid, session in drafts(size)]
    theirs = [(f"/minimal/{uuid}/", session) for uuid, session in drafts(size)]
    costs = []
    least = f"tests.bench.peers.serving:minimal('{peer.__name__}')"
    for application, ready, presses in (("skilleval.wsgi", "/", ours), (least, "/ready/", theirs)):
        with served(application, ready=ready) as port:
            all_at_once(port, presses[: size // 10], AT_ONCE, sits=SITS)  # the workers warm up
            began = time.perf_counter()
            answers = all_at_once(port, presses[size // 10 :], AT_ONCE, sits=SITS)
            costs.append((answers, time.perf_counter() - began))
    (answers, seconds), (_, peers) = costs
    tell(
        bench,
        n=len(answers),
        seconds=round(seconds, 3),
        per_second=round(len(answers) / seconds, 1),
        p50_ms=quantile(answers, 0.5),
        p99_ms=quantile(answers, 0.99),
        errors=sum(answer.status != 302 for answer in answers),
        vs="minimal POST of the same rows",
        ratio=round(seconds / peers, 3),
    )


def _queries_of(draft: Draft) -> int:
    """What one press asks of the database, the beginning and the end of its transaction aside."""
    with CaptureQueriesContext(connection) as seen:
        _presser(WSGIHandler(), iter([draft]), own_address, presses=1)()
    return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in seen.captured_queries)


def _presser(
    handler: WSGIHandler, waiting: Iterator[Draft], address: Callable[[UUID], str], presses: int = PRESSES
) -> Callable[[], None]:
    """So many presses, each of somebody else, as a web server would hand them in."""

    def run() -> None:
        for _ in range(presses):
            uuid, session = next(waiting)
            factory = RequestFactory(SERVER_NAME="127.0.0.1")
            factory.cookies["sessionid"], factory.cookies["csrftoken"] = session, TOKEN
            sent = factory.post(address(uuid), {"csrfmiddlewaretoken": TOKEN, "sits": SITS})
            response = handler(sent.environ, _ignore)
            if response.status_code != 302:
                raise AssertionError(f"{response.status_code}: {response.content.decode()[:2000]}")
            response.close()

    return run


def _as_peer(waiting: Iterator[Draft]) -> Callable[[], None]:
    with override_settings(MIDDLEWARE=peer.MIDDLEWARE):
        handler = WSGIHandler()
    pressing = _presser(handler, waiting, lambda uuid: f"/minimal/{uuid}/")

    def run() -> None:
        with override_settings(ROOT_URLCONF=peer.__name__):
            pressing()

    return run


def _ignore(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
    """What a server would send first."""
