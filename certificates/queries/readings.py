"""What a session's mark sheets hold, row by row, and what each person's raw marks are (SPEC 9.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from certificates.entering import Entered, Raw
from certificates.enums import MarkStatus, SheetState
from certificates.models import MarkEntry, MarkSheet, Publication, ResultHold
from certificates.models.marks import FIRST, SECOND
from certificates.queries.cancellations import cancelled
from registration.enums import ApplicationState
from registration.models import Application
from scheduling.models import AdmissionTicket, ExamSession, Seat
from scheduling.queries.attendance import absent

SAT_STATES = (ApplicationState.SCHEDULED, ApplicationState.COMPLETED)


@dataclass(frozen=True)
class SheetRow:
    """One person's line of a mark sheet: ticket number, room and seat, and what either reading says."""

    application_id: int
    ticket: str
    room: str
    seat: int
    absent: bool
    cancelled: bool
    first: Entered | None = None
    second: Entered | None = None

    @property
    def needs_mark(self) -> bool:
        return not (self.absent or self.cancelled)

    @property
    def same(self) -> bool:
        return self.first == self.second

    @property
    def settled(self) -> bool:
        """Whether its raw mark counts: none is needed, or two people read the same."""
        return not self.needs_mark or (self.first is not None and self.same)

    def of(self, reading: int) -> Entered | None:
        return self.first if reading == FIRST else self.second

    @property
    def raw(self) -> Raw:
        """What counts before any decision: the room's record of absence, else what was entered."""
        if self.absent:
            return Raw(MarkStatus.ABSENT)
        return Raw(self.first.status, self.first.score) if self.first else Raw()

    @property
    def place(self) -> str:
        return f"{self.room} {self.seat} 号"


def seated(session: ExamSession, subject: str) -> QuerySet[Seat]:
    """Everybody seated in a subject whose application still stands, by room and seat."""
    seats = Seat.objects.filter(sitting__session=session, subject=subject, application__state__in=SAT_STATES)
    return seats.select_related("sitting__room__venue").order_by("sitting__during", "sitting__room__name", "number")


def rows_of(session: ExamSession, subject: str) -> list[SheetRow]:
    """The lines of a sheet in the order of the seats, whether or not the sheet is there yet."""
    seats = list(seated(session, subject))
    people = [seat.application_id for seat in seats]
    tickets = dict(
        AdmissionTicket.objects.in_force().filter(application__in=people).values_list("application", "number")
    )
    gone, missed, read = cancelled(people), absent(session, subject), _readings(session, subject)
    return [
        SheetRow(
            application_id=seat.application_id,
            ticket=tickets.get(seat.application_id, ""),
            room=str(seat.sitting.room or "未安排考场"),
            seat=seat.number,
            absent=seat.application_id in missed,
            cancelled=gone.covers(seat.application_id, subject),
            first=read.get((seat.application_id, FIRST)),
            second=read.get((seat.application_id, SECOND)),
        )
        for seat in seats
    ]


def left_behind(session: ExamSession) -> frozenset[int]:
    """Applications without a result whose session's results are out and that no case holds back any more.

    Their marks weren't there when the case closed; they are read now, and published as soon as a sheet is confirmed.
    """
    if not Publication.objects.filter(session=session).exists():
        return frozenset()
    held = ResultHold.objects.live().values("application")
    return frozenset(waiting_in(session).exclude(pk__in=held).values_list("pk", flat=True))


def open_rows(session: ExamSession, subject: str) -> list[SheetRow]:
    """The lines that are still at work: everybody's before the publication, after it those of who was left behind."""
    rows, behind = rows_of(session, subject), left_behind(session)
    return [row for row in rows if row.application_id in behind] if behind else rows


def subjects_of(session: ExamSession) -> list[str]:
    """The subjects somebody sits in a session, in the order of the day."""
    sat = session.sittings.filter(Exists(Seat.objects.filter(sitting=OuterRef("pk"))))
    return list(dict.fromkeys(sat.order_by("during").values_list("subject", flat=True)))


def lines_of(session: ExamSession) -> dict[str, list[SheetRow]]:
    """Every sheet's lines of a session, by subject."""
    return {subject: rows_of(session, subject) for subject in subjects_of(session)}


def missing(rows: Iterable[SheetRow], reading: int) -> list[SheetRow]:
    """The lines that need a mark and have none in a reading."""
    return [row for row in rows if row.needs_mark and row.of(reading) is None]


def differing(rows: Iterable[SheetRow]) -> list[SheetRow]:
    """The lines on which two complete readings disagree."""
    return [row for row in rows if row.needs_mark and not row.same]


def faults_of(session: ExamSession, lines: dict[str, list[SheetRow]]) -> list[str]:
    """What stands in the way of publishing a session's marks, in words that name the cure; empty when complete."""
    sheets = {sheet.subject: sheet for sheet in MarkSheet.objects.filter(session=session)}
    told = []
    for subject, rows in lines.items():
        sheet = sheets.get(subject)
        label = MarkSheet(subject=subject).get_subject_display()
        if not rows:
            continue
        if sheet is None or sheet.state != SheetState.CONFIRMED:
            told.append(f"{label}：成绩册{sheet.get_state_display() if sheet else '尚未录入'}，复核一致后才能公布")
        elif without := missing(rows, FIRST):
            told.append(f"{label}：{len(without)} 人没有成绩（{without[0].place}），请重新打开成绩册补录")
        elif unread := [row for row in rows if not row.settled]:
            told.append(f"{label}：{len(unread)} 人未经两人录入一致（{unread[0].place}），请重新打开成绩册复核")
    return told


def raws(lines: dict[str, list[SheetRow]], weights: dict[str, Raw]) -> dict[int, dict[str, Raw]]:
    """The raw marks of everybody on a session's sheets, by application and subject."""
    found: dict[int, dict[str, Raw]] = {}
    for subject, rows in lines.items():
        weight = weights.get(subject, Raw()).weight
        for row in rows:
            found.setdefault(row.application_id, {})[subject] = Raw(row.raw.status, row.raw.score, weight)
    return found


def waiting_in(session: ExamSession) -> QuerySet[Application]:
    """Those who sit in a session and have no result yet, with what grading and messages need."""
    people = Application.objects.filter(
        state=ApplicationState.SCHEDULED, pk__in=Seat.objects.filter(sitting__session=session).values("application")
    )
    named = people.select_related("candidate__user", "offering__provider", "offering__work_type__occupation")
    return named.prefetch_related("credits").order_by("pk")


def _readings(session: ExamSession, subject: str) -> dict[tuple[int, int], Entered]:
    entries = MarkEntry.objects.filter(sheet__session=session, sheet__subject=subject)
    return {(entry.application_id, entry.reading): Entered(entry.status, entry.score) for entry in entries}
