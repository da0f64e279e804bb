"""Many tickets as one file: asked for, made in the background, taken and erased again (SPEC 8).

Tickets are made by the hundred, each hundred noted with the lease; the file is kept in the last transaction. A worker
that dies leaves nothing behind, and the next one begins anew: a thousand take seconds.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.utils import timezone

from scheduling import papers
from scheduling.bundling import BUNDLERS, Bundler, Ready
from scheduling.enums import BundleState, FetchedAs
from scheduling.models import AdmissionTicket, SheetBundle, TicketBundle
from scheduling.papers import Facts
from scheduling.queries.bundles import Scope, is_stuck, job_key
from scheduling.services.fetching import note_fetched, require_downloadable
from skilleval.accounts.models import User
from skilleval.core import audit, files, jobs
from skilleval.core.enums import FileKind
from skilleval.core.errors import Refused
from skilleval.core.leases import Lease
from skilleval.core.models import StoredFile

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)  # then it is made anew for whoever still wants it
FAILED = "生成时出错，请联系平台管理员"


@transaction.atomic
def ask(scope: Scope, *, kind: str, by: User, at: datetime) -> TicketBundle:
    """Have a scope's tickets in force made into one file; one that is being made already is found instead.

    One whose work was given up is ended, and begun anew. Raises Refused where no ticket is out, or after the last day
    to download for an institution (SPEC 13).
    """
    tickets = list(scope.tickets().select_related("session__batch__window"))
    if not tickets:
        raise Refused("还没有发放的准考证，发放后再下载")
    if scope.institution:
        require_downloadable(tickets, on=timezone.localdate(at))
    under_way = TicketBundle.objects.select_for_update().filter(**scope.fields, kind=kind, state=BundleState.WAITING)
    for found in under_way:
        if is_stuck(found):
            TicketBundle.objects.filter(pk=found.pk).update(state=BundleState.FAILED)
    asked = {"tickets": [ticket.pk for ticket in tickets], "asked_at": at, "asked_by_id": by.pk}
    bundle, created = TicketBundle.objects.get_or_create(
        **scope.fields, kind=kind, state=BundleState.WAITING, defaults=asked | {"asked_by_label": by.label}
    )
    if created:
        jobs.enqueue("scheduling.make_bundle", key=job_key(bundle), payload={"id": bundle.pk})
    return bundle


def make(bundle: TicketBundle, lease: Lease, *, at: datetime) -> None:
    """Make the file, some dozens of tickets at a time; one that can't be made is left out and named with the reason.

    Where none could be, or all were withdrawn meanwhile, there is no file.
    """
    if bundle.state != BundleState.WAITING:
        return
    made, left_out = 0, list[dict[str, Any]]()
    with TemporaryDirectory() as folder:
        bundler = BUNDLERS[bundle.kind](Path(folder))
        for start in range(0, bundle.total, papers.AT_ONCE):
            tried, missing = _make_some(bundler, bundle.tickets[start : start + papers.AT_ONCE])
            made += tried - len(missing)
            left_out += missing
            _note_progress(bundle, lease, min(start + papers.AT_ONCE, bundle.total))
        _finish(bundle, bundler if made else None, left_out, lease, at)


@transaction.atomic
def take(bundle: TicketBundle, *, by: User, at: datetime) -> StoredFile:
    """The file for whoever may have it, with a receipt for each ticket in it and an audit event (RELIABILITY 8).

    Raises Refused while it isn't ready, once a ticket in it was withdrawn, and for an institution after the last day.
    """
    if bundle.state != BundleState.READY or bundle.file is None:
        raise Refused("文件还没有生成，请稍候")
    missing = {one["ticket"] for one in bundle.left_out}
    rows = AdmissionTicket.objects.filter(pk__in=set(bundle.tickets) - missing)
    tickets = list(rows.select_related("session__batch__window"))
    if withdrawn := sum(ticket.withdrawn_at is not None for ticket in tickets):
        raise Refused(f"其中 {withdrawn} 张准考证已收回，请重新生成后下载")
    if bundle.institution_id:
        require_downloadable(tickets, on=timezone.localdate(at))
    note_fetched(tickets, how=FetchedAs(bundle.kind), by=by, at=at, handed=bundle.institution_id is not None)
    audit.record("tickets.taken", by=by, obj=bundle, kind=bundle.kind, tickets=len(tickets))
    return bundle.file


def erase_old(on: date) -> int:
    """Erase the files made more than KEPT before a day, with their rows; returns how many.

    Those of sessions' papers too, for they name people.
    """
    return sum(
        erase(model, pk)
        for model in (TicketBundle, SheetBundle)
        for pk in model.objects.filter(ready_at__date__lte=on - KEPT).exclude(file=None).values_list("pk", flat=True)
    )


@transaction.atomic
def erase(model: type[TicketBundle | SheetBundle], pk: int) -> int:
    """Erase the file of one, with its row; returns how many there were."""
    found = model.objects.select_for_update(of=("self",)).select_related("file").filter(pk=pk).first()
    if found is None or found.file is None:
        return 0
    stored = found.file
    found.delete()
    files.remove(stored)
    return 1


def _make_some(bundler: Bundler, ids: Sequence[int]) -> tuple[int, list[dict[str, Any]]]:
    """Add some tickets; returns how many are in force still, and which of these couldn't be made."""
    found = papers.load_for_paper(AdmissionTicket.objects.in_force().filter(pk__in=ids))
    by_id = {facts.ticket.pk: facts for facts in papers.facts_of(list(found))}
    tried = [_ready(by_id[pk]) for pk in ids if pk in by_id]
    ready = [one for one in tried if isinstance(one, Ready)]
    left_out = [one for one in tried if not isinstance(one, Ready)]
    return len(by_id), left_out + _add(bundler, ready)


def _ready(facts: Facts) -> Ready | dict[str, Any]:
    ticket = facts.ticket
    try:
        return Ready(ticket.pk, ticket.number, ticket.application.candidate.name, papers.piece_of(facts))
    except Exception as error:
        return _why(ticket.pk, error)


def _add(bundler: Bundler, ready: Sequence[Ready]) -> list[dict[str, Any]]:
    """Halve what can't be added until the one that can't stands alone."""
    if not ready:
        return []
    try:
        bundler.add(ready)
    except Exception as error:
        if len(ready) == 1:
            return [_why(ready[0].ticket_id, error)]
        half = len(ready) // 2
        return _add(bundler, ready[:half]) + _add(bundler, ready[half:])
    return []


def _why(ticket_id: int, error: Exception) -> dict[str, Any]:
    if not isinstance(error, Refused):
        logger.error("ticket %s can't be made: %s", ticket_id, type(error).__name__)
    return {"ticket": ticket_id, "why": error.message if isinstance(error, Refused) else FAILED}


@transaction.atomic
def _note_progress(bundle: TicketBundle, lease: Lease, done: int) -> None:
    TicketBundle.objects.filter(pk=bundle.pk, state=BundleState.WAITING).update(done=done)
    lease.renew(done=done, total=bundle.total)


@transaction.atomic
def _finish(
    bundle: TicketBundle, bundler: Bundler | None, left_out: list[dict[str, Any]], lease: Lease, at: datetime
) -> None:
    lease.renew()
    waiting = TicketBundle.objects.filter(pk=bundle.pk, state=BundleState.WAITING)
    if bundler is None:
        waiting.update(state=BundleState.FAILED, left_out=left_out)
        return
    with bundler.finish().open("rb") as content:
        stored = files.keep(
            content,
            kind=FileKind.GENERATED,
            name=f"tickets-{bundle.pk}.{bundler.ending}",
            content_type=bundler.content_type,
            owner_label=f"ticket bundle {bundle.pk}",
        )
    waiting.update(state=BundleState.READY, file=stored, left_out=left_out, ready_at=at)
