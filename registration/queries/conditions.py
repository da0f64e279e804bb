"""The extra conditions of an offering on a day, and where an application stands with them (SPEC 13)."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from registration.bars import Bar
from registration.conditions import Condition, age_bars
from registration.models import Application, Candidate
from skilleval.catalogue.models import ExtraCondition, Offering


def asked_of(offering: Offering, on: date) -> list[Condition]:
    """What the provider asks on a day of this offering, or of all its offerings.

    One query, the first time that the row in memory is asked about the day.
    """
    known: dict[date, list[Condition]] = offering.__dict__.setdefault("_asked", {})
    if on not in known:
        known[on] = _asked(offering, on)
    return known[on]


def none_asked(offering: Offering, on: date) -> None:
    """Let the row in memory know that nothing is asked on a day, where that has been read already."""
    offering.__dict__.setdefault("_asked", {})[on] = []


def rows_asked(provider: int, offering: int, on: date) -> QuerySet[ExtraCondition]:
    """The conditions in force on a day, of an offering or of all of its provider."""
    rows = ExtraCondition.objects.filter(Q(offering=None) | Q(offering=offering), provider=provider)
    return rows.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on).order_by("pk")


def _asked(offering: Offering, on: date) -> list[Condition]:
    rows = rows_asked(offering.provider_id, offering.pk, on)
    return [condition_of(row) for row in rows.select_related("notice")]


def condition_of(row: ExtraCondition) -> Condition:
    """A row as the rules read it."""
    notice = f"《{row.notice.title}》" if row.notice else ""
    return Condition(str(row.pk), row.kind, row.text, row.paper, row.limit, notice)


def bars(candidate: Candidate, offering: Offering, on: date) -> list[Bar]:
    """The upper ages that stop somebody from submitting on a day."""
    return age_bars(asked_of(offering, on), candidate.born, on)


def asked_in(application: Application, on: date) -> list[Condition]:
    """What its person answers for; nothing where a resit goes on with an earlier application.

    A correction is held against what was asked on the day of the first submission.
    """
    return [] if application.earlier_id else asked_of(application.offering, application.submitted_on or on)
