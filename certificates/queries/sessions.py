"""Sessions as the results role sees them: what is entered, confirmed and published of each, for lists and counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from certificates.enums import SheetState
from certificates.models import MarkSheet, Publication, ResultSession
from certificates.queries.results import due_of
from scheduling.enums import SessionState
from scheduling.models import Seat, Sitting
from skilleval.catalogue.queries import work_calendar
from skilleval.core.workdays import WorkdayResult

TO_ENTER = Q(published=None, read_sheets__lt=F("subject_count"))
TO_CONFIRM = Q(published=None, awaiting=True)
TO_PUBLISH = Q(published=None, confirmed_sheets__gte=F("subject_count"))
PUBLISHED = Q(published__isnull=False)
SOON = 5  # working days before the last day


def begun(rows: QuerySet[ResultSession], at: datetime) -> QuerySet[ResultSession]:
    """Published sessions whose first subject is over, where somebody sat, with how far their marks are."""
    sat = Sitting.objects.filter(Exists(Seat.objects.filter(sitting=OuterRef("pk"))), session=OuterRef("pk"))
    by_session = sat.order_by().values("session")
    sheets = MarkSheet.objects.filter(session=OuterRef("pk"))
    return (
        rows.filter(state=SessionState.PUBLISHED)
        .annotate(
            first_end=Subquery(by_session.annotate(value=Min("during__endswith")).values("value")),
            last_end=Subquery(by_session.annotate(value=Max("during__endswith")).values("value")),
            subject_count=Subquery(by_session.annotate(value=Count("subject", distinct=True)).values("value")),
            read_sheets=_count(sheets.exclude(state=SheetState.OPEN)),
            confirmed_sheets=_count(sheets.filter(state=SheetState.CONFIRMED)),
            awaiting=Exists(sheets.filter(state=SheetState.ENTERED)),
            published=Subquery(Publication.objects.filter(session=OuterRef("pk")).values("published_at")[:1]),
        )
        .filter(first_end__lte=at)
    )


@dataclass(frozen=True)
class Due:
    """Until when a session's results are to be published, as seen on a day."""

    result: WorkdayResult
    on: date
    soon_from: date

    @property
    def overdue(self) -> bool:
        return self.on > self.result.date

    @property
    def soon(self) -> bool:
        return self.soon_from <= self.on <= self.result.date

    @property
    def pressing(self) -> bool:
        return self.overdue or self.soon


def dues(sessions: Iterable[Any], on: date) -> dict[int, Due]:
    """The last day of each session, by its id; one query for all that come with `last_end` and their provider."""
    calendar = work_calendar()
    found = {session.pk: due_of(session, calendar) for session in sessions}
    return {key: Due(due, on, calendar.subtract(due.date, SOON).date) for key, due in found.items()}


def _count(rows: QuerySet[MarkSheet]) -> Coalesce:
    counted = rows.order_by().values("session").annotate(value=Count("pk")).values("value")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
