"""Published results, and until when those of a session are due (SPEC 3.5, 9.2)."""

from __future__ import annotations

from django.db.models import Max, QuerySet
from django.utils import timezone

from certificates.deadlines import results_due
from certificates.models import Publication, Result, ResultHold
from registration.models import Application
from scheduling.models import ExamSession
from skilleval.catalogue.queries import work_calendar
from skilleval.core.workdays import WorkCalendar, WorkdayResult


def current_result(application: Application) -> Result | None:
    """The version of an application's result that counts, with its marks; None before publication."""
    return versions_of(application).order_by("-version").first()


def versions_of(application: Application) -> QuerySet[Result]:
    """Every published version, the first one first, with marks."""
    return Result.objects.filter(application=application).order_by("version").prefetch_related("marks")


def publication_of(session: ExamSession) -> Publication | None:
    """When and by whom a session's results were published."""
    return Publication.objects.filter(session=session).first()


def is_held(application: Application) -> bool:
    """Whether an open case holds the result back (SPEC 9.2)."""
    return ResultHold.objects.live().filter(application=application).exists()


def due_of(session: ExamSession, calendar: WorkCalendar | None = None) -> WorkdayResult:
    """The last day to publish a session's results (SPEC 3.5): the provider's working days after its last subject.

    A row that carries `last_end` (see `with_last_end`) needs no query for it.
    """
    provider = session.batch.offering.provider
    ended = getattr(session, "last_end", None) or session.sittings.aggregate(last=Max("during__endswith"))["last"]
    return results_due(
        timezone.localdate(ended) if ended else session.held_on,
        inspection=session.batch.offering.inspection,
        calendar=calendar or work_calendar(),
        days=provider.results_days,
        inspection_days=provider.inspection_results_days,
    )


def with_last_end(sessions: QuerySet[ExamSession]) -> QuerySet[ExamSession]:
    """Sessions with `last_end`, the moment their last subject ends, and what `due_of` needs."""
    annotated = sessions.annotate(last_end=Max("sittings__during__endswith"))
    return annotated.select_related(
        "batch__window", "batch__offering__provider", "batch__offering__work_type__occupation"
    )
