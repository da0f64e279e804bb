"""Checking one certificate among many; numbering and making many.

The check goes through the whole handler as a visitor's form does: CSRF, throttle, look-up, page. Each request comes
from an address of its own, since one address has thirty a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory, override_settings
from django.urls import reverse

from certificates import papers
from certificates.models import Certificate
from certificates.services.issuing import issue
from skilleval.accounts.models import User
from tests import factories
from tests.bench.copies import insert_copies
from tests.bench.measure import Cost, compare, once, report
from tests.bench.peers import certificates as peer
from tests.certificates.makers import ISSUED, certifier, issued

REQUESTS = 100
TOKEN = "b" * 32
NAME = "样本甲"
PILE = 200  # as many as one file may hold
_visitors = count()


def check_page() -> None:
    """Against a minimal Django page doing the same look-up, with 100,000 and 1,000,000 certificates."""
    wanted = _first()
    for size in (100_000, 1_000_000):
        _copy(wanted, size - Certificate.objects.count())
        _check(f"check_page_{size}", wanted, NAME)
        _check(f"check_page_{size}_not_found", wanted, "样本乙")
        _check(f"check_page_{size}_in_place", wanted, NAME, HTTP_HX_REQUEST="true")
    _clear()


def certificates_10000() -> None:
    """Numbered in one transaction, then made into files of 200; per file against WeasyPrint laying each out whole."""
    for size in (1_000, 10_000):
        first = _first()
        by = User.objects.get(pk=certifier(first.provider).pk)
        _copy_waiting(first, size)
        waiting = Certificate.objects.filter(state="reviewed")
        single = once(lambda waiting=waiting: peer.number_one_by_one(waiting[:PILE]))
        ours = once(lambda waiting=waiting, by=by: issue(waiting, by=by, at=ISSUED))
        report(f"certificates_numbered_{size}", n=size, ours=ours, peer=_scaled(single, size / PILE), vs="one by one")
        _make(size)
        _clear()


def _make(size: int) -> None:
    """All of them stamped, beside as many as one file holds laid out whole (a tenth of it: it is slow)."""
    rows = list(papers.load(Certificate.objects.filter(state="issued")).order_by("number")[:size])
    papers.certificate_pdf(rows[0])  # the page itself is laid out once
    papers.laid_out_pdf(rows[0])

    def stamped() -> None:
        for start in range(0, len(rows), PILE):
            papers.certificates_pdf(rows[start : start + PILE])

    ours = once(stamped)
    whole = once(lambda: [papers.laid_out_pdf(row) for row in rows[: PILE // 10]])
    laid_out = _scaled(whole, size / (PILE // 10))
    report(f"certificates_stamped_{size}", n=size, ours=ours, peer=laid_out, vs="WeasyPrint, each whole")


def _scaled(cost: Cost, times: float) -> Cost:
    """What a sample would have cost for all."""
    return Cost(cost.seconds * times, cost.cpu_ms * times)


def _check(bench: str, wanted: Certificate, name: str, **headers: str) -> None:
    sent = {"number": str(wanted.number), "name": name, "csrfmiddlewaretoken": TOKEN}
    with override_settings(PAGES_KEPT_SECONDS=2, DEMO=False):
        ours = _poster(WSGIHandler(), reverse("certificate_check"), sent, headers)
        compare(bench, n=REQUESTS, ours=ours, peer=_peer(sent), vs="minimal page, same look-up", rounds=9)


def _poster(
    handler: WSGIHandler, address: str, sent: dict[str, str], headers: dict[str, str] | None = None
) -> Callable[[], None]:
    """A hundred forms sent, as a web server would hand them in."""
    body = urlencode(sent).encode()

    def run() -> None:
        for _ in range(REQUESTS):
            number = next(_visitors)
            factory = RequestFactory(
                SERVER_NAME="127.0.0.1",
                REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
                HTTP_COOKIE=f"csrftoken={TOKEN}",
                **(headers or {}),
            )
            request = factory.post(address, body, content_type="application/x-www-form-urlencoded")
            response = handler(request.environ, _ignore)
            if response.status_code != 200:
                raise AssertionError(f"{address}: {response.status_code}")
            for _chunk in response:
                pass
            response.close()

    return run


def _ignore(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
    """What a server would send first."""


def _peer(sent: dict[str, str]) -> Callable[[], None]:
    with override_settings(MIDDLEWARE=peer.MIDDLEWARE):
        run = _poster(WSGIHandler(), "/minimal/", sent)

    def wrapped() -> None:
        with override_settings(ROOT_URLCONF="tests.bench.peers.certificates"):
            run()

    return wrapped


def _first() -> Certificate:
    """One certificate made by the services, which all others are copies of."""
    offering = factories.OfferingFactory()
    return issued(offering, by=certifier(offering.provider), candidate__name=NAME)


def _copy(first: Certificate, many: int) -> None:
    """So many more by generate_series: void ones, since an application has but one in force."""
    start = Certificate.objects.count()
    fresh = {"uuid": "gen_random_uuid()", "number": f"'T' || lpad(({start} + n)::text, 21, '0')"}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        insert_copies(cursor, first, many, fresh | {"state": "'void'", "ended_on": "issued_on"})
        cursor.execute("RESET statement_timeout")
        cursor.execute("ANALYZE certificates_certificate")


def _copy_waiting(first: Certificate, many: int) -> None:
    """So many that wait for their numbers, each with an application of its own."""
    applied = {"uuid": "gen_random_uuid()", "number": "'B' || n"}
    waiting = {"uuid": "gen_random_uuid()", "state": "'reviewed'", "number": "NULL", "issued_on": "NULL"}
    with connection.cursor() as cursor:
        insert_copies(cursor, first.application, many, applied)
        cursor.execute("SELECT max(id) FROM registration_application")
        before = cursor.fetchone()[0] - many
        waiting |= {"application_id": f"{before} + n", "holder_name": "''", "id_cipher": "''::bytea"}
        insert_copies(cursor, first, many, waiting)
        cursor.execute("ANALYZE certificates_certificate, registration_application")


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE registration_application, registration_heldcertificate, core_outboxmessage CASCADE")
