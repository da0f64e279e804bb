"""The cases a person is told of: theirs, and never before they were told (SPEC 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from discipline.enums import ENDED, CaseState
from discipline.models import Case, Decision
from discipline.queries import standing
from discipline.queries.standing import Standing
from registration.models import Application


@dataclass(frozen=True)
class Boxed:
    """A case in the box that leads to its page."""

    case: Case
    standing: Standing
    over: bool


def own_cases(user: Any) -> QuerySet[Case]:
    """All cases the person was told of, the newest first."""
    told = Case.objects.filter(candidate__user_id=user.pk).exclude(state=CaseState.REPORTED)
    return told.with_names().order_by("-id")


def own_case(user: Any, uuid: UUID) -> Case | None:
    """One of them; None for anybody else."""
    return own_cases(user).filter(uuid=uuid).first()


def box_of(user: Any, on: date, application: Application | None = None) -> list[Boxed]:
    """What `discipline/_case_box.html` shows: an application's cases, or all that aren't over."""
    cases = own_cases(user).prefetch_related(Prefetch("decisions", Decision.objects.order_by("-id")))
    found = cases.filter(application=application) if application else cases.exclude(state__in=ENDED)
    return [Boxed(case, _standing(case, on), case.state in ENDED) for case in found]


def _standing(case: Case, on: date) -> Standing:
    return standing.for_person(case, next(iter(case.decisions.all()), None), on)
