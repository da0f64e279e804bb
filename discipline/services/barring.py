"""What a ban ends that isn't one of the portal's cases: applications not yet sat, at every provider (SPEC 10)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from discipline.services import effects
from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, Candidate
from scheduling.queries.attendance import has_sat
from skilleval.accounts.models import User
from skilleval.core.db import assert_in_transaction


def going_on(people: list[int]) -> QuerySet[Application]:
    """The applications of some people, by their ids, that a ban ends unless they were sat already."""
    return Application.objects.filter(candidate__in=people, state__in=(*OPEN_STATES, ApplicationState.DRAFT))


def end_barred(candidate: Candidate, *, source: str, by: User, at: datetime) -> int:
    """Cancel what a banned person hasn't sat yet: seats freed, unpaid orders closed, paid fees to be refunded.

    In the caller's transaction, which imposed the ban and holds the person. They are told of each, with the decision's
    number. Returns how many ended.
    """
    assert_in_transaction()
    rows = going_on([candidate.pk])
    effects.lock_applications(set(rows.values_list("pk", flat=True)))
    fresh = rows.select_related("offering__provider", "offering__work_type__occupation", "candidate__user")
    ended = [one for one in fresh.order_by("pk") if not has_sat(one, at)]
    for application in ended:
        effects.end(application, ApplicationState.CANCELLED, by=by, at=at, reason=f"处理决定 {source}：禁考")
    return len(ended)
