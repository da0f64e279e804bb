"""Files of an application, each behind its permission: to the candidate, and to the staff of that provider."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from registration.queries import applications as queries
from skilleval.accounts.requests import person
from skilleval.core import audit, clock, files
from skilleval.journeys.applying.form_pdf import application_form


@login_required
@require_safe
def evidence_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A piece of evidence, shown in the browser."""
    evidence = queries.visible_evidence(person(request), pk)
    if evidence is None:
        raise Http404
    return files.file_response(evidence.file, as_attachment=False)


@login_required
@require_safe
def application_form_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form to sign; the whole document number is on it, so each printing is an audit event."""
    application = queries.find(person(request), uuid)
    if application is None:
        raise Http404
    content = application_form(application, at=clock.now())
    audit.record("application.form_printed", by=person(request), obj=application, fields=["id_number"])
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{application.number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
