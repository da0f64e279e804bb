"""作废 and 换发: one person asks with a reason, another carries it out or refuses (SPEC 9.5, four eyes)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates import policy
from certificates.enums import CertificateState, RequestKind, RequestState
from certificates.models import Certificate, CertificateRequest, Result
from certificates.queries.certificates import OWN
from certificates.services import holders, issuing
from certificates.services.drawing import NAMES, void
from registration.services import held
from skilleval.core import audit
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import Actor, require
from skilleval.core.transitions import begin, move

_S = CertificateState
LONGEST_REASON = 300
WAITING = "该证书已有待核准的申请，请先处理"
PORTRAIT = "换发的证书由平台印制，须有证件照；请持证人在平台认领档案并上传照片后再申请"


@transaction.atomic
def ask(certificate: Certificate, *, kind: str, reason: str, by: Actor, at: datetime) -> CertificateRequest:
    """Ask for a certificate to be voided, or replaced by one with a new number.

    Raises Refused for a certificate this can't happen to, without a reason, and while another request waits;
    NotAllowed without the role, and for one's own.
    """
    row = _locked(certificate.pk)
    _check_certifies(row, by=by)
    reason = reason.strip()
    if not reason:
        raise Refused("请填写理由，核准人和持证人都会看到", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"理由不超过 {LONGEST_REASON} 字，请精简后再提交", field="reason")
    check_possible(row, kind)
    try:
        with transaction.atomic():
            asked = row.requests.create(
                kind=kind, reason=reason, asked_by_id=by.id, asked_by_label=by.label, asked_at=at
            )
    except IntegrityError as error:
        raise Conflict(WAITING) from error
    audit.record("certificate.request_asked", by=by, obj=row, request=asked.pk, kind=kind)
    return asked


@transaction.atomic
def carry_out(request: CertificateRequest, *, by: Actor, at: datetime, answer: str = "") -> Certificate:
    """Do what somebody else asked for; returns the certificate that was voided, or the new one.

    Raises NotAllowed for the person who asked, Conflict when it was decided meanwhile, Refused when the certificate
    has meanwhile left the state it was asked for in.
    """
    row, fresh = _decidable(request, by=by)
    check_possible(row, fresh.kind)
    _decide(fresh, RequestState.DONE, by=by, at=at, answer=answer)
    if fresh.kind == RequestKind.VOID:
        void(row, on=timezone.localdate(at), by=by, at=at, reason=fresh.reason)
        return row
    return _replace(row, by=by, at=at, reason=fresh.reason)


@transaction.atomic
def refuse(request: CertificateRequest, *, by: Actor, at: datetime, answer: str) -> None:
    """Turn a request down, with a reason; the certificate stays as it is. Not by the person who asked."""
    _, fresh = _decidable(request, by=by)
    if not answer.strip():
        raise Refused("请填写不予核准的理由", field="answer")
    _decide(fresh, RequestState.REFUSED, by=by, at=at, answer=answer.strip()[:LONGEST_REASON])


def check_possible(certificate: Certificate, kind: str) -> None:
    """Raise Refused unless the certificate can be voided, or replaced, as it stands now."""
    if kind == RequestKind.REPLACE and not certificate.is_printed_here and not certificate.candidate.photo_id:
        raise Refused(PORTRAIT)
    if certificate.state == _S.ISSUED:
        return
    if kind == RequestKind.REPLACE and certificate.state == _S.VOID and was_voided_on_request(certificate):
        if certificate.application_id:
            _check_earned(certificate.application_id)
        return
    raise Refused(f"证书{certificate.get_state_display()}，不能再申请{RequestKind(kind).label}")


def _check_earned(application: int) -> None:
    """Of a certificate issued here the result still has to be a pass, and no other to stand for it."""
    if not Result.objects.current().filter(application=application, passed=True).exists():
        raise Refused("该申报现在的成绩不合格，不能换发证书")
    if Certificate.objects.live().filter(application=application).exists():
        raise Refused("该申报已有另一张证书，不能再换发")


def was_voided_on_request(certificate: Certificate) -> bool:
    """Whether people asked for its end, so that no result brings it back."""
    return certificate.requests.filter(kind=RequestKind.VOID, state=RequestState.DONE).exists()


def _locked(pk: int) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",)).select_related(*NAMES)
    return rows.get(pk=pk)


def _check_certifies(row: Certificate, *, by: Actor) -> None:
    require(by, policy.CERTIFY, row.provider)
    if row.candidate.user_id == by.id:
        raise NotAllowed(OWN)


def _decidable(request: CertificateRequest, *, by: Actor) -> tuple[Certificate, CertificateRequest]:
    """The certificate and the request, locked in this order, for somebody who may decide it."""
    row = _locked(request.certificate_id)
    fresh = CertificateRequest.objects.select_for_update().get(pk=request.pk)
    _check_certifies(row, by=by)
    if fresh.state != RequestState.ASKED:
        raise Conflict()
    if fresh.asked_by_id == by.id:
        raise NotAllowed("这是您提出的申请，须由另一位证书人员核准")
    return row, fresh


def _decide(request: CertificateRequest, state: str, *, by: Actor, at: datetime, answer: str) -> None:
    told: dict[str, Any] = {"decided_by_id": by.id, "decided_by_label": by.label, "decided_at": at}
    changed = CertificateRequest.objects.filter(pk=request.pk, state=RequestState.ASKED)
    if not changed.update(state=state, answer=answer, **told):
        raise Conflict()
    audit.record(f"certificate.request_{state}", by=by, obj=request.certificate, request=request.pk, kind=request.kind)


def _replace(old: Certificate, *, by: Actor, at: datetime, reason: str) -> Certificate:
    """A new number for the same person and result; the old certificate points to what stands for it now."""
    on = timezone.localdate(at)
    was_issued = old.state == _S.ISSUED
    move(old, _S.REPLACED, by=by, at=at, reason=reason, ended_on=on if was_issued else old.ended_on)
    new = Certificate.objects.create(
        application=old.application,
        result=Result.objects.current().get(application=old.application_id) if old.application_id else None,
        candidate=old.candidate,
        provider=old.provider,
        offering=old.offering,
        level=old.level,
        state=_S.REVIEWED,
        replaces=old,
        drawn_at=at,
    )
    begin(new, by=by, at=at, reason=f"换发：{reason}")
    issuing.give_numbers([new], on=on)
    move(new, _S.ISSUED, by=by, at=at, reason="编号发证", issued_on=on)
    new.refresh_from_db()
    if was_issued:
        held.withdraw_held(str(old.number), on=on, by=by, at=at)
    issuing.record_held([new], by=by, at=at)
    audit.record("certificate.replaced", by=by, obj=new, replaces=old.pk)
    holders.replaced(new)
    return new
