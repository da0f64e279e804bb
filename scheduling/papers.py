"""What stands on an admission ticket, for the page and the paper alike (SPEC 8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from registration.models import Application
from scheduling.icalendar import Appointment, calendar
from scheduling.models import AdmissionTicket, Seat
from scheduling.queries.tickets import seats_of
from skilleval.catalogue.enums import ContactKind
from skilleval.catalogue.models import Contact
from skilleval.core.files import open_file
from skilleval.core.pdf import image_data_uri, qr_png_data_uri, render_pdf

TEMPLATE = "papers/ticket.html"

#: The candidate rules in short: what they say of the day itself (KUPAS annex 1, SICT annex 2, AIA annex 2).
RULES = (
    "请携带本准考证和有效身份证件原件，提前到达考点；证件须与本证所载一致。",
    "在本人座位（考位）参加评价，未经工作人员允许不得擅自离开。",
    "书籍、资料、手机、智能手表等禁携物品不得带入座位，须放在指定位置。",
    "试题、答卷及有关内容不得带出考场；不得损毁试卷、工件和设备。",
    "抄袭、使用规定以外的电子设备等作弊的，取消当次全部科目成绩，当年不得参加评价。",
    "替考、串通作弊等情节恶劣的，2 年或 5 年内不得参加评价，并依法移送有关部门。",
)


def load(queryset: Any) -> Any:
    """Tickets with everything that stands on them, in one query."""
    return queryset.select_related(
        "application__candidate__photo",
        "application__institution",
        "application__offering__provider",
        "application__offering__work_type__occupation",
        "session__batch__window",
    )


def ticket_context(ticket: AdmissionTicket) -> dict[str, Any]:
    """Every field of a ticket. The photo is the candidate's own alone, as a data URI."""
    application = ticket.application
    seats = list(seats_of(application))
    return {
        "ticket": ticket,
        "application": application,
        "candidate": application.candidate,
        "provider": application.offering.provider,
        "seats": seats,
        "venues": list({seat.sitting.room.venue: None for seat in seats if seat.sitting.room}),
        "rules": RULES,
        "photo": _photo(application),
        "qr": qr_png_data_uri(settings.SITE_URL + reverse("ticket_check", args=[ticket.uuid])),
        "telephone": _telephone(application),
    }


def ticket_pdf(ticket: AdmissionTicket) -> bytes:
    """The ticket as a paper of one A5 page."""
    return render_pdf(TEMPLATE, ticket_context(ticket))


def ticket_calendar(ticket: AdmissionTicket, *, at: datetime) -> bytes:
    """The ticket's sittings as a calendar file, without a name or a document number in it."""
    return calendar((_appointment(ticket, seat) for seat in seats_of(ticket.application)), stamp=at)


def _appointment(ticket: AdmissionTicket, seat: Seat) -> Appointment:
    room, offering = seat.sitting.room, ticket.application.offering
    place = f"{room.venue.name} {room.name}，{room.venue.address}" if room else ""
    return Appointment(
        uid=f"{ticket.uuid}-{seat.subject}@{settings.SITE_URL.partition('//')[2]}",
        start=seat.starts,
        end=seat.ends,
        title=f"{offering} {seat.get_subject_display()}",
        place=place,
        description=f"准考证号 {ticket.number}，座位 {seat.number}。请携带准考证和有效身份证件原件。",
    )


def _photo(application: Application) -> str:
    photo = application.candidate.photo
    if photo is None:
        return ""
    with open_file(photo) as file:
        return image_data_uri(file.read())


def _telephone(application: Application) -> Contact | None:
    lines = Contact.objects.filter(provider=application.offering.provider, kind=ContactKind.ENQUIRY)
    return lines.prefetch_related("hours").order_by("position", "pk").first()
