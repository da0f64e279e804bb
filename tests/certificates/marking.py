"""Sessions that were sat, the people who mark them, and marks entered and confirmed, all by the services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from certificates.entering import read_mark
from certificates.models import MarkSheet
from certificates.models.marks import FIRST, SECOND
from certificates.queries.readings import rows_of, subjects_of
from certificates.services import marking, publishing
from registration.models import Application
from scheduling.models import ExamSession, Seat
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering, Provider
from tests import factories
from tests.scheduling.people import planned, publish as publish_session, scheduler

EXAM_DAY = date(2026, 4, 25)
AFTER = factories.at(2026, 4, 27)
PUBLISHED = factories.at(2026, 4, 30)


def sat(offering: Offering, count: int = 2, *, held_on: date = EXAM_DAY, **fields: Any) -> ExamSession:
    """A published session that so many people sat on a day."""
    provider = offering.provider
    if count < provider.threshold:
        provider.threshold = 1
        provider.save(update_fields=["threshold"])
    (session,) = planned(offering, count, **fields)
    publish_session(session, by=scheduler(provider), held_on=held_on)
    return ExamSession.objects.select_related(
        "batch__window", "batch__offering__provider", "batch__offering__work_type__occupation"
    ).get(pk=session.pk)


def marker(provider: Provider, **user: Any) -> User:
    return factories.staff(provider, Role.RESULTS, **user)


def people(session: ExamSession) -> list[Application]:
    """Who sits in a session, in the order of their applications."""
    seated = Seat.objects.filter(sitting__session=session).values("application")
    return list(Application.objects.filter(pk__in=seated).order_by("pk"))


def read(sheet: MarkSheet, reading: int, marks: Mapping[int, str], *, by: User, at: datetime = AFTER) -> MarkSheet:
    """Save a reading as typed, by application."""
    typed = {key: read_mark(text) for key, text in marks.items()}
    return marking.save_reading(sheet, reading=reading, marks=typed, by=by, at=at)


def needing(session: ExamSession, subject: str) -> list[int]:
    return [row.application_id for row in rows_of(session, subject) if row.needs_mark]


def entered(
    session: ExamSession, subject: str, marks: Mapping[int, str], *, by: User, at: datetime = AFTER
) -> MarkSheet:
    """A sheet whose first reading is complete and submitted."""
    sheet = marking.open_sheet(session, subject=subject, by=by, at=at)
    read(sheet, FIRST, marks, by=by)
    return marking.submit(sheet, by=by, at=at)


def confirmed(
    session: ExamSession,
    subject: str,
    marks: Mapping[int, str],
    *,
    first: User,
    second: User,
    at: datetime = AFTER,
) -> MarkSheet:
    sheet = entered(session, subject, marks, by=first, at=at)
    read(sheet, SECOND, marks, by=second)
    return marking.confirm(sheet, by=second, at=at)


def all_marked(
    session: ExamSession,
    *,
    first: User,
    second: User,
    score: str = "80",
    at: datetime = AFTER,
    **scores: Mapping[int, str],
) -> None:
    """Every sheet of a session confirmed: `score` for everybody, but for the subjects given by application."""
    for subject in subjects_of(session):
        marks = dict.fromkeys(needing(session, subject), score)
        marks |= {key: text for key, text in scores.get(subject, {}).items() if key in marks}
        confirmed(session, subject, marks, first=first, second=second, at=at)


def published(session: ExamSession, *, score: str = "80", at: datetime = PUBLISHED, **scores: Any) -> tuple[User, User]:
    """Mark and publish a session; its first and second reader."""
    provider = session.batch.offering.provider
    first, second = marker(provider, name="录入人"), marker(provider, name="复核人")
    all_marked(session, first=first, second=second, score=score, at=at, **scores)
    publishing.publish(session, by=second, at=at)
    return first, second
