"""One person as the report shows them: who it is, where they are, and what is wrong, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from fees.queries import Standing, standing_of
from registration.enums import ApplicationState, RowState
from registration.models import Application, ApplicationLog, Group, RosterRow
from registration.rosters import photo_names
from registration.rosters.columns import COLUMN, SEALED
from registration.services import row_editing
from skilleval.core.wording import cn_deadline
from skilleval.journeys.applying.progress import Tag, gathered, tags_of
from skilleval.journeys.groups.counts import Place, place_of

#: What is mended elsewhere than in a cell.
PHOTO = "photo_name"
CLAUSE = "clause"
#: Kinds of fault that say that a row doesn't prove its clause.
PROVING = ("clause", "evidence")
#: Places whose tag is the row's, whatever has become of an application before.
UNSENT = (RowState.FAULTY, RowState.CLEAR, RowState.PASSED, RowState.REMOVED)


@dataclass(frozen=True)
class Said:
    """What is wrong, and what to do about it; a hint stops nobody."""

    message: str
    cure: str
    stops: bool


@dataclass(frozen=True)
class Cell:
    """A cell with what is wrong in it; `shown` is what it holds, masked where it is sealed."""

    column: str
    title: str
    shown: str
    said: tuple[Said, ...]
    url: str  # the form for this cell alone
    page: str  # the person's whole form at this cell

    @property
    def stops(self) -> bool:
        return any(one.stops for one in self.said)


@dataclass(frozen=True)
class Card:
    """A person of the group. `barred` says why nothing can be changed, empty if it can."""

    row: RosterRow
    place: Place
    cells: tuple[Cell, ...]
    barred: str
    returned: str = ""  # what the provider wants mended
    until: str = ""  # the deadline of that
    focus: str = ""  # the column whose button the keyboard goes on with
    removable: bool = False
    tags: tuple[Tag, ...] = ()  # what the apps downstream make of its state
    money: Standing | None = None

    @property
    def name(self) -> str:
        return str(self.row.cells.get("name") or "（未填姓名）")

    @property
    def faulty(self) -> bool:
        return self.row.state == RowState.FAULTY

    @property
    def anchor(self) -> str:
        return f"row-{self.row.uuid}"


def cards_of(group: Group, rows: Iterable[RosterRow], on: date) -> list[Card]:
    """Cards of rows that come with roster and application; one more query for what was returned."""
    listed = list(rows)
    reasons = _reasons([row.application_id for row in listed if row.application_id and _is_returned(row)])
    return [_card(group, row, reasons, on) for row in listed]


def with_standing(cards: Sequence[Card]) -> list[Card]:
    """The same with what the apps downstream know of those handed in; a fixed number of queries."""
    keys = [card.row.application_id for card in cards if card.row.application_id and card.place.key not in UNSENT]
    if not keys:
        return list(cards)
    found = {row.pk: (row, standing) for row, standing in gathered(Application.objects.filter(pk__in=keys))}
    money = standing_of([row for row, _ in found.values()])
    return [_standing(card, found, money) for card in cards]


def _standing(card: Card, found: dict[int, Any], money: dict[int, Standing]) -> Card:
    key = card.row.application_id or 0
    return replace(card, tags=tuple(tags_of(*found[key])), money=money[key]) if key in found else card


def shown_in(row: RosterRow, column: str) -> str:
    """What a cell holds as a page may show it."""
    match column:
        case "id_number":
            return row.masked_id
        case "phone":
            return row.masked_phone
        case "photo_name":
            return photo_names.masked(row.photo_cipher)
    return str(row.cells.get(column, ""))


def held_in(row: RosterRow, column: str) -> str:
    """What a cell holds, whole; the caller has looked at who asks, and records it for a sealed one."""
    if column in SEALED:
        held = str(getattr(row, SEALED[column]))
        return held.removeprefix("+86") if column == "phone" else held
    return str(row.cells.get(column, ""))


def _card(group: Group, row: RosterRow, reasons: dict[int, str], on: date) -> Card:
    application = row.application
    returned = application is not None and _is_returned(row)
    until = application.returned_until if application and returned else None
    return Card(
        row=row,
        place=place_of(row.state, application.state if application else None),
        cells=tuple(_cells(group, row)),
        barred=row_editing.bar(row, group, on),
        removable=not row_editing.bar(row, group, on) and not returned,
        returned=reasons.get(row.application_id or 0, "") if returned else "",
        until=cn_deadline(until, year=True) if until else "",
    )


def _cells(group: Group, row: RosterRow) -> Iterable[Cell]:
    found: dict[str, list[Said]] = {}
    for fault in row.faults:
        found.setdefault(fault["column"], []).append(Said(fault["message"], fault["cure"], fault.get("stops", True)))
    if CLAUSE not in found and any(fault["kind"] in PROVING for fault in row.faults):
        found[CLAUSE] = []  # nothing is wrong with it, but another one may be the easier way out
    order = [*COLUMN]
    for column in sorted(found, key=lambda key: order.index(key) if key in COLUMN else len(order)):
        yield _cell(group, row, column, found[column])


def _cell(group: Group, row: RosterRow, column: str, said: Sequence[Said]) -> Cell:
    title = COLUMN[column].title if column in COLUMN else "本人"
    args: list[Any] = [group.uuid, row.uuid]
    page = f"{reverse('row_mend', args=args)}?open={column}#id_{column}"
    if column == PHOTO:
        page = reverse("row_photo", args=args)
    url = reverse("row_cell", args=[*args, column]) if column in COLUMN and column != PHOTO else ""
    return Cell(column, title, shown_in(row, column), tuple(said), url, page)


def _is_returned(row: RosterRow) -> bool:
    return row.application is not None and row.application.state == ApplicationState.RETURNED


def _reasons(applications: Sequence[int]) -> dict[int, str]:
    """What each returned application was returned for, last time."""
    if not applications:
        return {}
    logs = ApplicationLog.objects.filter(subject__in=applications, to_state=ApplicationState.RETURNED)
    return dict(logs.order_by("id").values_list("subject_id", "reason"))
