"""A provider's windows and offerings, as the checks of its earlier business need them."""

from __future__ import annotations

from registration.models import Window
from registration.queries import backgrounds
from registration.rule_sets import Clause
from registration.takeovers.market import Market, OfferingFacts, WindowFacts
from skilleval.catalogue.models import Offering, Provider


def market_of(provider: Provider | None) -> Market:
    """All that a provider has; nothing for bans, which belong to none."""
    if provider is None:
        return Market()
    windows = Window.objects.filter(provider=provider).order_by("opens_on")
    rows = Offering.objects.filter(provider=provider).order_by("-year", "pk").prefetch_related("subjects")
    named = rows.select_related("work_type__occupation", "rule_set")
    return Market(tuple(map(_window, windows)), tuple(map(_offering, named)))


def _window(row: Window) -> WindowFacts:
    return WindowFacts(row.pk, row.label, row.opens_on, row.closes_on, row.exam_by, row.pay_by)


def _offering(row: Offering) -> OfferingFacts:
    ends = [day for day in (row.valid_until, row.extended_until) if day]
    return OfferingFacts(
        pk=row.pk,
        code=row.work_type.occupation.code,
        work_type=row.work_type.name,
        level=row.level,
        year=row.year,
        announced=row.announcement_id is not None,
        valid_from=row.valid_from,
        valid_until=max(ends) if row.valid_until else None,
        subjects=tuple(subject.kind for subject in row.subjects.all()),
        clauses=_clauses(row),
    )


def _clauses(row: Offering) -> tuple[Clause, ...]:
    edition = backgrounds.rule_set_row(row)
    return tuple(backgrounds.rules_of(edition).of_level(row.level)) if edition else ()
