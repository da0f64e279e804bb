"""Forming the proposed sessions of batches that run: sizes, days, times, seats; no rooms yet (SPEC 7.3–7.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from django.db.models import Max
from django.utils import timezone

from scheduling import batching
from scheduling.models import Batch, ExamSession, ExamSessionLog
from scheduling.queries.dates import earliest_exam, period_of
from scheduling.services import drawing
from scheduling.timetable import FIRST_START, Part, Period, Timing, propose_days, timetable
from skilleval.catalogue.models import Subject
from skilleval.catalogue.queries import work_calendar
from skilleval.core.transitions import SYSTEM
from skilleval.core.workdays import WorkCalendar

PERIOD_OPEN = "评价时间暂定，以次年公告为准"
PERIOD_OVER = "判定时评价期已过，须由机构确认日期"


def form_sessions(batches: Sequence[Batch], counts: Mapping[int, int], *, at: datetime) -> int:
    """Propose the sessions of locked batches whose people are drawn; returns the seats made."""
    on, calendar, subjects = timezone.localdate(at), work_calendar(), _subjects(batches)
    sizes = {batch.pk: batching.split(counts[batch.pk], batch.offering.provider.session_capacity) for batch in batches}
    sessions = ExamSession.objects.bulk_create(
        session for batch in batches for session in _proposed(batch, sizes[batch.pk], on, calendar)
    )
    _log(sessions, at)
    drawing.sit([sitting for session in sessions for sitting in _sittings(session, subjects)])
    return drawing.seat(_shares(sessions))


def add_sessions(batch: Batch, sizes: Sequence[int], *, at: datetime) -> list[ExamSession]:
    """Propose further sessions of a locked batch, after those it has, without anybody in them yet."""
    on, calendar, subjects = timezone.localdate(at), work_calendar(), _subjects([batch])
    last = batch.sessions.aggregate(last=Max("number"))["last"] or 0
    sessions = _proposed(batch, sizes, on, calendar)
    for session in sessions:
        session.number += last
    ExamSession.objects.bulk_create(sessions)
    _log(sessions, at)
    drawing.sit([sitting for session in sessions for sitting in _sittings(session, subjects)])
    return sessions


def _subjects(batches: Sequence[Batch]) -> dict[int, list[Subject]]:
    found: dict[int, list[Subject]] = {batch.offering_id: [] for batch in batches}
    for subject in Subject.objects.filter(offering__in=found).order_by("offering", "position"):
        found[subject.offering_id].append(subject)
    return found


def _proposed(batch: Batch, sizes: Sequence[int], on: date, calendar: WorkCalendar) -> list[ExamSession]:
    period = period_of(batch.window)
    days = propose_days(
        period,
        not_before=earliest_exam(batch.offering.provider, on, calendar),
        count=len(sizes),
        days_off=calendar.holidays,
    )
    return [
        ExamSession(
            batch=batch, number=number, size=size, held_on=day, period_override_reason=_why_outside(day, period)
        )
        for number, (size, day) in enumerate(zip(sizes, days, strict=True), start=1)
    ]


def _why_outside(day: date, period: Period) -> str:
    if day in period:
        return ""
    return PERIOD_OPEN if period.tentative else PERIOD_OVER


def _sittings(
    session: ExamSession, of_offering: Mapping[int, Sequence[Subject]]
) -> list[tuple[int, str, datetime, datetime]]:
    parts = [Part(subject.kind, subject.minutes) for subject in of_offering[session.batch.offering_id]]
    times = timetable(Timing(session.held_on, FIRST_START), parts)
    return [(session.pk, subject, start, end) for subject, spans in times.items() for start, end in spans]


def _shares(sessions: Sequence[ExamSession]) -> list[drawing.Share]:
    """Each batch's draw, dealt out to its sessions in their order."""
    shares = []
    for batch_id, own in groupby(sessions, key=lambda session: session.batch_id):
        first = 0
        for session in own:
            shares.append(drawing.Share(batch_id, session.pk, first, session.size))
            first += session.size
    return shares


def _log(sessions: Sequence[ExamSession], at: datetime) -> None:
    """What core.transitions.begin writes, for many at once."""
    ExamSessionLog.objects.bulk_create(
        ExamSessionLog(subject=session, from_state="", to_state=session.state, at=at, by_label=SYSTEM)
        for session in sessions
    )
