"""What this app does when a day has come: periods that pass, and reminders, each told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet

from discipline.enums import CaseState
from discipline.models import Case
from discipline.queries.cases import FOR_PROVIDER, FOR_SUPERVISORS, workdays_waited
from discipline.services import appeals, hearing, staging, telling
from skilleval.catalogue.queries import work_calendar
from skilleval.core import clock
from skilleval.core.due import due

REMINDED_AFTER = 5  # working days


@due("discipline.close_hearings")
def close_hearings(on: date) -> int:
    """Close the defence periods that passed in silence."""
    over = Case.objects.filter(state=CaseState.NOTIFIED, defence_until__lt=on)
    return sum(hearing.close_hearing(case, at=clock.now()) for case in over.order_by("pk"))


@due("discipline.finalise")
def finalise(on: date) -> int:
    """Close the cases whose appeal period has passed."""
    over = Case.objects.filter(state=CaseState.SERVED, decisions__lifted_at=None, decisions__appeal_until__lt=on)
    return sum(appeals.finalise(case, at=clock.now()) for case in over.order_by("pk"))


@due("discipline.remind_provider")
def remind_provider(on: date) -> int:
    """Remind those who tell, propose and serve of what has waited for them, once for each step."""
    return _remind(Case.objects.filter(state__in=FOR_PROVIDER), on, telling.provider_waits)


@due("discipline.remind_supervisors")
def remind_supervisors(on: date) -> int:
    """Remind the supervisors of what has waited for them, once for each step."""
    return _remind(Case.objects.filter(state__in=FOR_SUPERVISORS), on, telling.supervisors_wait)


@due("discipline.drop_forgotten_files")
def drop_forgotten_files(on: date) -> int:
    """Remove what was sent with reports and statements that were never saved."""
    return staging.drop_forgotten(on)


def _remind(cases: QuerySet[Case], on: date, tell: Callable[[Case, int], None]) -> int:
    calendar = work_calendar()
    unreminded = cases.exclude(reminded_since__isnull=False, reminded_since=F("waiting_since")).select_related(
        "candidate", "provider", "application"
    )
    late = [case for case in unreminded if workdays_waited(case.waiting_since, on, calendar) > REMINDED_AFTER]
    return sum(_remind_one(case, tell) for case in late)


@transaction.atomic
def _remind_one(case: Case, tell: Callable[[Case, int], None]) -> int:
    """One case; nothing when it moved on meanwhile."""
    waiting = Case.objects.filter(pk=case.pk, state=case.state, waiting_since=case.waiting_since)
    if not waiting.update(reminded_since=case.waiting_since):
        return 0
    tell(case, REMINDED_AFTER)
    return 1
