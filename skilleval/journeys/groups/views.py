"""The officer's groups: the list, a new one, and the page of each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fees.queries import price_of
from registration.forms import add_refusal
from registration.models import Group
from registration.queries.groups import groups_of
from registration.queries.windows import window_open_on
from registration.services import rosters
from scheduling.queries.rolls import has_seats
from skilleval.accounts.requests import person
from skilleval.catalogue.enums import ContactKind
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.journeys.groups import opening
from skilleval.journeys.groups.forms import PhotosForm, RosterForm
from skilleval.journeys.groups.heads import gathered, today_for
from skilleval.journeys.groups.history import entries_of, originals_of, rosters_of
from skilleval.journeys.groups.orders import orders_of
from skilleval.journeys.groups.own import group_or_404, officer_page
from skilleval.journeys.groups.page import bar_of, context_of
from skilleval.journeys.groups.standing import steps_of

LINES = (ContactKind.DESK, ContactKind.ENQUIRY, ContactKind.EMAIL)


@officer_page
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    """The groups of the officer's institutions with where each stands and the next step."""
    if not person(request).institution_ids:
        return redirect("institution_home")
    on = clock.today()
    found = gathered(groups_of(person(request)), on)
    rows = [
        {"found": one, "bar": [item for item in bar_of(one.group, one.standing.counts) if item.number]} for one in found
    ]
    several = len(person(request).institution_ids) > 1
    context = {"rows": rows, "several": several, "today": today_for(found, on)}
    return render(request, "groups/list.html", context)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_open(request: HttpRequest) -> HttpResponse:
    """Choose what to enter people for; the group is found where there is one."""
    user, on = person(request), clock.today()
    if not user.institution_ids:
        return redirect("institution_home")
    search = opening.SearchForm(request.GET or None)
    form = opening.OpenForm(request.POST or None, user=user, on=on)
    if request.method == "POST" and form.is_valid() and (group := _opened(request, form)):
        return redirect("group_detail", uuid=group.uuid)
    asked = request.GET.get("offering", "")
    cards, more = opening.enterable(search.words(), on, only=asked)
    context = {
        "search": search,
        "form": form,
        "cards": cards,
        "more": more,
        "groups": opening.entered_already(user, cards),
        "asked": asked,
    }
    return render(request, "groups/open.html", context, status=400 if form.errors else 200)


@officer_page
@require_safe
def group_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where the group stands, what to do next, its files, submissions, orders and history."""
    group, on = group_or_404(request, uuid), clock.today()
    (found,) = gathered([group], on)
    context = context_of(group, on) | {
        "head": found.head,
        "also": found.also,
        "steps": steps_of(found.standing.counts),
        "roster_form": RosterForm(),
        "photos_form": PhotosForm(),
        "rosters": rosters_of(group),
        "packs": group.photo_packs.order_by("-id"),
        "submissions": group.submissions.order_by("-number"),
        "receipts": group.receipts.order_by("-id"),
        "originals": originals_of(group),
        "orders": orders_of(group),
        "has_seats": has_seats(group),
        "undrawn": len(found.standing.undrawn),
        "contacts": group.offering.provider.contacts.filter(kind__in=LINES).prefetch_related("hours"),
        "entries": entries_of(group),
    }
    return render(request, "groups/detail.html", context)


def _opened(request: HttpRequest, form: Any) -> Group | None:
    """The group asked for; None where it was refused, with the reason in the form."""
    offering, on = form.cleaned_data["offering"], clock.today()
    window = window_open_on(offering.provider, on)
    try:
        return rosters.open_group(
            form.cleaned_data["institution"],
            offering=offering,
            window=window,
            fee_published=price_of(offering, on=on).published,
            by=person(request),
            at=clock.now(),
        )
    except Refused as refused:
        add_refusal(form, refused)
        return None
