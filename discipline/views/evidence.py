"""Evidence leaves as a download with its hash shown; pages show only pictures made of it (RELIABILITY 5)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from discipline import papers
from discipline.models import Case, CaseEvidence, Decision
from discipline.queries.own import own_cases
from skilleval.accounts.requests import person
from skilleval.core import files
from skilleval.core.errors import Refused
from skilleval.core.renditions import page_count, rendition_png

PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
RECORDINGS = ("video/", "audio/")


@dataclass(frozen=True)
class Shown:
    """A piece of evidence with the pages that can be looked at; none of a recording."""

    evidence: CaseEvidence
    pages: tuple[int, ...]


def shown_evidence(case: Case) -> list[Shown]:
    """All evidence of a case in the order it came."""
    return [Shown(row, _pages(row)) for row in case.evidence.select_related("file")]


@login_required
@require_safe
def case_evidence_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, unchanged, always as a download: for those who handle the case, and for whoever handed it in."""
    return files.file_response(_evidence(request, pk).file, as_attachment=True)


@login_required
@require_safe
def case_evidence_page(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """A page of it as a picture."""
    try:
        content = rendition_png(_evidence(request, pk).file, page)
    except Refused as refused:
        raise Http404(refused.message) from refused
    return HttpResponse(content, content_type="image/png", headers=PRIVATE)


@login_required
@require_safe
def decision_letter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The decision letter; the whole document number is on it, so each printing is an audit event."""
    decision = _decision(request, uuid)
    return _paper(papers.decision_pdf(decision, by=person(request)), f"{decision.case.number}.pdf")


@login_required
@require_safe
def lifting_letter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The letter that lifts a decision."""
    decision = _decision(request, uuid)
    if decision.lifted_at is None:
        raise Http404
    return _paper(papers.lifting_pdf(decision, by=person(request)), f"{decision.case.number}-lifted.pdf")


def _evidence(request: HttpRequest, pk: int) -> CaseEvidence:
    found = CaseEvidence.objects.select_related("file").filter(pk=pk).first()
    if found is None:
        raise Http404
    handled = Case.objects.handled_by(person(request)).filter(pk=found.case_id).exists()
    handed_in = found.from_candidate and own_cases(person(request)).filter(pk=found.case_id).exists()
    if not (handled or handed_in):
        raise Http404
    return found


def _decision(request: HttpRequest, uuid: UUID) -> Decision:
    found = Decision.objects.select_related("case__candidate", "case__provider").filter(uuid=uuid).first()
    if found is None or not Case.objects.visible_to(person(request)).filter(pk=found.case_id).exists():
        raise Http404
    return found


def _paper(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf", headers=PRIVATE)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _pages(evidence: CaseEvidence) -> tuple[int, ...]:
    if evidence.file.content_type.startswith(RECORDINGS):
        return ()
    try:
        return tuple(range(1, page_count(evidence.file) + 1))
    except (Refused, OSError):  # the page says that it can't be shown, and offers the file
        return ()
