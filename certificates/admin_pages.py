"""A certificate's page at the desk, and the pages on which its end is asked for and decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from certificates import policy
from certificates.admin_bulk import pdf_response
from certificates.admin_session import turn_away
from certificates.enums import CERTIFICATE_TONES, CertificateState, RequestKind, RequestState
from certificates.models import Certificate, CertificateRequest
from certificates.queries.certificates import obstacles, open_hold
from certificates.services import requests
from certificates.services.printing import print_many
from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.files import file_response

PAGE = "admin:certificates_certificate_change"
_S = CertificateState
CONSEQUENCES = {
    RequestKind.VOID: [
        "证书作废，查验时显示“已作废”和日期，不能再打印或下载",
        "不再作为申报其他等级的持证依据",
        "持证人收到通知，通知中写明理由；作废后只能换发新编号，原编号不再恢复",
    ],
    RequestKind.REPLACE: [
        "按参评人员现在登记的姓名和证件号码发一张新编号的证书，发证日期为核准当天",
        "原证书显示“已换发”，不能再打印或下载，请收回",
        "持证人收到通知",
    ],
}


def certificate_page(model_admin: Any, request: HttpRequest, pk: str | int) -> HttpResponse:
    """What will be or was printed, what stands in the way, what was asked for, and its history."""
    row = _seen(model_admin, request, pk)
    held_back = Certificate.objects.filter(pk=row.pk).annotate(found=open_hold()).values_list("found", flat=True)[0]
    context = {
        "title": f"证书 {row.number}" if row.number else "未编号的证书",
        "certificate": row,
        "tone": CERTIFICATE_TONES[row.state],
        "obstacles": obstacles(row, held_back=held_back) if _will_be_printed(row) else [],
        "pending": _pending(row),
        "requests": row.requests.exclude(state=RequestState.ASKED),
        "history": row.log.order_by("-pk"),
        "replacement": Certificate.objects.filter(replaces=row).first(),
        "may_certify": model_admin.may(request, row, policy.CERTIFY),
        "may_void": _possible(row, RequestKind.VOID),
        "may_replace": _possible(row, RequestKind.REPLACE),
        "may_print": row.state == _S.ISSUED and row.is_printed_here,
    }
    return _render(model_admin, request, "certificates/admin_certificate.html", context)


def photo(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponseBase:
    """The holder's photo, to be looked at before the certificate is passed."""
    stored = _seen(model_admin, request, pk).candidate.photo
    if stored is None:
        raise Http404
    return file_response(stored, as_attachment=False)


def print_one(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """One certificate as a PDF; by POST alone, since it is recorded."""
    row = _to_certify(model_admin, request, pk)
    if request.method != "POST":
        return redirect(PAGE, row.pk)
    try:
        content = print_many(Certificate.objects.filter(pk=row.pk), by=_user(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(PAGE, row.pk)
    return pdf_response(content, f"certificate-{row.number}")


def ask_void(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a certificate to be voided."""
    return _ask(model_admin, request, pk, RequestKind.VOID)


def ask_replace(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a certificate to be replaced."""
    return _ask(model_admin, request, pk, RequestKind.REPLACE)


def decide(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out what a colleague asked for, or refuse it."""
    row = _to_certify(model_admin, request, pk)
    pending = _pending(row)
    if pending is None:
        messages.info(request, "这张证书没有待核准的申请")
        return redirect(PAGE, row.pk)
    error = ""
    if request.method == "POST":
        try:
            _decide(request, pending)
            return redirect(PAGE, row.pk)
        except Refused as refusal:
            error = refusal.message
    context = {
        "title": f"核准{pending.get_kind_display()}",
        "certificate": row,
        "pending": pending,
        "own": pending.asked_by_id == _user(request).pk,
        "alone": _alone(row),
        "consequences": CONSEQUENCES[RequestKind(pending.kind)],
        "answer": request.POST.get("answer", ""),
        "error": error,
    }
    return _render(model_admin, request, "certificates/admin_decide.html", context, status=400 if error else 200)


def _ask(model_admin: Any, request: HttpRequest, pk: int, kind: RequestKind) -> HttpResponse:
    row = _to_certify(model_admin, request, pk)
    error = ""
    if request.method == "POST":
        try:
            reason = request.POST.get("reason", "")
            requests.ask(row, kind=kind, reason=reason, by=_user(request), at=clock.now())
            messages.success(request, f"已申请{kind.label}，等待另一位证书人员核准")
            return redirect(PAGE, row.pk)
        except Refused as refusal:
            error = refusal.message
    context = {
        "title": f"申请{kind.label}",
        "kind": kind,
        "certificate": row,
        "possible": _possible(row, kind),
        "alone": _alone(row),
        "consequences": CONSEQUENCES[kind],
        "reason": request.POST.get("reason", ""),
        "error": error,
    }
    return _render(model_admin, request, "certificates/admin_ask.html", context, status=400 if error else 200)


def _decide(request: HttpRequest, pending: CertificateRequest) -> None:
    answer, by, at = request.POST.get("answer", "").strip(), _user(request), clock.now()
    if request.POST.get("decision") == "carry_out":
        requests.carry_out(pending, by=by, at=at, answer=answer[: requests.LONGEST_REASON])
        messages.success(request, f"已办理{pending.get_kind_display()}，持证人已收到通知")
    else:
        requests.refuse(pending, by=by, at=at, answer=answer)
        messages.success(request, "已记录不予核准，证书不变")


def _will_be_printed(row: Certificate) -> bool:
    return row.state in (_S.DRAWN, _S.REVIEWED, _S.ISSUED) and row.is_printed_here


def _pending(row: Certificate) -> CertificateRequest | None:
    return row.requests.filter(state=RequestState.ASKED).first()


def _possible(row: Certificate, kind: str) -> bool:
    try:
        requests.check_possible(row, kind)
    except Refused:
        return False
    return _pending(row) is None


def _alone(row: Certificate) -> bool:
    """Whether only one person could ask and decide, so that nothing can be decided (SPEC 12)."""
    return len(holders([row.provider], Role.CERTIFICATES)[row.provider_id]) < 2


def _seen(model_admin: Any, request: HttpRequest, pk: str | int) -> Certificate:
    found: Certificate | None = model_admin.get_object(request, str(pk))
    owners = Certificate.objects.filter(pk=pk).values("provider")
    return found or turn_away(request, Provider.objects.filter(pk__in=owners))


def _to_certify(model_admin: Any, request: HttpRequest, pk: int) -> Certificate:
    row = _seen(model_admin, request, pk)
    if not model_admin.may(request, row, policy.CERTIFY):
        raise PermissionDenied
    return row


def _user(request: HttpRequest) -> Any:
    return request.user


def _render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    return TemplateResponse(request, template, whole, status=status)
