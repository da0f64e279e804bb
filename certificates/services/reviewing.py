"""Reviewing certificates before they are issued: is what will be printed there, and can it be printed (SPEC 9.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from certificates import policy
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.queries.certificates import HELD, NO_PHOTO, OWN, open_hold
from skilleval.core import audit
from skilleval.core.pdf import missing_glyphs
from skilleval.core.policy import Actor, require
from skilleval.core.transitions import move, move_many

_S = CertificateState


@dataclass(frozen=True)
class Outcome:
    """How many were done; which were left as they are, each with why; which need a character made (需造字)."""

    done: int
    left: tuple[tuple[Certificate, str], ...] = ()
    unprintable: tuple[tuple[Certificate, str], ...] = ()


@transaction.atomic
def review(certificates: QuerySet[Certificate], *, by: Actor, at: datetime) -> Outcome:
    """Pass the drawn ones of a selection on to be issued (SPEC 9.5).

    One without a photo, one whose holder's case is open and one's own are left, with why. A name none of our fonts can
    print is named in the outcome and never refused. Raises NotAllowed for who has no such role at one of the providers.
    """
    rows = locked(certificates, _S.DRAWN, by=by)
    left = tuple((row, why) for row in rows if (why := _obstacle(row, by=by)))
    ready = [row for row in rows if not _obstacle(row, by=by)]
    if not ready:
        return Outcome(0, left)
    done = move_many(_only(ready), _S.DRAWN, _S.REVIEWED, by=by, at=at, reason="审定")
    for provider in {row.provider for row in ready}:
        pks = [row.pk for row in ready if row.provider_id == provider.pk]
        audit.record("certificate.reviewed", by=by, obj=provider, certificates=pks)
    missing = ((row, missing_glyphs(row.candidate.name)) for row in ready)
    return Outcome(done, left, tuple((row, signs) for row, signs in missing if signs))


@transaction.atomic
def send_back(certificate: Certificate, *, by: Actor, at: datetime, reason: str) -> None:
    """Take a reviewed certificate back to review, with a reason, before it has a number."""
    for row in locked(_only([certificate]), _S.REVIEWED, by=by):
        move(row, _S.DRAWN, by=by, at=at, reason=reason)
        audit.record("certificate.sent_back", by=by, obj=row)


def locked(certificates: QuerySet[Certificate], state: str, *, by: Actor) -> list[Certificate]:
    """Those of a selection that are in a state, locked in the order of their keys, for somebody who may certify."""
    rows = Certificate.objects.filter(pk__in=certificates.order_by().values("pk"), state=state)
    rows = rows.annotate(held_back=open_hold()).select_related("candidate", "provider", "application")
    found = list(rows.order_by("pk").select_for_update(of=("self",)))
    for provider in {row.provider for row in found}:
        require(by, policy.CERTIFY, provider)
    return found


def barred(row: Certificate, *, by: Actor) -> str:
    """Why a row of `locked` is left whatever its state: it is one's own, or its holder's case is open."""
    if row.candidate.user_id == by.id:
        return OWN
    return HELD if row.held_back else ""  # type: ignore[attr-defined]


def _obstacle(row: Certificate, *, by: Actor) -> str:
    return barred(row, by=by) or ("" if row.candidate.photo_id else NO_PHOTO)


def _only(rows: list[Certificate]) -> QuerySet[Certificate]:
    return Certificate.objects.filter(pk__in=[row.pk for row in rows])
