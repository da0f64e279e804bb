"""Admission tickets as papers: one; a thousand merged for an institution; one laid out whole.

`ticket_single` and `ticket_merged` make the papers: seats and telephone asked for, the photo read and its hash
compared, every glyph and every width checked, the QR code. `ticket_fetched` and `ticket_bundle` are the whole of what
is done for whoever asks: who may see it, that it is in force and still to be had, receipts, the audit event, the job;
they have no target. The peer only draws, from values that lie ready (tests/bench/peers/tickets.py). `rss_mb` of the
merged ones is the peak of a process of its own that makes them and nothing else.
"""

from __future__ import annotations

import io
import random
import subprocess
import sys
from collections.abc import Sequence

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
from tests.bench.measure import compare, interleaved, report
from tests.bench.peers import tickets as peer
from tests.bench.serving import environment
from tests.bench.tickets_alone import make
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
    """Fifty tickets made one by one, where 100 are out and where 1,000 are; then as their holders fetch them."""
    for size in SIZES:
        tickets = _out(size)[:SINGLE]
        users = [ticket.application.candidate.user for ticket in tickets]
        sheets = _sheets(tickets)

        def ours(tickets: Sequence[AdmissionTicket] = tickets) -> None:
            for ticket in tickets:
                papers.ticket_pdf(ticket)

        def fetched(tickets: Sequence[AdmissionTicket] = tickets, users: Sequence[User | None] = users) -> None:
            for ticket, user in zip(tickets, users, strict=True):
                assert user is not None
                _fetch(ticket, user.pk)

        def theirs(sheets: Sequence[peer.Page] = sheets) -> None:
            for one in sheets:
                peer.draw([one])

        compare(f"ticket_single_{size}", n=SINGLE, ours=ours, peer=theirs, vs=VS, rounds=ROUNDS)
        compare(f"ticket_fetched_{size}", n=SINGLE, ours=fetched, peer=theirs, vs=VS, rounds=ROUNDS)
        _clear()


def ticket_merged() -> None:
    """100 and 1,000 tickets, 50 a document on both sides; then asked for as an institution does."""
    for size in SIZES:
        tickets = _out(size)
        peak = _peak_alone()
        sheets = _sheets(tickets)
        scope, by = _scope(tickets[0]), scheduler(tickets[0].application.offering.provider)
        jobs.drain()

        def theirs(sheets: Sequence[peer.Page] = sheets) -> None:
            for start in range(0, len(sheets), A_DOCUMENT):
                peer.draw(sheets[start : start + A_DOCUMENT])

        vs = f"{VS}, 50 a document"
        mine, other = interleaved(lambda: make(AdmissionTicket.objects.in_force()), theirs, ROUNDS)
        report(f"ticket_merged_{size}", n=size, ours=mine, peer=other, vs=vs, rss_mb=peak)
        mine, other = interleaved(lambda scope=scope, by=by: _merge(scope, by), theirs, ROUNDS)  # type: ignore[misc]
        report(f"ticket_bundle_{size}", n=size, ours=mine, peer=other, vs=vs)
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


def _peak_alone() -> int:
    """The largest RSS in MiB of a process that makes all tickets there are."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.tickets_alone"],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1])


def _out(size: int) -> list[AdmissionTicket]:
    """So many tickets that are out, each of somebody with a photo, all of one institution at one provider."""
    offering: Offering = factories.OfferingFactory()
    factories.ContactFactory(provider=offering.provider, kind=ContactKind.ENQUIRY)
    offering.provider.group_candidates_download = True
    offering.provider.session_capacity = size  # one session, one day: all tickets are out together
    offering.provider.save()
    group = {"channel": Channel.GROUP, "institution": factories.InstitutionFactory()}
    by = scheduler(offering.provider)
    for session in planned(offering, size, original_received_on=HANDED_IN, **group):
        publish(session, by=by, capacity=1_000)
    services.release_tickets(RELEASED, at=NOON)
    _give_photos()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tickets = list(papers.load(AdmissionTicket.objects.all()).select_related("application__candidate__user"))
    assert len(tickets) == size
    return tickets


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
