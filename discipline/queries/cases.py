"""Cases by whom they wait for, and what a case's page shows of its history (SPEC 10, 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from discipline import policy
from discipline.enums import CaseState
from discipline.models import Case, Decision
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.core.workdays import ONE_DAY, WorkCalendar

#: What waits for a supervisor.
FOR_SUPERVISORS = (CaseState.PROPOSED, CaseState.APPEALED)
#: What waits for the provider.
FOR_PROVIDER = (CaseState.REPORTED, CaseState.HEARD, CaseState.DECIDED)


def waiting_for_supervisors(user: User) -> QuerySet[Case]:
    """A supervisor's queue: what waited longest first, and never what is about themself."""
    waiting = Case.objects.handled_by(user, policy.DECIDE).filter(state__in=FOR_SUPERVISORS)
    return waiting.with_names().order_by("waiting_since", "pk")


def waiting_for_provider(user: User) -> QuerySet[Case]:
    """What waits for those who tell, propose and serve at the account's providers, the longest first."""
    waiting = Case.objects.handled_by(user, policy.PROPOSE).filter(state__in=FOR_PROVIDER)
    return waiting.with_names().order_by("waiting_since", "pk")


def decision_of(case: Case) -> Decision | None:
    """The decision in force, else the last one; None before there is any."""
    return case.decisions.order_by("-id").first()


def open_case_of(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Of some applications those with a case that isn't over."""
    ended = (CaseState.FINAL, CaseState.LIFTED, CaseState.DISMISSED)
    return applications.filter(Exists(Case.objects.filter(application=OuterRef("pk")).exclude(state__in=ended)))


def workdays_waited(since: date, on: date, calendar: WorkCalendar) -> int:
    """Working days that began after `since`, up to and with `on`."""
    day, count = since, 0
    while day < on:
        day += ONE_DAY
        count += calendar.is_workday(day)
    return count


@dataclass(frozen=True)
class Step:
    """A line of a case's history: what, by whom, when, and why."""

    state: str
    label: str
    at: datetime
    by: str
    reason: str


def steps_of(case: Case) -> list[Step]:
    """Every step of a case in order, who and when."""
    labels = dict(CaseState.choices)
    return [
        Step(row.to_state, str(labels[row.to_state]), row.at, row.by_label, row.reason)
        for row in case.log.order_by("id")
    ]
