"""Cases by whom they wait for (SPEC 10, 12)."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from discipline import policy
from discipline.enums import CaseState
from discipline.models import Case, Decision
from skilleval.accounts.models import User
from skilleval.core.workdays import ONE_DAY, WorkCalendar

#: What waits for a supervisor.
FOR_SUPERVISORS = (CaseState.PROPOSED, CaseState.APPEALED)
#: What waits for the provider.
FOR_PROVIDER = (CaseState.REPORTED, CaseState.HEARD, CaseState.DECIDED)


def waiting_for_provider(user: User) -> QuerySet[Case]:
    """What waits for those who tell, propose and serve at the account's providers, the longest first."""
    waiting = Case.objects.handled_by(user, policy.PROPOSE).filter(state__in=FOR_PROVIDER)
    return waiting.with_names().order_by("waiting_since", "pk")


def decision_of(case: Case) -> Decision | None:
    """The decision in force, else the last one; None before there is any."""
    return case.decisions.order_by("-id").first()


def workdays_waited(since: date, on: date, calendar: WorkCalendar) -> int:
    """Working days that began after `since`, up to and with `on`."""
    day, count = since, 0
    while day < on:
        day += ONE_DAY
        count += calendar.is_workday(day)
    return count
