"""What stands on an admission ticket, for the page and the paper alike; and tickets as papers (SPEC 8).

A ticket is stamped on a page that is laid out once for each `Shape` (core/stamping.py). One that can't be stamped has
its texts laid out over that page (core/overlays.py), and looks the same; one that needs more lines is laid out whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from scheduling.icalendar import Appointment, calendar
from scheduling.models import AdmissionTicket, Seat
from scheduling.queries.tickets import SeatLine, VenueLine, seat_lines, seats_of
from skilleval.catalogue.enums import ContactKind, SubjectKind
from skilleval.catalogue.models import Contact, Provider
from skilleval.core import files, stamping
from skilleval.core.overlays import lay_over
from skilleval.core.pdf import image_data_uri, printable, qr_png_data_uri, render_html
from skilleval.core.piles import Piece, pile
from skilleval.core.stamping import Blank, Place, Sheet, Slot, Unfit
from skilleval.core.wording import cn_date, cn_time

TEMPLATE = "papers/ticket.html"
TITLE = "准考证"
#: A document is made in memory, 130 KB a ticket; of more tickets several are made, and put together on the disk.
AT_ONCE = 50
SUBJECTS = {kind.value: kind.label for kind in SubjectKind}

#: The candidate rules in short: what they say of the day itself (KUPAS annex 1, SICT annex 2, AIA annex 2).
RULES = (
    "请携带本准考证和有效身份证件原件，提前到达考点；证件须与本证所载一致。",
    "在本人座位（考位）参加评价，未经工作人员允许不得擅自离开。",
    "书籍、资料、手机、智能手表等禁携物品不得带入座位，须放在指定位置。",
    "试题、答卷及有关内容不得带出考场；不得损毁试卷、工件和设备。",
    "抄袭、使用规定以外的电子设备等作弊的，取消当次全部科目成绩，当年不得参加评价。",
    "替考、串通作弊等情节恶劣的，2 年或 5 年内不得参加评价，并依法移送有关部门。",
)

BOLD, PLAIN, CENTRED = Slot("PortalSans-Bold.ttf"), Slot(), Slot(align="center")
SEAT = {"subject": CENTRED, "date": CENTRED, "time": CENTRED, "room": CENTRED, "seat": Slot(BOLD.font, "center")}
VENUE = {"venue": BOLD, "address": PLAIN, "directions": PLAIN}
ROWS = range(12)  # of either; a ticket has a seat for each of three subjects
SLOTS = {
    "issuer": BOLD,
    "number": Slot(BOLD.font, "right"),
    "name": BOLD,
    "occasion": CENTRED,
    "released": CENTRED,
    **dict.fromkeys(("filing", "id_number", "work_type", "level", "application", "institution"), PLAIN),
    **dict.fromkeys(("telephone", "foot"), PLAIN),
    **{f"{name}_{row}": slot for row in ROWS for name, slot in (SEAT | VENUE).items()},
}
#: What is read of a ticket for its paper.
ON_PAPER = (
    *("uuid", "number", "released_at", "session__batch__window__label"),
    *(f"application__{name}" for name in ("number", "institution__name", "offering__year", "offering__level")),
    *(f"application__offering__provider__{name}" for name in ("name", "filing_number")),
    *(f"application__offering__work_type__{name}" for name in ("name", "occupation__name")),
    *(f"application__candidate__{name}" for name in ("uuid", "name", "id_cipher")),
    *(f"application__candidate__photo__{name}" for name in ("uuid", "path", "sha256")),
)


@dataclass(frozen=True)
class Shape:
    """What decides how a ticket's page is laid out; all else is stamped."""

    seats: int
    venues: tuple[bool, ...]  # of each, whether it has directions
    institution: bool
    photo: bool


@dataclass(frozen=True)
class Facts:
    """A ticket with what is asked for besides its own row."""

    ticket: AdmissionTicket
    seats: Sequence[SeatLine]
    telephone: str

    @property
    def provider(self) -> Provider:
        found: Provider = self.ticket.application.offering.provider
        return found

    @property
    def venues(self) -> list[VenueLine]:
        return list({seat.venue: None for seat in self.seats if seat.venue})

    @property
    def shape(self) -> Shape:
        application = self.ticket.application
        return Shape(
            len(self.seats),
            tuple(bool(venue.directions) for venue in self.venues),
            application.institution_id is not None,
            application.candidate.photo_id is not None,
        )


def load(queryset: Any) -> Any:
    """Tickets with everything that stands on them but their seats, in one query."""
    line = _lines().filter(provider=OuterRef("application__offering__provider"))
    return queryset.annotate(telephone=Subquery(line.values("value")[:1])).select_related(
        "application__candidate__photo",
        "application__institution",
        "application__offering__provider",
        "application__offering__work_type__occupation",
        "session__batch__window",
    )


def load_for_paper(queryset: Any) -> Any:
    """As `load`, with the columns alone that stand on the paper: of many tickets all others take longer to read."""
    return load(queryset).only(*ON_PAPER)


def facts_of(tickets: Sequence[Any]) -> list[Facts]:
    """Tickets that `load` or `load_for_paper` loaded, with their seats: one query whatever their number."""
    seats = seat_lines([ticket.application_id for ticket in tickets])
    return [Facts(ticket, seats.get(ticket.application_id, []), ticket.telephone or "") for ticket in tickets]


def ticket_context(ticket: AdmissionTicket) -> dict[str, Any]:
    """Every field of a ticket, for a page. The photo is the candidate's own alone, as a data URI."""
    application = ticket.application
    photo = application.candidate.photo
    return {
        "ticket": ticket,
        "application": application,
        "candidate": application.candidate,
        "provider": application.offering.provider,
        "seats": list(seats_of(application)),
        "rules": RULES,
        "photo": image_data_uri(files.read(photo)) if photo else "",
        "qr": qr_png_data_uri(check_address(ticket)),
        "telephone": _lines().filter(provider=application.offering.provider).prefetch_related("hours").first(),
    }


def check_address(ticket: AdmissionTicket) -> str:
    """Where the QR code leads."""
    return f"{settings.SITE_URL}{reverse('ticket_check', args=[ticket.uuid])}"


def ticket_pdf(ticket: AdmissionTicket) -> bytes:
    """A ticket that `load` loaded, as a paper of one A5 page.

    Raises Refused where the photo can't be read or isn't the one stored.
    """
    return tickets_pdf(facts_of([ticket]))


def tickets_pdf(tickets: Sequence[Facts]) -> bytes:
    """A page for each, in their order, each with its own photo and no other; at most AT_ONCE.

    Raises Refused as ticket_pdf does.
    """
    return pile([piece_of(facts) for facts in tickets], SLOTS)


def piece_of(facts: Facts) -> Piece:
    """A ticket ready to be stamped, its photo read; raises Refused as ticket_pdf does."""
    return Piece(TITLE, blank(facts.shape), sheet_of(facts), lambda: laid_out_pdf(facts))


def laid_out_pdf(facts: Facts) -> bytes:
    """The same paper by WeasyPrint: every text over the page, or the whole paper where one wouldn't be readable so."""
    page, sheet = blank(facts.shape), sheet_of(facts)
    try:
        return lay_over(page, sheet, SLOTS, title=TITLE) if page else grown_pdf(facts.shape, sheet)
    except Unfit:
        return grown_pdf(facts.shape, sheet)


def grown_pdf(shape: Shape, sheet: Sheet) -> bytes:
    """The paper with its texts in it, growing with those that take more lines."""
    places = _places(shape)
    values = {name: _fitted(text, places.get(name), SLOTS[name]) for name, text in sheet.texts.items()}
    pictures = {name: image_data_uri(picture) for name, picture in sheet.pictures.items()}
    codes = {name: qr_png_data_uri(text) for name, text in sheet.codes.items()}
    return render_html(_html(shape, values | pictures | codes))


@lru_cache(maxsize=32)
def blank(shape: Shape) -> Blank | None:
    """The page of a shape without values, laid out once per process; None for a shape that takes several pages."""
    try:
        return stamping.lay_out(_html(shape, {}))
    except Unfit:
        return None


def sheet_of(facts: Facts) -> Sheet:
    """Every value of a ticket by its slot. The document number is masked (SPEC 8)."""
    ticket, application, provider = facts.ticket, facts.ticket.application, facts.provider
    candidate, offering, released = application.candidate, application.offering, ticket.released_at
    texts = {
        "issuer": provider.name,
        "filing": f"机构备案号　{provider.filing_number}",
        "number": ticket.number,
        "occasion": f"{offering.year}年社会化职业技能评价　{ticket.session.batch.window.label}",
        "name": printable(candidate.name),
        "id_number": candidate.masked_id,
        "work_type": str(offering.work_type),
        "level": offering.get_level_display(),
        "application": application.number,
        "institution": str(application.institution or ""),
        "telephone": f"咨询电话 {facts.telephone}" if facts.telephone else "",
        "released": cn_date(released).partition("（")[0],
        "foot": f"{provider.name}　{ticket.number}",
    }
    for row, seat in enumerate(facts.seats):
        texts |= {f"{name}_{row}": text for name, text in zip(SEAT, _seat_words(seat), strict=True)}
    for row, venue in enumerate(facts.venues):
        texts |= {f"{name}_{row}": text for name, text in zip(VENUE, venue, strict=True) if text}
    pictures = {"photo": files.read(candidate.photo)} if candidate.photo else {}
    return Sheet(texts, pictures, {"qr": check_address(ticket)})


def ticket_calendar(ticket: AdmissionTicket, *, at: datetime) -> bytes:
    """The ticket's sittings as a calendar file, without a name or a document number in it."""
    return calendar((_appointment(ticket, seat) for seat in seats_of(ticket.application)), stamp=at)


def _html(shape: Shape, values: dict[str, Any]) -> str:
    seats = [[(slot, values.get(slot, "")) for slot in _names(SEAT, row)] for row in range(shape.seats)]
    venues = [
        [(slot, values.get(slot, "")) for slot in _names(VENUE, row)][: 2 + directions]
        for row, directions in enumerate(shape.venues)
    ]
    return render_to_string(TEMPLATE, values | {"shape": shape, "seats": seats, "venues": venues, "rules": RULES})


def _names(columns: Iterable[str], row: int) -> Iterator[str]:
    return (f"{name}_{row}" for name in columns)


def _places(shape: Shape) -> dict[str, Place]:
    page = blank(shape)
    return dict(page.places) if page else {}


def _fitted(text: str, place: Place | None, slot: Slot) -> str:
    """A value in the size it fits in, shrunk as a stamped one is; one that is too wide even then takes more lines."""
    scale = stamping.nearest_scale(text, place, slot) if place else None
    if scale is None:
        return format_html('<span class="wrapped">{}</span>', text)
    if scale == 1:
        return text
    return format_html('<span class="s{}">{}</span>', round(scale * 100), text)


def _seat_words(seat: SeatLine) -> tuple[str, ...]:
    times = f"{cn_time(seat.starts)}–{cn_time(seat.ends)}"
    return SUBJECTS[seat.subject], cn_date(seat.starts), times, seat.room, str(seat.number)


def _appointment(ticket: AdmissionTicket, seat: Seat) -> Appointment:
    room, offering = seat.sitting.room, ticket.application.offering
    place = f"{room.venue.name} {room.name}，{room.venue.address}" if room else ""
    return Appointment(
        uid=f"{ticket.application.uuid}-{seat.subject}@{settings.SITE_URL.partition('//')[2]}",
        start=seat.starts,
        end=seat.ends,
        title=f"{offering} {seat.get_subject_display()}",
        place=place,
        description=f"准考证号 {ticket.number}，座位 {seat.number}。请携带准考证和有效身份证件原件。",
    )


def _lines() -> Any:
    """The lines for enquiries, the first one first."""
    return Contact.objects.filter(kind=ContactKind.ENQUIRY).order_by("position", "pk")
