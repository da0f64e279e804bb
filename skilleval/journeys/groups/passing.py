"""The preliminary review: whom the check found clear, the officer's statement, and who was passed (SPEC 5.2)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from registration.models import Group
from registration.models.groups import RosterRowQuerySet
from registration.queries import groups as queries
from registration.services import passing
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.groups.cards import cards_of
from skilleval.journeys.groups.forms import StatementForm
from skilleval.journeys.groups.own import group_or_404, officer_page, uuids_in
from skilleval.journeys.groups.page import context_of

LISTED = 100  # who wants to choose among more looks for them by name
ALL = "all"


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_pass(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose, read the statement and sign it, pass."""
    group, on = group_or_404(request, uuid), clock.today()
    rows = queries.passable(group, on).select_related("roster", "application").order_by("roster_id", "number")
    if request.method != "POST":
        return _choose(request, group, rows, on)
    whole = request.POST.get("scope") == ALL
    chosen = rows if whole else _chosen(request, group, on)
    number = chosen.count()
    if not number:
        return _choose(request, group, rows, on, refused="请先选择要初审的人员")
    if "sign" not in request.POST:
        return _sign(request, group, chosen, on, whole=whole)
    form = StatementForm(request.POST)
    if request.POST["sign"] != str(number):
        form.add_error(None, f"可以初审的人员刚有变化，现为 {number} 人，请核对后再确认")
    if form.is_valid() and _passed(request, group, chosen, form, whole=whole):
        return redirect("group_submit", uuid=uuid)
    return _sign(request, group, chosen, on, whole=whole, form=form)


def _chosen(request: HttpRequest, group: Group, on: date) -> RosterRowQuerySet:
    """Those named, also such whose application is over and who are to apply once more."""
    again = queries.passable(group, on, again=True)
    return again.filter(uuid__in=uuids_in(request.POST.getlist("row"))).order_by("roster_id", "number")


def _passed(request: HttpRequest, group: Group, chosen: RosterRowQuerySet, form: StatementForm, *, whole: bool) -> bool:
    """Whether the preliminary review was recorded; else the form says why not."""
    pks = None if whole else list(chosen.values_list("pk", flat=True))
    agreed = {"statement": passing.statement_for(group, clock.today()), "forfeits": form.cleaned_data["forfeits"]}
    try:
        review = passing.pass_rows(group, rows=pks, by=person(request), at=clock.now(), **agreed)
    except Conflict:
        raise
    except Refused as refused:
        form.add_error(None, refused.message)
        form.asks_forfeits = form.asks_forfeits or refused.field == "forfeits"
        return False
    messages.success(request, f"已初审 {review.people} 人。")
    if review.left_out:
        messages.warning(request, f"另有 {review.left_out} 人重新核对后需要修改，没有通过初审。")
    return True


def _choose(request: HttpRequest, group: Group, rows: RosterRowQuerySet, on: date, refused: str = "") -> HttpResponse:
    name = request.GET.get("name", "").strip()[:60]
    listed = rows.filter(cells__name__icontains=name) if name else rows
    context = context_of(group, on) | {
        "cards": cards_of(group, listed[:LISTED], on),
        "passable": rows.count(),
        "listed_at_most": LISTED,
        "name": name,
        "refused": refused,
    }
    return render(request, "groups/pass.html", context, status=400 if refused else 200)


def _sign(
    request: HttpRequest,
    group: Group,
    chosen: RosterRowQuerySet,
    on: date,
    *,
    whole: bool,
    form: StatementForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = context_of(group, on) | {
        "form": form or StatementForm(),
        "whole": whole,
        "number": chosen.count(),
        "chosen": [] if whole else list(chosen),
        "hinted": chosen.exclude(kinds=[]).count(),
        "statement": passing.statement_for(group, on),
    }
    return render(request, "groups/sign.html", context, status=400 if form and form.errors else 200)
