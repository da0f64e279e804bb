"""Mending a row: one cell in its place in the report, or the whole row on a page of its own. Each save checks at once.

A document number or telephone is whole only in the field of the cell that the officer opened, and each such look is an
audit event (RELIABILITY 8).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import reswap, retarget

from registration.forms import add_refusal
from registration.models import Group, RosterRow
from registration.rosters.columns import COLUMN, SEALED
from registration.services import mending, photos
from registration.services.row_editing import bar
from skilleval.accounts.requests import person
from skilleval.core import audit, clock, files
from skilleval.core.errors import Refused
from skilleval.journeys.groups import filters
from skilleval.journeys.groups.cards import PHOTO, Card, cards_of
from skilleval.journeys.groups.cells import CellForm, RowForm, words_of
from skilleval.journeys.groups.forms import PhotoForm
from skilleval.journeys.groups.own import group_or_404, is_htmx, officer_page, row_or_404
from skilleval.journeys.groups.page import context_of
from skilleval.journeys.groups.report import kinds_of, rosters_context

form_page = require_http_methods(["GET", "HEAD", "POST"])


@officer_page
@form_page
def row_cell(request: HttpRequest, uuid: UUID, row: UUID, column: str) -> HttpResponse:
    """One cell of the report: its form in its place, and after saving the person's card with the new counts."""
    if column not in COLUMN or column == PHOTO:
        raise Http404
    group = group_or_404(request, uuid)
    found = row_or_404(group, row)
    if not is_htmx(request):
        return redirect(f"{reverse('row_mend', args=[uuid, row])}?open={column}#id_{column}")
    if request.method == "POST":
        form = CellForm(request.POST, row=found, column=column, words=words_of(group))
        if form.is_valid() and (saved := _mended(request, form, found)):
            return _saved_cell(request, group, saved)
        return reswap(retarget(_cell_form(request, group, found, form), f"#cell-{row}-{column}"), "outerHTML")
    if "closed" in request.GET:
        return _closed_cell(request, group, found, column)
    _note_look(request, found, [column])
    return _cell_form(request, group, found, CellForm(row=found, column=column, words=words_of(group)))


@officer_page
@form_page
def row_mend(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponse:
    """The whole row: everything stated, what is wrong beside it, and on to the next person after saving."""
    group, on = group_or_404(request, uuid), clock.today()
    found = row_or_404(group, row)
    opened = [key for key in SEALED if key in request.GET.getlist("open") or key in request.POST]
    form = RowForm(request.POST or None, row=found, words=words_of(group), opened=opened)
    if request.method == "POST":
        if form.is_valid() and (saved := _mended(request, form, found)):
            return _onward(request, group, saved)
    elif opened:
        _note_look(request, found, opened)
    (card,) = cards_of(group, [found], on)
    context = context_of(group, on) | {"card": card, "form": form, "sections": form.sections(card.cells)}
    return render(request, "groups/row.html", context, status=400 if form.errors else 200)


@officer_page
@form_page
def row_photo(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponse:
    """The row's photo, and another one in its place."""
    group, on = group_or_404(request, uuid), clock.today()
    found = row_or_404(group, row)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            upload = form.cleaned_data["upload"]
            photos.set_row_photo(found, upload=upload, by=person(request), at=clock.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "照片已保存。")
            return redirect("row_mend", uuid=uuid, row=row)
    (card,) = cards_of(group, [found], on)
    context = context_of(group, on) | {"card": card, "form": form}
    return render(request, "groups/photo.html", context, status=400 if form.errors else 200)


@officer_page
@require_safe
def row_photo_file(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponseBase:
    """The photo that came with a row."""
    found = row_or_404(group_or_404(request, uuid), row)
    if found.photo is None:
        raise Http404
    return files.file_response(found.photo, as_attachment=False)


def _mended(request: HttpRequest, form: Any, row: RosterRow) -> RosterRow | None:
    """The row as it is after saving; None where it was refused, with the reason in the form."""
    try:
        return mending.mend(row, cells=form.cells(), by=person(request), at=clock.now())
    except Refused as refused:
        if refused.field in COLUMN and "value" in form.fields:
            form.add_error("value", refused.message)
        else:
            add_refusal(form, refused)
        return None


def _note_look(request: HttpRequest, row: RosterRow, columns: list[str]) -> None:
    """Record that somebody looked at whole numbers of the institution's own entry, to mend it."""
    if sealed := [column for column in columns if column in SEALED]:
        audit.record("roster_row.number_seen", by=person(request), obj=row, fields=sealed, purpose="mend")


def _cell_form(request: HttpRequest, group: Group, row: RosterRow, form: CellForm) -> HttpResponse:
    (card,) = cards_of(group, [row], clock.today())
    cell = next((cell for cell in card.cells if cell.column == form.column.key), None)
    context = {"group": group, "card": card, "cell": cell, "form": form}
    return render(request, "groups/_cell_form.html", context)


def _closed_cell(request: HttpRequest, group: Group, row: RosterRow, column: str) -> HttpResponse:
    """The cell as it was before it was opened, the keyboard on its button."""
    (card,) = cards_of(group, [row], clock.today())
    cell = next((cell for cell in card.cells if cell.column == column), None)
    if cell is None:
        raise Http404
    context = {"group": group, "card": replace(card, focus=column), "cell": cell}
    return render(request, "groups/_cell.html", context)


def _saved_cell(request: HttpRequest, group: Group, row: RosterRow) -> HttpResponse:
    """The card anew, with it the counts, the kinds, and a sentence for whoever doesn't see the page."""
    on = clock.today()
    query = _report_query(request)
    context = context_of(group, on)
    asked = filters.read(query, group, context["counts"])
    context = context_of(group, on, place=asked.show)
    (card,) = cards_of(group, [row_or_404(group, row.uuid)], on)
    context |= {
        "card": _focused(card),
        "mended": not card.faulty,
        "kinds": kinds_of(group, asked, query),
        **rosters_context(group),
        "swapped": True,
        "outcome": _outcome(card),
    }
    return render(request, "groups/_saved.html", context)


def _focused(card: Card) -> Card:
    """With the keyboard on what is still to be mended."""
    stopped = next((cell.column for cell in card.cells if cell.stops), "")
    return replace(card, focus=stopped)


def _outcome(card: Card) -> str:
    where = f"第 {card.row.number} 行 {card.name}：已保存，"
    left = sum(cell.stops for cell in card.cells)
    return where + (f"还有 {left} 格需要修改。" if card.faulty else "核对通过。")


def _report_query(request: HttpRequest) -> QueryDict:
    """The filter of the page that the cell was opened on."""
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    return QueryDict(urlsplit(htmx.current_url or "").query)


def _onward(request: HttpRequest, group: Group, row: RosterRow) -> HttpResponse:
    """After saving: on to the next person who has to be mended, or back to this one while something is left."""
    (card,) = cards_of(group, [row_or_404(group, row.uuid)], clock.today())
    messages.add_message(request, messages.WARNING if card.faulty else messages.SUCCESS, _outcome(card))
    following = filters.next_faulty(row) if request.POST.get("then") == "next" else None
    if following and not card.faulty:
        return redirect("row_mend", uuid=group.uuid, row=following.uuid)
    if card.faulty or bar(row, group, clock.today()):
        return redirect("row_mend", uuid=group.uuid, row=row.uuid)
    return redirect("group_report", uuid=group.uuid)
