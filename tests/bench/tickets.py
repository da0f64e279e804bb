"""Admission tickets as papers: one, as its holder fetches it; a thousand merged for an institution; one laid out whole.

Ours is all that is done for whoever asks: who may see it, that it is in force and still to be had, the ticket, seats
and telephone from the database, the photo read and its hash compared, the QR code, receipts and the audit event. The
peer only draws, from values that lie ready (tests/bench/peers/tickets.py). `rss_mb` of the merged ones is the peak of
the whole process while ours is made.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from pathlib import Path

from django.db import connection
from django.test import RequestFactory
from PIL import Image

from registration.models import Candidate
from scheduling import papers, services, views
from scheduling.models import AdmissionTicket
from scheduling.queries.bundles import Scope
from scheduling.services import bundles
from skilleval.accounts.models import User
from skilleval.catalogue.enums import Channel, ContactKind
from skilleval.catalogue.models import Offering
from skilleval.core import files, jobs
from tests import factories
from tests.bench.measure import Work, compare, interleaved, once, report
from tests.bench.peers import tickets as peer
from tests.scheduling.people import NOON, planned, publish, scheduler
from tests.scheduling.ticketed import HANDED_IN, RELEASED

SIZES = (100, 1_000)
SINGLE = 50  # fetched one by one in a round
WHOLE = 5  # laid out whole in a round: it is slow
A_DOCUMENT = 50  # what reportlab does best with
ROUNDS = 3
VS = "reportlab's canvas"
PEOPLE = "registration_application, registration_candidate, core_storedfile"
CLEARED = f"{PEOPLE}, scheduling_batch, scheduling_venue, core_job, core_outboxmessage, core_auditevent"


def ticket_single() -> None:
    """Fifty holders fetch theirs, where 100 tickets are out and where 1,000 are."""
    for size in SIZES:
        tickets = _out(size)[:SINGLE]
        users = [ticket.application.candidate.user for ticket in tickets]
        sheets = _sheets(tickets)

        def ours(tickets: Sequence[AdmissionTicket] = tickets, users: Sequence[User | None] = users) -> None:
            for ticket, user in zip(tickets, users, strict=True):
                assert user is not None
                _fetch(ticket, user.pk)

        def theirs(sheets: Sequence[peer.Page] = sheets) -> None:
            for one in sheets:
                peer.draw([one])

        compare(f"ticket_single_{size}", n=SINGLE, ours=ours, peer=theirs, vs=VS, rounds=ROUNDS)
        _clear()


def ticket_merged() -> None:
    """An institution's 100 and 1,000 tickets asked for, made by the job and taken; the peer draws 50 a document."""
    for size in SIZES:
        tickets = _out(size)
        sheets = _sheets(tickets)
        scope, by = _scope(tickets[0]), scheduler(tickets[0].application.offering.provider)
        jobs.drain()
        peak = _peak_of(lambda scope=scope, by=by: _merge(scope, by))  # type: ignore[misc]

        def theirs(sheets: Sequence[peer.Page] = sheets) -> None:
            for start in range(0, len(sheets), A_DOCUMENT):
                peer.draw(sheets[start : start + A_DOCUMENT])

        mine, other = interleaved(lambda scope=scope, by=by: _merge(scope, by), theirs, ROUNDS)  # type: ignore[misc]
        report(f"ticket_merged_{size}", n=size, ours=mine, peer=other, vs=f"{VS}, 50 a document", rss_mb=peak)
        _clear()


def ticket_full() -> None:
    """The path for what can't be stamped: every text laid out over the page, with a WeasyPrint that has warmed up.

    `ticket_grown` is the rare one whose page grows with its texts: frames, tables and pictures laid out too. It has no
    target and is printed so that nobody takes the one for the other.
    """
    tickets = _out(SIZES[0])[:WHOLE]
    facts, sheets = papers.facts_of(tickets), _sheets(tickets)
    compare(
        "ticket_full",
        n=WHOLE,
        ours=lambda: [papers.laid_out_pdf(one) for one in facts],
        peer=lambda: [peer.draw([one]) for one in sheets],
        vs=VS,
        rounds=ROUNDS,
    )
    compare(
        "ticket_grown",
        n=WHOLE,
        ours=lambda: [papers.grown_pdf(one.shape, papers.sheet_of(one)) for one in facts],
        peer=lambda: [peer.draw([one]) for one in sheets],
        vs=VS,
        rounds=ROUNDS,
    )
    _clear()


def _fetch(ticket: AdmissionTicket, user_id: int) -> None:
    request = RequestFactory().get(f"/tickets/{ticket.uuid}/pdf/")
    request.user = User.objects.get(pk=user_id)
    response = views.ticket_pdf(request, ticket.uuid)
    assert response.content.startswith(b"%PDF")


def _merge(scope: Scope, by: User) -> None:
    """Asked for, made, taken: what a page, a worker and a download do."""
    bundle = bundles.ask(scope, kind="merged", by=by, at=NOON)
    jobs.drain()
    bundle.refresh_from_db()
    assert not bundle.left_out
    with files.open_file(bundles.take(bundle, by=by, at=NOON)) as file:
        assert file.read(5) == b"%PDF-"


def _peak_of(work: Work) -> int:
    """The largest RSS in MiB while something is done; Linux forgets the earlier peak when told to."""
    Path("/proc/self/clear_refs").write_text("5")
    once(work)
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _out(size: int) -> list[AdmissionTicket]:
    """So many tickets that are out, each of somebody with a photo, all of one institution at one provider."""
    offering: Offering = factories.OfferingFactory()
    factories.ContactFactory(provider=offering.provider, kind=ContactKind.ENQUIRY)
    offering.provider.group_candidates_download = True
    offering.provider.save()
    group = {"channel": Channel.GROUP, "institution": factories.InstitutionFactory()}
    by = scheduler(offering.provider)
    for session in planned(offering, size, original_received_on=HANDED_IN, **group):
        publish(session, by=by, capacity=1_000)
    services.release_tickets(RELEASED, at=NOON)
    _give_photos()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return list(papers.load(AdmissionTicket.objects.all()).select_related("application__candidate__user"))


def _give_photos() -> None:
    """A photo of its own for everybody, each as large as one from a telephone after it was taken in."""
    people = list(Candidate.objects.all())
    chance = random.Random(1)
    for person in people:
        person.photo = files.keep(
            _portrait(chance), kind="photo", name="me.jpg", content_type="image/jpeg", owner_label="bench"
        )
    Candidate.objects.bulk_update(people, ["photo"], batch_size=500)


def _portrait(chance: random.Random) -> bytes:
    small = Image.frombytes("RGB", (60, 84), chance.randbytes(60 * 84 * 3))
    picture = io.BytesIO()
    small.resize((413, 579), Image.Resampling.BICUBIC).save(picture, "JPEG", quality=90)
    return picture.getvalue()


def _sheets(tickets: Sequence[AdmissionTicket]) -> list[peer.Page]:
    return [(facts, papers.sheet_of(facts)) for facts in papers.facts_of(tickets)]


def _scope(ticket: AdmissionTicket) -> Scope:
    application = ticket.application
    return Scope(application.offering.provider, institution=application.institution, window=ticket.session.batch.window)


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {CLEARED} CASCADE")
