"""Adding somebody by hand, and taking people out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from registration.enums import RowState
from registration.forms import add_refusal
from registration.models import Group, RosterRow
from registration.services import rosters
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.groups.cards import Card, cards_of
from skilleval.journeys.groups.cells import RowForm, words_of
from skilleval.journeys.groups.own import group_or_404, officer_page, uuids_in
from skilleval.journeys.groups.page import context_of

form_page = require_http_methods(["GET", "HEAD", "POST"])
MOST_AT_ONCE = 500


@officer_page
@form_page
def person_add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One more person, checked at once; what is wrong is mended on the next page."""
    group, on = group_or_404(request, uuid), clock.today()
    form = RowForm(request.POST or None, words=words_of(group))
    if request.method == "POST" and form.is_valid() and (row := _added(request, group, form)):
        return _after(request, group, row)
    context = context_of(group, on) | {"form": form, "sections": form.sections()}
    return render(request, "groups/person_add.html", context, status=400 if form.errors else 200)


@officer_page
@form_page
def rows_remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Name those who would be taken out, ask, and take them out."""
    group, on = group_or_404(request, uuid), clock.today()
    sent = request.POST if request.method == "POST" else request.GET
    cards = cards_of(group, _rows(group, sent.getlist("row")), on)
    going = [card for card in cards if card.removable]
    refused = ""
    if request.method == "POST" and going:
        try:
            pks = [card.row.pk for card in going]
            gone = rosters.remove_rows(group, rows=pks, by=person(request), at=clock.now())
        except Conflict:
            raise
        except Refused as refusal:
            refused = refusal.message
        else:
            messages.success(request, f"已移除 {gone} 人。")
            return redirect("group_report", uuid=uuid)
    context = context_of(group, on) | {"going": going, "staying": _others(cards, going), "refused": refused}
    return render(request, "groups/remove.html", context, status=400 if refused else 200)


def _added(request: HttpRequest, group: Group, form: RowForm) -> RosterRow | None:
    try:
        return rosters.add_person(group, cells=form.cells(), by=person(request), at=clock.now())
    except Refused as refused:
        add_refusal(form, refused)
        return None


def _after(request: HttpRequest, group: Group, row: RosterRow) -> HttpResponse:
    if row.state == RowState.FAULTY:
        messages.warning(request, "已添加，还有下列问题需要修改；暂时改不了的，可以以后再改。")
        return redirect("row_mend", uuid=group.uuid, row=row.uuid)
    messages.success(request, f"已添加{row.cells.get('name', '')}，核对通过。")
    return redirect("person_add" if request.POST.get("then") == "another" else "group_report", uuid=group.uuid)


def _rows(group: Group, chosen: list[str]) -> list[RosterRow]:
    """The rows named, as far as they are the group's."""
    rows = group.rows.select_related("roster", "application").filter(uuid__in=uuids_in(chosen[:MOST_AT_ONCE]))
    return list(rows.order_by("roster_id", "number"))


def _others(cards: list[Card], going: list[Card]) -> list[Any]:
    return [card for card in cards if card not in going]
