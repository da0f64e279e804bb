"""What the public check finds: a certificate by its number and its holder's name, both right (SPEC 9.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from certificates import numbering
from certificates.enums import CertificateState
from certificates.models import Certificate
from registration import names
from skilleval.catalogue.enums import Level
from skilleval.core.identity import mask

LONGEST_NUMBER = 60
#: By the number's unique index; a name that isn't the holder's finds as little as a number that isn't there.
LOOK_UP = """
SELECT c.number, c.holder_name, c.uuid, c.id_cipher, c.level, c.state, c.issued_on, c.ended_on,
       o.name, w.name, p.name, p.filing_number
  FROM certificates_certificate c
  JOIN catalogue_offering f ON f.id = c.offering_id
  JOIN catalogue_worktype w ON w.id = f.work_type_id
  JOIN catalogue_occupation o ON o.id = w.occupation_id
  JOIN catalogue_provider p ON p.id = c.provider_id
 WHERE c.number = %s AND upper(replace(c.holder_name, ' ', '')) = upper(%s)
   AND c.state IN ('issued', 'void', 'replaced')
"""


@dataclass(frozen=True)
class Found:
    """All that the public may see of a certificate: no photo, no marks, no whole document number."""

    number: str
    name: str
    masked_id: str
    occupation: str
    work_type: str
    level: str
    provider: str
    filing_number: str
    issued_on: date
    state: CertificateState
    ended_on: date | None


def find(number: str, name: str) -> Found | None:
    """The certificate with this number and holder, as typed: full-width, spaces and lower case make no difference."""
    if len(number) > LONGEST_NUMBER or len(name) > names.MAX_LENGTH * 2:
        return None
    number, name = numbering.normalise(number), names.normalise(name).replace(" ", "")
    if not number or not name or "\0" in number + name:
        return None
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, (number, name))
        row = cursor.fetchone()
    return _found(*row) if row else None


def _found(
    number: str,
    name: str,
    uuid: Any,
    sealed: memoryview,
    level: str,
    state: str,
    issued_on: date,
    ended_on: date | None,
    *words: str,
) -> Found:
    occupation, work_type, provider, filing_number = words
    document = Certificate._meta.get_field("id_cipher").unseal(bytes(sealed), uuid)
    return Found(
        number=number,
        name=name,
        masked_id=mask(document),
        occupation=occupation,
        work_type=work_type,
        level=str(Level(level).label),
        provider=provider,
        filing_number=filing_number,
        issued_on=issued_on,
        state=CertificateState(state),
        ended_on=ended_on,
    )
