"""Who sits where, as the papers of a session print it: sitting by sitting, and an institution's people (SPEC 8, 14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from registration.enums import PAID_STATES
from registration.models import Application, Group
from scheduling.enums import PlaceKind, SessionState
from scheduling.layouts import Spot, grid
from scheduling.models import AdmissionTicket, Duty, ExamSession, Room, RoomSeat, Seat, Sitting, Station
from scheduling.queries.attendance import Place, places
from scheduling.sheet_layout import ABREAST, Plan, abreast, plan_of, size_of
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Occupation
from skilleval.core.pdf import printable


@dataclass(frozen=True)
class Line:
    """A person as the papers of a room print them. `present` is None until it is noted."""

    number: int
    name: str
    masked_id: str
    ticket: str
    institution: str
    barred: str
    present: bool | None

    @property
    def size(self) -> str:
        """The size that the name is set in."""
        return size_of(self.name)


@dataclass(frozen=True)
class Roll:
    """Everybody of a sitting by their places, who is on duty there, and how the room is laid out."""

    sitting: Sitting
    number: int  # among the session's sittings in the order of the day
    turns: int  # of its subject
    lines: tuple[Line, ...]
    duties: tuple[Duty, ...]
    stations: bool  # people sit at practical stations, not on the room's seats
    plan: Plan
    drawn: bool  # the plan is the room's own; otherwise nothing is known but the numbers

    @property
    def subject(self) -> str:
        """操作技能（第 2 轮，共 3 轮）."""
        name = self.sitting.get_subject_display()
        return f"{name}（第 {self.sitting.rotation} 轮，共 {self.turns} 轮）" if self.turns > 1 else name

    @property
    def seat_word(self) -> str:
        return "工位" if self.stations else "座位"

    @property
    def absent(self) -> list[Line]:
        return [line for line in self.lines if line.present is False]

    @property
    def all_noted(self) -> bool:
        return bool(self.lines) and all(line.present is not None for line in self.lines)

    @property
    def staff(self) -> str:
        """监考人员 甲、乙；考评人员 丙; empty while nobody is on duty."""
        by_role: dict[str, list[str]] = defaultdict(list)
        for duty in self.duties:
            by_role[duty.get_role_display()].append(printable(duty.staff.name))
        return "；".join(f"{role} {'、'.join(names)}" for role, names in by_role.items())


def rolls_of(session: ExamSession) -> list[Roll]:
    """A session's sittings in the order of the day, those with a room; in as many queries for thirty as for one."""
    sittings = list(
        session.sittings.exclude(room=None).select_related("room__venue").order_by("during", "room__name", "pk")
    )
    people, duties = _people(session), _duties(session)
    rooms = {sitting.room_id: sitting.room for sitting in sittings if sitting.room}
    floor = _Floor(rooms.values(), session.batch.offering.work_type.occupation)
    turns: dict[str, int] = {}
    for sitting in sittings:
        turns[sitting.subject] = max(turns.get(sitting.subject, 1), sitting.rotation)
    return [
        Roll(
            sitting,
            number,
            turns[sitting.subject],
            tuple(people[sitting.pk]),
            tuple(duties[sitting.pk]),
            floor.has_stations(sitting),
            *floor.plan_of(sitting),
        )
        for number, sitting in enumerate(sittings, start=1)
    ]


@dataclass(frozen=True)
class Member:
    """One of a group's people: their session and places, if they have any."""

    application: Application
    name: str
    ticket: str
    session: ExamSession | None
    seats: tuple[Seat, ...]

    @property
    def size(self) -> str:
        """The size that the name is set in."""
        return size_of(self.name)


def members_of(group: Group) -> list[Member]:
    """A group's people who have paid, by session and ticket number; who waits for a session comes last."""
    rows = Application.objects.filter(group=group, state__in=PAID_STATES).select_related("candidate")
    seats: dict[int, list[Seat]] = defaultdict(list)
    live = Seat.objects.filter(application__in=rows, live=True, sitting__session__state=SessionState.PUBLISHED)
    for seat in live.select_related("sitting__session", "sitting__room__venue").order_by("during"):
        seats[seat.application_id].append(seat)
    tickets = dict(AdmissionTicket.objects.in_force().filter(application__in=rows).values_list("application", "number"))
    members = [
        Member(
            row,
            printable(row.candidate.name),
            tickets.get(row.pk, ""),
            seats[row.pk][0].sitting.session if seats[row.pk] else None,
            tuple(seats[row.pk]),
        )
        for row in rows
    ]
    return sorted(members, key=_by_session)


def has_seats(group: Group) -> bool:
    """Whether somebody of a group has a published place, so that there is a list to print."""
    return Seat.objects.filter(application__group=group, live=True).exists()


def groups_of(session: ExamSession) -> list[Group]:
    """The groups that have people in a session, by the names of their institutions."""
    within = Application.objects.filter(pk__in=Seat.objects.filter(sitting__session=session).values("application"))
    return list(Group.objects.with_names().filter(pk__in=within.values("group")).order_by("institution__name", "pk"))


class _Floor:
    """How the rooms of a session are laid out for its occupation, asked for at once."""

    def __init__(self, rooms: Iterable[Room], occupation: Occupation) -> None:
        rooms = list(rooms)
        self._stations = dict(
            Station.objects.filter(room__in=rooms, occupation=occupation).values_list("room", "count")
        )
        self._spots: dict[int, list[Spot]] = defaultdict(list)
        for seat in RoomSeat.objects.filter(room__in=rooms).order_by("row", "column"):
            self._spots[seat.room_id].append(Spot(seat.row, seat.column, seat.kind, seat.number))

    def has_stations(self, sitting: Sitting) -> bool:
        return sitting.subject == SubjectKind.PRACTICAL and sitting.room_id in self._stations

    def plan_of(self, sitting: Sitting) -> tuple[Plan, bool]:
        """The room's plan, and whether it has one; without, its places in the order of their numbers."""
        room: Any = sitting.room
        if not self.has_stations(sitting) and self._spots[room.pk]:
            return plan_of(grid(self._spots[room.pk])), True
        count = self._stations[room.pk] if self.has_stations(sitting) else room.capacity
        return plan_of(
            abreast([Spot(1, number, PlaceKind.USABLE, number) for number in range(1, count + 1)], ABREAST)
        ), False


def _people(session: ExamSession) -> dict[int, list[Line]]:
    """A session's people by sitting, in the order of their places."""
    found: dict[int, list[Line]] = defaultdict(list)
    for place in _places(session):
        found[place.seat.sitting_id].append(_line(place))
    return found


def _places(session: ExamSession) -> Iterator[Place]:
    rows = Seat.objects.filter(sitting__session=session).order_by("number").select_related("application__institution")
    if session.state == SessionState.PUBLISHED:
        yield from places(rows)
    else:  # a draft: nobody has a ticket, and nothing is to be noted
        yield from (Place(seat, None, None, "") for seat in rows.select_related("candidate"))


def _line(place: Place) -> Line:
    seat, institution = place.seat, place.seat.application.institution
    return Line(
        seat.number,
        printable(seat.candidate.name),
        seat.candidate.masked_id,
        place.ticket.number if place.ticket else "",
        institution.name if institution else "",
        place.barred,
        place.present,
    )


def _duties(session: ExamSession) -> dict[int, list[Duty]]:
    found: dict[int, list[Duty]] = defaultdict(list)
    for duty in Duty.objects.filter(sitting__session=session).select_related("staff").order_by("role", "pk"):
        found[duty.sitting_id].append(duty)
    return found


def _by_session(member: Member) -> tuple[Any, ...]:
    session = member.session
    place = (str(session.held_on), session.batch_id, session.number) if session else ("9999", 0, 0)
    return (*place, member.ticket, member.application.number)
