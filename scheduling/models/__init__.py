"""Batches, rooms, sessions, seats, duties and admission tickets (SPEC 7, 8).

An `ExamSession` is a group of candidates of one batch on one day. A `Sitting` is one subject of it in one room at one
time, in one of its turns; a `Seat` is one candidate's place in a sitting, a `Duty` one person's work there. The time
stands on the sitting and, tied by composite foreign keys, on seats and duties, so that exclusion constraints refuse a
room, a candidate or a member of staff in two places at once.
"""

from scheduling.models.batches import Batch, BatchLog
from scheduling.models.seats import Attendance, Seat, SeatDraw
from scheduling.models.sessions import ExamSession, ExamSessionLog, ExamSessionQuerySet, SessionVersion, Sitting
from scheduling.models.sheets import SheetBundle
from scheduling.models.staff import Duty, ExamStaff, StaffingNorm
from scheduling.models.tickets import AdmissionTicket, TicketBundle, TicketFetch, TicketQuerySet
from scheduling.models.venues import Room, RoomSeat, Station, Venue, VenueClosure, VenueHours

__all__ = [
    "AdmissionTicket",
    "Attendance",
    "Batch",
    "BatchLog",
    "Duty",
    "ExamSession",
    "ExamSessionLog",
    "ExamSessionQuerySet",
    "ExamStaff",
    "Room",
    "RoomSeat",
    "Seat",
    "SeatDraw",
    "SessionVersion",
    "SheetBundle",
    "Sitting",
    "StaffingNorm",
    "Station",
    "TicketBundle",
    "TicketFetch",
    "TicketQuerySet",
    "Venue",
    "VenueClosure",
    "VenueHours",
]
