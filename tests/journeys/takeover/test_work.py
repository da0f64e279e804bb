"""The work on a workbook: killed half-way it goes on, twice at once it loads once, and its file doesn't stay."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from fees.models import LedgerEntry, Receipt
from registration.enums import TakeOverKind
from registration.models import Application, Candidate, TakeOver
from registration.services import taken_over_people
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import files, leases
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.jobs import drain
from skilleval.core.models import AuditEvent, Counter, Job, StoredFile
from skilleval.journeys.takeover import kinds, verbs, work
from tests import factories
from tests.journeys.takeover.makers import (
    NOW,
    applied,
    counts,
    credit,
    faults,
    manager,
    market,
    name_of,
    paid,
    person,
    sheet,
    uploaded,
)
from tests.races import run_together

K = TakeOverKind


# --- killed ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_load_that_is_killed_half_way_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "ROWS_AT_ONCE", 2)
    by = manager(market(threshold=30).provider)
    made = uploaded(K.APPLICATIONS, *(paid(n) for n in range(1, 6)), by=by)
    verbs.begin_load(made, by=by, at=NOW)
    _dies_in_the_second_chunk(monkeypatch)
    made.refresh_from_db()
    assert (Application.objects.count(), made.rows_loaded, made.state) == (2, 2, "loading")
    assert made.file, "the file stays until all rows were seen to"
    Job.objects.filter(state="running").update(leased_until=timezone.now() - timedelta(seconds=1))
    drain()
    made.refresh_from_db()
    assert (made.state, counts(made), made.rows_loaded, made.file) == ("done", (5, 0, 0), 5, None)
    numbers = Application.objects.order_by("pk").values_list("number", flat=True)
    assert (len(set(numbers)), Receipt.objects.count(), LedgerEntry.objects.count()) == (5, 5, 5)
    assert Counter.objects.get(name="application:2026").value == 5, "a number was given to nobody"


def _dies_in_the_second_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker vanishes after it made the applications of the second chunk, before they are committed."""

    class Killed(BaseException):
        pass

    seen = []

    def load(lines: Any, act: Any) -> None:
        real(lines, act)
        seen.append(lines)
        if len(seen) == 2:
            raise Killed

    real = kinds.load
    with monkeypatch.context() as broken:
        broken.setattr(kinds, "load", load)
        with pytest.raises(Killed):
            drain()


@pytest.mark.django_db
def test_a_worker_whose_lease_ran_out_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    by = manager(market().provider)
    made = uploaded(K.CREDITS, credit(1), by=by)
    verbs.begin_load(made, by=by, at=NOW)
    monkeypatch.setattr(leases.Lease, "renew", _lost)
    drain()
    made.refresh_from_db()
    assert (made.state, made.rows_loaded, Candidate.objects.count()) == ("loading", 0, 0)


def _lost(self: leases.Lease, **progress: int) -> None:
    raise leases.LeaseLost


# --- twice at once --------------------------------------------------------------------------------------------------


def _two_workbooks() -> tuple[TakeOver, TakeOver]:
    """Two files with the same people, both looked at and pressed."""
    by = manager(market(threshold=30).provider)
    rows = [paid(n) for n in range(1, 9)]
    made = [uploaded(K.APPLICATIONS, *some, by=by) for some in (rows, rows[::-1])]
    for one in made:
        verbs.begin_load(one, by=by, at=NOW)
    return made[0], made[1]


@pytest.mark.django_db(transaction=True)
def test_two_workbooks_with_the_same_people_at_once_load_them_once() -> None:
    first, second = _two_workbooks()
    outcomes = run_together(drain, drain)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    for one in (first, second):
        one.refresh_from_db()
    assert [one.state for one in (first, second)] == ["done", "done"]
    assert first.rows_loaded + second.rows_loaded == 8
    assert first.rows_known + second.rows_known == 8
    assert (Candidate.objects.count(), Application.objects.count(), Receipt.objects.count()) == (8, 8, 8)


@pytest.mark.django_db(transaction=True)
def test_without_the_records_lock_the_race_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without a lock both find nothing of these people, and one runs into the constraint."""
    real = taken_over_people.find
    monkeypatch.setattr(taken_over_people, "find", lambda lines, *, by, hold: real(lines, by=by, hold=False))
    for serial in range(1, 9):
        sex = "男" if serial % 2 else "女"
        told = {"name": name_of(serial), "id_cipher": person(serial)["id_number"], "sex": sex}
        factories.CandidateFactory(**told)
    _two_workbooks()
    quick = kinds.judge

    def judge(lines: Any, act: Any) -> None:
        quick(lines, act)
        sleep(0.3)

    monkeypatch.setattr(kinds, "judge", judge)
    run_together(drain, drain)
    assert Job.objects.exclude(last_error="").exists(), "nobody ran into anybody: the control shows nothing"


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_load_once() -> None:
    by = manager(market().provider)
    made = uploaded(K.CREDITS, credit(1), by=by)

    def press() -> Any:
        return verbs.begin_load(TakeOver.objects.get(pk=made.pk), by=by, at=NOW)

    outcomes = run_together(press, press)
    assert [type(one) for one in outcomes].count(Conflict) == 1
    assert Job.objects.filter(kind="takeover.load").count() == 1


# --- the file -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ["loaded", "discarded", "forgotten"])
def test_the_file_is_erased_at_the_end(end: str) -> None:
    by = manager(market().provider)
    made = uploaded(K.APPLICATIONS, applied(1), paid(2, amount="1"), by=by)
    assert made.file
    place: Path = files.path_of(made.file)
    assert place.exists()
    if end == "loaded":
        verbs.begin_load(made, by=by, at=NOW)
        drain()
    elif end == "discarded":
        verbs.discard(made, by=by, at=NOW)
    else:
        early, late = (NOW + timedelta(days=days) for days in (13, 14))
        assert [verbs.discard_old(when.date(), at=when) for when in (early, late)] == [0, 1]
    made.refresh_from_db()
    assert (made.file, place.exists(), StoredFile.objects.exists()) == (None, False, False)
    with pytest.raises(Refused):
        verbs.marked_book(made, by=by, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("姓名,证件号码\n甲,1\n".encode(), "表格缺少必填的列：手机号码"),
        (b"%PDF-1.7", "这不是表格文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为"),
    ],
)
def test_a_file_that_cant_be_read_is_refused_with_the_cure_and_erased(content: bytes, words: str) -> None:
    by = manager(market().provider)
    made = _take_in(content, by)
    assert (made.state, words in made.problem, made.file) == ("refused", True, None)


def _provider(by: User) -> Provider:
    return Provider.objects.get(pk__in=by.provider_ids)


@pytest.mark.django_db
def test_the_same_file_again_is_the_one_that_waits() -> None:
    by = manager(market().provider)
    content = sheet(K.APPLICATIONS, applied(1)).read()
    first, second = (_take_in(content, by) for _ in range(2))
    assert (first, first.state) == (second, "ready")
    verbs.begin_load(first, by=by, at=NOW)
    drain()
    third = _take_in(content, by)
    assert (third == first, third.state, counts(third)) == (False, "ready", (0, 1, 0))


def _take_in(content: bytes, by: User) -> TakeOver:
    upload = SimpleUploadedFile("导入.xlsx", content)
    made = verbs.upload(K.APPLICATIONS, provider=_provider(by), upload=upload, by=by, at=NOW)
    drain()
    made.refresh_from_db()
    return made


@pytest.mark.django_db
def test_the_marked_workbook_brings_the_faulty_rows_back() -> None:
    by = manager(market().provider)
    made = uploaded(K.APPLICATIONS, applied(1), paid(2, amount="1"), applied(3, clause=""), by=by)
    book = load_workbook(BytesIO(verbs.marked_book(made, by=by, at=NOW)))
    rows = list(book.worksheets[0].iter_rows())
    titles = [str(cell.value) for cell in rows[0]]
    assert [str(row[0].value).split("\n")[0] for row in rows[1:]] == ["原表第 3 行", "原表第 4 行"]
    amount = rows[1][titles.index("缴费金额")]
    assert (amount.value, "与公布价 ¥400.00 不一致" in amount.comment.text) == ("1", True)
    event = AuditEvent.objects.get(action="take_over.marked_book")
    assert event.details == {"purpose": "标注问题的导入表", "rows": 2}
    again = _take_in(verbs.marked_book(made, by=by, at=NOW), by)
    assert (again.rows_total, len(faults(again))) == (2, 2)


@pytest.mark.django_db
def test_doubles_in_a_file_are_told_once_and_csv_is_read() -> None:
    by = manager(market().provider)
    made = uploaded(K.APPLICATIONS, applied(1), applied(2), applied(1), by=by)
    assert (counts(made), faults(made)) == ((2, 0, 1), [(4, "证件号码", "与第 2 行重复")])


@pytest.mark.django_db
def test_nothing_is_loaded_without_the_press_nor_by_a_stranger() -> None:
    by = manager(market().provider)
    made = uploaded(K.APPLICATIONS, applied(1), by=by)
    assert (made.state, counts(made), Candidate.objects.count()) == ("ready", (1, 0, 0), 0)
    with pytest.raises(NotAllowed):
        verbs.begin_load(made, by=manager(factories.ProviderFactory()), at=NOW)
