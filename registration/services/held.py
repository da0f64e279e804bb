"""Certificates that the portal records in a person's background: theirs to see, not theirs to change (SPEC 4, 9.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from registration.models import Candidate, HeldCertificate
from skilleval.core import audit
from skilleval.core.policy import Actor


@transaction.atomic
def record_held(
    candidate: Candidate,
    *,
    number: str,
    code: str,
    level: str,
    issued_on: date,
    issuer: str,
    by: Actor | None,
    at: datetime,
) -> HeldCertificate:
    """A certificate was issued: one row by its number. Run again it changes nothing.

    What the person had entered under the number by hand becomes the recorded row. A voided number stays void: only
    `restore_held` brings it back.
    """
    facts = {"code": code, "level": level, "issued_on": issued_on, "issuer": issuer}
    recorded = HeldCertificate.objects.select_for_update().filter(number=number, recorded=True).first()
    if recorded:
        return recorded
    by_hand = HeldCertificate.objects.select_for_update().filter(candidate=candidate, number=number).first()
    row = by_hand or HeldCertificate(candidate=candidate, number=number)
    for field, value in (facts | {"recorded": True}).items():
        setattr(row, field, value)
    row.save()
    audit.record("candidate.certificate_recorded", by=by, obj=candidate, row=row.pk)
    return row


@dataclass(frozen=True)
class Issued:
    """A certificate that was issued to somebody, as `record_held` takes it."""

    candidate: Candidate
    number: str
    code: str
    level: str
    issued_on: date
    issuer: str


@transaction.atomic
def record_many(certificates: Iterable[Issued], *, by: Actor | None, at: datetime) -> None:
    """`record_held` for a whole run of new numbers, in a handful of statements; the run's own event is its trail."""
    issued = {one.number: one for one in certificates}
    known = set(HeldCertificate.objects.filter(number__in=issued).values_list("number", flat=True))
    for one in issued.values():
        if one.number in known:  # entered by hand before, or recorded
            record_held(**vars(one), by=by, at=at)
    HeldCertificate.objects.bulk_create(
        (HeldCertificate(**vars(one), recorded=True) for one in issued.values() if one.number not in known),
        batch_size=1000,
    )


@transaction.atomic
def withdraw_held(number: str, *, on: date, by: Actor | None, at: datetime) -> int:
    """A certificate is void or replaced from a day: it proves nothing any more, and stays to be seen. How many rows."""
    return _end(HeldCertificate.objects.filter(number=number, recorded=True, ended_on=None), on, by)


@transaction.atomic
def restore_held(number: str, *, by: Actor | None, at: datetime) -> int:
    """The same number is in force again (SPEC 10). How many rows."""
    return _end(HeldCertificate.objects.filter(number=number, recorded=True, ended_on__isnull=False), None, by)


def _end(rows: object, on: date | None, by: Actor | None) -> int:
    found = list(rows.select_for_update(of=("self",)).select_related("candidate"))  # type: ignore[attr-defined]
    for row in found:
        row.ended_on = on
        row.save(update_fields=["ended_on"])
        action = "candidate.certificate_ended" if on else "candidate.certificate_restored"
        audit.record(action, by=by, obj=row.candidate, row=row.pk)
    return len(found)
