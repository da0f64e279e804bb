"""Certificates follow results: drawn up for whoever passed, taken back from whoever no longer has (SPEC 9.5, 10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from certificates.enums import LIVE_CERTIFICATES, CertificateState, RequestKind, RequestState
from certificates.models import Certificate, CertificateRequest, Result
from certificates.services import holders
from registration.models import Application
from registration.services import held
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.policy import Actor
from skilleval.core.transitions import move, move_many

_S = CertificateState
#: What a message about a certificate names.
NAMES = ("candidate__user", "application", "provider", "offering__work_type__occupation")
DRAWN = "成绩合格，拟制证书"
NOT_PASSED = "成绩更正为不合格"
PASSED_AGAIN = "成绩恢复为合格"


def settle(result: Result, *, by: Actor | None, at: datetime, reason: str = "") -> None:
    """Make an application's certificate agree with its current result; see `settle_many`."""
    settle_many([result], by=by, at=at, reason=reason)


@transaction.atomic
def settle_many(results: Iterable[Result], *, by: Actor | None, at: datetime, reason: str = "") -> None:
    """Make the certificates of these results' applications agree with their current results (SPEC 9.5, 10).

    Passed: the live one stays; one that a result voided is in force again under its number; else one is drawn up.
    Not passed: what isn't issued is dropped, what is becomes void, and registration no longer counts it as held.
    One that was voided on request stays void. Takes a handful of statements for a whole session's first results.
    """
    ids = sorted({result.application_id for result in results})
    _lock(ids)
    current = Result.objects.current().filter(application__in=ids).select_related("application")
    standing = _standing(ids)
    failed = [result for result in current if not result.passed]
    passed = [result for result in current if result.passed]
    _take_back([row for result in failed for row in standing[result.application_id]], by=by, at=at, reason=reason)
    _give(passed, standing, by=by, at=at, reason=reason)


def _lock(applications: list[int]) -> None:
    """Two results of one person don't settle at once."""
    rows = Application.objects.filter(pk__in=applications).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _standing(applications: list[int]) -> dict[int, list[Certificate]]:
    """The certificates that are live or void, by application, locked in the order of their keys."""
    found: dict[int, list[Certificate]] = defaultdict(list)
    rows = Certificate.objects.filter(application__in=applications, state__in=(*LIVE_CERTIFICATES, _S.VOID))
    named = rows.annotate(on_request=_voided_on_request()).select_related(*NAMES).order_by("pk")
    for row in named.select_for_update(of=("self",)):
        if row.application_id:
            found[row.application_id].append(row)
    return found


def _voided_on_request() -> Exists:
    asked = CertificateRequest.objects.filter(kind=RequestKind.VOID, state=RequestState.DONE)
    return Exists(asked.filter(certificate=OuterRef("pk")))


def _take_back(rows: list[Certificate], *, by: Actor | None, at: datetime, reason: str) -> None:
    """Drop or void what stands; both leave the row and say why."""
    why, on = reason or NOT_PASSED, timezone.localdate(at)
    for state in (_S.DRAWN, _S.REVIEWED):
        if unissued := [row.pk for row in rows if row.state == state]:
            move_many(Certificate.objects.filter(pk__in=unissued), state, _S.DROPPED, by=by, at=at, reason=why)
    for row in rows:
        if row.state == _S.ISSUED:
            void(row, on=on, by=by, at=at, reason=why)


def void(certificate: Certificate, *, on: date, by: Actor | None, at: datetime, reason: str) -> None:
    """Void an issued certificate of a locked row: registration forgets it, the holder is told, the trail keeps it."""
    assert_in_transaction()
    move(certificate, _S.VOID, by=by, at=at, reason=reason, ended_on=on)
    held.withdraw_held(str(certificate.number), on=on, by=by, at=at)
    audit.record("certificate.voided", by=by, obj=certificate, on=on.isoformat())
    holders.voided(certificate, at=at, why=reason)


def _give(
    passed: list[Result], standing: dict[int, list[Certificate]], *, by: Actor | None, at: datetime, reason: str
) -> None:
    new = []
    for result in passed:
        rows = standing[result.application_id]
        live = next((row for row in rows if row.state in LIVE_CERTIFICATES), None)
        if live is not None:
            Certificate.objects.filter(pk=live.pk).exclude(result=result).update(result=result)
        elif rows:
            _restore(rows[-1], result, by=by, at=at, reason=reason)
        else:
            new.append(result)
    _draw_up(new, by=by, at=at)


def _restore(certificate: Certificate, result: Result, *, by: Actor | None, at: datetime, reason: str) -> None:
    """The same number in force again, unless it was people who asked for its end (SPEC 10)."""
    if certificate.on_request:  # type: ignore[attr-defined]
        return
    why = reason or PASSED_AGAIN
    move(certificate, _S.ISSUED, by=by, at=at, reason=why, ended_on=None, result=result)
    held.restore_held(str(certificate.number), by=by, at=at)
    audit.record("certificate.restored", by=by, obj=certificate)
    holders.restored(certificate, at=at)


def _draw_up(results: list[Result], *, by: Actor | None, at: datetime) -> None:
    offerings = Application.objects.filter(pk__in=[result.application_id for result in results])
    providers = dict(offerings.values_list("pk", "offering__provider"))
    rows = Certificate.objects.bulk_create(
        Certificate(
            application=result.application,
            result=result,
            candidate_id=result.application.candidate_id,
            provider_id=providers[result.application_id],
            offering_id=result.application.offering_id,
            level=result.application.level,
            drawn_at=at,
        )
        for result in results
    )
    begin_many(rows, by=by, at=at, reason=DRAWN)


def begin_many(rows: list[Certificate], *, by: Actor | None, at: datetime, reason: str) -> None:
    """Log the state that new rows start in."""
    log = Certificate.LOG  # type: ignore[attr-defined]
    who = {"by_id": by.id if by else None, "by_label": by.label if by else "系统"}
    log.objects.bulk_create(
        log(subject=row, from_state="", to_state=row.state, at=at, reason=reason, **who) for row in rows
    )
