"""Many tickets as one file: made in the background, each photo in its own alone, taken with receipts (SPEC 8)."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from registration.models import Window
from scheduling import papers
from scheduling.models import AdmissionTicket, ExamSession, TicketBundle, TicketFetch
from scheduling.queries.bundles import Scope, made_of
from scheduling.services import bundles, tickets
from skilleval.accounts.models import Institution, User
from skilleval.catalogue.enums import Channel
from skilleval.catalogue.models import Offering
from skilleval.core import files, jobs
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent, Job, StoredFile
from tests import factories
from tests.registration.rosters import officer_of
from tests.scheduling.people import NOON, scheduler
from tests.scheduling.test_papers import is_photo
from tests.scheduling.ticketed import loaded, portrait, session_out, with_photos

pytestmark = pytest.mark.django_db
PEOPLE = 5


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five tickets are three chunks."""
    monkeypatch.setattr(papers, "AT_ONCE", 2)


@pytest.fixture
def institution() -> Institution:
    made: Institution = factories.InstitutionFactory()
    return made


@pytest.fixture
def session(institution: Institution) -> ExamSession:
    offering: Offering = factories.OfferingFactory(provider__threshold=PEOPLE)
    session = session_out(offering, PEOPLE, channel=Channel.GROUP, institution=institution)
    with_photos(session, *(portrait((50 * n, 90, 90)) for n in range(PEOPLE)))
    return session


@pytest.fixture
def by(session: ExamSession) -> User:
    return scheduler(session.batch.offering.provider)


@pytest.fixture
def scope(session: ExamSession, institution: Institution) -> Scope:
    batch = session.batch
    return Scope(batch.offering.provider, institution=institution, window=batch.window)


def of_session(session: ExamSession) -> Scope:
    return Scope(session.batch.offering.provider, session=session)


def made(scope: Scope, kind: str, by: User) -> TicketBundle:
    bundle = bundles.ask(scope, kind=kind, by=by, at=NOON)
    jobs.drain()
    return TicketBundle.objects.select_related("file").get(pk=bundle.pk)


def content(bundle: TicketBundle) -> bytes:
    assert bundle.file is not None
    return files.read(bundle.file)


def photos_of(page: Any) -> list[bytes]:
    return [item.read_raw_bytes() for item in page.Resources.XObject.values() if is_photo(item)]


def test_merged_has_a_page_each_with_its_own_photo_alone(scope: Scope, by: User) -> None:
    bundle = made(scope, "merged", by)
    assert (bundle.state, bundle.done, bundle.left_out) == ("ready", PEOPLE, [])
    wanted = loaded()
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(content(bundle))).pages]
    assert [ticket.number in text for ticket, text in zip(wanted, texts, strict=True)] == [True] * PEOPLE
    with pikepdf.open(io.BytesIO(content(bundle))) as file:
        assert sum(is_photo(item) for item in file.objects) == PEOPLE
        for page, ticket in zip(file.pages, wanted, strict=True):
            assert ticket.application.candidate.photo is not None
            assert photos_of(page) == [files.read(ticket.application.candidate.photo)]


def test_a_zip_has_a_file_each_with_one_photo(session: ExamSession, by: User) -> None:
    bundle = made(of_session(session), "zip", by)
    with zipfile.ZipFile(io.BytesIO(content(bundle))) as archive:
        assert archive.namelist() == [f"{one.number}_{one.application.candidate.name}.pdf" for one in loaded()]
        for name in archive.namelist():
            with pikepdf.open(io.BytesIO(archive.read(name))) as file:
                assert (len(file.pages), sum(is_photo(item) for item in file.objects)) == (1, 1)


@pytest.mark.parametrize("kind", ["merged", "zip"])
def test_one_that_cant_be_made_is_left_out_and_named(scope: Scope, by: User, kind: str) -> None:
    broken = loaded()[3]
    assert broken.application.candidate.photo is not None
    files.path_of(broken.application.candidate.photo).unlink()
    bundle = made(scope, kind, by)
    assert bundle.state == "ready"
    assert bundle.left_out == [{"ticket": broken.pk, "why": files.CONTENT_GONE}]
    (newest,) = [one for one in made_of(scope) if one.kind == kind]
    assert list(newest.left_out) == [(broken.number, files.CONTENT_GONE)]
    bundles.take(bundle, by=by, at=NOON)
    assert TicketFetch.objects.filter(how=kind).count() == PEOPLE - 1


def test_one_that_fails_while_stamped_leaves_the_others(
    scope: Scope, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page, and the full path breaks too."""
    broken = loaded()[1].number

    def fails(facts: papers.Facts) -> bytes:
        raise MemoryError

    monkeypatch.setattr(papers, "laid_out_pdf", fails)
    photo = loaded()[1].application.candidate.photo
    assert photo is not None
    files.path_of(photo).write_bytes(b"no picture")
    StoredFile.objects.filter(pk=photo.pk).update(sha256=files.sha256_of(files.File(io.BytesIO(b"no picture"))))
    bundle = made(scope, "merged", by)
    assert [one["why"] for one in bundle.left_out] == [bundles.FAILED]
    texts = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content(bundle))).pages)
    assert [one.number in texts for one in loaded()] == [one.number != broken for one in loaded()]


def test_where_none_can_be_made_there_is_no_file(scope: Scope, by: User) -> None:
    for ticket in loaded():
        assert ticket.application.candidate.photo is not None
        files.path_of(ticket.application.candidate.photo).unlink()
    bundle = made(scope, "merged", by)
    assert (bundle.state, bundle.file, len(bundle.left_out)) == ("failed", None, PEOPLE)
    assert made(scope, "merged", by).pk != bundle.pk, "it can be asked for again"


@pytest.mark.parametrize("kind", ["merged", "zip"])
def test_where_all_were_withdrawn_meanwhile_there_is_no_file(scope: Scope, by: User, kind: str) -> None:
    bundle = bundles.ask(scope, kind=kind, by=by, at=NOON)
    tickets.withdraw(AdmissionTicket.objects.all(), reason="改期", at=NOON)
    jobs.drain()
    bundle.refresh_from_db()
    assert (bundle.state, bundle.file, bundle.left_out) == ("failed", None, [])
    assert Job.objects.get(kind="scheduling.make_bundle").state == "done"


def test_asked_twice_it_is_made_once(scope: Scope, by: User) -> None:
    first, second = (bundles.ask(scope, kind="merged", by=by, at=NOON) for _ in range(2))
    assert first.pk == second.pk
    assert Job.objects.filter(kind="scheduling.make_bundle").count() == 1
    assert bundles.ask(scope, kind="zip", by=by, at=NOON).pk != first.pk


def test_what_was_given_up_is_begun_anew(scope: Scope, by: User) -> None:
    first = bundles.ask(scope, kind="merged", by=by, at=NOON)
    Job.objects.filter(key=f"ticket-bundle:{first.pk}").update(state="quarantined")
    assert [one.stuck for one in made_of(scope)] == [True, False]
    assert made(scope, "merged", by).pk != first.pk
    first.refresh_from_db()
    assert first.state == "failed"


def test_without_tickets_nothing_is_asked_for(by: User, scope: Scope) -> None:
    tickets.withdraw(AdmissionTicket.objects.all(), reason="改期", at=NOON)
    with pytest.raises(Refused, match="还没有发放"):
        bundles.ask(scope, kind="merged", by=by, at=NOON)


def test_a_worker_that_died_half_way_is_followed_by_one_that_begins_anew(
    scope: Scope, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = bundles.ask(scope, kind="merged", by=by, at=NOON)
    noted = bundles._note_progress

    def dies(*facts: Any) -> None:
        noted(*facts)
        raise KeyboardInterrupt

    monkeypatch.setattr(bundles, "_note_progress", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.drain()
    bundle.refresh_from_db()
    assert (bundle.state, bundle.done) == ("waiting", 2)
    monkeypatch.setattr(bundles, "_note_progress", noted)
    Job.objects.filter(state="running").update(leased_until=NOON - timedelta(days=1000))
    jobs.drain()
    bundle.refresh_from_db()
    assert (bundle.state, bundle.done) == ("ready", PEOPLE)
    assert len(PdfReader(io.BytesIO(content(bundle))).pages) == PEOPLE


def test_taking_it_leaves_a_receipt_for_each_and_an_audit_event(scope: Scope, by: User) -> None:
    bundle = made(scope, "merged", by)
    assert not AdmissionTicket.objects.exclude(first_fetched_at=None)
    assert bundles.take(bundle, by=by, at=NOON) == bundle.file
    receipts = TicketFetch.objects.values_list("ticket", "how", "by_id")
    assert sorted(receipts) == [(ticket.pk, "merged", by.pk) for ticket in loaded()]
    assert not AdmissionTicket.objects.filter(first_fetched_at=None)
    event = AuditEvent.objects.get(action="tickets.taken")
    assert event.details == {"kind": "merged", "tickets": PEOPLE}


def test_what_staff_take_is_not_in_the_hands_of_the_holders(session: ExamSession, by: User) -> None:
    bundles.take(made(of_session(session), "merged", by), by=by, at=NOON)
    assert TicketFetch.objects.count() == PEOPLE
    assert not AdmissionTicket.objects.exclude(first_fetched_at=None)


def test_a_withdrawn_ticket_is_not_handed_out_any_more(scope: Scope, by: User) -> None:
    bundle = made(scope, "merged", by)
    tickets.withdraw(AdmissionTicket.objects.filter(pk=bundle.tickets[0]), reason="换场", at=NOON)
    with pytest.raises(Refused, match="1 张准考证已收回"):
        bundles.take(bundle, by=by, at=NOON)
    assert not TicketFetch.objects.exists()
    assert [one.stale for one in made_of(scope) if one.bundle] == [True]


@pytest.mark.parametrize(("days", "open_still"), [(0, True), (1, False)])
def test_an_institution_may_until_the_last_day_and_staff_any_day(
    scope: Scope, session: ExamSession, by: User, days: int, open_still: bool
) -> None:
    bundle, at = made(scope, "merged", by), NOON + timedelta(days=days)
    Window.objects.filter(pk=session.batch.window_id).update(tickets_until=NOON.date())
    if open_still:
        bundles.take(bundle, by=by, at=at)
    else:
        for verb in (
            lambda: bundles.take(bundle, by=by, at=at),
            lambda: bundles.ask(scope, kind="zip", by=by, at=at),
        ):
            with pytest.raises(Refused, match="下载已于"):
                verb()
    bundles.take(made(of_session(session), "zip", by), by=by, at=at)


def test_the_last_day_ends_at_midnight_in_shanghai(scope: Scope, session: ExamSession, by: User) -> None:
    Window.objects.filter(pk=session.batch.window_id).update(tickets_until=NOON.date())
    morning_after = datetime(2026, 4, 2, 17, tzinfo=UTC)
    with pytest.raises(Refused, match="下载已于"):
        bundles.ask(scope, kind="merged", by=by, at=morning_after)


def test_files_are_erased_after_some_days_with_their_rows(scope: Scope, by: User) -> None:
    bundle = made(scope, "merged", by)
    TicketBundle.objects.update(ready_at=NOON)
    assert bundle.file is not None
    path = files.path_of(bundle.file)
    assert bundles.erase_old(NOON.date() + bundles.KEPT - timedelta(days=1)) == 0
    assert path.exists()
    assert bundles.erase_old(NOON.date() + bundles.KEPT) == 1
    assert not TicketBundle.objects.exists()
    assert not StoredFile.objects.filter(kind="generated").exists()


def test_whose_they_are(scope: Scope, session: ExamSession, institution: Institution, by: User) -> None:
    theirs, of_staff = made(scope, "merged", by), made(of_session(session), "merged", by)
    officer, stranger = officer_of(institution), officer_of(factories.InstitutionFactory())
    seen = {user: list(TicketBundle.objects.visible_to(user)) for user in (officer, stranger, by)}
    assert seen == {officer: [theirs], stranger: [], by: [of_staff]}
    assert list(TicketBundle.objects.visible_to(scheduler(factories.ProviderFactory()))) == []
