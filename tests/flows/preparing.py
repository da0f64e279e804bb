"""What a story takes for granted, made by the portal's services: run inside the portal's environment."""

from __future__ import annotations

from certificates.entering import read_mark
from certificates.models import Certificate, MarkSheet
from certificates.models.marks import FIRST, SECOND
from certificates.queries.readings import rows_of, subjects_of
from certificates.services import issuing, marking, publishing, reviewing
from discipline.enums import Found
from discipline.models import Case
from discipline.services import deciding, hearing, reporting
from registration.models import Application
from scheduling.models import ExamSession, Seat
from skilleval.core import clock
from skilleval.journeys.demo.applicants import member
from skilleval.journeys.demo.people import Person


def certify_all(score: str = "80") -> None:
    """The session that was sat is marked, published, and whoever passed has a certificate with a number."""
    session, at = ExamSession.objects.earliest("held_on"), clock.now()
    first, second, clerk = member("results"), member("results", 1), member("certificates")
    for subject in subjects_of(session):
        sheet: MarkSheet = marking.open_sheet(session, subject=subject, by=first, at=at)
        marks = {row.application_id: read_mark(score) for row in rows_of(session, subject) if row.needs_mark}
        for reading, by in ((FIRST, first), (SECOND, second)):
            marking.save_reading(sheet, reading=reading, marks=marks, by=by, at=at)
            step = marking.submit if reading == FIRST else marking.confirm
            sheet = step(sheet, by=by, at=at)
    publishing.publish(session, by=second, at=at)
    reviewing.review(Certificate.objects.all(), by=clerk, at=at)
    issuing.issue(Certificate.objects.all(), by=clerk, at=at)


def await_decision(serial: int, clause: str, severity: str = "") -> Case:
    """Found out afterwards, told, silent, proposed: a case against somebody of the session that awaits a supervisor."""
    application = Application.objects.get(candidate__name=Person(serial).name)
    seat, at = Seat.objects.filter(application=application, subject="theory").get(), clock.now()
    told = {"clauses": [clause], "severity": severity}
    case = reporting.report(
        application,
        found=Found.LATER,
        facts="比对考场录像时发现。",
        happened_at=seat.starts,
        subject="theory",
        by=member("manager"),
        at=at,
        **told,
    )
    hearing.notify(case, facts=case.facts, by=member("scheduling"), at=at, **told)
    hearing.state_defence(case, waived=True, by=case.candidate.user, at=at)
    deciding.propose(case, reasons="录像可以证明。", by=member("scheduling"), at=at, **told)
    return case
