"""Printing papers: who may, what is refused, what is recorded, and large sessions in the background (SPEC 8, 14)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from scheduling import admin_sheets
from scheduling.models import ExamSession, SheetBundle
from scheduling.queries.rolls import groups_of
from scheduling.services import bundles, printing
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core import jobs
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.files import path_of
from skilleval.core.models import AuditEvent, Job, StoredFile
from tests import factories
from tests.scheduling.people import NOON, batch_of, room
from tests.scheduling.sheet_people import enrolled, published, sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def session(offering: Offering) -> ExamSession:
    """Three people in one room, and an empty one."""
    people = enrolled(offering, 3, schools=1)
    made = published(batch_of(offering), size=3)
    sitting(made, room(offering.provider), people)
    sitting(made, room(offering.provider, name="空教室"), [])
    return printing.named(made.pk)


@pytest.fixture
def by(offering: Offering) -> User:
    return factories.staff(offering.provider, Role.SCHEDULING)


def events(action: str) -> list[dict[str, Any]]:
    return [event.details for event in AuditEvent.objects.filter(action=action).order_by("id")]


def test_a_paper_that_lists_people_is_recorded_without_naming_them(session: ExamSession, by: User) -> None:
    full, empty = session.sittings.order_by("room__name")
    printed = printing.print_sheets(session, "sign_in", by=by, at=NOON)
    assert printed.content.startswith(b"%PDF")
    assert printed.name == f"20260418-{session.pk:05d}-v1-sign_in.pdf"
    printing.print_sheets(session, "door", sitting=full, by=by, at=NOON)
    told = {"version": 1, "sittings": [full.pk], "people": 3}
    assert events("session.sheets_printed") == [{"kind": "sign_in"} | told, {"kind": "door"} | told]
    with pytest.raises(Refused, match="没有参评人员"):
        printing.print_sheets(session, "door", sitting=empty, by=by, at=NOON)


def test_strangers_are_refused(session: ExamSession) -> None:
    stranger = factories.staff(factories.ProviderFactory(), Role.SCHEDULING)
    for verb in (printing.print_session, printing.ask_for_all):
        with pytest.raises(NotAllowed):
            verb(session, by=stranger, at=NOON)
    with pytest.raises(NotAllowed):
        printing.print_sheets(session, "door", by=stranger, at=NOON)
    assert not AuditEvent.objects.filter(action__startswith="session.sheets").exists()


@pytest.mark.parametrize("state", ["cancelled", "proposed"])
def test_nothing_is_printed_of_a_session_that_is_cancelled_or_has_no_rooms(
    offering: Offering, by: User, state: str
) -> None:
    made = published(batch_of(offering), size=1, state=state)
    made.sittings.create(subject="theory", during=("2026-04-18T01:00Z", "2026-04-18T02:00Z"))
    session = printing.named(made.pk)
    for verb in (printing.print_session, printing.ask_for_all):
        with pytest.raises(Refused, match="已取消" if state == "cancelled" else "没有安排考场"):
            verb(session, by=by, at=NOON)


def test_a_group_s_list_is_recorded(session: ExamSession, by: User) -> None:
    (group,) = groups_of(session)
    printed = printing.print_group(group, by=by, at=NOON)
    assert printed.name == f"{group.number}-list.pdf"
    assert events("group.list_printed") == [{"people": 2}]


def test_a_session_is_one_file_while_it_can_be_waited_for(
    session: ExamSession, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = printing.print_session(session, by=by, at=NOON)
    assert len(PdfReader(io.BytesIO(printed.content)).pages) == 7  # the cover, five papers, the group's list
    monkeypatch.setattr(printing, "MOST_AT_ONCE", 2)
    with pytest.raises(Refused, match="生成全部材料"):
        printing.print_session(session, by=by, at=NOON)


def test_a_large_session_is_made_in_the_background_once(
    session: ExamSession, by: User, django_capture_on_commit_callbacks: Any
) -> None:
    first = printing.ask_for_all(session, by=by, at=NOON)
    assert printing.ask_for_all(session, by=by, at=NOON) == first
    assert Job.objects.filter(kind="scheduling.make_sheets").count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        jobs.drain()
    first.refresh_from_db()
    assert (first.state, first.done, first.total, first.version) == ("ready", 2, 2, 1)
    assert first.file is not None
    assert len(PdfReader(path_of(first.file)).pages) == 7
    assert Job.objects.get(kind="scheduling.make_sheets").state == "done"
    printing.note_taken(first, by=by)
    assert events("session.sheets_printed") == [{"kind": "all", "version": 1}]


def test_what_was_given_up_is_begun_anew(session: ExamSession, by: User) -> None:
    first = printing.ask_for_all(session, by=by, at=NOON)
    Job.objects.filter(kind="scheduling.make_sheets").update(state="quarantined")
    panel = admin_sheets.facts(session, by, NOON)
    assert (panel["bundle"], panel["stuck"]) == (first, True)
    second = printing.ask_for_all(session, by=by, at=NOON)
    first.refresh_from_db()
    assert (first.state, second.state) == ("failed", "waiting")
    assert not admin_sheets.facts(session, by, NOON)["stuck"]


def test_a_kind_for_all_sittings_has_a_limit_and_one_sitting_none(
    session: ExamSession, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST_OF_A_KIND", 2)
    with pytest.raises(Refused, match="人数较多"):
        printing.print_sheets(session, "door", by=by, at=NOON)
    printing.print_sheets(session, "door", sitting=session.sittings.order_by("room__name")[0], by=by, at=NOON)


def test_files_are_erased_after_some_days_for_they_name_people(session: ExamSession, by: User) -> None:
    bundle = printing.ask_for_all(session, by=by, at=NOON)
    jobs.drain()
    SheetBundle.objects.update(ready_at=NOON)
    bundle.refresh_from_db()
    assert bundle.file is not None
    assert bundles.erase_old(NOON.date() + bundles.KEPT - timedelta(days=1)) == 0
    assert bundles.erase_old(NOON.date() + bundles.KEPT) == 1
    assert not SheetBundle.objects.exists()
    assert not StoredFile.objects.filter(pk=bundle.file.pk).exists()


def test_the_newest_file_takes_the_place_of_the_one_before(
    session: ExamSession, by: User, django_capture_on_commit_callbacks: Any
) -> None:
    paths = []
    for version in (1, 2):
        ExamSession.objects.filter(pk=session.pk).update(version=version)
        printing.ask_for_all(session, by=by, at=NOON)
        with django_capture_on_commit_callbacks(execute=True):
            jobs.drain()
        bundle = SheetBundle.objects.get()
        assert bundle.version == version
        assert bundle.file is not None
        paths.append(path_of(bundle.file))
    assert [path.exists() for path in paths] == [False, True]


def test_a_session_cancelled_meanwhile_has_no_file(session: ExamSession, by: User) -> None:
    printing.ask_for_all(session, by=by, at=NOON)
    ExamSession.objects.filter(pk=session.pk).update(state="cancelled")
    jobs.drain()
    assert SheetBundle.objects.get().state == "failed"


def test_a_worker_that_lost_its_lease_leaves_nothing_behind(session: ExamSession, by: User) -> None:
    bundle = printing.ask_for_all(session, by=by, at=NOON)

    def lost(done: int, total: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        printing.make_all(bundle, at=NOON, renew=lost)
    bundle.refresh_from_db()
    assert (bundle.state, bundle.done, bundle.file) == ("waiting", 0, None)
