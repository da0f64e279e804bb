"""Public pages against a minimal Django page, at the directory's size and at ten times the windows and offerings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db.models import QuerySet
from django.test import RequestFactory, override_settings
from django.urls import reverse

from registration.models import Window
from skilleval.catalogue.models import Offering, Provider
from skilleval.core import clock
from tests.bench.measure import compare
from tests.bench.peers import pages as peer

REQUESTS = 100


def requester(handler: WSGIHandler, address: str) -> Callable[[], None]:
    """A hundred requests, as a web server would hand them in."""

    def run() -> None:
        for _ in range(REQUESTS):
            response = handler(RequestFactory(SERVER_NAME="127.0.0.1").get(address).environ, _ignore)
            if response.status_code != 200:
                raise AssertionError(f"{address}: {response.status_code}")
            for _chunk in response:
                pass
            response.close()

    return run


def _ignore(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
    """What a server would send first."""


def _with_peer_settings(run: Callable[[], None]) -> Callable[[], None]:
    def wrapped() -> None:
        with override_settings(ROOT_URLCONF="tests.bench.peers.pages"):
            run()

    return wrapped


def _peer() -> Callable[[], None]:
    with override_settings(MIDDLEWARE=peer.MIDDLEWARE):
        handler = WSGIHandler()
    return _with_peer_settings(requester(handler, "/minimal/"))


def _load() -> None:
    call_command("load_notices", stdout=StringIO())
    _open_windows()


def _open_windows() -> None:
    """Make sure that something can be applied for on the day of the measurement."""
    today = clock.today()
    for provider in Provider.objects.filter(offerings__announcement__isnull=False).distinct():
        Window.objects.filter(provider=provider, opens_on=today).exists() or Window.objects.create(
            provider=provider,
            label="测量",
            opens_on=today,
            closes_on=today + timedelta(days=20),
            exam_from=today + timedelta(days=30),
            exam_by=today + timedelta(days=60),
        )


def _grow() -> None:
    """Ten times as many offerings with a notice of their own, and ten times as many windows."""
    present = list(Offering.objects.filter(announcement__isnull=False))
    Offering.objects.bulk_create(
        Offering(
            provider=offering.provider,
            work_type=offering.work_type,
            level=offering.level,
            year=offering.year + number * 10,
            notice=offering.notice,
            announcement=offering.announcement,
            valid_from=offering.valid_from,
            valid_until=offering.valid_until,
            rule_set=offering.rule_set,
        )
        for number in range(1, 10)
        for offering in present
    )
    Window.objects.bulk_create(
        Window(
            provider=provider,
            label=f"{number}",
            opens_on=date(2010, 1, 1) + timedelta(days=number),
            closes_on=date(2010, 1, 1) + timedelta(days=number),
            exam_by=date(2010, 12, 31),
        )
        for provider in Provider.objects.all()
        for number in range(10)
    )


def _measure(bench: str, address: Callable[[], str]) -> None:
    """As visitors meet the page (kept for two seconds) and rendered anew each time; then at ten times the rows."""
    if not _offerings().exists():
        _load()
    _compare(bench, address())
    if not Window.objects.filter(opens_on__year=2010).exists():
        _grow()
    _compare(f"{bench}_x10", address())


def _compare(bench: str, address: str) -> None:
    compare(bench, n=REQUESTS, ours=requester(WSGIHandler(), address), peer=_peer(), vs="minimal page")
    with override_settings(PAGES_KEPT_SECONDS=0):
        compare(f"{bench}_fresh", n=REQUESTS, ours=requester(WSGIHandler(), address), peer=_peer(), vs="minimal page")


def _offerings() -> QuerySet[Offering]:
    return Offering.objects.filter(provider__filing_number="S000031400054", announcement__isnull=False)


def page_home() -> None:
    _measure("page_home", lambda: reverse("home"))


def page_offering() -> None:
    def address() -> str:
        return reverse("offering_detail", args=[_offerings().earliest("pk").pk])

    _measure("page_offering", address)
