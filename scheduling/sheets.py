"""The papers of a session's day: 门贴, 签到表, 座位图, 考场记录表, 座位贴, and 团体考生名单 (SPEC 8, 14).

Each paper is laid out by itself, with page numbers and a document number of its own, and says which version of the
session it is of. Several are one file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate

from registration.models import Group
from scheduling.door import excused
from scheduling.enums import SheetKind
from scheduling.models import ExamSession
from scheduling.queries.rolls import Line, Member, Roll
from scheduling.sheet_layout import LABELS_ABREAST, abreast, letters, side_by_side
from skilleval.core.pdf import joined, lay_out_html, qr_png_data_uri
from skilleval.core.piles import bound

TEMPLATES = {
    SheetKind.DOOR: "papers/door.html",
    SheetKind.SIGN_IN: "papers/sign_in.html",
    SheetKind.PLAN: "papers/seat_plan.html",
    SheetKind.RECORD: "papers/room_record.html",
    SheetKind.LABELS: "papers/seat_labels.html",
}
#: What a document number begins with.
CODES = {
    SheetKind.DOOR: "MT",
    SheetKind.SIGN_IN: "QD",
    SheetKind.PLAN: "ZW",
    SheetKind.RECORD: "JL",
    SheetKind.LABELS: "ZT",
}
COVER, GROUP_LIST = "papers/session_cover.html", "papers/group_list.html"
COVER_TITLE, GROUP_TITLE = "考务材料交接单", "团体考生名单"
COVER_CODE, GROUP_CODE = "KW", "MD"
#: How many people, two abreast, stand on a door list's first page and on its others.
DOOR_ROWS, MORE_DOOR_ROWS = 20, 30
ABSENT_LINES = 3  # of two people each, to write on


@dataclass(frozen=True)
class Paper:
    """A paper laid out: what it is, and its pages."""

    title: str
    where: str
    doc_number: str
    document: Any

    @property
    def pages(self) -> int:
        return len(self.document.pages)


def sheets_pdf(session: ExamSession, rolls: Iterable[Roll], kind: SheetKind, *, at: datetime) -> bytes:
    """One kind of paper for some sittings of a session, one after the other."""
    return joined([sheet(session, roll, kind, at=at).document for roll in rolls])


def session_pdf(
    session: ExamSession,
    rolls: Sequence[Roll],
    groups: Sequence[tuple[Group, Sequence[Member]]],
    *,
    at: datetime,
    step: Callable[[int], None] = lambda done: None,
) -> bytes:
    """Everything a session's day needs in one file: a list to hand over by, sitting by sitting, the groups' lists.

    Sittings without people have a line on the first page and no papers. `step` is told how many sittings are done.
    """
    parts: list[bytes] = []  # each is written as soon as it is laid out, so that no more than one takes up memory
    pages: list[tuple[Roll, list[int]]] = []
    for done, roll in enumerate(rolls, start=1):
        papers = [sheet(session, roll, kind, at=at) for kind in SheetKind if roll.lines]
        pages.append((roll, [paper.pages for paper in papers]))
        if papers:
            parts.append(joined([paper.document for paper in papers]))
        step(done)
    lists = [_group_paper(group, members, at=at) for group, members in groups]
    if lists:
        parts.append(joined([paper.document for paper in lists]))
    return bound([joined([_cover(session, pages, lists, at=at)]), *parts], title=COVER_TITLE)


def group_pdf(group: Group, members: Sequence[Member], *, at: datetime) -> bytes:
    """团体考生名单: all of a group's people with session, room and place."""
    return joined([_group_paper(group, members, at=at).document])


def sheet(session: ExamSession, roll: Roll, kind: SheetKind, *, at: datetime) -> Paper:
    """One paper of one sitting."""
    doc_number = f"{_number(CODES[kind], session)}-{roll.number:02d}"
    context = _common(session, at) | {"title": kind.label, "doc_number": doc_number, "roll": roll} | _of(kind, roll, at)
    room: Any = roll.sitting.room
    return Paper(
        str(kind.label),
        f"{roll.subject} {room.name}",
        doc_number,
        lay_out_html(render_to_string(TEMPLATES[kind], context)),
    )


def _of(kind: SheetKind, roll: Roll, at: datetime) -> dict[str, Any]:
    """What one kind of paper needs besides what all have."""
    if kind == SheetKind.DOOR:
        return {"pages": side_by_side(roll.lines, first=DOOR_ROWS, others=MORE_DOOR_ROWS)}
    if kind == SheetKind.LABELS:
        return {"rows": abreast(roll.lines, LABELS_ABREAST)}
    if kind == SheetKind.PLAN:
        return _plan(roll)
    if kind == SheetKind.RECORD:
        absent: list[Line | None] = [*roll.absent, *[None] * max(0, 2 * ABSENT_LINES - len(roll.absent))]
        return _signing(roll, at) | {"absent": abreast(absent, 2), "came": len(roll.lines) - len(roll.absent)}
    return _signing(roll, at)


def _signing(roll: Roll, at: datetime) -> dict[str, Any]:
    """The code that leads staff to the roll on the page, where people are noted as present or absent."""
    page = reverse("admin:scheduling_batch_roll", args=[roll.sitting.session.batch_id, roll.sitting.pk])
    return {
        "qr": qr_png_data_uri(f"{settings.SITE_URL}{page}"),
        "tickets_out": all(line.ticket for line in roll.lines),
        "excused": excused(roll.sitting.session.tickets_from, localdate(at)),
    }


def _plan(roll: Roll) -> dict[str, Any]:
    """The cells of a room's plan with who sits there, and a letter for each institution."""
    by_number = {line.number: line for line in roll.lines}
    marks = letters(line.institution for line in roll.lines if line.institution)
    cells = []
    for row in roll.plan.rows:
        lines = [(spot, by_number.get(spot.number) if spot else None) for spot in row]
        cells.append(
            [
                {
                    "number": spot.number,
                    "kind": spot.kind,
                    "line": line,
                    "letter": marks.get(line.institution, "") if line else "",
                }
                if spot
                else None
                for spot, line in lines
            ]
        )
    return {"cells": cells, "letters": marks}


def _cover(
    session: ExamSession, pages: Sequence[tuple[Roll, list[int]]], lists: Sequence[Paper], *, at: datetime
) -> Any:
    """The first page: how many pages of which paper each room gets, to hand over and take back by."""
    doc_number = _number(COVER_CODE, session)
    context = _common(session, at) | {
        "title": COVER_TITLE,
        "doc_number": doc_number,
        "rolls": pages,
        "kinds": SheetKind.labels,
        "codes": [(kind.label, CODES[kind]) for kind in SheetKind],
        "serial": doc_number.partition("-")[2],
        "groups": lists,
        "people": session.size,
        "venues": _venues(roll.sitting for roll, _ in pages),
    }
    return lay_out_html(render_to_string(COVER, context))


def _group_paper(group: Group, members: Sequence[Member], *, at: datetime) -> Paper:
    """The list of a group's people; `group` comes with its names."""
    doc_number = f"{GROUP_CODE}-{group.number}"
    context = {
        "doc_number": doc_number,
        "group": group,
        "offering": group.offering,
        "provider": group.offering.provider,
        "members": members,
        "waiting": sum(member.session is None for member in members),
        "sessions": list(dict.fromkeys(member.session for member in members if member.session)),
        "venues": _venues(seat.sitting for member in members for seat in member.seats),
        "qr": qr_png_data_uri(f"{settings.SITE_URL}{group.get_absolute_url()}"),  # type: ignore[attr-defined]
        "printed_at": at,
    }
    return Paper(GROUP_TITLE, group.institution.name, doc_number, lay_out_html(render_to_string(GROUP_LIST, context)))


def _common(session: ExamSession, at: datetime) -> dict[str, Any]:
    offering = session.batch.offering
    return {"session": session, "offering": offering, "provider": offering.provider, "printed_at": at}


def _number(code: str, session: ExamSession) -> str:
    """QD-20260411-00017: the kind, the day, and the session."""
    return f"{code}-{session.held_on:%Y%m%d}-{session.pk:05d}"


def _venues(sittings: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(sitting.room.venue for sitting in sittings if sitting.room))
