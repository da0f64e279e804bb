"""Rosters from the stored file to the finished report, and what the web has to do with it (PERFORMANCE.md, Rosters)."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.db import connection

from registration.models import Group, Roster, RosterRow
from registration.services import rosters
from skilleval.accounts.models import User
from skilleval.core import files
from skilleval.core.enums import FileKind
from skilleval.core.jobs import drain
from skilleval.core.models import Job, StoredFile
from tests import factories
from tests.bench import roster_files
from tests.bench.measure import Cost, compare, once, report
from tests.bench.pages import WSGIHandler, _load, requester
from tests.bench.peers import rosters as peer
from tests.bench.serving import environment
from tests.registration.rosters import officer_of

ROWS = 2000  # as many as one file may hold
ROUNDS = 5
UPLOADERS = 10
DAY = factories.at(2026, 3, 10)
VS = "openpyxl, the same check, bulk_create"
TABLES = "registration_rosterrow, registration_photopack, registration_roster, core_job, core_auditevent"


def roster_2000() -> None:
    """One file as large as one may be; before it a tenth of that, for the growth."""
    _measure("roster_200", 1, 200)
    _measure("roster_2000", 1, ROWS)


def roster_10000() -> None:
    """Five files of one group, one after the other, as an institution with many people uploads them."""
    _measure("roster_10000", 5, ROWS)


def roster_upload() -> None:
    """What an upload costs the web process, against only keeping a file of those bytes; and a page meanwhile.

    Ten institutions upload at once; a worker of its own checks them while the home page is asked for.
    """
    groups = [_group() for _ in range(UPLOADERS)]
    books = [_file(group, number * ROWS, ROWS) for number, group in enumerate(groups)]
    officers = [officer_of(group.institution) for group in groups]
    compare(
        "roster_upload",
        n=UPLOADERS,
        ours=lambda: _upload_all(groups, books, officers),
        peer=lambda: [_keep(book) for book in books],
        vs="only keeping the bytes",
    )
    assert Job.objects.filter(kind="registration.check_roster").count() == UPLOADERS
    _page_meanwhile()
    _clear()


def _measure(bench: str, count: int, rows: int) -> None:
    ours, theirs, limit = [], [], []
    for number in range(ROUNDS + 1):
        group = _group()
        books = [_file(group, place * rows, rows) for place in range(count)]
        stored = _uploaded(group, books)
        mine = once(drain)
        found = _report()
        assert len(found) == count * rows, "every row is there"
        ready = peer.ready_rows()
        _empty()
        yours = once(lambda stored=stored: [peer.take_in(one, DAY.date()) for one in stored])  # type: ignore[misc]
        assert peer.same_report(found, _report()), "both find the same"
        _empty()
        copied = once(lambda ready=ready: peer.copy_ready(ready))  # type: ignore[misc]
        _clear()
        if number:  # the first round warms up
            ours.append(mine), theirs.append(yours), limit.append(copied)
    report(bench, n=count * rows, ours=_median(ours), peer=_median(theirs), vs=VS)
    report(bench, n=count * rows, ours=_median(ours), peer=_median(limit), vs="COPY of the ready rows")


def _group() -> Group:
    offering = factories.OfferingFactory()
    group: Group = factories.GroupFactory(offering=offering)
    return group


def _file(group: Group, first: int, rows: int) -> bytes:
    return roster_files.workbook(first, rows, code=group.offering.work_type.occupation.code)


def _uploaded(group: Group, books: list[bytes]) -> list[Roster]:
    by = officer_of(group.institution)
    return [
        rosters.upload_roster(group, upload=ContentFile(book, name=f"{place}.xlsx"), by=by, at=DAY)
        for place, book in enumerate(books)
    ]


def _upload_all(groups: list[Group], books: list[bytes], officers: list[User]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")  # as if nobody had uploaded these yet
    for group, book, by in zip(groups, books, officers, strict=True):
        rosters.upload_roster(group, upload=ContentFile(book, name="名册.xlsx"), by=by, at=DAY)


def _keep(book: bytes) -> StoredFile:
    return files.keep(book, kind=FileKind.SPREADSHEET, name="名册.xlsx", content_type=rosters.XLSX, owner_label="bench")


def _page_meanwhile() -> None:
    """The home page while a worker checks what was uploaded, against the same page in peace."""
    _load()
    ask = requester(WSGIHandler(), "/")
    ask()
    peace = _median([once(ask) for _ in range(ROUNDS)])
    worker = subprocess.Popen([sys.executable, "-c", DRAINING], env=environment())
    try:
        _until(lambda: Job.objects.filter(progress_done__gt=0).exists())
        meanwhile = [once(ask)]
        while worker.poll() is None:
            meanwhile.append(once(ask))
    finally:
        worker.wait(timeout=120)
    assert RosterRow.objects.count() == UPLOADERS * ROWS
    report("roster_upload_page", n=100, ours=_median(meanwhile), peer=peace, vs="the same page in peace")


DRAINING = "import django; django.setup(); from skilleval.core.jobs import drain; drain()"


def _until(happened: Callable[[], bool]) -> None:
    for _ in range(600):
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError("the worker hasn't begun")


def _report() -> list[tuple[object, ...]]:
    rows = RosterRow.objects.order_by("roster", "number")
    return list(rows.values_list("roster", "number", "state", "kinds", "faults", "id_key"))


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE registration_rosterrow CASCADE")


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.seconds for c in costs), statistics.median(c.cpu_ms for c in costs))
