"""A holder's own certificate: as a page, and as the paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from certificates.enums import CERTIFICATE_TONES, CertificateState
from certificates.models import Certificate
from certificates.services.printing import own_pdf
from skilleval.core import clock

_S = CertificateState


@login_required
@require_safe
def certificate_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where the certificate stands, everything printed on it, how it is collected, and the PDF."""
    row = _own(request, uuid)
    ended = row.log.filter(to_state=row.state).last() if row.state != _S.ISSUED else None
    context = {
        "certificate": row,
        "tone": CERTIFICATE_TONES[row.state],
        "in_force": row.state == _S.ISSUED,
        "why": ended.reason if ended else "",
        "replacement": Certificate.objects.visible_to(request.user).filter(replaces=row).first(),
    }
    return _private(render(request, "certificates/certificate.html", context))


@login_required
@require_safe
def certificate_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The paper; one that is void or replaced is refused."""
    row, user = _own(request, uuid), _user(request)
    response = HttpResponse(own_pdf(row, by=user, at=clock.now()), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="certificate-{row.number}.pdf"'
    return _private(response)


def _own(request: HttpRequest, uuid: UUID) -> Certificate:
    rows = Certificate.objects.visible_to(request.user)
    related = rows.select_related("candidate", "application", "provider", "offering__work_type__occupation")
    return get_object_or_404(related, uuid=uuid)


def _user(request: HttpRequest) -> Any:
    return request.user


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
