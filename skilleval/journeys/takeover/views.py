"""禁考人员导入: supervisors load bans decided before the portal, with the decision's number and days (SPEC 10)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from registration import policy
from registration.enums import TakeOverKind
from registration.models import TakeOver
from registration.models.takeovers import TakeOverQuerySet
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.journeys.takeover import pages, verbs
from skilleval.journeys.takeover.forms import WorkbookForm

KIND = TakeOverKind.BANS
SHOWN = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def ban_loads(request: HttpRequest) -> HttpResponse:
    """The template, the upload, and what was uploaded before."""
    require(person(request), policy.LOAD_BANS)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.upload(
                KIND, provider=None, upload=form.cleaned_data["upload"], by=person(request), at=clock.now()
            )
        except Refused as refusal:
            form.add_error("upload", refusal.message)
        else:
            return redirect("ban_load", made.uuid)
    rows = [{"take_over": row, "tone": pages.TONES[row.state]} for row in _all().order_by("-pk")[:SHOWN]]
    return render(request, "takeover/bans.html", {"form": form, "rows": rows}, status=400 if form.errors else 200)


@login_required
@require_safe
def ban_template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return pages.book_response(verbs.template(KIND, provider=None, by=person(request)), "takeover-bans")


@login_required
@require_safe
def ban_load(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where it stands, and the report."""
    found = _found(request, uuid)
    return pages.refreshing(render(request, "takeover/page.html", pages.context_of(found, _places(found))), found)


@login_required
@form_page
def ban_load_confirm(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """See what will happen to how many, and press."""
    return _step(request, uuid, load=True)


@login_required
@form_page
def ban_load_discard(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give it up."""
    return _step(request, uuid, load=False)


@login_required
@form_page
def ban_load_report(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The workbook with its faults marked; by POST alone, since it is recorded."""
    found = _found(request, uuid)
    if request.method != "POST":
        return redirect("ban_load", uuid)
    try:
        content = verbs.marked_book(found, by=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("ban_load", uuid)
    return pages.book_response(content, f"takeover-bans-{found.pk}")


def _step(request: HttpRequest, uuid: UUID, *, load: bool) -> HttpResponse:
    found = _found(request, uuid)
    if request.method == "POST":
        verb = verbs.begin_load if load else verbs.discard
        try:
            verb(found, by=person(request), at=clock.now())
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect("ban_load", uuid)
    return render(request, "takeover/confirm.html", pages.confirm_context(found, _places(found), load=load))


def _all() -> TakeOverQuerySet:
    return TakeOver.objects.filter(kind=KIND)


def _found(request: HttpRequest, uuid: UUID) -> TakeOver:
    """For supervisors alone; for anybody else there is nothing here."""
    require(person(request), policy.LOAD_BANS)
    return get_object_or_404(_all(), uuid=uuid)


def _places(found: TakeOver) -> pages.Places:
    def of(name: str) -> str:
        return reverse(name, args=[found.uuid])

    return pages.Places(
        page=of("ban_load"),
        load=of("ban_load_confirm"),
        discard=of("ban_load_discard"),
        report=of("ban_load_report"),
        list=reverse("ban_loads"),
    )
