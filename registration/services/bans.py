"""Bans follow the person, at every provider (SPEC 10). Overlapping ones all stand, the longest rules, none is deleted.

A decision locks the person before anything else, as starting and handing in do: of a decision and a submission one
comes first, and the other sees it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from registration.models import Ban, Candidate, TakeOver
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor


def lock_person(candidate: Candidate) -> Candidate:
    """The person's row, fresh and locked until the caller's transaction ends; to be taken before all other locks.

    Not as for a new key: a publication that writes the person's certificate meanwhile has no need to wait.
    """
    assert_in_transaction()
    return Candidate.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=candidate.pk)


@transaction.atomic
def impose(
    candidate: Candidate,
    *,
    source: str,
    starts_on: date,
    ends_on: date,
    by: Actor | None,
    at: datetime,
    taken_over: TakeOver | None = None,
) -> Ban:
    """A decision bars a person from the first to the last day, both included; once for each `source`.

    Open applications are the caller's to end; `taken_over`, where it was made before the portal. Raises Refused for
    days out of order and for a source that was lifted.
    """
    person = lock_person(candidate)
    if ends_on < starts_on:
        raise Refused("禁考的最后一天不能早于第一天，请核对决定日期")
    found = Ban.objects.filter(candidate=person, source=source).first()
    if found and found.lifted_on:
        raise Refused(f"{source} 的禁考已撤销，如仍须禁考，请另作处理决定")
    if found:
        return found
    days = {"starts_on": starts_on, "ends_on": ends_on}
    ban = Ban.objects.create(candidate=person, source=source, taken_over=taken_over, **days)
    audit.record("ban.imposed", by=by, obj=ban, candidate=person.pk, until=ends_on.isoformat())
    return ban


@transaction.atomic
def lift(source: str, *, on: date, by: Actor | None, at: datetime) -> int:
    """A decision's bans are gone as if never; those of other decisions stand. Returns how many were lifted now."""
    bans = list(Ban.objects.select_for_update(of=("self",)).filter(source=source, lifted_on=None).order_by("pk"))
    for ban in bans:
        ban.lifted_on = on
        ban.save(update_fields=["lifted_on"])
        audit.record("ban.lifted", by=by, obj=ban, candidate=ban.candidate_id)
    return len(bans)
