"""What the demonstration has behind it: a session that was sat last month, whose marks wait to be entered.

Made by the services of the day, each with the time it happened at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from registration.models import Window
from scheduling import services as scheduling
from scheduling.models import Batch, ExamSession, Room
from scheduling.services import attendance
from scheduling.services.batches import ensure_batches
from skilleval.catalogue.enums import Level, SubjectKind
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.clock import SHANGHAI
from skilleval.journeys.demo.applicants import SICT, apply_for, approve, confirm, member, offering_of
from skilleval.journeys.demo.people import Person

PEOPLE = 30
FIRST_SERIAL = 101
LONG_ENOUGH = timedelta(days=20)  # from the assessment period's first day, for everything to have happened


def make() -> Iterator[str]:
    """A month gone by at SICT: thirty people applied, were seated, got their tickets and sat; tell line by line."""
    today = clock.today()
    window = _window(today - LONG_ENOUGH)
    if window is None:
        return
    offering = offering_of("4-04-05-05", Level.THREE, window.opens_on)
    applied = _moment(window.opens_on + timedelta(days=2))
    for serial in range(FIRST_SERIAL, FIRST_SERIAL + PEOPLE):
        confirm(approve(apply_for(Person(serial), offering, window, at=applied), at=applied), at=applied)
    ensure_batches([(offering, window)])
    session = _sit(Batch.objects.get(offering=offering, window=window))
    yield f"{offering}：{session.held_on:%Y-%m-%d} 已考一场，{session.size} 人，成绩待录入"


def _sit(batch: Batch) -> ExamSession:
    """Judged on its day, given rooms, published; the tickets out on theirs."""
    judged, scheduler = _moment(batch.judge_on), member("scheduling")
    scheduling.judge(batch, at=judged)
    session = ExamSession.objects.get(batch=batch)
    rooms = Room.objects.filter(venue__provider__filing_number=SICT)
    for subject, name in (("theory", "第一考场"), ("practical", "操作考场")):
        scheduling.assign_rooms(session, subject=subject, rooms=[rooms.get(name=name)], by=scheduler, at=judged)
    published = scheduling.publish(session, by=scheduler, at=judged)
    released = published.tickets_from or published.held_on
    scheduling.release_session(published.pk, on=released, at=_moment(released))
    _note_who_came(published)
    return published


def _note_who_came(session: ExamSession) -> None:
    """Everybody came, but for one who left after the theory."""
    clerk = member("scheduling")
    for sitting in session.sittings.order_by("during"):
        left = sitting.seats.earliest("number").pk if sitting.subject == SubjectKind.PRACTICAL else None
        attendance.note_roll(sitting, {left: False} if left else {}, rest=True, by=clerk, at=sitting.ends)


def _window(latest: date) -> Window | None:
    """SICT's last window whose assessment period began by a day."""
    provider = Provider.objects.get(filing_number=SICT)
    return Window.objects.filter(provider=provider, exam_from__lte=latest).order_by("-exam_from").first()


def _moment(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=SHANGHAI)
