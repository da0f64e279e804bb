"""Who came and who didn't, and the roll of a sitting (SPEC 8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from registration.models import Application, Ban
from scheduling.door import Banned, Facts, refusal
from scheduling.models import AdmissionTicket, Attendance, ExamSession, Seat, Sitting


@dataclass(frozen=True)
class Place:
    """A line of the roll: a seat, its holder's ticket, what was noted, and what keeps them out."""

    seat: Seat
    ticket: AdmissionTicket | None
    attendance: Attendance | None
    barred: str

    @property
    def present(self) -> bool | None:
        """None until it is noted."""
        return self.attendance.present if self.attendance else None

    @property
    def day(self) -> date:
        return timezone.localdate(self.seat.starts)


def absent(session: ExamSession, subject: str) -> set[int]:
    """The applications noted as absent in a subject of a session, by id: their mark is 缺考 (SPEC 9.1)."""
    missed = Seat.objects.filter(sitting__session=session, subject=subject, live=True, attendance__present=False)
    return set(missed.values_list("application", flat=True))


def has_sat(application: Application, at: datetime) -> bool:
    """Whether somebody has sat any subject by a moment: noted as present, or begun and not noted as absent."""
    begun = Q(attendance=None, sitting__during__startswith__lte=at)
    return Seat.objects.filter(begun | Q(attendance__present=True), application=application, live=True).exists()


@dataclass(frozen=True)
class Counts:
    """How many of a roll came, didn't, and aren't noted yet; of these, how many would be let in."""

    present: int
    absent: int
    open: int
    welcome: int


def counted(roll: Sequence[Place]) -> Counts:
    noted = [place.present for place in roll]
    welcome = sum(place.present is None and not place.barred for place in roll)
    return Counts(noted.count(True), noted.count(False), noted.count(None), welcome)


def sittings_on(on: date, provider_ids: Collection[int]) -> QuerySet[Sitting]:
    """The published sittings of a day at some providers, with how many people each has, and how many came or didn't."""
    first = datetime.combine(on, time(), timezone.get_current_timezone())
    rows = Sitting.objects.filter(
        session__batch__offering__provider__in=provider_ids,
        during__startswith__gte=first,
        during__startswith__lt=first + timedelta(days=1),
        live=True,
    )
    counts = {
        "people": Count("seats"),
        "came": Count("seats", filter=Q(seats__attendance__present=True)),
        "missed": Count("seats", filter=Q(seats__attendance__present=False)),
    }
    named = rows.select_related("room__venue", "session__batch__offering__work_type__occupation")
    return named.annotate(**counts).order_by("during", "room__name")


def places_of(application: Application) -> list[Place]:
    """Somebody's places in the order of the day."""
    return places(Seat.objects.filter(application=application).order_by("during"))


def barred(ticket: AdmissionTicket, on: date) -> str:
    """What keeps the holder of this very ticket out on a day; empty for whom nothing does."""
    application = ticket.application
    bans = Ban.objects.filter(candidate=application.candidate_id, lifted_on=None)
    return refusal(
        Facts(
            on=on,
            state=application.state,
            ticket_in_force=ticket.withdrawn_at is None,
            ticket_withdrawn=True,
            bans=tuple(Banned(ban.starts_on, ban.ends_on, ban.source) for ban in bans),
        )
    )


def roll_of(sitting: Sitting) -> list[Place]:
    """Everybody of a sitting in the order of seats."""
    return places(Seat.objects.filter(sitting=sitting).order_by("number"))


def places(seats: QuerySet[Seat]) -> list[Place]:
    """Published seats with what the door has to know, in as many queries for thirty as for one."""
    rows = list(seats.filter(live=True).select_related("application", "candidate", "sitting__room", "attendance"))
    tickets, bans = _tickets(rows), _bans(rows)
    return [_place(seat, tickets.get(seat.application_id, []), bans.get(seat.candidate_id, ())) for seat in rows]


def _place(seat: Seat, tickets: Sequence[AdmissionTicket], bans: tuple[Banned, ...]) -> Place:
    in_force = next((ticket for ticket in tickets if ticket.withdrawn_at is None), None)
    facts = Facts(
        on=timezone.localdate(seat.starts),
        state=seat.application.state,
        ticket_in_force=in_force is not None,
        ticket_withdrawn=bool(tickets),
        bans=bans,
    )
    return Place(seat, in_force, getattr(seat, "attendance", None), refusal(facts))


def _tickets(seats: Sequence[Seat]) -> dict[int, list[AdmissionTicket]]:
    found: dict[int, list[AdmissionTicket]] = {}
    for ticket in AdmissionTicket.objects.filter(application__in={seat.application_id for seat in seats}):
        found.setdefault(ticket.application_id, []).append(ticket)
    return found


def _bans(seats: Sequence[Seat]) -> dict[int, tuple[Banned, ...]]:
    found: dict[int, tuple[Banned, ...]] = {}
    for ban in Ban.objects.filter(candidate__in={seat.candidate_id for seat in seats}, lifted_on=None):
        known = found.get(ban.candidate_id, ())
        found[ban.candidate_id] = (*known, Banned(ban.starts_on, ban.ends_on, ban.source))
    return found
