"""Issuing certificates: numbers from a locked counter, in the order of ticket numbers (SPEC 9.5).

Everything happens in one transaction: a run that is killed gives its serials back, a second one finds nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from certificates import numbering
from certificates.enums import CertificateState
from certificates.models import Certificate, NumberScheme
from certificates.services import holders
from certificates.services.drawing import NAMES
from certificates.services.reviewing import Outcome, barred, locked
from registration.services import held
from scheduling.models import AdmissionTicket
from skilleval.catalogue.models import Provider
from skilleval.core import audit, counters
from skilleval.core.db import assert_in_transaction, retrying
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor
from skilleval.core.transitions import move_many

_S = CertificateState


@retrying
@transaction.atomic
def issue(certificates: QuerySet[Certificate], *, by: Actor, at: datetime) -> Outcome:
    """Number the reviewed ones of a selection and tell their holders; what is printed of a person is frozen.

    Those whose holder's case is open and one's own are left, with why. Raises Refused when a series has no serials
    left, and NotAllowed for who has no such role at one of the providers.
    """
    rows = locked(certificates, _S.REVIEWED, by=by)
    left = tuple((row, why) for row in rows if (why := barred(row, by=by)))
    ready = [row for row in rows if not barred(row, by=by)]
    if not ready:
        return Outcome(0, left)
    on = timezone.localdate(at)
    give_numbers(ready, on=on)
    done = move_many(_only(ready), _S.REVIEWED, _S.ISSUED, by=by, at=at, reason="编号发证", issued_on=on)
    issued = list(_only(ready).select_related(*NAMES))
    record_held(issued, by=by, at=at)
    _audit(issued, by=by)
    holders.issued(issued)
    return Outcome(done, left)


def give_numbers(certificates: list[Certificate], *, on: date) -> None:
    """Number locked certificates and freeze whose they are; series by series, so that counters lock in one order."""
    assert_in_transaction()
    schemes = {row.provider_id: row for row in NumberScheme.objects.all()}
    filed = {row.pk: row for row in Provider.objects.filter(pk__in={row.provider_id for row in certificates})}
    by_series: dict[str, list[Certificate]] = defaultdict(list)
    for row in _in_order_of_tickets(certificates):
        by_series[numbering.series(filed[row.provider_id].filing_number, on, row.level)].append(row)
    for name in sorted(by_series):
        rows = by_series[name]
        provider, level = filed[rows[0].provider_id], rows[0].level
        scheme = scheme_of(schemes.get(provider.pk))
        for row, serial in zip(rows, counters.take(name, len(rows)), strict=True):
            row.number = _number(provider, on, level, serial, scheme)
    _freeze(certificates)


def record_held(certificates: Iterable[Certificate], *, by: Actor, at: datetime) -> None:
    """Let registration know what people hold from now on (SPEC 4)."""
    held.record_many(
        (
            held.Issued(
                candidate=row.candidate,
                number=str(row.number),
                code=row.offering.work_type.occupation.code,
                level=row.level,
                issued_on=row.issued_on or timezone.localdate(at),
                issuer=row.provider.name,
            )
            for row in certificates
        ),
        by=by,
        at=at,
    )


def _in_order_of_tickets(certificates: list[Certificate]) -> list[Certificate]:
    ticket = AdmissionTicket.objects.in_force().filter(application=OuterRef("application")).values("number")[:1]
    numbered = _only(certificates).order_by(Subquery(ticket).asc(nulls_last=True), "pk").values_list("pk", flat=True)
    by_pk = {row.pk: row for row in certificates}
    return [by_pk[pk] for pk in numbered]


def scheme_of(row: NumberScheme | None) -> numbering.Scheme:
    """How a provider numbers special-capability certificates; without a row the portal's own way (SPEC 9.5)."""
    return numbering.Scheme(row.prefix, row.infix, row.serial_digits) if row else numbering.Scheme()


def _number(provider: Provider, on: date, level: str, serial: int, scheme: numbering.Scheme) -> str:
    try:
        return numbering.number(provider.filing_number, on, level, serial, scheme)
    except numbering.Exhausted as exhausted:
        raise Refused(str(exhausted)) from exhausted


def _freeze(certificates: list[Certificate]) -> None:
    """Number, name and document number of all in one statement; numbers are sealed for their own row."""
    field = Certificate._meta.get_field("id_cipher")
    people = [row.candidate for row in certificates]
    values = (
        [row.pk for row in certificates],
        [row.number for row in certificates],
        [person.name for person in people],
        [person.id_type for person in people],
        [
            connection.Database.Binary(field.seal(person.id_number, row.uuid))  # type: ignore[attr-defined]
            for row, person in zip(certificates, people, strict=True)
        ],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE certificates_certificate AS kept SET number = fresh.number, holder_name = fresh.name,"
            " id_type = fresh.kind, id_cipher = fresh.sealed"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bytea[])"
            " AS fresh (id, number, name, kind, sealed) WHERE kept.id = fresh.id AND kept.number IS NULL",
            values,
        )


def _audit(certificates: list[Certificate], *, by: Actor) -> None:
    for provider in {row.provider for row in certificates}:
        pks = [row.pk for row in certificates if row.provider_id == provider.pk]
        audit.record("certificate.issued", by=by, obj=provider, certificates=pks, count=len(pks))


def _only(rows: list[Certificate]) -> QuerySet[Certificate]:
    return Certificate.objects.filter(pk__in=[row.pk for row in rows])
