"""已发证书 and 证书末号 of before the portal are held against what is there, and loaded (SPEC 9.5).

A loaded certificate is the person's like any other: checked, voided, replaced. Numbering goes on after the highest
serial that was loaded, without gap; a counter never goes down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from certificates.enums import CertificateState
from certificates.models import Certificate, NumberScheme
from certificates.services import issuing
from certificates.services.drawing import NAMES
from certificates.taken_over import Numbering
from registration.models import TakeOver
from registration.takeovers.lines import Line
from skilleval.catalogue.models import Offering, Provider
from skilleval.core import audit, counters
from skilleval.core.db import assert_in_transaction
from skilleval.core.policy import Actor
from skilleval.core.transitions import begin_many

REASON = "历史业务导入"


def numbering_of(provider: Provider) -> Numbering:
    """How a provider numbers its certificates."""
    row = NumberScheme.objects.filter(provider=provider).first()
    return Numbering(provider.filing_number, issuing.scheme_of(row))


def judge_certificates(lines: Iterable[Line]) -> None:
    """Note at each line whether the number is there already; somebody else's is a fault."""
    found = [line for line in lines if line.sound]
    rows = Certificate.objects.filter(number__in=[line.facts.number for line in found]).select_related("candidate")
    known = {row.number: row for row in rows}
    for line in found:
        row = known.get(line.facts.number)
        if row is None:
            continue
        if line.record is None or row.candidate_id != line.record.pk or row.level != line.facts.offering.level:
            line.stop("number", "certificate", "该编号已是另一张证书的编号", "请对照证书核对编号和持证人")
        else:
            line.known = "该证书已登记"


def load_certificates(lines: Sequence[Line], take_over: TakeOver, *, by: Actor, at: datetime) -> None:
    """Record the certificates of new lines as issued, whose people are there; in the caller's transaction.

    Holders are told nothing. Each series goes on after the highest serial.
    """
    assert_in_transaction()
    if not lines:
        return
    offerings = Offering.objects.in_bulk({line.facts.offering.pk for line in lines})
    rows = Certificate.objects.bulk_create(
        _certificate(line, offerings[line.facts.offering.pk], take_over, at) for line in lines
    )
    begin_many(rows, by=by, at=at, reason=REASON)
    named = Certificate.objects.filter(pk__in=[row.pk for row in rows]).select_related(*NAMES)
    issuing.record_held(named, by=by, at=at)
    for series in sorted({line.facts.series for line in lines}):
        counters.raise_to(series, max(line.facts.serial for line in lines if line.facts.series == series))
    audit.record("certificate.taken_over", by=by, obj=take_over, certificates=[row.pk for row in rows])


def judge_serials(lines: Iterable[Line]) -> None:
    """Note at each line whether its series stands there or further already."""
    for line in lines:
        if line.sound and (stands := counters.current(line.facts.series)) >= line.facts.serial:
            line.known = f"已编到 {stands}" if stands > line.facts.serial else "末号已登记"


def load_serials(lines: Iterable[Line], take_over: TakeOver, *, by: Actor, at: datetime) -> None:
    """Let each series go on after its last serial; in the caller's transaction."""
    assert_in_transaction()
    for line in sorted(lines, key=lambda one: str(one.facts.series)):
        stands = counters.raise_to(line.facts.series, line.facts.serial)
        audit.record("certificate.serial_raised", by=by, obj=take_over, series=line.facts.series, to=stands)


def _certificate(line: Line, offering: Offering, take_over: TakeOver, at: datetime) -> Certificate:
    facts = line.facts
    return Certificate(
        candidate=line.record,
        provider=take_over.provider,
        offering=offering,
        level=offering.level,
        state=CertificateState.ISSUED,
        number=facts.number,
        issued_on=facts.issued_on,
        holder_name=line.record.name,
        id_cipher=line.record.id_number,
        id_type=line.record.id_type,
        taken_over=take_over,
        drawn_at=at,
    )
