"""Who took which ticket when, and as what; and until when tickets can be had (SPEC 8, 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from scheduling.enums import FetchedAs
from scheduling.models import AdmissionTicket, TicketFetch
from skilleval.accounts.models import User
from skilleval.core.errors import Refused
from skilleval.core.wording import cn_date


@transaction.atomic
def note_fetched(tickets: Sequence[AdmissionTicket], *, how: str, by: User, at: datetime, handed: bool) -> None:
    """Write a receipt for each ticket that somebody took.

    `handed`: into the hands of its holder or of their institution, which ends reminding; a colleague of the provider
    who prints one leaves a receipt alone. Looking at the page again leaves no second one.
    """
    ids = [ticket.pk for ticket in tickets]
    if handed and (first := [ticket.pk for ticket in tickets if ticket.first_fetched_at is None]):
        AdmissionTicket.objects.filter(pk__in=first, first_fetched_at=None).update(first_fetched_at=at)
    if how == FetchedAs.PAGE and TicketFetch.objects.filter(ticket__in=ids, by_id=by.pk, how=how).exists():
        return
    TicketFetch.objects.bulk_create(
        [TicketFetch(ticket_id=pk, at=at, by_id=by.pk, by_label=by.label, how=how) for pk in ids], batch_size=1000
    )


def require_downloadable(tickets: Sequence[AdmissionTicket], *, on: date) -> None:
    """Raise Refused once every one of some tickets is past its last day to download (SPEC 13); staff aren't asked."""
    ended = [day for ticket in tickets if (day := last_day(ticket)) and day < on]
    if ended and len(ended) == len(tickets):
        raise Refused(f"准考证下载已于{cn_date(min(ended))}截止，需要补打请联系评价机构")


def last_day(ticket: AdmissionTicket) -> date | None:
    """The last day on which a ticket can be downloaded, None where there is none.

    The window's day doesn't bind one that came out after it, as for a session moved since: nobody could have had it.
    """
    until: date | None = ticket.session.batch.window.tickets_until
    return None if until and timezone.localdate(ticket.released_at) > until else until
