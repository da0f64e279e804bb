"""Forming the proposed sessions of batches that run: sizes, days, times, seats; no rooms yet (SPEC 7.3–7.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import groupby

from django.db.models import Max
from django.utils import timezone

from scheduling import batching
from scheduling.models import Batch, ExamSession
from scheduling.queries.dates import period_of
from scheduling.services import drawing, placing
from scheduling.timetable import Part, Period, Timing, timetable
from skilleval.catalogue.models import Subject
from skilleval.catalogue.queries import work_calendar
from skilleval.core.transitions import begin_many

PERIOD_OPEN = "评价时间暂定，以次年公告为准"
PERIOD_OVER = "判定时评价期已过，须由机构确认日期"


def form_sessions(batches: Sequence[Batch], counts: Mapping[int, int], *, at: datetime) -> int:
    """Propose the sessions of locked batches of one window whose people are drawn; returns the seats made."""
    sizes = {batch.pk: batching.split(counts[batch.pk], batch.offering.provider.session_capacity) for batch in batches}
    sessions = _propose(batches, sizes, at=at, company=placing.company_of(batches, sizes))
    return drawing.seat(_shares(sessions))


def add_sessions(batch: Batch, sizes: Sequence[int], *, at: datetime) -> list[ExamSession]:
    """Propose further sessions of a locked batch, after those it has, without anybody in them yet."""
    last = batch.sessions.aggregate(last=Max("number"))["last"] or 0
    return _propose([batch], {batch.pk: sizes}, at=at, after=last)


def _propose(
    batches: Sequence[Batch],
    sizes: Mapping[int, Sequence[int]],
    *,
    at: datetime,
    after: int = 0,
    company: placing.Company = placing.NOBODY,
) -> list[ExamSession]:
    """Sessions of these sizes with their sittings, numbered on from `after`, nobody in them yet."""
    on, calendar, subjects = timezone.localdate(at), work_calendar(), _subjects(batches)
    placed = placing.place(batches, sizes, subjects, on=on, calendar=calendar, company=company)
    made = [
        (_session(batch, size, number, after, placed), placed[batch.pk, number][1])
        for batch in batches
        for number, size in enumerate(sizes[batch.pk])
    ]
    sessions = ExamSession.objects.bulk_create(session for session, _ in made)
    begin_many(sessions, by=None, at=at)
    drawing.sit([sitting for session, start in made for sitting in _sittings(session, start, subjects)])
    return sessions


def _session(
    batch: Batch, size: int, number: int, after: int, placed: Mapping[tuple[int, int], tuple[date, time]]
) -> ExamSession:
    held_on = placed[batch.pk, number][0]
    why = _why_outside(held_on, period_of(batch.window))
    return ExamSession(batch=batch, number=after + number + 1, size=size, held_on=held_on, period_override_reason=why)


def _subjects(batches: Sequence[Batch]) -> dict[int, list[Subject]]:
    found: dict[int, list[Subject]] = {batch.offering_id: [] for batch in batches}
    for subject in Subject.objects.filter(offering__in=found).order_by("offering", "position"):
        found[subject.offering_id].append(subject)
    return found


def _why_outside(day: date, period: Period) -> str:
    if day in period:
        return ""
    return PERIOD_OPEN if period.tentative else PERIOD_OVER


def _sittings(
    session: ExamSession, starts_at: time, of_offering: Mapping[int, Sequence[Subject]]
) -> list[tuple[int, str, datetime, datetime]]:
    parts = [Part(subject.kind, subject.minutes) for subject in of_offering[session.batch.offering_id]]
    times = timetable(Timing(session.held_on, starts_at), parts)
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
