"""What a group's officers take away: template, returned workbook, summary, export, receipts, the forms to sign."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from fees.queries import schedule_of
from registration.models import Submission
from registration.services import roster_books
from scheduling.queries.rolls import has_seats
from scheduling.services.printing import print_group
from skilleval.accounts.requests import person
from skilleval.core import audit, clock
from skilleval.journeys.applying.form_pdf import application_forms
from skilleval.journeys.groups import filters, form_papers, papers
from skilleval.journeys.groups.counts import counts_of
from skilleval.journeys.groups.own import group_or_404, officer_page, private

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
#: What narrows a returned workbook; asked for nothing, it holds whoever has to be mended.
NARROWING = ("show", "kind", "roster", "name")


@officer_page
@require_safe
def group_template(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The roster to fill in, with this offering's words, clauses and prices."""
    group, on = group_or_404(request, uuid), clock.today()
    fee = schedule_of(group.offering, on).words
    content = roster_books.template(group.offering, group.window, on, fee=fee)
    return _download(content, roster_books.template_name(group.offering, group.window), XLSX)


@officer_page
@require_safe
def group_returned_book(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The people the report shows, their faults marked in the cells; whole numbers, so each one is an audit event."""
    group, at = group_or_404(request, uuid), clock.now()
    rows = None
    if any(request.GET.get(name) for name in NARROWING):
        asked = filters.read(request.GET, group, counts_of(group))
        rows = list(filters.found(group, asked).values_list("pk", flat=True))
    content = roster_books.returned_book(group, rows=rows, by=person(request), at=at)
    return _download(content, roster_books.returned_book_name(group, at), XLSX)


@officer_page
@require_safe
def group_summary(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """资格初审汇总表 of a submission, to sign and seal."""
    group, at = group_or_404(request, uuid), clock.now()
    sent = get_object_or_404(group.submissions, number=number)
    return _shown(papers.group_summary(sent, at=at), f"{group.number}-{number}.pdf")


@officer_page
@require_safe
def group_forms(request: HttpRequest, uuid: UUID, number: int, part: int) -> HttpResponse:
    """A part of a submission's forms to sign, in one PDF; whole numbers, so each one is an audit event."""
    group, at = group_or_404(request, uuid), clock.now()
    sent = get_object_or_404(group.submissions, number=number)
    rows = form_papers.part_of(sent, part)
    if not rows:
        raise Http404
    stated = form_papers.stated_in(rows, timezone.localdate(at))
    applications = [form_papers.application_of(row) for row in rows]
    content = application_forms(zip(applications, stated, strict=True), at=at)
    audit.record("group.forms_printed", by=person(request), obj=sent, people=len(rows), fields=["id_number"])
    return _shown(content, f"{group.number}-{number}-forms-{part}.pdf")


@officer_page
@require_safe
def group_draft(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same of those who are passed and not handed in yet, marked as a draft."""
    group, at = group_or_404(request, uuid), clock.now()
    return _shown(papers.draft_summary(group, at=at), f"{group.number}-draft.pdf")


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_city(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """The submission as the city's self-service system takes it; whole numbers, so it is asked for, and recorded."""
    group, at = group_or_404(request, uuid), clock.now()
    sent: Submission = get_object_or_404(group.submissions, number=number)
    if request.method != "POST":
        return redirect("group_submission", uuid=uuid, number=number)
    content = roster_books.city_export(sent, by=person(request), at=at)
    return _download(content, roster_books.city_export_name(sent), XLSX)


@officer_page
@require_safe
def group_receipt(request: HttpRequest, uuid: UUID, receipt: UUID) -> HttpResponse:
    """原件接收单: the provider's word that it has the signed originals."""
    group, at = group_or_404(request, uuid), clock.now()
    found = get_object_or_404(group.receipts, uuid=receipt)
    return _shown(papers.originals_receipt(found, at=at), f"{found.number}.pdf")


@officer_page
@require_safe
def group_seats(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """团体考生名单: who sits where and when, once a session of theirs is published."""
    group = group_or_404(request, uuid)
    if not has_seats(group):
        raise Http404
    printed = print_group(group, by=person(request), at=clock.now())
    return _shown(printed.content, printed.name)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to keep, under a Chinese name."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return private(response)


def _shown(content: bytes, name: str) -> HttpResponse:
    """A paper to look at and print."""
    response = HttpResponse(content, content_type=PDF)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return private(response)
