"""Handing a group in: who goes, who stays behind and why, and what came of it (SPEC 5.2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fees.queries import price_of
from registration.enums import ApplicationState, HandingIn, RowState
from registration.forms import add_refusal
from registration.models import Group, Submission
from registration.models.groups import RosterRowQuerySet
from registration.queries import groups as queries
from registration.services import handing_in, roster_books
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.core.models import Job
from skilleval.journeys.groups import form_papers
from skilleval.journeys.groups.counts import Counts
from skilleval.journeys.groups.forms import ReferenceForm
from skilleval.journeys.groups.own import group_or_404, is_htmx, officer_page
from skilleval.journeys.groups.page import context_of, page
from skilleval.journeys.groups.uploads import progress_of

form_page = require_http_methods(["GET", "HEAD", "POST"])
_A, _R = ApplicationState, RowState


@dataclass(frozen=True)
class Behind:
    """Some who stay behind, why, and what would take them along."""

    number: int
    why: str
    url: str
    label: str


@officer_page
@form_page
def group_submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What would be handed in, and the button that does it."""
    group, on = group_or_404(request, uuid), clock.today()
    published = price_of(group.offering, on=on).published
    refused = None
    if request.method == "POST":
        try:
            sent = handing_in.submit_group(group, fee_published=published, by=person(request), at=clock.now())
        except Conflict:
            raise
        except Refused as refusal:
            refused = refusal
        else:
            return redirect("group_submission", uuid=uuid, number=sent.number)
    context = context_of(group, on)
    bars = queries.bars(group.offering, group.window, on, fee_published=published)
    ready = queries.ready(group, on, new=not bars)
    context |= {
        "going": ready.count(),
        "again": ready.filter(application__state=_A.RETURNED).count(),
        "behind": behind(group, context["counts"]),
        "fee": _whole_fee(group, ready, on),
        "bars": bars,
        "running": queries.running(group),
        "refused": refused,
    }
    return render(request, "groups/submit.html", context, status=refused.status if refused else 200)


@officer_page
@require_safe
def group_submission(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """One handing-in: how far it is, then who went and who didn't; asks again by itself while it is under way."""
    group = group_or_404(request, uuid)
    return _submission_page(request, group, _submission_or_404(group, number))


@officer_page
@form_page
def group_reference(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """Record the number that the city's system gave to an exported submission."""
    group = group_or_404(request, uuid)
    sent = _submission_or_404(group, number)
    if request.method != "POST":
        return redirect("group_submission", uuid=uuid, number=number)
    form = ReferenceForm(request.POST)
    if form.is_valid():
        reference = form.cleaned_data["reference"]
        try:
            roster_books.record_city_reference(sent, reference=reference, by=person(request), at=clock.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "受理编号已登记。")
            return redirect("group_submission", uuid=uuid, number=number)
    return _submission_page(request, group, sent, form=form, status=400)


def behind(group: Group, counts: Counts) -> list[Behind]:
    """Who would stay behind for want of a step."""
    back = counts[_A.RETURNED]
    found = [
        Behind(counts[_R.FAULTY], "还没有改好", page("group_report", group), "去修改"),
        Behind(counts[_R.CLEAR], "核对通过，还没有初审", page("group_pass", group), "去初审"),
        Behind(back, "被退回，还没有重新初审", page("group_report", group, show=_A.RETURNED), "查看"),
    ]
    return [one for one in found if one.number]


def _whole_fee(group: Group, rows: RosterRowQuerySet, on: date) -> Decimal | None:
    """What the rows would cost together; None where a price isn't published."""
    facts = rows.values_list("application__kind", "application__subjects")
    sat = Counter((kind, tuple(subjects or ())) for kind, subjects in facts)
    total = Decimal(0)
    for (kind, subjects), number in sat.items():
        amount = price_of(group.offering, kind=kind, subjects=subjects, on=on).amount
        if amount is None:
            return None
        total += amount * number
    return total


def _submission_or_404(group: Group, number: int) -> Submission:
    found: Submission | None = group.submissions.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _submission_page(
    request: HttpRequest, group: Group, sent: Submission, *, form: Any = None, status: int = 200
) -> HttpResponse:
    running = sent.state == HandingIn.RUNNING
    job = Job.objects.filter(key=f"hand-in:{sent.pk}").first() if running else None
    context = context_of(group, clock.today()) | {
        "sent": sent,
        "running": running,
        "progress": progress_of(job) if running else None,
        "parts": [] if running else form_papers.parts_of(sent),
        "reference_form": form or ReferenceForm(initial={"reference": sent.city_reference}),
    }
    template = "groups/_submission.html" if is_htmx(request) else "groups/submission.html"
    return render(request, template, context, status=status)
